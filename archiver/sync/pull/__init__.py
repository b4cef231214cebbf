"""One module per kind: fetch, compare, append, in one transaction per understood reply.

Each pull gets the desk (what it works with) and the report of its room, to which it adds what it saw.
"""
