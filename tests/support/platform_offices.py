"""The platforms to whose office a user can turn."""

from __future__ import annotations

from archiver.platforms.job_platform import UNKNOWN, platforms


def platforms_with_office() -> tuple[str, ...]:
    """The platforms that have an office, by name."""
    return tuple(name for name in platforms() if name != UNKNOWN)
