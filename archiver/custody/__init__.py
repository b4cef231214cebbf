"""Keeping the archive trustworthy: verified, stamped, copied."""
