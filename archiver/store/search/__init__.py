"""The full-text search over every text that a message had."""
