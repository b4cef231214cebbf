"""RFC 3161 time stamps: requested, parsed and verified up to a pinned root."""
