"""A simulated Chatwork and time-stamp authority, and the short story that `archive demo` plays with them."""
