"""The file in which each run says how saving stands, for what waits: a state and counts, never a name or a text.

It exists while something waits for it. `standing.waiting_state` writes it.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import NamedTuple

from archiver.wording import gettext as _
from archiver.wording import ngettext

SAFE, LOOK, LOSE = "safe", "look", "lose"
"""Saved; something is to be looked at; saving has stopped, or what is saved is in doubt."""


class Sign(NamedTuple):
    """What is shown: one of the three states, and a sentence."""

    state: str
    sentence: str


def state_file(home: Path) -> Path:
    """Where the state of an archive lies: beside its log."""
    return home / "logs" / "waiting.json"


def read_sign(file: Path) -> Sign:
    """What the last run said, as far as that still holds: each state has its time.

    The times count from when the file was written, by the clock that is read here too; that may have been put back.
    """
    try:
        age, told = time.time() - file.stat().st_mtime, json.loads(file.read_text(encoding="utf-8"))
        state, late, stopped = str(told["state"]), float(told["late"]), float(told["stopped"])
        messages, last, _known = int(told["messages"]), str(told["last"]), (SAFE, LOOK, LOSE).index(state)
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return Sign(LOOK, _("How saving stands is not known."))
    if state not in (SAFE, LOOK) or age > stopped:
        return Sign(LOSE, _("Saving has stopped, or what is saved is in doubt. A click shows more."))
    if state == LOOK or abs(age) > late:
        return Sign(LOOK, _("Something needs a look. A click shows it."))
    kept = ngettext("{n} message", "{n} messages", messages).format(n=f"{messages:,}")
    return Sign(SAFE, _("{kept} are saved; last {time}.").format(kept=kept, time=last))
