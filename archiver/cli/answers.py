"""What the first run remembers between two calls, beyond what the archive tells by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archiver.store.archive import Archive

KEY = "setup"
"""Among the working tables: no evidence, only which questions were answered, as Enter leaves no other trace."""

BEGUN, FINISHED = "begun", "finished"
"""Of the first run."""


def answered(archive: Archive) -> dict[str, str]:
    """Which questions were answered, and how."""
    from archiver.store.working import memory

    with archive.reading() as reading:
        found: dict[str, str] = memory.recall(reading, KEY, {})
    return found


def note(archive: Archive, question: str, answer: str = "") -> None:
    """Remember that a question was answered."""
    from archiver.store.working import memory as work

    with archive.writing() as writing:
        work.remember(writing, KEY, {**work.recall(writing, KEY, {}), question: answer})


def was_saved(archive: Archive) -> str | None:
    """When a round last ended, as the archive writes it; None: never."""
    from archiver.store.working import memory as work

    with archive.reading() as reading:
        last = work.recall(reading, "last_sync")
    return None if last is None else str(last["at"])
