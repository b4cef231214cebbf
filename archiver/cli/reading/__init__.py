"""Commands that read what is kept: search, show, view."""
