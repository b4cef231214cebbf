"""A team: its ledger and store, its members' tokens and grants, the workers that save for all, commands and pages."""
