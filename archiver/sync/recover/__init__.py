"""`archive save FILE`: finds message ids in pages, mails and lists that the user kept, and reads each by API.

Only ids are taken from a file: every text comes from Chatwork. `files` finds the ids (pure, apart from reading the
file), `read_ids` reads them.
"""
