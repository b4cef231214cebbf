"""Avatars of people and icons of rooms: which are still to be downloaded, and where they are stored.

They are no evidence, as no entry names them, so they are stored in `avatars/`, apart from the attachments in `files/`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import or_, select, union

from archiver.store import schema
from archiver.store.archive import Archive, Reading
from archiver.store.durable_files import private_folder, write_durably
from archiver.store.rows import upsert_rows
from archiver.store.time_text import to_text

FOLDER = "avatars"


def due_urls(reading: Reading, rooms: Collection[int], *, at: datetime, limit: int) -> list[str]:
    """URLs of pictures in these rooms that are not stored yet and may be requested now, at most `limit`."""
    person, room, picture = schema.person.c, schema.room.c, schema.picture.c
    pictures = union(
        select(person.avatar.label("url")).where(person.room_id.in_(rooms)),
        select(room.icon.label("url")).where(room.room_id.in_(rooms)),
    ).subquery()
    due = or_(picture.url.is_(None), (picture.sha256.is_(None)) & (picture.next_at <= to_text(at)))
    query = (
        select(pictures.c.url)
        .select_from(pictures.outerjoin(schema.picture, picture.url == pictures.c.url))
        .where(pictures.c.url != "", due)
        .order_by(picture.next_at, pictures.c.url)
        .limit(limit)
    )
    return [url for (url,) in reading.sql.execute(query)]


def picture_holders(reading: Reading, url: str) -> tuple[str | None, frozenset[int]]:
    """The digest of the picture at a URL (None: not stored), and the people of the chats who have the same picture."""
    person, picture = schema.person.c, schema.picture.c
    sha256 = reading.sql.execute(select(picture.sha256).where(picture.url == url)).scalar()
    joined = schema.person.join(schema.picture, picture.url == person.avatar)
    holders = select(person.account_id).select_from(joined).where(picture.sha256 == sha256).distinct()
    return sha256, frozenset(reading.sql.execute(holders).scalars()) if sha256 else frozenset()


def record_download(archive: Archive, url: str, body: bytes | None, *, next_at: datetime) -> None:
    """Store a picture, or record a failed download (`body` None); then it is due again at `next_at`.

    Raises OSError, StorageError.
    """
    sha256 = None if body is None else hashlib.sha256(body).hexdigest()
    if body is not None and sha256 is not None:
        path = archive.home / FOLDER / sha256
        private_folder(path.parent, below=archive.home)
        if not path.exists():
            write_durably(path, body)
    with archive.writing() as writing:
        row: dict[str, object] = {"url": url, "sha256": sha256, "next_at": to_text(next_at)}
        upsert_rows(writing.sql, schema.picture, [row])
