"""What runs when nobody is looking."""
