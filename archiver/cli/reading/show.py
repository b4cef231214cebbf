"""`search --chat` without words: prints a chat as it is kept, message by message."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from gettext import gettext as _

from archiver.app import utc_now
from archiver.chatwork.notation import parse
from archiver.cli.context import CliContext
from archiver.cli.terminal.day_options import parse_period
from archiver.cli.terminal.output import echo, paged_output
from archiver.cli.terminal.saved_rooms import find_room
from archiver.cli.terminal.text import visible
from archiver.message_ids import posted_at
from archiver.records import AccountId, State
from archiver.render.message_body import References, plain_text
from archiver.render.times import minute_text
from archiver.setup.round_words import about_time
from archiver.store.archive import Archive
from archiver.store.fingerprints import DELETED
from archiver.store.queries.transcript import TranscriptMessage, TranscriptText, transcript_messages
from archiver.store.queries.viewing.people import names_over_time
from archiver.store.time_text import from_text, from_unix
from archiver.store.working.backfill_queue import ItemState, unseen_ids

UnseenMessage = tuple[int, ItemState]
"""A message that was never seen: its id and its state in the back-fill queue."""


def show_chat(obj: CliContext, chat: str, since: str | None, until: str | None) -> int:
    """Print a chat's messages, with earlier texts of edited and deleted ones; needs no token and no network."""
    begin, end = parse_period(since, until, now=utc_now())
    with Archive(obj.home).reading() as reading:
        room_id = find_room(reading, chat)
        messages = transcript_messages(reading, room_id, since=_unix_seconds(begin), until=_unix_seconds(end))
        unseen_of_room = unseen_within(unseen_ids(reading, room_id), begin, end)
        with paged_output():
            number = tell_messages(messages, names_over_time(reading, room_id), unseen_of_room)
    if not number:
        echo(_("No message is kept for this time."), err=True)
    return 0


def _unix_seconds(at: datetime | None) -> int | None:
    return None if at is None else int(at.timestamp())


def tell_messages(
    messages: Iterable[TranscriptMessage],
    names_at: Callable[[datetime | None], Callable[[AccountId], str | None]],
    unseen: Iterable[UnseenMessage] = (),
) -> int:
    """Print messages with the names of their time, and return how many there were.

    `unseen` are messages known by id alone; each is printed at its place among the others.
    """
    number, unseen_left = 0, deque(unseen)
    for message in messages:
        number += 1
        while unseen_left and unseen_left[0][0] < int(message.message_id):
            echo(unseen_line(unseen_left.popleft()) + "\n")
        sent = from_unix(message.send_time)
        moment = None if sent is None else from_text(sent)
        references = references_to(names_at(moment))
        at = "?" if moment is None else minute_text(moment)
        knows_text = any(one.body != DELETED for one in message.texts)
        mark_text = "".join(f"  [{state_mark(one, knows_text=knows_text)}]" for one in message.notable_states)
        echo(f"{at}  {visible(message.name)}(ID {message.account_id}){mark_text}  m{message.message_id}")
        for text in message.texts:
            _tell_text(text, references, last=text is message.texts[-1])
        echo()
    for unseen_message in unseen_left:
        echo(unseen_line(unseen_message) + "\n")
    return number


def references_to(name_of: Callable[[AccountId], str | None]) -> References:
    """What a body refers to, on a terminal: names of people, and nothing that leads somewhere."""
    return References(name_of=name_of, link_of=lambda _room, _message: None, file_of=lambda _file: None)


def state_mark(state: State, *, knows_text: bool) -> str:
    """The mark for a state of a message that is not as it was posted; without a text, nobody saw it change."""
    if state is State.DELETED and not knows_text:
        return _("was “deleted” when it was first saved")
    return {
        State.EDITED: _("edited"),
        State.DELETED: _("shown as deleted"),
        State.MISSING: _("not shown any more (reason unknown)"),
        State.HIDDEN: _("hidden by the plan"),
    }[state]


def _tell_text(text: TranscriptText, references: References, *, last: bool) -> None:
    if text.body == "[deleted]":
        return
    if not last:
        at = minute_text(text.last_seen) if text.last_seen else "?"
        echo("  " + _("Earlier text, last seen {time}:").format(time=at))
    for row in plain_text(parse.parse(text.body), references).split("\n"):
        echo("    " + visible(row) if not last else "  " + visible(row))


def unseen_line(unseen: UnseenMessage) -> str:
    """The line of a message of which only the id is known."""
    number, state = unseen
    reason = {"hidden": _("hidden by the plan"), "unreadable": _("not readable")}[state.value]
    at = about_time(number) or _("time unknown")
    note = _("text never seen: {why}").format(why=reason)
    return f"{at}  [{note}]  m{number}"


def unseen_within(
    messages: Iterable[UnseenMessage], since: datetime | None, until: datetime | None
) -> Iterator[UnseenMessage]:
    """Messages whose derived time lies in [since, until); those without a time only if no period is given."""
    for unseen in messages:
        at = posted_at(unseen[0])
        if at is None:
            is_in = since is None and until is None
        else:
            is_in = (since is None or at >= since) and (until is None or at < until)
        if is_in:
            yield unseen
