"""`demo`: plays a whole story with a simulated Chatwork, without a token."""

from __future__ import annotations

from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archiver import errors
from archiver.cli.context import FINDINGS, CliContext, complete_commands
from archiver.cli.terminal.output import echo, side_by_side, visible
from archiver.errors import N_

if TYPE_CHECKING:
    from archiver.demo.story import Story

DEFAULT = "chatwork-demo"


@click.command(
    "demo",
    help=N_(
        "See the whole story in about a minute: a simulated Chatwork on this computer, no token, nothing sent out."
    ),
)
@click.option(
    "--dir",
    "folder",
    metavar=N_("DIR"),
    hidden=True,
    help=N_("An empty folder for the demo's archive; left out: chatwork-demo."),
)
@click.pass_obj
def command_demo(obj: CliContext, folder: str | None) -> int:  # noqa: ARG001 - click's
    """Play the story, then print where its files are."""
    from archiver.demo.story import play, set_stage

    home = _demo_folder(folder)
    with set_stage(home, echo) as story:
        echo(_("A simulated Chatwork runs on this computer. Three weeks pass in fast motion."))
        is_good = play(story)
        _tell_where(story)
    return 0 if is_good else FINDINGS


def _demo_folder(folder: str | None) -> Path:
    """The given folder, or a new name for one; never a folder with content. Raises BadValue."""
    if folder is not None:
        home = Path(folder).expanduser().absolute()
        if home.exists() and (not home.is_dir() or any(home.iterdir())):
            raise errors.BadValue(value=folder, option="--dir", example=_("an empty folder"))
        return home
    number = 1
    while True:
        home = Path.cwd() / (DEFAULT if number == 1 else f"{DEFAULT}-{number}")
        if not home.exists():
            return home
        number += 1


def _tell_where(story: Story) -> None:
    page = story.package / "data" / "transcript" / "index.html" if story.package else story.home
    echo("")
    verdict = _("Nothing was changed in the export.") if story.ok else _("Some things in the export do NOT match.")
    echo(_("The export: {path}"), path=story.package)
    echo(verdict + " " + _("Open this page in your browser:"))
    echo(f"  {visible(str(page))}")
    echo("")
    echo(_("Look around; none of this needs a token:"))
    rows = [
        ("archive status", _("what is kept")),
        ("archive app --read-only", _("look at it in your browser")),
        (f"archive search --chat {story.room}", _("read the chat")),
        ("archive verify", _("check everything")),
    ]
    program = ("archive", "--home", str(story.home))
    echo(side_by_side([(complete_commands(command, program), words) for command, words in rows]))
    echo("")
    echo(_("To begin with your own chats: {command}"), command="archive app")
