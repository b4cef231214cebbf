"""The page of a message: its texts side by side, when each was seen, their proof, and commands for it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from gettext import gettext as _
from typing import Any

from flask import Blueprint, render_template, request
from markupsafe import Markup

from archiver import errors
from archiver.evidence.history import is_box_removal
from archiver.records import Contract, Message, ObservedBy, Version
from archiver.render.invisible_characters import visible, visible_html
from archiver.render.message_html import chatwork_url
from archiver.render.times import moment_words, typed_time
from archiver.store.archive import Reading
from archiver.store.queries.viewing import messages
from archiver.store.queries.viewing.message_summaries import message_summaries
from archiver.store.queries.viewing.messages import Proof, proofs
from archiver.web.context import Chat, chat, view_context
from archiver.web.talk.conversation import position, selection_orders
from archiver.web.talk.flow import single_row
from archiver.web.talk.message_links import conversation_url, message_context
from archiver.web.talk.text_diff import VersionPair, version_pairs
from archiver.wording import shell_line

pages = Blueprint("message", __name__)

_LONGEST_NUMBER = 9


@pages.get("/room/<int:room>/message/<message_id>", endpoint="one")
def show(room: int, message_id: str) -> str:
    """The page of a message."""
    number = position(message_id)
    with view_context().reading() as reading:
        room_chat = chat(reading, room)
        message = messages.message_by_id(reading, room, f"{number}")
        if message is None:
            raise errors.UsageError(detail=_("No message with this id is kept in this chat."))
        text_pairs = version_pairs(message, message_context(reading, room, [message]).references, _upto(message))
        versions = _version_lines(message, proofs(reading, room, number), text_pairs)
        row = single_row(reading, message)
        commands = _commands(reading, room_chat, message)
    return render_template(
        "message.html",
        chat=room_chat,
        message=message,
        row=row,
        steps=[{"pair": one, "before": versions[one.number], "after": versions[one.number + 1]} for one in text_pairs],
        is_box_removal=is_box_removal,
        versions=versions,
        earlier=text_pairs[-1].number if text_pairs and text_pairs[-1].number > 1 else 0,
        source=source_word(message.source),
        commands=commands,
        place=conversation_url(room, message.message_id),
        outside=chatwork_url(message.room_id, message.message_id),
    )


def source_word(source: ObservedBy) -> str:
    """How the last reading of a message was made, in words."""
    words = {
        ObservedBy.LIST: _("from the list of messages"),
        ObservedBy.SINGLE: _("read one by one"),
        ObservedBy.RECOVERED: _("brought in (archive save FILE)"),
        ObservedBy.COPY: _("taken in from another copy of the archive"),
    }
    return words[source]


def _upto(message: Message) -> int:
    """The number of the last version shown: `?upto=N`, else all."""
    text, last = request.args.get("upto", ""), len(message.versions)
    if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER:
        return min(max(int(text), 1), last)
    return last


def _version_lines(
    message: Message, proofs_by_version: Sequence[Proof], text_pairs: Sequence[VersionPair]
) -> dict[int, dict[str, Any]]:
    """The versions on the page by number, the latest first."""
    last = text_pairs[0].number + 1 if text_pairs else _upto(message)
    first = text_pairs[-1].number if text_pairs else last
    return {
        number: _version(number, message.versions[number - 1], proofs_by_version[number - 1])
        for number in range(last, first - 1, -1)
    }


def _version(number: int, version: Version, proof: Proof) -> dict[str, Any]:
    now, seconds = view_context().now(), version.update_time
    source = Markup(visible_html(version.body, lines=True))  # noqa: S704 - safe
    row = {"number": number, "version": version, "proof": proof, "source": source}
    row["edited_at"] = typed_time(seconds) if seconds > 0 else ""
    return row | {"edited_words": typed_time(seconds, lambda at: moment_words(at, now))}


# --- what can be done ----------------------------------------------------------------------------


def _commands(reading: Reading, room_chat: Chat, message: Message) -> list[dict[str, str]]:
    """The commands that make a package with the message, or attach a screenshot of it to a contract."""
    program, chosen = view_context().command, message_summaries(reading, [(room_chat.room_id, int(message.message_id))])
    package_orders, _left = selection_orders(reading, chosen, program, platform=sys.platform)
    packages = [
        {"label": _("Make an export of job {contract} with it:").format(contract=order["contract"]), "line": line}
        for order in package_orders
        for _profile, line in order["commands"][:1]
    ]
    return packages + [_attach_command(program, contract, message) for contract in room_chat.contracts]


def _attach_command(program: Sequence[str], contract: Contract, message: Message) -> dict[str, str]:
    words = [*program, *f"job enter {contract.id} file --message {message.message_id} --file".split(), _("FILE")]
    label = _("Keep a screenshot of it with job {contract}:").format(contract=visible(contract.label))
    return {"label": label, "line": shell_line(words, platform=sys.platform)}
