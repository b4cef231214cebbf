"""A conversation → HTML pages and their index, which need a browser alone: no network, no script but the search.

Pages are `R<room id>-0001.html` …. `index.html` lists and searches the pages of every room written into the folder;
`search/` holds the texts for the search, `thumbnails/` the small pictures.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from archiver.export.rendering_process import rendering_for
from archiver.records import Attachment, Conversation, FileId, RoomId
from archiver.render.message_body import Picture
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
) -> dict[FileId, Picture]:
    """Write thumbnails of the files whose bytes `link` finds from `folder`; return them by file. Raises OSError."""
    pictures: dict[FileId, Picture] = {}
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
            pictures[attachment.file_id] = Picture(name, width, height)
    return pictures
