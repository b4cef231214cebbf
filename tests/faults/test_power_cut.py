"""The power goes at any moment of a run: what was held stays, and database, seals and files agree."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import oracle
from tests.faults.play import Player
from tests.faults.power_cut import TRACED, Disk, replay
from tests.faults.scenes import SCENES, words

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


# --- the player of power cuts ---------------------------------------------------------------------

SHARES = (0.0, 0.5, 1.0)
"""How much of what was not synced is on the disk all the same."""

MAPPED = "-shm"
"""The end of the name of SQLite's file that is written through memory, which no call shows and nothing needs."""


class TracedRun:
    """One run of a scene, whose calls are replayed on a disk that the power may go from."""

    def __init__(self, player: Player, name: str) -> None:
        self.player, self.scene, self.baseline = player, player.stage.scenes[name], player.baseline(name)
        self.home, self.place = player.set_up(self.scene)
        self.folder = self.home.parent
        self.before = oracle.held(self.home) if self.scene.home else {}
        self.disk = Disk(self.folder)
        self.starter = player.stage.later if self.scene.later else player.stage.starter
        options = ("-e", f"trace={','.join(TRACED)}", "-s", "10000000", "-xx")
        outcome = self.starter.trace(
            words(self.scene.argv, self.home, self.place), player.stage.environ(self.home), *options
        )
        assert outcome.code == self.baseline.code, outcome
        self.trace = (self.starter.folder / "trace").read_text(encoding="ascii", errors="replace")
        self.end = contents(self.folder)
        self.states = 0
        """How many were laid down."""

    def wrong(self, *, played: int, looked_at: int | None = None) -> Iterator[str]:
        """What is wrong after each call, or after so many of them; after some `verify` and the next run are tried.

        Those are spread evenly over the run.
        """
        total = sum(1 for _call in replay(self.trace, self.folder, Disk(self._as_before())))
        chosen = {total * number // played for number in range(played)}
        moments = set(range(0, total, max(1, total // (looked_at or total)))) | chosen
        chance = random.Random(self.scene.name)
        self.disk = Disk(self._as_before())
        for moment, call in enumerate(replay(self.trace, self.folder, self.disk)):
            for share in SHARES if moment in moments else ():
                self._lay_down(chance, share)
                self.states += 1
                found = list(self._wrong_as_it_lies())
                if not found and moment in chosen:
                    found = list(self._wrong_when_used())
                yield from (f"call {moment} of {total}, {call}, {share} of it: {one}" for one in found)
        yield from self._wrong_at_the_end()

    def _as_before(self) -> Path:
        shutil.rmtree(self.folder)
        home, place = self.player.set_up(self.scene)
        home.parent.rename(self.folder)
        assert (home.name, place.name) == (self.home.name, self.place.name)
        return self.folder

    def _lay_down(self, chance: random.Random | None, share: float) -> None:
        """Where the run was, as what it wrote may name its own folders."""
        shutil.rmtree(self.folder)
        self.disk.write_state(self.folder, chance, share)

    def _wrong_as_it_lies(self) -> Iterator[str]:
        if self.scene.home is None:
            return
        lost = oracle.lost(self.before, oracle.held(self.home))
        gone = {part: names - self.baseline.gone.get(part, set()) for part, names in lost.items()}
        if any(gone.values()):
            yield f"lost: {gone}"
        if torn := oracle.torn(self.home):
            yield f"torn: {torn}"

    def _wrong_when_used(self) -> Iterator[str]:
        """An earlier copy is restored, home and copy are verified, and the same command is called once more."""
        if self.scene.place is not None:
            yield from self._wrong_in_earlier_copy(self.scene.place)
        yield from self.player.unclean(self.scene, self.home, self.place)
        yield from self.player.wrong_in_next_run(self.scene, self.baseline, self.before, self.home, self.place)

    def _wrong_in_earlier_copy(self, earlier: Path) -> Iterator[str]:
        restored = self.folder / "restored"
        outcome = self.player.stage.run(restored, "backup", "--restore", str(self.place))
        if outcome.code != 0:
            yield f"the earlier copy is restored with {outcome.code}: {outcome.stderr[-600:]}"
        elif lacking := oracle.difference(earlier, restored):
            yield f"restored without: {lacking}"
        shutil.rmtree(restored, ignore_errors=True)

    def _wrong_at_the_end(self) -> Iterator[str]:
        """What exit 0 promised is there though the power goes at once; and the recorder missed no call."""
        self.states += 2
        self._lay_down(None, 1.0)
        recorded = contents(self.folder)
        if other := {name for name in self.end.keys() | recorded if self.end.get(name) != recorded.get(name)}:
            yield f"the recorder missed a call: {sorted(other)}"
        self._lay_down(None, 0.0)
        if missing := self.scene.missing(self.home, self.place):
            yield f"after the end it is not on the disk: {missing}"


def contents(folder: Path) -> dict[str, bytes]:
    """The bytes of every file below a folder, but for what is written through memory."""
    paths = [path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(MAPPED)]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}
