"""Projection of entries into the readable tables: `project` makes them all, with `messages` for those of messages."""
