"""When each room was last looked at, and which rooms could not be read: what the last run has left to tell."""

from __future__ import annotations

FAILED = "failed_rooms"
"""Remembered: rooms that the last runs could not read → what failed there, since when, and when it was last tried."""
