"""A simulated Chatwork on loopback: its state, its answers, and failures on order."""
