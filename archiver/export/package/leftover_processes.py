"""Searches many texts for leftovers in two processes, this one and a helper, with the same result as one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from archiver.export import helper_process
from archiver.export.helper_process import Helper, batches_of, done_beside_helper
from archiver.export.mask.leftovers import LeftoverFinder
from archiver.records import LeftoverKind

LONG = 10_000
"""Messages from which on a helper is worth its start: it reads all lists of words first."""

FoundLeftover = tuple[str, LeftoverKind, str]
"""A piece, its kind, and the sentence in which it stands."""

Names = tuple[Collection[str], Collection[str]]
"""The names of the parties, and those of hidden people."""


def found_in_texts(texts: Iterable[str], names: Names, *, is_long: bool) -> Iterator[FoundLeftover]:
    """What is found in each text, in order; beside a helper, if there is much to do and a core for it."""
    find = _search_of_texts(*names)
    if not (is_long and helper_process.has_core_for_helper()):
        yield from (found for text in texts for found in find([text]))
        return
    answers = done_beside_helper(batches_of(texts), Helper(_search_of_texts, names), find, _as_received)
    yield from (found for _batch, answer in answers for found in answer)


def _as_received(answer: list[FoundLeftover]) -> list[FoundLeftover]:
    return answer


def _search_of_texts(
    party_names: Collection[str], hidden_names: Collection[str]
) -> Callable[[list[str]], list[FoundLeftover]]:
    finder = LeftoverFinder(party_names, hidden_names)
    return lambda texts: [found for text in texts for found in finder.pieces(text)]
