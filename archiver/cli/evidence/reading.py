"""Reads on a terminal what a package would open, one message at a time with its covers drawn, or from a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from gettext import gettext as _
from gettext import ngettext
from pathlib import Path
from typing import TYPE_CHECKING

from archiver.cli.terminal.output import echo
from archiver.cli.terminal.prompts import ask
from archiver.cli.terminal.text import visible
from archiver.records import OpenedMessage, ReadState, Review
from archiver.setup.answers import InvalidAnswer

if TYPE_CHECKING:
    from archiver.export.package.order import ExportOrder
    from archiver.store.archive import Archive


def read_before(archive: Archive, order: ExportOrder, file: Path | None, *, asks: bool, now: datetime) -> ExportOrder:
    """The order with what was read, from a file or on the terminal, which is kept. Raises UsageError."""
    from archiver.export.mask.analyser import has_analyser
    from archiver.export.mask.policy import POLICIES
    from archiver.export.package import reading_step

    def look() -> Sequence[OpenedMessage]:
        return reading_step.opened_messages(archive, order, now=now)

    def keep(*reviews: Review) -> None:
        nonlocal order
        if reviews and not reading_step.keep_reviews(archive, order.contract, reviews, at=now):
            order = replace(order, reviews=(*order.reviews, *reviews))

    if order.profile not in POLICIES or not (file or asks):
        return order
    if file is not None:
        reviews = reading_step.reviews_of(look(), reading_step.read_decisions(file), at=now)
        keep(*reviews)
        _tell_nowhere(look, [word for one in reviews for word in one.covered])
    elif any(one.state is ReadState.UNREAD for one in look()):
        echo(_("Before this export is made, read each of its messages. Only what you read leaves."), err=True)
        if not has_analyser():
            echo(_("SudachiPy is not installed, so fewer names are found. Read with care."), err=True)
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
    from archiver.export.package.reading_step import words_nowhere

    for word in words_nowhere(look(), words) if words else ():
        echo(_("“{word}” stands in none of the messages to be read.").format(word=visible(word)), err=True)


def _read_key(answer: str) -> str:
    key = answer.casefold()
    if len(key) > 1 or key not in "csxq":
        raise InvalidAnswer(_("Please press Enter, or type c, s, x or q."))
    return key


def _ask_words(message: OpenedMessage, key: str) -> dict[str, tuple[str, ...]]:
    """The word to be covered, or the one whose cover is taken away; nothing if there is none."""
    from archiver.letter_folding import folded_text

    if key == "c":
        word = ask(_("Word:"), lambda answer: folded_text(answer).strip(), exact=True, err=True)
        return {"covered": (word,)} if word else {}
    for number, cover in enumerate(message.covers, 1):
        echo(f"  {number:>3} {visible(cover)}", err=True)
    number = ask(_("Number (0: none):"), lambda answer: _read_number(answer, len(message.covers)), err=True)
    return {"shown": (folded_text(message.covers[number - 1]).strip(),)} if number else {}


def _read_number(answer: str, count: int) -> int:
    if not (answer.isdecimal() and len(answer) < 5 and int(answer) <= count):
        raise InvalidAnswer(_("Please give a number from 0 to {n}.").format(n=count))
    return int(answer)


def _tell_message(message: OpenedMessage, left: int) -> None:
    count = ngettext("{n} to read", "{n} to read", left).format(n=left)
    head = f"No.{message.no}  {message.sent}" if message.no else _("Description of the chat")
    echo(f"\n{head}  {visible(message.name)}  ({count})", err=True)
    for text in message.texts[:-1]:
        echo(_("  earlier text: {text}").format(text=visible(text)), err=True)
    for line in message.texts[-1].splitlines() if message.texts else ():
        echo(f"  {visible(line)}", err=True)
    for name in message.files:
        echo(_("  file or task: {name}").format(name=visible(name)), err=True)
    if message.marks:
        echo(_("  perhaps names: {words}").format(words=visible(", ".join(message.marks))), err=True)
