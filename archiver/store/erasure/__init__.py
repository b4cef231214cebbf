"""Erasure: what it takes, the one transaction that does it, what must go with it, and what is never kept again."""
