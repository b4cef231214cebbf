"""Settings file and environment → values; the only reader of either.

`home` says where the archive is, `model` what the settings are, `file` reads and writes `archive.toml`,
`token` fetches and keeps the API token.
"""
