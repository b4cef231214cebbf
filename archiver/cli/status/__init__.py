"""What `status` and `archive` alone print of how things stand, and what every command says of it."""
