"""What the first run decides: values in and out, for the terminal's questions and the application's pages alike."""
