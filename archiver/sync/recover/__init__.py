"""`archive recover`: message ids out of pages, mails and lists that the user kept; each is then read by API.

A file gives ids and nothing else: every text comes from Chatwork. `files` takes them out (pure, but for reading the
file), `reading` reads them.
"""
