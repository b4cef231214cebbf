"""A conversation → HTML pages and their index, which need a browser alone: no network, no script but the search.

Pages are `R<room id>-0001.html` …. `index.html` lists and searches the pages of every room written into the folder;
`search/` holds the texts for the search, `thumbnails/` the small pictures.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import Any

from archiver.export import child_processes
from archiver.export.child_processes import Helper
from archiver.records import Attachment, Conversation, Message, MessageKind, ObservedBy, RoomId, State, Version
from archiver.render.exported_page_search import SearchText, TextKind
from archiver.render.message_body import Picture
from archiver.render.message_html import MessageFacts, RenderedMessage, Rendering, render_here, renderer
from archiver.render.page_templates import index_html
from archiver.render.thumbnail import thumbnail
from archiver.render.transcript_pages import Transcript, TranscriptPage

SEARCH = "search"


def write(conversation: Conversation, folder: Path, link: Callable[[Attachment], str | None]) -> None:
    """Write the pages of a conversation into a folder that exists.

    `link` gives the address of an attachment's bytes as seen from the folder (`../files/F-0001.png`), or None
    if they are not in the package. The same conversation gives the same bytes. Raises OSError.
    """
    (folder / SEARCH).mkdir(exist_ok=True)
    pictures = write_thumbnails(conversation.attachments, folder, link)
    transcript = Transcript(conversation, link, pictures, rendering_for(conversation.count))
    # The end of a room is known only after its last message, so each page is written first and completed later.
    names = [_write_page(folder, page) for page in transcript.pages()]
    for number, name in enumerate(names, 1):
        content = (folder / name).read_text(encoding="utf-8")
        _write(folder / name, transcript.finished_page(TranscriptPage(number, name, content)))
    for name, script in transcript.filter_scripts():
        _write(folder / SEARCH / f"{name}.js", script)
    _update_index(folder / "index.html", conversation.room_id, transcript.index_section())


def _write_page(folder: Path, page: TranscriptPage) -> str:
    _write(folder / page.name, page.content)
    _write((folder / SEARCH / page.name).with_suffix(".js"), page.texts)
    return page.name


def _update_index(path: Path, room: RoomId, section: str) -> None:
    """Write the part for a room into the index, replacing an earlier one."""
    begin, end = f"<!-- room {room} -->\n", f"<!-- end of room {room} -->\n"
    others = ""
    if path.exists():
        # No untrusted text can hold these comments: `<` is escaped in all of it.
        old = path.read_text(encoding="utf-8")
        parts = re.finditer(r"<!-- room ([0-9]+) -->\n.*?<!-- end of room \1 -->\n", old, re.DOTALL)
        others = "".join(part[0] for part in parts if part[1] != f"{room}")
    _write(path, index_html(f"{others}{begin}{section}{end}"))


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


FOLDER = "thumbnails"

_ENDINGS = (".png", ".jpg", ".jpeg", ".gif", ".webp")


def write_thumbnails(
    attachments: Iterable[Attachment], folder: Path, link: Callable[[Attachment], str | None]
) -> dict[str, Picture]:
    """Write thumbnails of the files whose bytes `link` finds from `folder`; return them by number. Raises OSError."""
    pictures: dict[str, Picture] = {}
    for attachment in attachments:
        address = link(attachment)
        if address is None or not address.lower().endswith(_ENDINGS):
            continue
        small = thumbnail(folder / address)
        if small is not None:
            body, width, height = small
            name = f"{FOLDER}/{Path(address).stem}.webp"
            (folder / FOLDER).mkdir(exist_ok=True)
            (folder / name).write_bytes(body)
            pictures[attachment.number] = Picture(name, width, height)
    return pictures


LONG = 5_000
"""Messages from which on a helper is worth its start."""

BATCH = 200
"""Messages that are done here at a time."""

Row = tuple[Any, ...]

_PLAIN = (
    *("no", "room_id", "message_id", "account_id", "name", "send_time", "update_time", "body"),
    *("first_seen", "changed_at", "entry_seq"),
)
_FIELDS = attrgetter(*_PLAIN, "state._value_", "source._value_", "kind._value_")
_VERSION_FIELDS = attrgetter("body", "update_time", "first_seen", "last_seen")


def rendering_for(count: int) -> Rendering:
    """How so many messages are rendered: beside a helper where they are many and the machine has a core for it."""
    return render_beside_a_helper if count >= LONG and child_processes.has_core_for_helper() else render_here


def render_beside_a_helper(
    messages: Iterable[Message], facts: MessageFacts
) -> Iterator[tuple[Message, RenderedMessage]]:
    """Each message with its HTML, in order; whatever becomes of the helper, the same as by `render_here`.

    Of three batches the helper does two, meanwhile one is done here; it ends with the messages, and when they are given
    up.
    """
    try:
        helper = Helper(_rendering_of_rows, facts)
    except OSError:  # too many processes, or too little memory
        yield from render_here(messages, facts)
        return
    render, left = renderer(facts), iter(messages)
    try:
        while own := list(islice(left, BATCH)):
            others = list(islice(left, 2 * BATCH))
            is_asked = helper.ask([_message_row(one) for one in others])
            yield from ((one, render(one)) for one in own)
            rows = helper.answer() if is_asked else None
            rendered = map(render, others) if rows is None else map(_rendered_message, rows)
            yield from zip(others, rendered, strict=True)
    finally:
        helper.stop()


def _rendering_of_rows(facts: MessageFacts) -> Callable[[list[Row]], list[Row]]:
    render = renderer(facts)
    return lambda rows: [_rendered_row(render(_message(row))) for row in rows]


# --- messages and answers as tuples ---


def _message_row(message: Message) -> Row:
    return *_FIELDS(message), [_VERSION_FIELDS(version) for version in message.versions]


def _message(row: Row) -> Message:
    *plain, state, source, kind, versions = row
    return Message(
        **dict(zip(_PLAIN, plain, strict=True)),
        state=State(state),
        source=ObservedBy(source),
        kind=MessageKind(kind),
        versions=tuple(Version(*version) for version in versions),
    )


def _rendered_row(rendered: RenderedMessage) -> Row:
    return rendered.html, [(int(kind), text) for kind, text in rendered.texts]


def _rendered_message(row: Row) -> RenderedMessage:
    html, texts = row
    return RenderedMessage(html, [SearchText(TextKind(kind), text) for kind, text in texts])
