"""A simulated Chatwork on loopback: its state, its rules, its faults."""
