"""The application: pages that write, for this computer's browser alone."""
