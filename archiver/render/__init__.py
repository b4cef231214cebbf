"""A conversation as HTML and plain text, the same in packages and in the viewer."""
