"""What an export would let leave, in numbers, and what to think of before it does."""

from __future__ import annotations

from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from archiver.export.gathering import Preview


def tell_preview(preview: Preview, *, err: bool) -> None:
    """Numbers, one a line, then the warnings."""
    click.echo(_("What would leave with this package:"), err=err)
    for line in (
        ngettext("{n} message", "{n} messages", preview.messages).format(n=preview.messages),
        _("{n} people, {hidden} of them called by a letter").format(n=preview.people, hidden=preview.hidden_people),
        ngettext("{n} file from Chatwork", "{n} files from Chatwork", preview.files).format(n=preview.files),
        ngettext("{n} piece of your own evidence", "{n} pieces of your own evidence", preview.enclosures).format(
            n=preview.enclosures
        ),
        ngettext("{n} masked place", "{n} masked places", preview.masked).format(n=preview.masked),
        _("{size} MB before it is zipped").format(size=f"{preview.size / 1_000_000:.1f}"),
    ):
        click.echo(f"  {line}", err=err)
    tell_warnings(preview, err=err)


def tell_warnings(preview: Preview, *, err: bool) -> None:
    """What to think of before this leaves, one a line."""
    for warning in preview.warnings:
        click.echo(_warning(warning), err=err)


def _warning(name: str) -> str:
    return {
        "early_contact": _(
            "[Note] The first message is earlier than the stated approval or escrow, and the report says so. "
            "Messages are never left out to hide it; think about whom you send it to."
        ),
        "forbidden_contact": _(
            "[Note] This platform allows no contact outside of it, and the package shows that there was some. "
            "Messages are never left out to hide it; think about whom you send it to."
        ),
        "nda": _(
            "[Note] You stated a promise of secrecy (NDA). A platform's office is usually not among those it excepts; "
            "a lawyer is. So the whole table and your own evidence stay out of this package. Consider: "
            "archive export --for lawyer"
        ),
        "unmapped": _(
            "[Note] It is not known which of the people is the client, so no name is masked. State the client's name "
            "as Chatwork shows it (archive contract set … --client NAME), or use --mask-person ID."
        ),
    }[name]
