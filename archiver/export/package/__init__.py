"""Makes one package, from the order to the finished folder."""
