"""Sending archived files to the browser: opening, media type, file name, response."""
