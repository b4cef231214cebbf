"""What somebody decided who read the messages that a package would open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ReadState(StrEnum):
    """Whether an opened message was read."""

    UNREAD = "unread"
    READ = "read"
    """It leaves as it was shown."""
    COVERED = "covered"
    """It stays covered, as the reader wishes."""


@dataclass(frozen=True, slots=True)
class Review:
    """A decision about one opened message of a job."""

    message_id: str
    digest: str
    """Of what was shown."""
    state: ReadState
    at: datetime
    drawn: tuple[str, ...] = ()
    """The words that were covered in what was shown, besides what is always masked."""
    covered: tuple[str, ...] = ()
    """The words that the reader covered everywhere."""
    shown: tuple[str, ...] = ()
    """The words whose covers the reader took away."""


@dataclass(frozen=True, slots=True)
class OpenedMessage:
    """A message that a package would open, as somebody reads it before: with its covers drawn."""

    id: str
    """Of the message; `chat` and the chat's number where it is the description of a chat."""
    room: int
    no: int
    """0 for a description."""
    sent: str
    name: str
    texts: tuple[str, ...]
    """Every text that it had, the oldest first."""
    files: tuple[str, ...]
    """The names of its files and the texts of its tasks."""
    covers: tuple[str, ...]
    """What stands under its covers."""
    digest: str
    """Of what is shown: its texts and files."""
    state: ReadState
    drawn: tuple[str, ...]
    """The words that are covered in it, besides what is always masked."""
    parts: tuple[tuple[tuple[str, str], ...], ...] = ()
    """Each text and file in parts: what is shown, and what stands under it if it is a cover."""
