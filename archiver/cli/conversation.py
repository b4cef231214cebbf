"""How `show` reads: messages in order with their earlier texts, and between them the ids of those never seen."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from gettext import gettext as _
from typing import TYPE_CHECKING

import click

from archiver.cli.terminal.message_times import minute, unseen_line
from archiver.cli.terminal.text import visible
from archiver.records import State

if TYPE_CHECKING:
    from archiver.cli.terminal.message_times import Unseen
    from archiver.render.body import References
    from archiver.store.queries.transcript import Line, Text


def tell_lines(lines: Iterable[Line], names: Mapping[int, str], unseen: Iterable[Unseen] = ()) -> int:
    """Print messages as a reader expects them, with these persons' names; how many there were.

    Between them stand the ids of those of which nothing was ever seen, in order.
    """
    from archiver.render.body import References
    from archiver.store.timestamps import moment, unix

    known = References(name_of=names.get, link_of=lambda _room, _message: None, file_of=lambda _file: None)
    states = state_words()
    number, waiting = 0, deque(unseen)
    for line in lines:
        number += 1
        while waiting and waiting[0][0] < int(line.message_id):
            click.echo(unseen_line(waiting.popleft()) + "\n")
        sent = unix(line.send_time)
        at = "?" if sent is None else minute(moment(sent))
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


def _tell_text(text: Text, references: References, *, last: bool) -> None:
    from archiver.chatwork.notation import parse as notation
    from archiver.render.body import plain

    if text.body == "[deleted]":
        return
    if not last:
        at = minute(text.last_seen) if text.last_seen else "?"
        click.echo("  " + _("Earlier text, last seen {time}:").format(time=at))
    for row in plain(notation.parse(text.body), references).split("\n"):
        click.echo("    " + visible(row) if not last else "  " + visible(row))
