"""A simulated Chatwork and a short story told with it."""
