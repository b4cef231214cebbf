"""Digests, seals, time stamps, the tables of packages, and their verification; needs no database and no network."""
