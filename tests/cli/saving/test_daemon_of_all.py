"""What the daemon of all archives prints: each archive's sentences stay together, under its path."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import cast

import pytest

from archiver import errors
from archiver.cli.saving.daemon import named_messages
from archiver.cli.terminal.output import echo
from archiver.rounds.scheduled_duties import DaemonMessages
from archiver.sync.report import SyncReport


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
