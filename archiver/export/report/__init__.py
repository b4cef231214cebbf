"""The chapters of a report as values, from a conversation, the contract and what proves them."""
