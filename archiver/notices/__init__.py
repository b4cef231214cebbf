"""Notices: which troubles the user is told of, when, in which words, and by which way (desktop, mail, messenger)."""
