"""Whether an assistant may ask about a job, what it then gets, and what was asked: for a terminal and the page."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from archiver.app import utc_now
from archiver.rounds import run_log
from archiver.store.archive import Archive
from archiver.store.time_text import from_text
from archiver.store.working.remembered_values import ASSISTANTS
from archiver.wording import gettext as _

LOG = "assistant.log"
"""Time, tool, number of messages and their ids; no words. Only its owner may read it."""
_CALL = re.compile(rf"({run_log.TIME.pattern}) tool=(\w+) count=[0-9]+ ids=([0-9,]*)")
_SHOWN = 50
"""Calls that the page shows, the last ones."""


def consent_lines(*, is_unmasked: bool) -> list[str]:
    """What leaves the archive once an assistant is allowed."""
    covered = _(
        "It gets your and your client's messages, with names and addresses of others covered, and no text of others."
    )
    unknown = _("What a program finds to cover is never all: a name that it does not know stays.")
    return [
        *([_("It gets every message as it is saved, of other people too.")] if is_unmasked else [covered, unknown]),
        _("Whatever it gets goes to whoever runs it: with a local model it stays on this computer, else it leaves."),
    ]


def record_consent(archive: Archive, job: str, is_unmasked: bool | None) -> None:
    """Keep that an assistant may ask about a job, with or without covers; None: that none may."""
    with archive.writing() as writing:
        allowed = {one: how for one, how in ASSISTANTS.recall(writing).items() if one != job}
        ASSISTANTS.remember(writing, allowed if is_unmasked is None else allowed | {job: is_unmasked})


def note_call(home: Path, tool: str, ids: list[str]) -> None:
    """Keep that a tool was called, and the ids of the messages in its answer."""
    run_log.note(home, f"tool={tool} count={len(ids)} ids={','.join(ids)}", at=utc_now(), file=LOG)


def last_calls(home: Path) -> list[dict[str, Any]]:
    """Time, tool and ids of the messages of the last calls, the newest first."""
    try:
        lines = (home / run_log.FOLDER / LOG).read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return []
    found = map(_CALL.fullmatch, reversed(lines[-_SHOWN:]))  # a line may be cut short
    return [
        {"at": from_text(one[1]), "tool": one[2], "ids": one[3].split(",") if one[3] else []} for one in found if one
    ]


def client_lines(home: Path, job: str) -> list[tuple[str, str]]:
    """Where a client keeps its servers, and the lines for this job, which name the program by its whole path."""
    python = Path(sys.executable)
    if python.name == "pythonw.exe":  # it has no standard output
        python = python.with_name("python.exe")
    program = [str(python)] if getattr(sys, "frozen", False) else [str(python), "-m", "archiver"]
    command, *arguments = [*program, "--home", str(home), "mcp", "--job", job]
    server = {"command": command, "args": arguments}
    desktop = {"mcpServers": {"chatwork": server}}
    code = {"servers": {"chatwork": {"type": "stdio"} | server}}
    return [
        (_("Claude Desktop (claude_desktop_config.json) and LM Studio (mcp.json)"), json.dumps(desktop)),
        ("VS Code (.vscode/mcp.json)", json.dumps(code)),
    ]
