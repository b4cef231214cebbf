"""Parses Chatwork's notation: a message body becomes a tree of nodes."""
