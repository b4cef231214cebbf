"""Prints what is urgent on stderr above the results of commands that do not say it: one line on a terminal."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from archiver import errors
from archiver.cli.terminal.output import WIDTH, columns, echo, echo_lines
from archiver.render.screen_text import shorten
from archiver.settings.home import has_archive
from archiver.wording import gettext as _
from archiver.wording import ngettext

if TYPE_CHECKING:
    from archiver.cli.context import CliContext

COMMANDS_WITH_BANNER = frozenset({"export", "search", "job", "seal", "verify", "backup"})
"""Commands that print the banner; all others report how things stand themselves or mend it."""
_SHORTEST = 30
"""Columns that a sentence has at least, however long the command after it is."""
_SENTENCE_END = re.compile(r"。|[.!?](?= )")


def tell_banner(obj: CliContext, command: str) -> None:
    """Print what is urgent, unless `-q` was given; an archive that cannot be read is left to the command to report."""
    if command not in COMMANDS_WITH_BANNER or obj.verbose < 0 or not has_archive(obj.home):
        return
    from archiver.app import utc_now
    from archiver.notices import sentences
    from archiver.store.archive import Archive

    archive = Archive(obj.home)
    try:
        pending = sentences.urgent_notices(archive, obj.settings(), now=utc_now())
    except errors.ArchiverError:
        return
    finally:
        archive.close()
    urgent = sentences.sentences(pending)
    if urgent and sys.stderr.isatty():
        echo(banner_line(urgent), err=True)
        return
    echo_lines(urgent, err=True)


def banner_line(urgent: Sequence[str]) -> str:
    """The first of these sentences as one line of the screen, and how many others there are."""
    first, more = urgent[0], len(urgent) - 1
    if not more and columns(first) <= WIDTH:
        return first
    see = ngettext("({n} more: archive)", "({n} more: archive)", more).format(n=more) if more else _("(More: archive)")
    width = max(WIDTH - columns(see) - len("  "), _SHORTEST)
    ends = [match.end() for match in _SENTENCE_END.finditer(first) if columns(first[: match.end()]) <= width]
    return f"{first[: ends[-1]].rstrip() if ends else shorten(first, width)}  {see}"
