"""Queries of the archive that return records; nothing here writes but what is remembered between runs."""
