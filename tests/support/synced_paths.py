"""Notes what this process makes durable."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def note_syncs(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The paths that this process syncs from now on, in their order; on Linux, where /proc names an open file."""
    paths: list[Path] = []
    fsync = os.fsync

    def sync_and_note(handle: int) -> None:
        fsync(handle)
        paths.append(Path(f"/proc/self/fd/{handle}").readlink())

    monkeypatch.setattr(os, "fsync", sync_and_note)
    return paths
