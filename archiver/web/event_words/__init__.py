"""Sentences for the events of a timeline."""
