"""Alerts for the user: pure rules over observations, and their sentences. Never an accusation, never evidence."""
