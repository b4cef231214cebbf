"""Brings the archive up to what Chatwork shows now."""
