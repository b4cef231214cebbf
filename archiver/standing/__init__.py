"""How an archive stands, for the user's own screens: one document for the terminal, its JSON and ホーム."""
