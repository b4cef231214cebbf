"""What waits from the log-in on: a sign of how saving goes beside the clock, and a click that opens the application."""
