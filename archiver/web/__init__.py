"""The pages of the archive for a browser on this computer: those that only show, and those that write."""
