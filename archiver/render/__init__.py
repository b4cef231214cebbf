"""How a conversation looks, the same on every page."""
