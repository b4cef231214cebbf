"""The forms of ways to reach somebody: accounts, addresses, numbers in disguise."""
