"""Reads one kind of data each from Chatwork, compares it with the archive and appends what differs.

Each understood reply is appended in one transaction. A pull gets the `PullContext` and the report of its room, to
which it adds what it saw.
"""
