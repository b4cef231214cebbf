"""A message body as a tree of nodes: Chatwork's notation, read."""
