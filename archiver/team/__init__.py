"""A team's service: workers that make the rounds of all archives of a ledger, and the tokens they do it with."""
