"""Archived files sent to the browser: opened, typed, named."""
