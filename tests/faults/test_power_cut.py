"""The power goes at any moment of a run: what was held stays, and database, seals and files agree."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from tests.faults import oracle
from tests.faults.play import Player
from tests.faults.power_cut import TRACED, Disk, replay
from tests.faults.scenes import words

SHARES = (0.0, 0.5, 1.0)
"""How much of what was not synced is on the disk all the same."""

SCENES = ("sync", "seal", "migrate", "erase")


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


@pytest.mark.slow
@pytest.mark.parametrize("name", [pytest.param("seal", marks=pytest.mark.sample), *SCENES[:1], *SCENES[2:]])
def test_after_a_power_cut_nothing_held_is_gone(player: Player, tmp_path: Path, name: str) -> None:
    """After each call that writes, names or syncs something: without all that was not synced, with half, with all."""
    scene = player.stage.scenes[name]
    assert scene.home is not None
    gone = player.baseline(name).gone
    home, place = player.set_up(scene)
    disk, held = Disk(home), oracle.held(home)
    starter = player.stage.later if scene.later else player.stage.starter
    options = ("-e", f"trace={','.join(TRACED)}", "-s", "10000000", "-xx")
    starter.trace(words(scene.argv, home, place), player.stage.environ, *options)
    trace = (starter.folder / "trace").read_text(encoding="ascii", errors="replace")
    chance = random.Random(name)
    wrong, states = [], 0

    for moment, call in enumerate(replay(trace, home, disk)):
        for share in SHARES:
            state = tmp_path / f"{moment}-{share}" / "home"
            state.mkdir(parents=True)
            disk.write_state(state, chance, share)
            states += 1
            lost = {
                part: names - gone.get(part, set()) for part, names in oracle.lost(held, oracle.held(state)).items()
            }
            torn = oracle.torn(state)
            if any(lost.values()) or torn:
                wrong.append((moment, call, share, lost, torn))
            shutil.rmtree(state.parent)

    assert [] == wrong
    assert states > 3 * 10
    last = tmp_path / "last"
    disk.write_state(last, None, 1.0)
    assert oracle.held(home) == oracle.held(last), "the recorder missed a call"
