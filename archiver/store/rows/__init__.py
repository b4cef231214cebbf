"""Readable rows out of entries, one module for each kind of thing; `store.project` calls them."""
