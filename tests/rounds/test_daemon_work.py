"""The daemon's work under a clock that only moves when told to: what goes wrong is said once, and survived."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from archiver import errors
from archiver.app import App
from archiver.custody.verify import verify_archive
from archiver.evidence.verify.findings import Verification
from archiver.rounds import scheduled_duties
from archiver.rounds.daemon_work import DaemonWork
from archiver.rounds.scheduled_duties import DaemonMessages
from archiver.settings.model import Duration, FileSettings, Settings, SyncSettings
from archiver.store.working import verification_log
from tests.support.schedules.rounds import new_app
from tests.support.world import World, running_world


class Shift:
    """Duties on a world; `said` is what the user was told, in order."""

    def __init__(self, world: World) -> None:
        self.world, self.said, self.reports = world, list[str](), 0
        self.unsaved = list[str]()
        self.settings = Settings(world.home, files=FileSettings(stop_when_free_gb=0), token_source="file:token")
        self.broken: Exception | None = None
        self.token = world.chatwork.token
        self.duties = self.new()

    def new(self) -> DaemonWork:
        """As a daemon that is started anew has."""
        messages = DaemonMessages(
            self._report,
            lambda fault: self.said.append(type(fault).__name__),
            lambda name: self.said.append(f"over {name}"),
            lambda told: self.said.append(f"findings {len(told.findings)}"),
            unverified=lambda fault: self.said.append(f"unverified {type(fault).__name__}"),
            unsaved=lambda fault: self.unsaved.append(type(fault).__name__),
        )
        return DaemonWork(self._load, self._build, lambda _: self.token, now=self.world.clock, messages=messages)

    def pass_by(self, *, steps: int, **span: float) -> None:
        """Let time pass in steps, each with the duties that are due after it."""
        for _ in range(steps):
            self.world.clock.pass_by(**span)
            self.duties.round()
            self.duties.check()

    def requests(self) -> int:
        """How often Chatwork was asked since this was last called."""
        return len(self.world.take_requests())

    def _report(self, _report: object) -> None:
        self.reports += 1

    def _load(self) -> Settings:
        if isinstance(self.broken, errors.SettingsError):
            raise self.broken
        return self.settings

    def _build(self, settings: Settings) -> App:
        if self.broken is not None and not isinstance(self.broken, errors.SettingsError):
            raise self.broken
        app = new_app(self.world, settings=settings, now=self.world.clock)
        app.chatwork.transport._ask_token = lambda: self.token
        return app


@pytest.fixture
def shift(tmp_path: Path) -> Iterator[Shift]:
    """A world with one message, and a daemon that has not begun."""
    with running_world(tmp_path / "home", token="good") as world:
        world.post("こんにちは")
        yield Shift(world)


@pytest.mark.drawn
def test_each_minute_has_a_round_and_each_day_a_verification(shift: Shift) -> None:
    """Every minute a round, the lock free after each; verified whole and kept up at first, then a sample a day."""
    shift.pass_by(steps=3 * 30, seconds=20)

    assert (30, []) == (shift.reports, shift.said)
    with shift.world.archive.round_lock(), shift.world.archive.reading() as reading:
        verified = verification_log.last_verification(reading)
    assert verified is not None
    assert (True, 0) == (verified.deep, verified.findings)
    shift.pass_by(steps=4, hours=6)
    log = (shift.world.home / "logs" / "archive.log").read_text(encoding="utf-8")
    assert (1, 1) == (log.count("verified=whole"), log.count("verified=sample findings=0"))
    assert 1 == log.count("upkeep=not_needed problems=0")


def test_after_sleep_one_round_makes_up_for_all(shift: Shift) -> None:
    """Three days later there is one round, not hundreds, and what was posted meanwhile is there."""
    shift.pass_by(steps=1, minutes=1)
    shift.world.clock.pass_by(days=3)
    posted = shift.world.post("寝ている間に")

    shift.pass_by(steps=3, seconds=20)

    assert 2 == shift.reports
    assert "present" == shift.world.states()[posted]


@pytest.mark.drawn
def test_a_refused_token_is_no_longer_asked_with(shift: Shift) -> None:
    """Days with a revoked token: said once a day, asked a few times; with a new one it goes on at once."""
    shift.pass_by(steps=1, minutes=5)
    shift.world.chatwork.revoke_token()
    shift.requests()

    shift.pass_by(steps=3 * 24, hours=1)

    assert 3 == shift.said.count("TokenRefused") == len(shift.said)
    assert 5 == shift.requests()  # refused, then tried after 1 h, 6 h more, and each day
    shift.token = "another"
    shift.world.chatwork.revoke_token(new="another")
    shift.pass_by(steps=1, minutes=5)
    assert ["over TokenRefused"] == shift.said[3:]


def test_a_token_of_another_account_is_no_longer_asked_with(shift: Shift) -> None:
    """As one that was refused, once the account is asked for again; nothing of Chatwork's is written."""
    shift.pass_by(steps=1, minutes=5)
    shift.world.chatwork.owner, entries = shift.world.tanaka, len(shift.world.entries("message"))
    shift.requests()

    shift.pass_by(steps=1, minutes=30)
    shift.pass_by(steps=9, minutes=5)

    assert (["WrongAccount"], 1) == (shift.said, shift.requests())
    assert entries == len(shift.world.entries("message"))


@pytest.mark.drawn(but=3)
@pytest.mark.parametrize(
    ("error", "name"),
    [
        (errors.KeyringUnavailable(detail="locked"), "KeyringUnavailable"),
        (errors.DiskFull(path="x"), "DiskFull"),
        (OSError(errno.ENOSPC, "full"), "DiskFull"),
        (OSError(errno.EIO, "Input/output error"), "DiskFailing"),
        (errors.NoArchive(path="x"), "NoArchive"),
        (errors.NoSpaceToMigrate(path="x"), "NoSpaceToMigrate"),
        (KeyError("本文"), "ArchiverError"),
    ],
)
def test_what_the_world_does_is_said_and_survived(shift: Shift, error: Exception, name: str) -> None:
    """A locked keyring, a full disk, a disk that was taken out, a bug: said once, then all is well again."""
    real, shift._build = shift._build, lambda settings: _raise(error)  # type: ignore[method-assign]
    shift.duties = shift.new()
    shift.pass_by(steps=20, minutes=5)
    shift._build = real  # type: ignore[method-assign]
    shift.duties._build = real

    shift.pass_by(steps=1, minutes=5)

    assert [name, f"over {name}"] == shift.said
    log = (shift.world.home / "logs" / "archive.log").read_text(encoding="utf-8")
    assert "本文" not in log


def _raise(error: Exception) -> App:
    raise error


def test_broken_settings_end_only_the_start(shift: Shift) -> None:
    """While somebody edits archive.toml the last good settings stand; a daemon does not begin with bad ones."""
    shift.pass_by(steps=1, minutes=5)
    shift.broken = errors.BadSettings(path="archive.toml", detail="line 3")

    shift.pass_by(steps=2, minutes=5)

    assert (3, ["BadSettings"]) == (shift.reports, shift.said)
    with pytest.raises(errors.BadSettings):
        shift.new()
    shift.broken = None
    shift.settings = replace(shift.settings, sync=SyncSettings(every=Duration(hours=1)))
    shift.pass_by(steps=2, minutes=5)
    assert (5, ["BadSettings", "over BadSettings"]) == (shift.reports, shift.said)


def test_a_newer_archive_ends_it(shift: Shift) -> None:
    """The program in memory is too old for the archive: only a new start helps."""
    shift.broken = errors.NewerArchive(path="x")

    with pytest.raises(errors.NewerArchive):
        shift.pass_by(steps=1, minutes=5)


def test_a_round_by_hand_goes_first(shift: Shift) -> None:
    """While somebody saves by hand nothing is done and nothing said; right after it is the daemon's turn."""
    with shift.world.archive.round_lock():
        shift.pass_by(steps=3, minutes=5)
    assert (0, []) == (shift.reports, shift.said)

    shift.pass_by(steps=1, seconds=20)

    assert 1 == shift.reports


def test_a_fast_room_is_read_before_it_overruns(shift: Shift) -> None:
    """Whatever the interval of the settings is: a chat of 80 messages a minute has no gap."""
    shift.settings = replace(shift.settings, sync=SyncSettings(every=Duration(hours=1)))
    shift.pass_by(steps=1, minutes=1)
    for _ in range(5):
        shift.world.posts(80)
        shift.pass_by(steps=1, minutes=1)

    assert 5 * 80 + 2 == len(shift.world.states())
    assert [] == [gap for gap in shift.world.gaps() if gap[0] is not None]


def test_an_interval_below_a_minute_is_kept(shift: Shift) -> None:
    """Where somebody asked for it."""
    shift.settings = replace(shift.settings, sync=SyncSettings(every=Duration(seconds=20)))
    shift.pass_by(steps=6, seconds=20)

    assert 6 == shift.reports


@pytest.mark.drawn
def test_a_verification_says_what_it_finds(shift: Shift) -> None:
    """An attachment that was changed on the disk is found by the sample whose turn it is, and said."""
    shift.world.chatwork.upload(shift.world.room, shift.world.tanaka, "納品.bin", data=b"x" * 1000)
    shift.pass_by(steps=1, minutes=5)
    assert [] == shift.said
    (row,) = shift.world.rows("blob")
    place = shift.world.home / "files" / row["sha256"][:2] / row["sha256"][2:4] / row["sha256"]
    place.chmod(0o600)
    place.write_bytes(b"y" * 1000)

    shift.pass_by(steps=29, days=1)

    assert "findings 1" in shift.said
    place.unlink()
    shift.said.clear()
    shift.pass_by(steps=3, days=1)
    assert "findings 1" in shift.said
    log = (shift.world.home / "logs" / "archive.log").read_text(encoding="utf-8")
    assert "納品" not in log


@pytest.mark.drawn
def test_a_verification_that_cannot_be_made_is_no_trouble_of_saving(
    shift: Shift, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Said once a day as what it is, whatever rounds go through meanwhile; over when one was made."""
    broken = [True]

    def verify(*given: Any, **named: Any) -> Verification:
        if broken[0]:
            raise PermissionError(errno.EACCES, "no", "seals")
        return verify_archive(*given, **named)

    monkeypatch.setattr(scheduled_duties, "verify_archive", verify)
    shift.pass_by(steps=25, hours=1)
    broken[0] = False
    shift.pass_by(steps=2, hours=1)

    assert ["unverified HomeNotWritable"] * 2 + ["over verification"] == shift.said
    assert [] == shift.unsaved


def test_every_round_that_does_not_go_through_is_told_to_whoever_wants_it(shift: Shift) -> None:
    """A notice that is due between two daily complaints must not wait: also while a refused token is left alone."""
    shift.pass_by(steps=1, minutes=5)
    shift.world.chatwork.revoke_token()

    shift.pass_by(steps=5, hours=1)

    assert (["TokenRefused"], ["TokenRefused"] * 5) == (shift.said, shift.unsaved)
