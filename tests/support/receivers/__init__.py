"""Servers that receive what the program sends."""
