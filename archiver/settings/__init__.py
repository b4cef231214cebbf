"""Settings from `archive.toml` and the environment; no other package reads either of them.

`home` finds the archive's folder, `model` holds the settings as values, `file` reads and writes `archive.toml`,
`token` reads and stores the API token.
"""
