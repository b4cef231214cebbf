"""The checks of an archive and of a package."""
