"""A conversation → HTML pages and their index, for a browser alone: no network, and no script but the search.

Pages are `R<room id>-0001.html` …; `index.html` lists those of every room written into the folder and searches
them all; `search/` holds the texts for that, `thumbnails/` small pictures.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from archiver.export import thumbnails
from archiver.records import Attachment, Conversation, RoomId
from archiver.render.page import Transcript, TranscriptPage
from archiver.render.templating import index_html

SEARCH = "search"


def write(conversation: Conversation, folder: Path, link: Callable[[Attachment], str | None]) -> None:
    """Write the pages of a conversation into a folder that exists.

    `link` gives the address of an attachment's bytes as seen from the folder (`../files/F-0001.png`), or None
    if they are not in the package. The same conversation gives the same bytes. Raises OSError.
    """
    (folder / SEARCH).mkdir(exist_ok=True)
    pictures = thumbnails.write_thumbnails(conversation.attachments, folder, link)
    transcript = Transcript(conversation, link, pictures)
    # The end of a room is known only after its last message, so each page is written, and then completed.
    sheets = [_write_page(folder, sheet) for sheet in transcript.pages()]
    for number, name in enumerate(sheets, 1):
        content = (folder / name).read_text(encoding="utf-8")
        _write(folder / name, transcript.finished_page(TranscriptPage(number, name, content)))
    for name, script in transcript.filter_scripts():
        _write(folder / SEARCH / f"{name}.js", script)
    _update_index(folder / "index.html", conversation.room_id, transcript.index_section())


def _write_page(folder: Path, sheet: TranscriptPage) -> str:
    _write(folder / sheet.name, sheet.content)
    _write((folder / SEARCH / sheet.name).with_suffix(".js"), sheet.texts)
    return sheet.name


def _update_index(path: Path, room: RoomId, section: str) -> None:
    """Put a room's part into the index, in place of an earlier one."""
    begin, end = f"<!-- room {room} -->\n", f"<!-- end of room {room} -->\n"
    others = ""
    if path.exists():
        # No text of a stranger can hold these comments: `<` is escaped in all of it.
        old = path.read_text(encoding="utf-8")
        parts = re.finditer(r"<!-- room ([0-9]+) -->\n.*?<!-- end of room \1 -->\n", old, re.DOTALL)
        others = "".join(part[0] for part in parts if part[1] != f"{room}")
    _write(path, index_html(f"{others}{begin}{section}{end}"))


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
