"""The numbered checks of an archive and of a package."""
