"""What the user decided about pieces that look like a person, kept for the next packages of a contract."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

from archiver import errors
from archiver.store.archive import Archive
from archiver.store.queries import contracts
from archiver.store.working.remembered_values import LEFTOVER_ANSWERS


def remember_answers(archive: Archive, contract: str | None, answers: Mapping[str, bool]) -> None:
    """Keep the answers (piece → whether it is hidden); an archive that cannot be written keeps none.

    Raises as `named_or_only_contract`.
    """
    with contextlib.suppress(errors.HomeNotWritable), archive.writing() as writing:
        slot = LEFTOVER_ANSWERS.of(contracts.named_or_only_contract(writing, contract).id)
        slot.remember(writing, {**slot.recall(writing), **answers})


def recall_answers(archive: Archive, contract: str | None) -> Mapping[str, bool]:
    """The answers given so far. Raises as `named_or_only_contract`."""
    with archive.reading() as reading:
        return LEFTOVER_ANSWERS.of(contracts.named_or_only_contract(reading, contract).id).recall(reading)
