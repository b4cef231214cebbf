"""Hints to the user: pure rules over what was observed, and how they read. Never an accusation, never evidence."""
