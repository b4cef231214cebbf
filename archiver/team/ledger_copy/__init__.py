"""The home as a copy of an archive in a team's ledger: shipped to it, topped up from it, set aside if it differs."""
