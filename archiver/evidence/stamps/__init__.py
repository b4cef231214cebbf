"""RFC 3161 time stamps: asked for, read, and followed to a pinned root."""
