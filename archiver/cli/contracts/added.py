"""What is said after a contract was entered."""

from __future__ import annotations

import re
from gettext import gettext as _

import click

from archiver.cli.terminal.text import visible
from archiver.records import Contract

ID = re.compile(r"[a-z0-9-]{1,32}")


def tell_added(made: Contract, held: list[Contract], *, unchecked: bool) -> None:
    """What was entered, and which of its rooms belong to other contracts too."""
    rooms = ", ".join(str(room.room_id) for room in made.rooms)
    click.echo(_("Entered: {contract}, rooms {rooms}.").format(contract=visible(made.label), rooms=rooms))
    if unchecked:
        click.echo(_("The rooms were not checked (unchecked), as Chatwork could not be asked."))
    for room in made.rooms:
        others = [one.label for one in held if room.room_id in {its.room_id for its in one.rooms}]
        if others:
            sentence = _("Room {room} also belongs to {contracts}; that is allowed.")
            click.echo(sentence.format(room=room.room_id, contracts=visible(", ".join(others))))
            if room.start is None:
                hint = _("Its packages hold the whole talk. To hold only this job's part: {command}")
                command = f"archive contract set {made.id} --room-from {room.room_id} 2026-11-01"
                click.echo(hint.format(command=command))
    _tell_number(made, held)


def _tell_number(made: Contract, held: list[Contract]) -> None:
    """Warn if the platform's number is that of another contract too."""
    others = [one.id for one in held if one.id != made.id and one.platform_id == made.platform_id]
    if made.platform_id is not None and others:
        sentence = _(
            "[Note] The number {number} is that of {contracts} too. If it is right, name each as it is called."
        )
        told = sentence.format(number=visible(made.platform_id), contracts=", ".join(others))
        click.echo(told, err=True)
