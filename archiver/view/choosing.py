"""Choosing messages for a package: the box beside each, which belongs to the one form of the page.

Chosen messages travel in the address alone (`/chosen?m=ROOM-MESSAGE&…`); nothing is kept here. The script keeps
them from page to page while the browser's tab is open.
"""

from __future__ import annotations

from gettext import gettext as _

from markupsafe import Markup

FORM = "choose"
"""The id of the form; its button leads to the page of the chosen messages."""


def box(room_id: int, message_id: str) -> Markup:
    """The box with which a message is chosen."""
    return Markup('<label class="choose"><input type="checkbox" name="m" form="{}" value="{}-{}"> {}</label>').format(
        FORM, room_id, message_id, _("Choose")
    )
