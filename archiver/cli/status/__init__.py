"""Commands that tell how things stand: status, check, alerts; and what every command says of it."""
