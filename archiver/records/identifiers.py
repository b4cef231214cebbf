"""Types of identifiers and received objects, and the time zone in which times are shown."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import Any, NewType

AccountId = NewType("AccountId", int)

RoomId = NewType("RoomId", int)

FileId = NewType("FileId", int)

TaskId = NewType("TaskId", int)

MessageId = NewType("MessageId", str)
"""Decimal digits without leading zeros, up to 64 bits; never converted to a float or shortened."""

JsonObject = dict[str, Any]
"""An object exactly as `json.loads` gave it, unknown fields included."""

JST = timezone(timedelta(hours=9), "JST")
"""Asia/Tokyo. It has had no summer time since 1952, so no time-zone database is needed."""
