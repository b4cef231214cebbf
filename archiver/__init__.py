"""Archives the conversations of contracted Chatwork rooms, with proofs of what was archived."""
