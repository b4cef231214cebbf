"""ホーム: how things stand, and what needs a look."""
