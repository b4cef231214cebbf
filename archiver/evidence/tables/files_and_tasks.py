"""Files and tasks of a package, made of entries: `F-0001`, `F-0002` … with their saved bytes or why there are none.

Original names are hostile text and stay data; in the package a file is named by its number. Standard
library only and Python 3.8 syntax, because this module is also handed out inside packages.
"""

from __future__ import annotations

import re
from typing import (  # noqa: UP035 - Python 3.8 syntax
    Any,
    Iterable,
    Mapping,
    NamedTuple,
)

from archiver.evidence.chain import SHA256
from archiver.evidence.history import EntryObject, account_of, field_text, number, text, whole_number
from archiver.evidence.tables.cells import TIME, jst, jst_of, message_cell

NOT_YET = "まだ保存できていません"
"""Why bytes are not saved of a file that is still tried."""

REASONS = {
    "too_large": "設定した大きさの上限を超えるため、取得していません",
    "no_space": "このパソコンの空き容量が足りませんでした",
    "not_shown": "Chatworkが「見つからない」と応答しました(404など)",
    "not_found": "ファイルの置き場所が「見つからない」と応答しました(404など)",
    "refused": "ファイルの置き場所が「許可しない」と応答しました(403)",
    "not_understood": "Chatworkの応答が読み取れませんでした",
    "unreachable": "ファイルの置き場所につながりませんでした",
    "cut": "取得が途中で切れました",
    "slow": "取得に時間がかかりすぎました",
    "wrong_size": "届いた大きさが一覧の大きさと違いました",
    "redirects": "転送が多すぎました",
    "address": "安全でない場所への案内でした",
    "status": "ファイルの置き場所がエラーを返しました",
}
"""Why a file was given up, as a text for a reader; an unknown reason is printed as it was recorded."""

_EXTENSION = re.compile("[A-Za-z0-9]{1,10}")
FILE_STATES = {"gone": "表示されなくなった", "replaced": "差し替えられた"}


class FileRow(NamedTuple):
    """A file under its first name, and its bytes. One replaced under its id has a row for each content saved."""

    number: str
    room_id: int
    file_id: int
    message_id: str
    account_id: int
    account_name: str
    name: str
    size: int
    upload_time: int
    state: str
    """`present`, `gone` (not listed any more) or `replaced` (other content was listed under the id later)."""
    gone_since: str | None
    sha256: str | None
    saved_size: int | None
    saved_at: str | None
    reason: str | None
    """Why the bytes are not saved."""
    stored_as: str | None
    """`F-0001.png`, its name in `data/files/`; None if the bytes are not saved."""
    replaced_at: str | None = None
    """When this content was first listed in the place of another with the same upload time."""


def files(other: Iterable[EntryObject]) -> list[FileRow]:
    """Every file, numbered by upload time and id."""
    listed: dict[tuple[int, int], list[EntryObject]] = {}
    saved: dict[tuple[int, int], list[EntryObject]] = {}
    for entry in other:
        if entry["kind"] in ("file", "blob"):
            key = (entry["room_id"], whole_number(entry["key"].rpartition("/")[2]))
            (listed if entry["kind"] == "file" else saved).setdefault(key, []).append(entry)
    rows = [row for file_key in listed for row in _file_rows(file_key, listed[file_key], saved.get(file_key, []))]
    rows.sort(key=lambda row: (row.upload_time, row.file_id, row.room_id, row.state != "replaced"))
    return [_number_row(index, row) for index, row in enumerate(rows, 1)]


def extension(name: str) -> str:
    """The last extension of an original name if it is harmless (`.png`), else `.bin`."""
    ending = name.rpartition(".")[2] if "." in name else ""
    return f".{ending.lower()}" if _EXTENSION.fullmatch(ending) else ".bin"


FILE_HEADER = (
    "番号", "資料内のファイル", "元のファイル名", "大きさ(バイト)", TIME, "送信時刻(Unix秒)", "チャット(ルームID)",
    "ファイルID", "メッセージID", "送信者(表示名)", "送信者(アカウントID)", "状態",
    "表示されなくなったことを確認した日時(日本時間)", "保存", "保存日時(日本時間)", "保存した大きさ(バイト)", "SHA-256",
)  # fmt: skip


def file_cells(row: FileRow, *, packed: bool) -> list[object]:
    """The cells of a row of `files.csv`; `packed`: whether the bytes are in the package's `data/files/`."""
    if row.sha256 is None:
        saving = f"保存できていません: {row.reason or NOT_YET}"
    else:
        saving = "保存済み" if packed else "保存済み(この資料には入っていません)"
    return [
        row.number,
        f"files/{row.stored_as}" if packed else "",
        row.name,
        row.size,
        jst(row.upload_time),
        row.upload_time or "",
        row.room_id,
        row.file_id,
        message_cell(row.message_id),
        row.account_name,
        row.account_id,
        FILE_STATES.get(row.state, ""),
        jst_of(row.gone_since),
        saving,
        jst_of(row.saved_at),
        row.saved_size,
        row.sha256,
    ]


def _file_rows(key: tuple[int, int], listed: list[EntryObject], saved: list[EntryObject]) -> list[FileRow]:
    """The present content of a file, and every other content of it that was saved."""
    present = name_first_listed(listed_row(key, listed[-1]), listed)
    blob = next((entry for entry in reversed(saved) if _is_of_listed_file(entry, present)), None)
    rows = [_add_saved_bytes(present, blob)]
    digests_seen = {rows[0].sha256, None}
    for entry in saved:
        if _saved_digest(entry) not in digests_seen:
            digests_seen.add(_saved_digest(entry))
            rows.append(_replaced_row(key, listed, entry))
    return rows


def listed_row(key: tuple[int, int], entry: EntryObject) -> FileRow:
    """The row of a room's file as one listing has it, without its bytes."""
    received, state = entry["payload"]["object"], entry["payload"]["state"]
    account = account_of(received)
    return FileRow(
        number="",
        room_id=key[0],
        file_id=key[1],
        message_id=str(received.get("message_id") or ""),
        account_id=number(account.get("account_id")),
        account_name=text(account.get("name")),
        name=text(received.get("filename")),
        size=number(received.get("filesize")),
        upload_time=number(received.get("upload_time")),
        state=text(state),
        gone_since=entry["observed_at"] if state == "gone" else None,
        sha256=None,
        saved_size=None,
        saved_at=None,
        reason=NOT_YET,
        stored_as=None,
    )


def _is_of_listed_file(blob: EntryObject, row: FileRow) -> bool:
    """Whether these bytes are those of the file as it is now listed."""
    payload = blob["payload"]
    return (number(payload["listed_size"]), number(payload["listed_time"])) == (row.size, row.upload_time)


def _saved_digest(blob: EntryObject) -> str | None:
    """The digest of saved bytes; None if the entry records none, or no valid one."""
    payload: Any = blob["payload"]
    sha256 = payload.get("sha256") if payload["state"] == "saved" else None
    return sha256 if isinstance(sha256, str) and SHA256.fullmatch(sha256) else None


def _add_saved_bytes(row: FileRow, blob: EntryObject | None) -> FileRow:
    if blob is None:
        return row
    payload, sha256 = blob["payload"], _saved_digest(blob)
    if sha256 is None:
        reason = text(payload.get("reason"))
        return row._replace(reason=REASONS.get(reason, reason) or NOT_YET)
    return row._replace(
        sha256=sha256, saved_size=number(payload.get("size")), saved_at=payload.get("saved_at"), reason=None
    )


def _replaced_row(key: tuple[int, int], listed: list[EntryObject], blob: EntryObject) -> FileRow:
    """The row of bytes that were saved before other content was listed under the same id."""
    then = next((entry for entry in reversed(listed) if entry["seq"] < blob["seq"]), listed[0])
    payload = blob["payload"]
    row = listed_row(key, then)._replace(
        size=number(payload["listed_size"]), upload_time=number(payload["listed_time"]), state="replaced"
    )
    return _add_saved_bytes(name_first_listed(row._replace(gone_since=None), listed), blob)


def name_first_listed(row: FileRow, listed: list[EntryObject]) -> FileRow:
    """The row with the name under which its content was first listed: a later name was not sent with it."""
    upload_times = set()
    for entry in listed:
        received = entry["payload"]["object"]
        upload_time = number(received.get("upload_time"))
        if (number(received.get("filesize")), upload_time) == (row.size, row.upload_time):
            replaced_at = entry["observed_at"] if upload_time in upload_times else None
            return row._replace(name=text(received.get("filename")), replaced_at=replaced_at)
        upload_times.add(upload_time)
    return row


def _number_row(index: int, row: FileRow) -> FileRow:
    label = f"F-{index:04}"
    return row._replace(number=label, stored_as=None if row.sha256 is None else label + extension(row.name))


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
    returned_limit: str
    """The same as Chatwork returned it; empty if it returned none."""
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

TASK_STATES = {"open": "未完了", "done": "完了"}


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
        TASK_STATES.get(task.status, task.status),
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
        returned_limit=str(received.get("limit_time") or ""),
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
        body = field_text(entry, "body")
        if not bodies or bodies[-1][0] != body:
            bodies.append((body, entry["observed_at"]))
    return tuple(bodies[:-1])
