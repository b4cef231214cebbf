"""What can be proved; needs no database and no network."""
