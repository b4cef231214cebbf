"""知らない人・なりすまし: the accounts with a known person's name, and what was said with one as a job of its own."""

from __future__ import annotations

from datetime import datetime
from gettext import gettext as _
from typing import Any

from archiver.platforms.job_platform import STRANGER
from archiver.records import JST, Contract, ContractRoom, Role, RoomId
from archiver.render.screen_text import shorten
from archiver.store.archive import Reading, Writing
from archiver.store.queries.contracts import contracts
from archiver.store.queries.known_people import known_people, twins
from archiver.store.statements import state_contracts, state_role


def stranger_rows(reading: Reading) -> list[dict[str, Any]]:
    """Each such account once, the newest first, with its job if it has one; `rooms`: the chats with it."""
    people, jobs = known_people(reading), {one.id for one in contracts(reading)}
    rows: dict[int, dict[str, Any]] = {}
    for twin in reversed(twins(reading)):
        account = twin.noted["account_id"]
        seen = people[account].rooms if account in people else set()
        rooms = sorted((seen | {twin.noted["room_id"]}) - {None})
        days = {one: datetime.fromisoformat(at) for one in ("since", "known_since") if (at := twin.noted[one])}
        row = {**twin.noted, **days, "name": shorten(twin.noted["name"], 60), "rooms": rooms, "job": job_id(account)}
        rows.setdefault(account, row | {"is_saved": job_id(account) in jobs})
    return list(rows.values())


def job_id(account: int) -> str:
    """The id of the job about an account."""
    return f"id{account}"


def enter_stranger(writing: Writing, account: int, *, at: datetime) -> bool:
    """State the job, with the account as its other side and why; False if it has no chat, or was not noted."""
    row = next((one for one in stranger_rows(writing) if one["account_id"] == account and one["rooms"]), None)
    if row is None:
        return False
    rooms = tuple(ContractRoom(RoomId(room)) for room in row["rooms"])
    title = _("{name} (ID {account})").format(name=row["name"], account=account)
    state_contracts(writing, [Contract(row["job"], rooms, title=title, platform=STRANGER)], at=at)
    known_since, since = (one.astimezone(JST).date() for one in (row["known_since"], row["since"] or at))
    reason = (
        f"ID {row['known']}({known_since}から)と同じ名前の別のアカウント({since}から)。"
        f"画像のSHA-256: このアカウント {row['picture'] or '-'}、ID {row['known']} {row['known_picture'] or '-'}"
    )
    state_role(writing, row["job"], account, Role.CLIENT, reason, at=at)
    return True
