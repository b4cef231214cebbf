"""Events of a timeline in words."""
