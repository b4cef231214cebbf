"""Every call to the system that changes something fails once, in every command that writes."""
