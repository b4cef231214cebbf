"""Reads messages one by one: back-fill and re-reading."""
