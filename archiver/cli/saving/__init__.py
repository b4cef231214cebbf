"""Commands that save, and keep the saved healthy: save (with rescue), daemon, upkeep."""
