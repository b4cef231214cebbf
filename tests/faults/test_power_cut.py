"""The power goes at any moment of a run: what was held stays, and database, seals and files agree."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.play import Player
from tests.faults.power_cut import Disk, replay
from tests.faults.power_play import SHARES, TracedRun
from tests.faults.scenes import SCENES

EVERY_TIME = ("seal", "export", "backup again", "erase")
"""Scenes of which some states are looked at with every change."""


def test_what_was_not_synced_is_not_there(tmp_path: Path) -> None:
    """Neither bytes nor names, until the file and its folder are synced; an earlier file is back under its name."""
    (tmp_path / "old").write_bytes(b"old")
    disk = Disk(tmp_path)
    new, name = hexed(f"{tmp_path}/new"), hexed(f"{tmp_path}/old")
    calls = [
        f'1 openat(AT_FDCWD<{hexed("/")}>, "{new}", O_WRONLY|O_CREAT, 0666) = 3<{new}>',
        f'1 write(3<{new}>, "{hexed("new")}", 3) = 3',
        f"1 fsync(3<{new}>) = 0",
        f'1 rename("{new}", "{name}") = 0',
        f"1 fsync(4<{hexed(str(tmp_path))}>) = 0",
    ]

    states = []
    for moment, _call in enumerate(replay("\n".join(calls), tmp_path, disk)):
        state = tmp_path.parent / f"state{moment}"
        disk.write_state(state, None, 0.0)
        states.append({path.name: path.read_bytes() for path in state.iterdir()})

    assert [{"old": b"old"}] * 4 + [{"old": b"new"}] == states


def hexed(text: str) -> str:
    """A text as `strace -xx` writes it."""
    return "".join(f"\\x{byte:02x}" for byte in text.encode())


@pytest.mark.drawn
@pytest.mark.parametrize("name", EVERY_TIME)
def test_after_a_power_cut_nothing_held_is_gone(player: Player, name: str) -> None:
    """After some calls of the run: without all that was not synced, with half, with all."""
    run = TracedRun(player, name)

    assert [] == list(run.wrong(played=1, looked_at=4))
    assert run.states >= len(SHARES) * 4


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENES)
def test_after_a_power_cut_the_archive_verifies_and_the_next_run_does_the_rest(player: Player, name: str) -> None:
    """After each call of each command nothing held is gone; after six of them `verify` and the next run are played."""
    run = TracedRun(player, name)

    assert [] == list(run.wrong(played=6))
    assert run.states > len(SHARES) * 3
