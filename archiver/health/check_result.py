"""The result of one check of `archive status --full`: its name, its grade, and one sentence with what to do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from archiver.errors import N_, ArchiverError
from archiver.records.alerts import Grade

CHECK_NAMES = {
    "token": N_("API token"),
    "account": N_("Account"),
    "clock": N_("Clock"),
    "schedule": N_("Schedule"),
    "ledger": N_("Team's ledger"),
    "last_run": N_("Last save"),
    "pace": N_("Pace"),
    "plan": N_("Chatwork's plan"),
    "budget": N_("Chatwork's limit"),
    "notices": N_("Alerts"),
    "database": N_("Database"),
    "stamps": N_("Time stamps"),
    "rollback": N_("Database put back"),
    "service": N_("Data from"),
    "verification": N_("Verification"),
    "backup": N_("Backup"),
    "also_to": N_("Daily copies"),
    "disk": N_("Disk"),
    "home": N_("Folder"),
    "permissions": N_("Permissions"),
    "exports": N_("Exports"),
    "versions": N_("Versions"),
}
"""What the screen calls each check."""


class CheckResult(NamedTuple):
    """The result of one check, one line on the screen."""

    name: str
    """As docs/reference/json.md lists them."""
    grade: Grade
    text: str
    """In the language of the process; no name of a person or a chat, and no text of a message."""


def good(name: str, text: str) -> CheckResult:
    """A result that needs nothing to be done."""
    return CheckResult(name, Grade.GOOD, text)


def attention(name: str, text: str) -> CheckResult:
    """A result that works, but needs something to be done at some time."""
    return CheckResult(name, Grade.ATTENTION, text)


def action(name: str, text: str) -> CheckResult:
    """A result that needs something to be done now."""
    return CheckResult(name, Grade.ACTION, text)


def error_text(error: ArchiverError) -> str:
    """An error's sentence and its advice, set apart by spaces, as some sentences end without a full stop."""
    return f"{error}   {error.advice()}".rstrip()


def is_ok(results: Iterable[CheckResult]) -> bool:
    """Whether nothing has to be done now."""
    return not any(one.grade is Grade.ACTION for one in results)
