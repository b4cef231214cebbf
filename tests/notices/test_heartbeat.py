"""The heartbeat: what is called when, with which body, and that the address stays a secret."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from archiver import errors
from archiver.app import utc_now
from archiver.notices.heartbeat import (
    Heartbeat,
    call,
    counts_text,
    is_due,
    next_ping,
    parse_address,
    read_address,
    try_address,
)
from archiver.settings.model import NotifySettings, Settings
from archiver.store import migrate
from archiver.store.archive import Archive
from archiver.store.engine import DATABASE
from archiver.store.working import remembered_values
from archiver.store.working.remembered_values import LastPing
from archiver.sync.report import RoomOutcome, RoomReport, SyncReport
from tests.support.receivers.ping_receiver import CHECK, PingReceiver, running_ping_receiver

NOW = datetime(2026, 11, 24, 13, 30, 2, tzinfo=UTC)


@pytest.fixture
def receiver() -> Iterator[PingReceiver]:
    """A service that takes calls."""
    with running_ping_receiver() as made:
        yield made


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The folder of an archive without rooms."""
    migrate.create_database(tmp_path / DATABASE)
    return tmp_path


def settings(home: Path, ping: str) -> Settings:
    """Settings with a heartbeat."""
    return Settings(home, notify=NotifySettings(ping=ping))


def report(*rooms: RoomReport, **changed: Any) -> SyncReport:
    """The report of a run that got the list of rooms."""
    return SyncReport(1, NOW, rooms=list(rooms), **{"has_room_list": True, **changed})


GOOD = report(RoomReport(5, "田中", new=3, files_saved=1), RoomReport(6, "佐藤", new=1))


def beat(home: Path, address: str, *outcome: Any, **options: Any) -> LastPing | None:
    """A round with this outcome: what is remembered of the last call."""
    heartbeat = Heartbeat(settings(home, address), {}, now=utc_now)
    heartbeat.begin()
    heartbeat.end(*outcome, **options)
    if not (home / DATABASE).exists():
        return None
    with closing(Archive(home)) as archive, archive.reading() as reading:
        return remembered_values.LAST_PING.recall(reading)


def test_a_round_tells_its_beginning_and_its_end_with_one_id_and_counts_alone(
    home: Path, receiver: PingReceiver
) -> None:
    """As healthchecks.io understands it; the next round within five minutes tells nothing."""
    for _round in range(2):
        ping = beat(home, receiver.address(), GOOD, None)

    (start, first_query, _none), (end, second_query, body) = receiver.calls
    assert (f"/{CHECK}/start", f"/{CHECK}/0") == (start, end)
    assert (True, first_query) == (first_query.startswith("rid="), second_query)
    assert "rooms=2 new=4 edited=0 deleted=0 missing=0 files_saved=1 files_pending=0 files_lost=0 tasks_new=0" == body
    assert ping is not None
    assert ping.failing_since is None


@pytest.mark.parametrize(
    ("error", "has_code", "expected"),
    [
        (errors.TokenRefused(), True, ["start", "10"]),
        (errors.TokenRefused(), False, ["start", "fail"]),
        (errors.ArchiveInUse(), True, ["start"]),
    ],
)
def test_a_round_that_fails_tells_its_exit_code(
    home: Path, receiver: PingReceiver, error: errors.ArchiverError, has_code: bool, expected: list[str]
) -> None:
    """The daemon's rounds have none; a run that met another one is no failure."""
    beat(home, receiver.address(), None, error, has_code=has_code)
    time.sleep(0.2 if expected == ["start"] else 0)

    assert expected == receiver.states


def test_any_other_address_is_called_after_good_rounds_alone(home: Path, receiver: PingReceiver) -> None:
    """With its query, which may be its secret; it would take a failure for a sign of life."""
    for outcome in ((None, errors.TokenRefused()), (GOOD, None)):
        beat(home, receiver.address("ping?key=1"), *outcome)

    assert [("/ping", "key=1", counts_text(GOOD))] == receiver.calls


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        (GOOD, True),
        (report(), True),
        (report(RoomReport(5, outcome=RoomOutcome.INACCESSIBLE)), True),
        (report(RoomReport(5), left_over=True), False),
        (report(RoomReport(5, failed="messages")), False),
        (report(has_room_list=False), False),
    ],
)
def test_only_a_round_that_read_what_was_due_is_a_beat(
    home: Path, receiver: PingReceiver, run: SyncReport, expected: bool
) -> None:
    """After any other the service notices a silence; a chat that cannot be opened must not silence it for ever."""
    beat(home, receiver.address("ping"), run, None)

    assert expected == len(receiver.calls)


@pytest.mark.parametrize("status", [500, 404, 302])
def test_a_call_that_is_not_taken_is_remembered_and_raises_nothing(
    home: Path, receiver: PingReceiver, status: int
) -> None:
    """Since when, so that one notice is given and not one a try; no redirect is followed, nothing called by http."""
    receiver.status = status

    for address in (receiver.address("ping"), f"http://example.com/{CHECK}"):
        ping = beat(home, address, GOOD, None)
        assert ping is not None
        assert ping.failing_since is not None

    assert 1 == len(receiver.calls)


def test_a_service_that_hangs_holds_no_round_up(receiver: PingReceiver) -> None:
    """One deadline over the whole call."""
    receiver.hangs, begun = True, time.monotonic()

    assert not call(receiver.address(), "", patience=0.3)
    assert time.monotonic() - begun < 30


def test_without_a_database_the_call_is_made_all_the_same(tmp_path: Path, receiver: PingReceiver) -> None:
    """Nothing can be remembered, but the failure is told."""
    beat(tmp_path, receiver.address(), None, errors.ArchiveDamaged(detail="x", path=tmp_path))

    assert ["start", "1"] == receiver.states


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (f"https://hc-ping.com/{CHECK}", True),
        ("https://hc-ping.com/key/my-archive", True),
        (f"https://checks.example.com/ping/{CHECK}", True),
        ("https://example.com/alive?x=1", False),
        *((url, None) for url in ("", "http://example.com/x", "ftp://example.com/x", "https://", "https://a b")),
        *((url, None) for url in ("https://[", "x", "https://a:0/")),
    ],
)
def test_who_takes_states_is_known_by_the_address(url: str, expected: bool | None) -> None:
    """The service itself, or a path that ends in a UUID, on any host; plain http leads to this computer alone."""
    address = parse_address(url)

    assert expected == (address and address.takes_states)
    assert CHECK not in repr(address)
    assert address is None or expected == address.call_url("start", "1").endswith("/start?rid=1")


def test_an_address_is_read_from_where_it_lies(tmp_path: Path, receiver: PingReceiver) -> None:
    """From a private file or a variable, as those of notices."""
    (tmp_path / "address").write_text(f"{receiver.address()}\n", encoding="utf-8")
    (tmp_path / "address").chmod(0o600)

    assert try_address(settings(tmp_path, "file:address"), {})
    assert try_address(settings(tmp_path, "env:PING"), {"PING": receiver.address()})
    assert not try_address(settings(tmp_path, "env:NONE"), {})
    assert try_address(settings(tmp_path, ""), {}) is None
    assert read_address(settings(tmp_path, "file:nothing"), {}) is None
    assert ["log", "log"] == receiver.states


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0, False), (238, False), (299, True), (301, True), (-3600, True), (-4000, True)]
)
def test_five_minutes_are_counted_in_whole_minutes(seconds: int, expected: bool) -> None:
    """A job of every five minutes begins a second early or late; a time that lies ahead counts as never."""
    assert expected == is_due(LastPing(NOW - timedelta(seconds=seconds), None), NOW)


def test_a_failure_lasts_until_a_call_is_taken() -> None:
    """So that it is said once."""
    first = next_ping(None, NOW, is_taken=False)
    second = next_ping(first, NOW + timedelta(minutes=5), is_taken=False)

    assert (NOW, NOW) == (first.failing_since, second.failing_since)
    assert LastPing(NOW, None) == next_ping(second, NOW, is_taken=True)
