"""What is asked before a package is made: who the other side is, and whether each opened message was read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from gettext import gettext as _
from gettext import ngettext
from pathlib import Path

from archiver import errors
from archiver.chatwork.notation.parse import parse
from archiver.cli.terminal.output import echo, pad, visible
from archiver.cli.terminal.prompts import ask, ask_numbers, is_asked
from archiver.export.mask.name_lists import has_analyser
from archiver.export.mask.policy import POLICIES
from archiver.export.package import reading_step
from archiver.export.package.make_package import ExportReport
from archiver.export.package.order import ExportOrder
from archiver.export.package.reading_step import words_nowhere
from archiver.letter_folding import folded_text
from archiver.records import CounterpartCandidate, OpenedMessage, ReadState, Review, UndecidedRoom
from archiver.render.message_body import plain_text
from archiver.render.screen_text import shorten
from archiver.render.times import iso_date
from archiver.setup.written_values import InvalidAnswer
from archiver.store.archive import Archive

_NAME_WIDTH = 24


def read_before(archive: Archive, order: ExportOrder, file: Path | None, *, asks: bool, now: datetime) -> ExportOrder:
    """The order with what was read, from a file or on the terminal, which is kept. Raises UsageError."""

    def look() -> Sequence[OpenedMessage]:
        return reading_step.opened_messages(archive, order, now=now)

    def keep(*reviews: Review) -> None:
        nonlocal order
        if reviews and not reading_step.keep_reviews(archive, order.contract, reviews, at=now):
            order = replace(order, reviews=(*order.reviews, *reviews))

    if order.profile not in POLICIES:
        return order
    if not has_analyser():
        echo(_("SudachiPy is not installed, so fewer names are found. Read with care."), err=True)
    if file is not None:
        opened, decisions = look(), reading_step.read_decisions(file)
        ids = {one.id for one in opened}
        reviews = reading_step.reviews_of(opened, [one for one in decisions if one.message_id in ids], at=now)
        keep(*reviews)
        if unused := [one.message_id for one in decisions if one.message_id not in ids]:
            echo(_("Not used, as this export does not open them: {ids}"), err=True, ids=", ".join(unused))
        _tell_nowhere(look, [word for one in reviews for word in one.covered])
    elif asks and any(one.state is ReadState.UNREAD for one in look()):
        echo(_("Before this export is made, read each of its messages. Only what you read leaves."), err=True)
        for account, name in reading_step.members_to_ask(archive, order).items():
            question = _("What else is {name} called in these chats? (several with spaces, Enter: nothing else)")
            words = ask(question.format(name=visible(name)), str.split, err=True)
            keep(reading_step.other_names(account, words, at=now))
        _read_each(look, keep, now)
    return order


def _read_each(look: Callable[[], Sequence[OpenedMessage]], keep: Callable[[Review], None], now: datetime) -> None:
    """Ask about each message that is not read, and keep each answer at once, as the terminal may be closed."""
    unread = [one for one in look() if one.state is ReadState.UNREAD]
    while unread:
        message = unread[0]
        _tell_message(message, len(unread))
        key = ask(
            _("Enter: read   c: cover a word everywhere   s: show a cover   x: leave it covered   q: later"),
            _read_key,
            err=True,
        )
        if key == "q":
            return
        if key in ("", "x"):
            state = ReadState.COVERED if key else ReadState.READ
            keep(Review(message.id, message.digest, state, now, message.drawn))
            del unread[0]
            continue
        words = _ask_words(message, key)
        keep(Review(message.id, message.digest, ReadState.UNREAD, now, **words))
        _tell_nowhere(look, words.get("covered", ()))
        unread = [one for one in look() if one.state is ReadState.UNREAD]


def _tell_nowhere(look: Callable[[], Sequence[OpenedMessage]], words: Sequence[str]) -> None:
    """Tell which of the words to be covered nobody wrote, as they may be mistyped."""
    for word in words_nowhere(look(), words) if words else ():
        echo(_("“{word}” stands in none of the messages to be read."), err=True, word=word)


def _read_key(answer: str) -> str:
    key = answer.casefold()
    if len(key) > 1 or key not in "csxq":
        raise InvalidAnswer(_("Please press Enter, or type c, s, x or q."))
    return key


def _ask_words(message: OpenedMessage, key: str) -> dict[str, tuple[str, ...]]:
    """The word to be covered, or the one whose cover is taken away; nothing if there is none."""
    if key == "c":
        word = ask(_("Word:"), lambda answer: folded_text(answer).strip(), exact=True, err=True)
        return {"covered": (word,)} if word else {}
    numbers = ask_numbers(_("Number (several: 1 2):"), [*map(visible, message.covers)], none=_("none of them"))
    shown = tuple(folded_text(message.covers[number - 1]).strip() for number in numbers)
    return {"shown": shown} if shown else {}


def _tell_message(message: OpenedMessage, left: int) -> None:
    count = ngettext("{n} to read", "{n} to read", left).format(n=left)
    head = f"No.{message.no}  {message.sent}" if message.no else _("Description of the chat")
    echo(f"\n{head}  {visible(message.name)}  ({count})", err=True)
    texts = [plain_text(parse(one)) for one in message.texts]
    for text in texts[:-1]:
        echo(_("  earlier text: {text}"), err=True, text=text)
    for line in texts[-1].splitlines() if texts else ():
        echo(f"  {visible(line)}", err=True)
    for name in message.files:
        echo(_("  file or task: {name}"), err=True, name=name)
    if message.marks:
        echo(_("  perhaps names: {words}"), err=True, words=", ".join(message.marks))


def make_with_counterparts(
    make: Callable[[ExportOrder], ExportReport], keep: Callable[[ExportOrder], None], order: ExportOrder
) -> ExportReport:
    """Make the package; on a terminal ask for the other side first where nobody was named, and keep the answer.

    Raises CounterpartUnknown without a terminal, and whatever `make` raises.
    """
    try:
        return make(order)
    except errors.CounterpartUnknown as error:
        if not is_asked():
            raise
        answered = _with_answers(order, error.rooms)
        keep(answered)
        return make(answered)


def _with_answers(order: ExportOrder, rooms: Sequence[UndecidedRoom]) -> ExportOrder:
    """The order with an answer for each room; who was named in one room is not asked for again in another."""
    named, thirds = set(order.counterparts), set(order.thirds)
    for room in rooms:
        accounts = {one.account_id for one in room.candidates}
        if accounts & named or accounts <= thirds:
            continue
        chosen = _ask_room(room)
        named |= chosen
        thirds |= accounts - chosen
    return replace(order, counterparts=frozenset(named), thirds=frozenset(thirds - named))


def _ask_room(room: UndecidedRoom) -> set[int]:
    """The accounts that the user names in one room; none, if the other side is not among them."""
    echo(_("Who is the client in “{room}”? Everybody else's name is hidden."), err=True, room=shorten(room.name, 40))
    lines = [_candidate_line(candidate) for candidate in room.candidates]
    numbers = ask_numbers(_("Number (several: 1 2):"), lines, none=_("none of them"))
    return {int(room.candidates[number - 1].account_id) for number in numbers}


def _candidate_line(candidate: CounterpartCandidate) -> str:
    count = ngettext("{n} message", "{n} messages", candidate.messages).format(n=candidate.messages)
    days = ""
    if candidate.first_sent is not None and candidate.last_sent is not None:
        days = f"{iso_date(candidate.first_sent)} – {iso_date(candidate.last_sent)}"
    name = pad(shorten(candidate.name, _NAME_WIDTH), _NAME_WIDTH)
    known = _("(the client until now)") if candidate.is_known else ""
    return f"{name} {candidate.account_id:<10} {count}  {days} {known}".rstrip()
