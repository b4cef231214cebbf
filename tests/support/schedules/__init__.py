"""What starts rounds: schedulers and their programs."""
