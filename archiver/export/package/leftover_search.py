"""Searches the texts that a package would show for leftovers, once everything known is covered in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from archiver import errors
from archiver.evidence.history import text
from archiver.export.mask.folding import folded_text
from archiver.export.mask.leftovers import LeftoverFinder, distinct_leftovers
from archiver.export.mask.package_mask import PackageMask
from archiver.export.metadata.items import PERSONAL, WORDS, FileMetadata
from archiver.export.package.leftover_processes import LONG, FoundLeftover, found_in_texts
from archiver.export.package.order import ExportOrder, LeftoverWish
from archiver.export.package_scope import STATEMENTS, PackageScope
from archiver.records import Contract, Leftover, LeftoverKind
from archiver.store.archive import Reading
from archiver.store.queries import package_entries
from archiver.store.working.remembered_values import LEFTOVER_ANSWERS

_FIELDS: Mapping[str, Sequence[str]] = {
    "message": ("body",),
    "task": ("body",),
    "file": ("filename",),
    "room": ("name", "description"),
}
_STATED_FIELDS = ("title", "name", "note", "reason")
_ASKED = ("support", "consult")
"""The packages that cover names."""
_KINDS_SHOWN = frozenset(_FIELDS) | STATEMENTS
"""Also for a consultation: it quotes messages and tells tasks."""


def with_remembered_answers(reading: Reading, order: ExportOrder, contract: Contract) -> ExportOrder:
    """The order with what the user decided about this contract's leftovers before, where third persons are hidden."""
    if order.policy is None or not order.policy.people:
        return order
    remembered = LEFTOVER_ANSWERS.of(contract.id).recall(reading)
    return replace(order, leftover_answers={**remembered, **order.leftover_answers})


def settle_leftovers(
    reading: Reading,
    order: ExportOrder,
    contract: Contract,
    mask: PackageMask,
    *,
    upto: int,
    metadata: Sequence[FileMetadata] = (),
) -> tuple[Leftover, ...]:
    """Hide in `mask` what the user decided to hide; return what nobody decided about (nothing, unless only listed).

    Packages that show third persons have none. `metadata`: of the files that would leave.

    Raises LeftoversOpen if the user has not decided about everything and did not ask to hide it.
    """
    if order.profile not in _ASKED:
        return ()
    answers = order.leftover_answers
    mask.hide_pieces([piece for piece, hidden in answers.items() if hidden])
    decided = set(map(folded_text, answers))
    found = [*_search(reading, order, contract, mask, upto=upto), *_search_metadata(metadata, order, contract, mask)]
    listed = distinct_leftovers(found)
    mask.hide_contacts_everywhere()
    undecided = tuple(one for one in listed if folded_text(one.piece) not in decided)
    if undecided and order.leftovers is LeftoverWish.ASK:
        raise errors.LeftoversOpen(leftovers=undecided)
    if order.leftovers is LeftoverWish.HIDE:
        mask.hide_possible_pieces([one.piece for one in undecided])
        return ()
    return undecided


def _search(
    reading: Reading, order: ExportOrder, contract: Contract, mask: PackageMask, *, upto: int
) -> Iterator[FoundLeftover]:
    texts = _masked_texts(_shown_texts(reading, order, contract, upto=upto), mask)
    names = (*mask.open_names, contract.client or ""), tuple(mask.hidden_names)
    return found_in_texts(texts, names, is_long=_is_long(reading, order, contract))


def _masked_texts(originals: Iterable[str], mask: PackageMask) -> Iterator[str]:
    """Each different text once, with everything known covered."""
    seen: set[int] = set()
    for original in originals:
        if hash(original) not in seen:
            seen.add(hash(original))
            yield mask.mask_text(original)


def _is_long(reading: Reading, order: ExportOrder, contract: Contract) -> bool:
    """Whether a package shows so many messages that a second process is worth its start."""
    rooms = PackageScope(contract, order.since, order.until).rooms
    return package_entries.count_messages(reading, rooms) >= LONG


def _search_metadata(
    metadata: Sequence[FileMetadata], order: ExportOrder, contract: Contract, mask: PackageMask
) -> Iterator[FoundLeftover]:
    """What the files say of people and places; nothing of files that leave without metadata anyway."""
    finder = LeftoverFinder([*mask.open_names, contract.client or ""])
    for one in metadata if not order.strip_metadata else ():
        for item in one.items:
            sentence = f"{one.file} {WORDS[item.field]}: {item.value}"
            if mask.mask_text(item.value) != item.value or finder.is_party(item.value):
                continue  # covered already, so a copy without metadata leaves, or nobody else's
            if item.field in PERSONAL:
                yield item.value, LeftoverKind.METADATA, sentence
            else:
                yield from ((piece, kind, sentence) for piece, kind, _ in finder.pieces(item.value))


def _shown_texts(reading: Reading, order: ExportOrder, contract: Contract, *, upto: int) -> Iterator[str]:
    """Every text of the package that is not a name of a person; a contract's client is a party."""
    scope = PackageScope(contract, order.since, order.until)
    for entry in package_entries.whole_entries(reading, scope.rooms, contract.id, upto=upto, kinds=_KINDS_SHOWN):
        if scope.includes_message(entry) if entry["kind"] == "message" else scope.includes(entry):
            if entry["kind"] in STATEMENTS:
                yield from _stated_texts(entry["payload"])
            else:
                yield from (text(entry["payload"]["object"].get(name)) for name in _FIELDS[entry["kind"]])


def _stated_texts(payload: Mapping[str, Any]) -> Iterator[str]:
    return (payload[name] for name in _STATED_FIELDS if isinstance(payload.get(name), str))
