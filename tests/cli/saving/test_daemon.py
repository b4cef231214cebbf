"""What the daemon says on stderr, where no daemon has to run for it."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import pytest

from archiver import errors
from archiver.app import utc_now
from archiver.cli.context import CliContext
from archiver.cli.output import echo
from archiver.cli.saving import daemon, save
from archiver.cli.saving.daemon import named_messages
from archiver.corrected_clock import CorrectedClock
from archiver.rounds.scheduled_duties import FINDINGS, VERIFICATION, DaemonMessages
from archiver.sync.report import SyncReport


def context(home: Path) -> CliContext:
    """Of a command without options."""
    return CliContext(home=home, environ={}, verbose=0)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (FINDINGS, "The archive was verified again, and nothing was found."),
        (VERIFICATION, "The archive can be verified again."),
        ("BadSettings", "archive.toml can be read again."),
        ("Unreachable", "That is over: saving works again."),
    ],
)
def test_the_end_of_each_trouble_is_said_as_what_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, sentence: str
) -> None:
    """Saving works again only where it did not."""
    daemon.daemon_messages(context(tmp_path), utc_now).over(name)

    assert sentence + "\n" == capsys.readouterr().err


def test_a_bug_in_a_notice_is_said_and_survived(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its kind and place; its text may be somebody's message."""

    def fail(*_given: object, **_named: object) -> None:
        raise ValueError("秘密")

    monkeypatch.setattr(save, "tell_after_round", fail)

    daemon.daemon_messages(context(tmp_path), utc_now).unsaved(errors.Unreachable(path="/me", detail="x"))

    output = capsys.readouterr().err
    assert (True, False) == ("ValueError (test_daemon.py" in output, "秘密" in output)


def test_notices_go_on_while_the_settings_are_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the last ones that could be read, as saving does."""
    settings_file, used = tmp_path / "archive.toml", list[float]()
    monkeypatch.setattr(
        save, "tell_after_round", lambda settings, *_more, **_named: used.append(settings.notify.stale_hours)
    )
    settings_file.write_text("[notify]\nstale_hours = 7\n", encoding="utf-8")
    voice = daemon.daemon_messages(context(tmp_path), utc_now)

    settings_file.write_text("[[[", encoding="utf-8")
    voice.unsaved(errors.Unreachable(path="/me", detail="x"))

    assert [7] == used


def test_notices_of_a_round_go_by_the_corrected_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A computer a year ahead sends no notice that nothing was saved for a year."""
    told = list[datetime]()
    monkeypatch.setattr(save, "tell_after_round", lambda *_given, now, **_named: told.append(now))
    clock = CorrectedClock(utc_now, time.monotonic)
    clock.measure(utc_now() - timedelta(days=365), utc_now())

    daemon.daemon_messages(context(tmp_path), clock).unsaved(errors.Unreachable(path="/me", detail="x"))

    assert all(abs(utc_now() - timedelta(days=365) - at) < timedelta(minutes=1) for at in told)
    assert 1 == len(told)


def test_what_archives_say_at_the_same_time_stays_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Else a reader takes what is wrong with one for the trouble of another."""
    both_speak = threading.Barrier(2)

    def say(error: errors.ArchiverError) -> None:
        echo(f"first {error.data['n']}", err=True)
        both_speak.wait(10)
        echo(f"second {error.data['n']}", err=True)
        both_speak.wait(10)

    homes = [tmp_path / "a", tmp_path / "b"]
    threads = [
        threading.Thread(
            target=named_messages(DaemonMessages(trouble=say), home).trouble, args=(errors.ArchiverError(n=home.name),)
        )
        for home in homes
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    said = capsys.readouterr().err
    assert 2 == sum(f"{home}:\nfirst {home.name}\nsecond {home.name}\n" in said for home in homes)


def test_what_a_round_says_is_under_the_path_of_its_archive(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Such as that a message was deleted; a round with nothing to say prints no path."""
    messages = DaemonMessages(
        round=lambda _report: echo("deleted", err=True), unsaved=lambda _error: echo("stale", err=True)
    )

    named_messages(messages, tmp_path / "a").round(cast("SyncReport", None))
    named_messages(messages, tmp_path / "b").unsaved(errors.ArchiverError())
    named_messages(DaemonMessages(), tmp_path / "c").round(cast("SyncReport", None))

    assert f"{tmp_path / 'a'}:\ndeleted\n{tmp_path / 'b'}:\nstale\n" == capsys.readouterr().err
