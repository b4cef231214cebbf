"""Each question asked of the archive, answered in records."""
