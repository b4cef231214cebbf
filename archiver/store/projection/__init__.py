"""Projection of entries into the readable tables, one module for each kind of thing; `project` calls them."""
