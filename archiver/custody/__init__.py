"""Keeping the archive trustworthy: verified, stamped, copied; erased by choice, and found put back."""
