"""The bodies of Chatwork's system messages (chatwork-api.md §3.4, §9.1, §9.2).

The API has no flag for them: they are posts in the acting person's name with `[dtext:…]` in
them. Where no real sample is known, the shape follows its nearest neighbour.
"""

from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Literal

from archiver.demo.chatwork.model import File, Task

MemberChange = Literal["added", "deleted", "leaved", "priv_changed"]
TaskChange = Literal["added", "edited", "done", "deleted"]

_PREVIEWED = {".png", ".jpg", ".jpeg", ".gif", ".bmp", ".pdf"}


def group_created(name: str, members: Iterable[int]) -> str:
    """The first post of a group chat."""
    people = _person_tags(members)
    added = f"\n\n[dtext:chatroom_member_is]{people}[dtext:chatroom_added]" if people else ""
    return (
        "[info][title][dtext:chatroom_groupchat_created][/title]"
        f"[dtext:chatroom_chatname_is]{name}[dtext:chatroom_set]{added}[/info]"
    )


def chat_opened(key: Literal["mychat_created", "contact_added"]) -> str:
    """The first post of My Chat, or of a direct chat."""
    return f"[info][dtext:chatroom_{key}][/info]"


def members_changed(change: MemberChange, members: Iterable[int]) -> str:
    """The post about members who came, left or have another role now; only who leaves is posted without a title."""
    title = "" if change == "leaved" else "[title][dtext:chatroom_chat_edited][/title]"
    return f"[info]{title}[dtext:chatroom_member_is]{_person_tags(members)}[dtext:chatroom_{change}][/info]"


def account_cancelled(account: int) -> str:
    """The post in a direct chat that became a group chat as its other person cancelled; its exact body is not known."""
    line = f"[dtext:chatroom_member_is]{_person_tags([account])}[dtext:chatroom_resigned_priv_change]"
    return f"[info][title]{line}[/title][/info]"


def everyone_admin() -> str:
    """The post in a group chat whose last administrator cancelled; its exact body is not known."""
    return "[info][dtext:chatroom_resigned_priv_change_all][/info]"


def room_changed(what: Literal["chatname", "description"], text: str) -> str:
    """The post about a room's new name or description."""
    ending = "set" if what == "chatname" else "changed"
    return (
        "[info][title][dtext:chatroom_chat_edited][/title]"
        f"[dtext:chatroom_{what}_is]{text}[dtext:chatroom_{ending}][/info]"
    )


def file_box(key: Literal["file_uploaded", "file_edited"], file: File) -> str:
    """The box of an upload, with a preview for the file types that Chatwork can preview."""
    has_preview = PurePosixPath(file.name).suffix.lower() in _PREVIEWED
    preview = f"[preview id={file.file_id} ht=111]" if has_preview else ""
    label = f"{file.name} ({human_size(file.content.size)})"
    return f"[info][title][dtext:{key}][/title]{preview}[download:{file.file_id}]{label}[/download][/info]"


def deleted_file_box(file: File) -> str:
    """The box of an upload after the file was deleted."""
    return f"[info][title][dtext:file_deleted][/title]{file.name}[/info]"


def task_box(change: TaskChange, tasks: Iterable[Task]) -> str:
    """The post that announces a task to its assignees, or that it was done or deleted."""
    task_list = list(tasks)
    first = task_list[0]
    people = ",".join(str(task.account_id) for task in task_list)
    return (
        f"[info][title][dtext:task_{change}][/title][task aid={people} st={first.status} "
        f"lt={first.limit_time} ltype={first.limit_type}]{first.body}[/task][/info]"
    )


def human_size(size: int) -> str:
    """A size in bytes as Chatwork writes it: `0 B`, `3.62 KB`."""
    amount = float(size)
    for unit in ("B", "KB", "MB"):
        if amount < 1024:
            return f"{size} B" if unit == "B" else f"{amount:.2f} {unit}"
        amount /= 1024
    return f"{amount:.2f} GB"


def _person_tags(members: Iterable[int]) -> str:
    return "".join(f"[piconname:{account}]" for account in members)
