"""The client of Chatwork's API and its message notation; independent of the archive."""
