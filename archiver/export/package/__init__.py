"""One package from the order to the finished folder."""
