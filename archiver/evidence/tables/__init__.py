"""The tables of a package as pure functions over entries."""
