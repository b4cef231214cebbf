"""Settings from `archive.toml`, which no other package reads, and from variables of the environment.

Other packages get the environment as an argument, or read of it what is no setting (the language, the desktop).

`home` finds the archive's folder, `model` holds the settings as values, `file` reads and writes `archive.toml`,
`token` reads and stores the API token.
"""
