"""Names told by their form rather than by a list: built like surnames, of two scripts, in rows, in names of files."""
