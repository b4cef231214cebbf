"""Readable rows out of entries, one module for each kind of thing; `project` calls them."""
