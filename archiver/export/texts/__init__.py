"""The plain text files of a package."""
