"""Everybody ever seen in a chat: names over time, roles; and the chat's own descriptions and names over time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from gettext import gettext as _

from flask import Blueprint, render_template, request
from markupsafe import Markup, escape

from archiver.chatwork.notation.parse import parse
from archiver.claims.messages import closed_since
from archiver.records import Role
from archiver.render import message_body
from archiver.render.invisible_characters import visible
from archiver.render.message_body import References
from archiver.store.archive import Reading
from archiver.store.queries.contracts import mapped_accounts
from archiver.store.queries.people import DatedValue, PersonHistory, names_and_descriptions, people
from archiver.store.queries.viewing.messages import first_fitting
from archiver.web.context import Chat, Row, chat, parse_cursor, short_name, view_context
from archiver.web.talk.message_links import message_context, owner_of

pages = Blueprint("people", __name__)


PERSONS_LIMIT = 50
BYTES_LIMIT = 250_000
"""The limit for all histories of a page, so that it stays below 0.4 MB. One person always fits."""
VALUES_LIMIT, HISTORY_BYTES_LIMIT = 30, 20_000
"""The limits of values and bytes for one history; one value always fits, and older values are only counted."""
_AROUND = 120
"""Bytes of HTML around a value."""


@pages.get("/room/<int:room>/people")
def room(room: int) -> str:
    """The people of a chat, present members first."""
    with view_context().reading() as reading:
        room_chat = chat(reading, room)
        persons = sorted(people(reading, room), key=lambda person: (person.is_gone, person.account_id))
        (begin,) = parse_cursor(request.args.get("from", ""), 1) or [0]
        begin = begin if 0 <= begin < len(persons) else 0
        parts, owner = _contract_parts(reading, room_chat), owner_of(reading)
    every_line = (
        _line(person, owner, parts.get(person.account_id, ())) for person in persons[begin : begin + PERSONS_LIMIT]
    )
    lines = first_fitting(every_line, lambda line: line["size"], BYTES_LIMIT)
    more = begin + len(lines) if begin + len(lines) < len(persons) else None
    return render_template("people.html", chat=room_chat, lines=lines, begin=begin, more=more, count=len(persons))


def _html_bytes(value: DatedValue) -> int:
    return len(escape(value.value).encode()) + _AROUND


def _contract_parts(reading: Reading, room_chat: Chat) -> Mapping[int, tuple[tuple[str, str, str], ...]]:
    """The role of each account in the contracts of the chat, as the user stated it."""
    words = {Role.CLIENT: _("the client"), Role.ME: _("you"), Role.THIRD: _("another person")}
    found: dict[int, tuple[tuple[str, str, str], ...]] = {}
    for contract in room_chat.contracts:
        for mapping in mapped_accounts(reading, contract.id):
            row = (visible(contract.called), words[mapping.role], short_name(mapping.reason))
            found[mapping.account_id] = (*found.get(mapping.account_id, ()), row)
    return found


def _line(person: PersonHistory, owner: int, parts: tuple[tuple[str, str, str], ...]) -> Row:
    histories = list(_histories(person))
    return {
        "account_id": person.account_id,
        "name": short_name(person.name).strip(),
        "picture": person.avatar,
        "is_owner": person.account_id == owner,
        "closed_since": closed_since((one.value, one.since) for one in person.names),
        "membership": person.membership[-1] if person.membership else None,
        "contact": person.contact[-1] if person.contact else None,
        "histories": histories,
        "parts": parts,
        "size": sum(_html_bytes(value) for history in histories for value in history["latest"]),
    }


def _histories(person: PersonHistory) -> Iterator[Row]:
    """The values of each fact about a person, the latest first, and how many older ones are not shown."""
    words = {"admin": _("administrator"), "member": _("member"), "readonly": _("may only read")}
    roles = tuple(one._replace(value=words.get(one.value, one.value)) for one in person.roles)
    for label, values in (
        (_("Names"), person.names),
        (_("Role"), roles),
        (_("Organisation"), person.organizations),
        (_("Department"), person.departments),
        (_("Chatwork ID"), person.chatwork_ids),
    ):
        if values:
            short = (one._replace(value=short_name(one.value)) for one in values[::-1][:VALUES_LIMIT])
            latest = first_fitting(short, _html_bytes, HISTORY_BYTES_LIMIT)
            yield {"label": label, "latest": latest, "older": len(values) - len(latest)}


about_pages = Blueprint("about", __name__)


DESCRIPTIONS_LIMIT = 150_000
"""The limit for all descriptions on a page; one always fits."""
NAMES_LIMIT = 100


@about_pages.get("/room/<int:room>/about", endpoint="room")
def about_room(room: int) -> str:
    """The page about a chat; `upto` is the number of the newest description that is shown."""
    with view_context().reading() as reading:
        room_chat = chat(reading, room)
        names, every = names_and_descriptions(reading, room)
        (upto,) = parse_cursor(request.args.get("upto", ""), 1) or [len(every)]
        upto = upto if 0 < upto < len(every) else len(every)
        references = message_context(reading, room, []).references
        lines = (_description(every[one - 1], one, references) for one in range(upto, 0, -1))
        descriptions = first_fitting(lines, lambda line: len(line["html"].encode()), DESCRIPTIONS_LIMIT)
    return render_template(
        "about.html",
        chat=room_chat,
        names=[name._replace(value=short_name(name.value)) for name in names[::-1][:NAMES_LIMIT]],
        older_names=max(0, len(names) - NAMES_LIMIT),
        descriptions=descriptions,
        count=len(every),
        is_first=upto == len(every),
        older=descriptions[-1]["number"] - 1 if descriptions else 0,
    )


def _description(value: DatedValue, number: int, references: References) -> Row:
    html = Markup(message_body.html(parse(value.value), references))  # noqa: S704 - `render` escapes everything of untrusted text
    return {"number": number, "value": value, "html": html}
