"""会話: a chat as it can be read, and what stands beside it."""
