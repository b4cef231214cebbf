"""The rows of `tasks.csv`, made of entries: each task with every text that it had.

Standard library only and Python 3.8 syntax, because this module is also handed out inside packages.
"""

from __future__ import annotations

from typing import Iterable, Mapping, NamedTuple  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.history import EntryObject, account_of, number, text, whole_number
from archiver.evidence.tables.cells import jst, jst_of, message_cell

FROM_BEFORE = "期間の前から"
"""What is printed of something that is older than the package's period in the place of its first reading."""


class TaskRow(NamedTuple):
    """A task as last seen, with its earlier texts."""

    room_id: int
    task_id: int
    message_id: str
    assignee_id: int
    assignee: str
    assigned_by_id: int
    assigned_by: str
    body: str
    limit_time: int
    limit_type: str
    status: str
    first_seen: str
    gone_since: str | None
    is_from_before: bool
    """Whether it is older than the package's period, so that its first reading is not told."""
    earlier: tuple[tuple[str, str], ...]
    """Texts it had before, oldest first, each with the time at which it was first seen."""
    seq: int


def tasks(
    other: Iterable[EntryObject],
    starts: Mapping[int, str] = {},
) -> list[TaskRow]:
    """Every task, by room and id; `starts`: room → the beginning of the package's period."""
    entries_by_task: dict[tuple[int, int], list[EntryObject]] = {}
    for entry in other:
        if entry["kind"] == "task":
            entries_by_task.setdefault((entry["room_id"], whole_number(entry["key"].rpartition("/")[2])), []).append(
                entry
            )
    return [_task_row(key, entries_by_task[key], starts.get(key[0], "")) for key in sorted(entries_by_task)]


TASK_HEADER = (
    "タスクID", "チャット(ルームID)", "メッセージID", "担当者(表示名)", "担当者(アカウントID)", "依頼者(表示名)",
    "依頼者(アカウントID)", "内容", "期限(日本時間)", "期限(Unix秒)", "状態", "最初に保存した日時(日本時間)",
    "表示されなくなったことを確認した日時(日本時間)", "以前の内容", "記録番号",
)  # fmt: skip

_STATUS = {"open": "未完了", "done": "完了"}


def task_cells(task: TaskRow) -> list[object]:
    """The cells of a row of `tasks.csv`."""
    limit = jst(task.limit_time)
    return [
        task.task_id,
        task.room_id,
        message_cell(task.message_id),
        task.assignee,
        task.assignee_id,
        task.assigned_by,
        task.assigned_by_id,
        task.body,
        limit[:10] if task.limit_type == "date" else limit,
        task.limit_time or "",
        _STATUS.get(task.status, task.status),
        FROM_BEFORE if task.is_from_before else jst_of(task.first_seen),
        jst_of(task.gone_since),
        "\n".join(f"【{jst_of(at)} に確認】{body}" for body, at in task.earlier),
        task.seq,
    ]


def _task_row(key: tuple[int, int], entries: list[EntryObject], start: str) -> TaskRow:
    latest = entries[-1]
    received, state = latest["payload"]["object"], latest["payload"]["state"]
    assignee, assigner = account_of(received), account_of(received, "assigned_by_account")
    body = text(received.get("body"))
    return TaskRow(
        room_id=key[0],
        task_id=key[1],
        message_id=str(received.get("message_id") or ""),
        assignee_id=number(assignee.get("account_id")),
        assignee=text(assignee.get("name")),
        assigned_by_id=number(assigner.get("account_id")),
        assigned_by=text(assigner.get("name")),
        body=body,
        limit_time=number(received.get("limit_time")),
        limit_type=text(received.get("limit_type")),
        status=text(received.get("status")),
        first_seen=entries[0]["observed_at"],
        gone_since=latest["observed_at"] if state == "gone" else None,
        is_from_before=entries[0]["observed_at"] < start,
        earlier=_earlier_texts_of_task(entries),
        seq=latest["seq"],
    )


def _earlier_texts_of_task(entries: list[EntryObject]) -> tuple[tuple[str, str], ...]:
    """Every text but the current one, with the time at which it was first seen."""
    bodies: list[tuple[str, str]] = []
    for entry in entries:
        body = text(entry["payload"]["object"].get("body"))
        if not bodies or bodies[-1][0] != body:
            bodies.append((body, entry["observed_at"]))
    return tuple(bodies[:-1])
