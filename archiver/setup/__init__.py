"""Setting up, facts of contracts and erasing, with their words: values in and out, for terminal and pages alike."""
