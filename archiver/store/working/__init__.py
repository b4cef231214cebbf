"""Access to the working tables, which hold what only the next run needs and are no evidence."""
