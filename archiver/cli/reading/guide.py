"""The command `guide`: the guides for users, as text on the terminal."""

from __future__ import annotations

from gettext import gettext as _

import click

from archiver import errors
from archiver.cli.terminal.language import current_language
from archiver.cli.terminal.output import echo, paged_output
from archiver.errors import N_


@click.command("guide", help=N_("Read a guide: when things go wrong, where to get advice, replies to copy, and more."))
@click.argument("topic", metavar=N_("TOPIC"), required=False)
def command_guide(topic: str | None) -> int:
    """Print one guide, or the list of them. Raises UsageError for a topic that there is not."""
    from archiver.web.settings.guides import find_guide, guides

    if topic is None:
        for guide in guides(current_language()):
            echo(f"{guide.topic:<10} {guide.title}")
        return 0
    found = find_guide(topic, current_language())
    if found is None:
        raise errors.UsageError(detail=_("There is no such guide. All of them: archive guide"))
    with paged_output():
        echo(found.text.rstrip())
    return 0
