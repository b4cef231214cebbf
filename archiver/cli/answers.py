"""Remembers which questions of the first run and of `contract add` were answered, between two calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archiver.store.archive import Archive

MEMORY_KEY = "setup"
"""Key of the answers in the working memory; they are no evidence, and Enter leaves no other trace."""

BEGUN, FINISHED = "begun", "finished"
"""Keys that say that the first run was begun, and that it was finished."""


def recall_answers(archive: Archive) -> dict[str, str]:
    """The answers so far, by question."""
    from archiver.store.working import memory

    with archive.reading() as reading:
        answers: dict[str, str] = memory.recall(reading, MEMORY_KEY, {})
    return answers


def note_answer(archive: Archive, question: str, answer: str = "") -> None:
    """Remember that a question was answered."""
    from archiver.store.working import memory

    with archive.writing() as writing:
        memory.remember(writing, MEMORY_KEY, {**memory.recall(writing, MEMORY_KEY, {}), question: answer})


def last_saved_at(archive: Archive) -> str | None:
    """When a round last ended, as the archive writes times; None if never."""
    from archiver.store.working import memory

    with archive.reading() as reading:
        last_sync = memory.recall(reading, "last_sync")
    return None if last_sync is None else str(last_sync["at"])
