"""The job in this computer's own scheduler."""
