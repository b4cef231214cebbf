"""Messages read one by one: back-fill and re-reading."""
