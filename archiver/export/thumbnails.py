"""Writes thumbnails of the pictures in a package, so that a page shows them without loading megabytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from archiver.records import Attachment, FileId
from archiver.render.message_body import Picture
from archiver.render.thumbnail import thumbnail

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
