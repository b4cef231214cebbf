"""What may be said of a case: one function for each fact, its knowledge and its basis, and the one table of words."""
