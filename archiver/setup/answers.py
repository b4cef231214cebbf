"""Answers that are not valid, the keys of the first run's questions, and which of them were answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

BEGUN, FINISHED = "begun", "finished"
"""Keys that say that the first run was begun, and that it was finished."""

ORGANISATION = "organisation"
"""Key of the answer whether a client owns the organisation."""

SCHEDULE, STAMPS, TRIED = "schedule", "stamps", "tried"
"""Keys of what is remembered: the answer yes or no, the answer on or off, and that the job was tried."""

FAILED = "failed"
"""What is remembered of a job that was tried and does not save by itself."""

NOTICE = "notice"
"""Key of the answer whether a test notice was seen."""

FACT_PREFIX = "fact/"
"""Before a contract and the name of its fact: that it was asked for."""


class InvalidAnswer(Exception):
    """An answer that is not valid; its text is the sentence to show."""


if TYPE_CHECKING:
    from collections.abc import Mapping

    from archiver.store.archive import Archive


def recall_answers(archive: Archive) -> Mapping[str, str]:
    """The answers so far, by question."""
    from archiver.store.working import remembered_values

    with archive.reading() as reading:
        return remembered_values.SETUP_ANSWERS.recall(reading)


def note_answer(archive: Archive, question: str, answer: str = "") -> None:
    """Remember that a question was answered."""
    from archiver.store.working import remembered_values as slots

    with archive.writing() as writing:
        slots.SETUP_ANSWERS.remember(writing, {**slots.SETUP_ANSWERS.recall(writing), question: answer})


def asked_facts(archive: Archive, contract: str) -> set[str]:
    """Names of the contract's facts that the first run has asked for."""
    answers, prefix = recall_answers(archive), fact_prefix(contract)
    return {name.removeprefix(prefix) for name in answers if name.startswith(prefix)}


def fact_prefix(contract: str) -> str:
    """Before the name of a fact of this contract: that it was asked for."""
    return f"{FACT_PREFIX}{contract}/"
