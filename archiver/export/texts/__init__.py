"""The plain texts that lie in a package."""
