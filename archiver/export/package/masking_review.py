"""The reading before a package is made: what it would open, and what somebody decides about that.

The page, the terminal and the scripts make the same record by these functions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import fields
from datetime import datetime
from gettext import gettext as _
from pathlib import Path

import msgspec

from archiver import errors
from archiver.export.package import recipe_from_order
from archiver.export.package.order import ExportOrder
from archiver.export.package.recipe import Recipe
from archiver.letter_folding import folded_text
from archiver.records import MEMBER, OpenedMessage, ReadState, Review, Role
from archiver.store import user_statements
from archiver.store.archive import Archive, Reading, again_if_stale
from archiver.store.queries import contracts
from archiver.store.queries.entries import last_seq


class Decision(msgspec.Struct, frozen=True, rename={"message_id": "id"}):
    """What somebody decided about an opened message, and about words in it."""

    message_id: str
    digest: str
    """Of what was shown."""
    state: ReadState = ReadState.READ
    covered: tuple[str, ...] = ()
    """Words to be covered everywhere."""
    shown: tuple[str, ...] = ()
    """Words whose covers are taken away everywhere."""


def recipe_of(reading: Reading, order: ExportOrder, *, now: datetime) -> Recipe:
    """The recipe of a package as it would be made now. Raises as `make_package.export` does."""
    contract = contracts.named_or_only_contract(reading, order.contract)
    return recipe_from_order.make_recipe(
        reading, (), order, contract, name="", stamping=None, at=now, upto=last_seq(reading)
    )


def opened_messages(archive: Archive, order: ExportOrder, *, now: datetime) -> Sequence[OpenedMessage]:
    """The messages that a package would open, by number, with their covers drawn; none where all texts leave.

    Raises as `make_package.export` does.
    """
    return archive.read(recipe_of, order, now=now).opened


def members_to_ask(archive: Archive, order: ExportOrder) -> dict[int, str]:
    """Account → name of each third person of whom nobody was asked what else they are called; raises as an export."""
    with archive.reading() as reading:
        contract = contracts.named_or_only_contract(reading, order.contract)
        return recipe_from_order.members_to_ask(reading, order, contract, upto=last_seq(reading))


def other_names(account: int, words: Iterable[str], *, at: datetime) -> Review:
    """What else a third person is called, to be kept; they are covered as the name is."""
    return Review(f"{MEMBER}{account}", "", ReadState.READ, at, covered=tuple(filter(None, words)))


def reviews_of(opened: Iterable[OpenedMessage], decisions: Iterable[Decision], *, at: datetime) -> list[Review]:
    """The reviews to be kept; what somebody read that is not what would leave now counts as not read.

    Raises UsageError: a decision about a message that is not opened.
    """
    by_id, decided = {one.id: one for one in opened}, list(decisions)
    if unknown := [one.message_id for one in decided if one.message_id not in by_id]:
        sentence = _("These ids are not among the messages that this export opens: {ids}")
        raise errors.UsageError(detail=sentence.format(ids=", ".join(unknown)))
    return [_review(by_id[one.message_id], one, at) for one in decided]


def words_nowhere(opened: Iterable[OpenedMessage], words: Iterable[str]) -> list[str]:
    """Those of the words to be covered that stand in none of the messages, so that they may be mistyped."""
    written = folded_text("\n".join(text for one in opened for text in (*one.texts, *one.files, *one.covers)))
    return [one for one in words if folded_text(one).replace(" ", "") not in written.replace(" ", "")]


def _review(message: OpenedMessage, decision: Decision, at: datetime) -> Review:
    is_stale = decision.state is ReadState.READ and decision.digest != message.digest
    state = ReadState.UNREAD if is_stale else decision.state
    covered, shown = (
        tuple(folded for one in words if (folded := folded_text(one).strip()))
        for words in (decision.covered, decision.shown)
    )
    return Review(message.id, message.digest, state, at, message.drawn, covered, shown)


@again_if_stale
def keep_reviews(archive: Archive, contract: str | None, reviews: Sequence[Review], *, at: datetime) -> bool:
    """Keep reviews for this package of a contract and the next; False from a home that cannot be written."""
    try:
        with archive.writing() as writing:
            named = contracts.named_or_only_contract(writing, contract).id
            user_statements.state_reviews(writing, named, reviews, at=at)
    except errors.HomeNotWritable:
        return False
    return True


@again_if_stale
def keep_sides(archive: Archive, order: ExportOrder, *, at: datetime) -> None:
    """Keep with the job who was said to be the other side, and who is not; from a locked home it holds only once."""
    roles = dict.fromkeys(order.thirds, Role.THIRD) | dict.fromkeys(order.counterparts, Role.CLIENT)
    with suppress(errors.HomeNotWritable), archive.writing() as writing:
        named = contracts.named_or_only_contract(writing, order.contract).id
        for account, role in sorted(roles.items()):
            user_statements.state_role(writing, named, account, role, _("chosen when an export was made"), at=at)


def read_decisions(file: Path) -> list[Decision]:
    """The decisions of a file with a list of them. Raises UsageError."""
    try:
        decisions = msgspec.json.decode(body := file.read_bytes(), type=list[Decision])
    except (OSError, msgspec.MsgspecError):
        sentence = _("The file must be a JSON list of messages, as --preview --json gives them.")
        raise errors.UsageError(detail=sentence) from None
    known = {*Decision.__struct_encode_fields__, *(one.name for one in fields(OpenedMessage))}
    if unknown := [*dict.fromkeys(key for one in msgspec.json.decode(body) for key in one if key not in known)]:
        sentence = _("The file has keys that are not known: {keys}. Words stand under covered and shown.")
        raise errors.UsageError(detail=sentence.format(keys=", ".join(unknown)))
    return decisions
