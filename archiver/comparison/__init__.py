"""Two archives or packages of the same chat, held side by side: what both hold, and what only one holds and why."""
