"""Notices to other places: really sent by the library, bounded in time, and silent about the addresses."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from archiver.notices import apprise_sender
from archiver.settings.model import NotifySettings, Settings
from tests.support.receivers.notice_receiver import Receiver, running_receiver

SECRET = "canary-6f1d"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A place that takes notices."""
    with running_receiver() as made:
        yield made


@pytest.mark.drawn
def test_each_address_has_its_outcome_and_nothing_is_printed(
    receiver: Receiver, capfd: pytest.CaptureFixture[str]
) -> None:
    """What fails and what is not understood keeps no other address from its notice, which arrives as it is."""
    title, text = "Chatwork保管庫", "メッセージ12件\n{x} \\n <b>&amp;"
    refused, good = receiver.address("refuse", secret=SECRET), [receiver.address(), receiver.address("other")]
    urls = [f"nonsense-{SECRET}", f"mailto://{SECRET}", refused, *good, "json://127.0.0.1:9/"]

    sent = apprise_sender.send(title, text, urls, os.environ)

    assert ["bad", "bad", "failed", "sent", "sent", "failed"] == sent
    assert "bad" == apprise_sender.send("", None, urls, os.environ)[0]  # that sends nothing
    assert [(title, text)] * 3 == [(one["title"], one["message"]) for one in receiver.notices]
    assert ("", "") == capfd.readouterr()
    assert SECRET not in str(receiver.notices)


@pytest.mark.drawn
def test_an_address_that_hangs_holds_nothing_up(receiver: Receiver) -> None:
    """All together end after the time given, long before the minute that it hangs; what was taken until then counts."""
    begun = time.monotonic()

    urls = [receiver.address("hang") + "?rto=60", receiver.address()]
    sent = apprise_sender.send("題", "文", urls, os.environ, patience=10)

    assert (["failed", "sent"], True) == (sent, time.monotonic() - begun < 40)


def test_without_the_library_a_webhook_is_told_all_the_same(
    receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library comes with an extra, so it may be missing: that is a trouble for other addresses alone."""
    hook = receiver.address().replace("json:", "http:")
    both = Settings(tmp_path, notify=NotifySettings(urls=(hook, receiver.address())))
    alone = replace(both, notify=NotifySettings(urls=(hook,)))
    before = (apprise_sender.is_installed(), apprise_sender.is_lacking(both))
    monkeypatch.setitem(sys.modules, "apprise", None)
    outcomes = ["failed", "failed"]

    for number in range(2):  # as the process does, which would find the library
        apprise_sender._deliver(
            {"urls": both.notify.urls, "title": "題", "text": "文", "patience": 5}, number, outcomes
        )

    assert (True, False) == before
    assert (False, True, False) == (
        apprise_sender.is_installed(),
        apprise_sender.is_lacking(both),
        apprise_sender.is_lacking(alone),
    )
    assert (["sent", "bad"], {"text": "題\n文"}) == (outcomes, receiver.notices[-1])
