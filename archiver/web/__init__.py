"""Read-only pages of the archive for the browser of this computer alone."""
