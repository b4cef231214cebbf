"""`show`: a room as it is kept, message by message."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from datetime import datetime
from gettext import gettext as _
from typing import TYPE_CHECKING

import click

from archiver.cli.completers import room_numbers
from archiver.cli.context import CliContext
from archiver.cli.terminal.day_options import parse_period
from archiver.cli.terminal.message_times import minute, unseen_line
from archiver.cli.terminal.text import visible
from archiver.errors import N_
from archiver.records import State

if TYPE_CHECKING:
    from archiver.cli.terminal.message_times import Unseen
    from archiver.render.body import References
    from archiver.store.queries.transcript import TranscriptMessage, TranscriptText


@click.command("show", help=N_("Read a room as it is kept, with earlier texts of edited and deleted messages."))
@click.argument("room", type=int, metavar=N_("ROOM"), shell_complete=room_numbers)
@click.option("--from", "since", metavar=N_("DAY"), help=N_("From this day on, such as 2026-11-01."))
@click.option("--to", "until", metavar=N_("DAY"), help=N_("Up to this day."))
@click.pass_obj
def command_show(obj: CliContext, room: int, since: str | None, until: str | None) -> int:
    """Needs no token and no network."""

    from archiver.cli.terminal.message_times import within
    from archiver.errors import UnknownRoom
    from archiver.store.archive import Archive
    from archiver.store.queries.contracts import contracts
    from archiver.store.queries.transcript import lines, names
    from archiver.store.working.backfill_queue import unseen

    begin, end = parse_period(since, until)
    with Archive(obj.home).reading() as reading:
        if room not in {one.room_id for contract in contracts(reading) for one in contract.rooms}:
            raise UnknownRoom(room=room)
        shown = lines(reading, room, since=_seconds(begin), until=_seconds(end))
        found = within(unseen(reading, room), begin, end)
        number = tell_lines(shown, names(reading, room), found)
    if not number:
        click.echo(_("No message is kept for this time."), err=True)
    return 0


def _seconds(at: datetime | None) -> int | None:
    return None if at is None else int(at.timestamp())


def tell_lines(lines: Iterable[TranscriptMessage], names: Mapping[int, str], unseen: Iterable[Unseen] = ()) -> int:
    """Print messages as a reader expects them, with these persons' names; how many there were.

    Between them stand the ids of those of which nothing was ever seen, in order.
    """
    from archiver.render.body import References
    from archiver.store.timestamps import from_text, from_unix

    known = References(name_of=names.get, link_of=lambda _room, _message: None, file_of=lambda _file: None)
    states = state_words()
    number, waiting = 0, deque(unseen)
    for line in lines:
        number += 1
        while waiting and waiting[0][0] < int(line.message_id):
            click.echo(unseen_line(waiting.popleft()) + "\n")
        sent = from_unix(line.send_time)
        at = "?" if sent is None else minute(from_text(sent))
        mark = "".join(f"  [{states[one]}]" for one in line.told_states)
        click.echo(f"{at}  {visible(line.name)}(ID {line.account_id}){mark}  m{line.message_id}")
        for text in line.texts:
            _tell_text(text, known, last=text is line.texts[-1])
        click.echo()
    for one in waiting:
        click.echo(unseen_line(one) + "\n")
    return number


def state_words() -> dict[State, str]:
    """How a message that is not as it was posted is marked."""
    return {
        State.EDITED: _("edited"),
        State.DELETED: _("shown as deleted"),
        State.MISSING: _("not shown any more (reason unknown)"),
        State.HIDDEN: _("hidden by the plan"),
    }


def _tell_text(text: TranscriptText, references: References, *, last: bool) -> None:
    from archiver.chatwork.notation import parse
    from archiver.render.body import plain

    if text.body == "[deleted]":
        return
    if not last:
        at = minute(text.last_seen) if text.last_seen else "?"
        click.echo("  " + _("Earlier text, last seen {time}:").format(time=at))
    for row in plain(parse.parse(text.body), references).split("\n"):
        click.echo("    " + visible(row) if not last else "  " + visible(row))
