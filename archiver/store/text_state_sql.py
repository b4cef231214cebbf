"""SQL columns that say whether a text of a message is an earlier one, edited, or deleted."""

from __future__ import annotations

from archiver.store.fingerprints import DELETED

STANDING = f"""
    t.number < m.versions, m.was_edited, m.was_deleted, m.was_deleted AND EXISTS (
        SELECT 1 FROM message_version d
        WHERE d.room_id = m.room_id AND d.position = m.position AND d.number > t.number AND d.body = '{DELETED}'
    )
"""  # noqa: S608 - our own names
"""Of a text `t` of a message `m`: is it earlier, was the message ever edited, ever deleted, is it from before that."""
