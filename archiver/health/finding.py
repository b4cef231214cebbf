"""One look of `archive check`: what was looked at, how it stands, and one sentence with what to do."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from archiver.errors import ArchiverError
from archiver.records import JST


class Grade(StrEnum):
    """How a look stands; the values are those of the JSON document."""

    GOOD = "good"
    ATTENTION = "attention"
    """It works, but something should be done."""
    ACTION = "action"
    """Something that unattended work needs is not there."""


class CheckResult(NamedTuple):
    """One line."""

    name: str
    """As docs/reference/json.md lists them."""
    verdict: Grade
    text: str
    """In the language of the process; no name of a person or a chat, and no text of a message."""


def good(name: str, text: str) -> CheckResult:
    """Nothing is to be done."""
    return CheckResult(name, Grade.GOOD, text)


def attention(name: str, text: str) -> CheckResult:
    """It works, but something should be done."""
    return CheckResult(name, Grade.ATTENTION, text)


def action(name: str, text: str) -> CheckResult:
    """Something has to be done."""
    return CheckResult(name, Grade.ACTION, text)


def fault_text(fault: ArchiverError) -> str:
    """What is wrong, and what to do about it; some of our errors end without a full stop."""
    return f"{fault}   {fault.advice()}".rstrip()


def ok(looks: Iterable[CheckResult]) -> bool:
    """Whether nothing has to be done."""
    return not any(one.verdict is Grade.ACTION for one in looks)


def minute(at: datetime) -> str:
    """A time as people in Japan read it."""
    return at.astimezone(JST).strftime("%Y-%m-%d %H:%M")


def day(at: datetime) -> str:
    """A day as people in Japan read it."""
    return at.astimezone(JST).strftime("%Y-%m-%d")
