"""Commands that save, and keep the saved healthy: save (with --all and files), daemon, upkeep."""
