"""Working tables: what only the next run needs, and no evidence."""
