"""Avatars and icons of people and rooms that are read: which are still to be had, and where they lie.

They are no evidence: no entry names them, so they lie in `avatars/`, apart from the attachments in `files/`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import or_, select, union
from sqlalchemy.dialects.sqlite import insert

from archiver.store import schema
from archiver.store.archive import Archive, Reading
from archiver.store.disk import private_folder, write_durably
from archiver.store.timestamps import to_text

FOLDER = "avatars"


def wanted(reading: Reading, rooms: Collection[int], *, at: datetime, most: int) -> list[str]:
    """Addresses of pictures in these rooms that are not held and whose time has come, at most so many."""
    person, room, picture = schema.person.c, schema.room.c, schema.picture.c
    shown = union(
        select(person.avatar.label("url")).where(person.room_id.in_(rooms)),
        select(room.icon.label("url")).where(room.room_id.in_(rooms)),
    ).subquery()
    due = or_(picture.url.is_(None), (picture.sha256.is_(None)) & (picture.next_at <= to_text(at)))
    query = (
        select(shown.c.url)
        .select_from(shown.outerjoin(schema.picture, picture.url == shown.c.url))
        .where(shown.c.url != "", due)
        .order_by(picture.next_at, shown.c.url)
        .limit(most)
    )
    return [url for (url,) in reading.sql.execute(query)]


def settle(archive: Archive, url: str, body: bytes | None, *, next_at: datetime) -> None:
    """Keep a picture, or (None) remember when to ask again. Raises OSError, StorageError."""
    sha256 = None if body is None else hashlib.sha256(body).hexdigest()
    if body is not None and sha256 is not None:
        place = archive.home / FOLDER / sha256
        private_folder(place.parent, below=archive.home)
        if not place.exists():
            write_durably(place, body)
    values = {"url": url, "sha256": sha256, "next_at": to_text(next_at)}
    statement = insert(schema.picture).values(values)
    changes = {"sha256": sha256, "next_at": values["next_at"]}
    with archive.writing() as writing:
        writing.sql.execute(statement.on_conflict_do_update(index_elements=["url"], set_=changes))
