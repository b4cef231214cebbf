"""A package of a period begins with how things stood, and names nothing else of the time before."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from archiver.custody.verify import verify_path
from archiver.export.mask.policy_and_covers import masking_policy
from archiver.export.package.make_package import ExportReport, export
from archiver.export.package.order import ExportOrder
from archiver.records import ContractRoom, MessageId, Observation, RoomId, StatedTerm
from tests.support.archives.maker import CLIENT, ROOM, ArchiveMaker, at, message_object
from tests.support.reports import pdf_reader

DAY = 24 * 60
OTHER, OWN = 1_776_543_219_000_000_000, 1_976_543_219_000_000_000
"""Message ids of the other contract, and of this one, begin with these."""


def two_contracts(home: Path) -> ArchiveMaker:
    """One room: a job of twenty days, then another one; its first readings show messages of both."""
    maker = ArchiveMaker(home)
    maker.me()
    maker.contract("job1", [ContractRoom(RoomId(ROOM), end=at(20 * DAY))], platform="crowdworks", client="田中")
    maker.contract("job2", [ContractRoom(RoomId(ROOM), start=at(20 * DAY))], platform="crowdworks", client="田中")
    maker.room("案件のチャット", description="はじめの概要")
    maker.account(CLIENT, "田中")
    maker.member(CLIENT, "田中", chatwork_id="tanaka-cw")
    maker.member(9001, "佐藤")
    maker.member(9001, "佐藤", state="gone", minutes=10 * DAY)
    maker.account(9001, "佐藤")
    maker.task(5, "見本を送る", minutes=2 * DAY)
    older = [message_object(OTHER + one, f"前の仕事{one}", sent=one * DAY) for one in range(1, 6)]
    newer = [message_object(OWN + one, f"この仕事{one}", sent=(20 + one) * DAY) for one in range(1, 4)]
    maker.sync(older, minutes=6 * DAY, beginning=False)
    maker.gap(1, after=str(OTHER + 5), before=str(OWN + 1), minutes=21 * DAY)
    maker.sync([*older, newer[0]], changed={OWN + 1: "present"}, minutes=21 * DAY + 5)
    maker.sync([*older[2:], *newer], changed={OWN + 2: "present", OWN + 3: "present"}, minutes=23 * DAY + 5)
    maker.append([steady(OTHER + 3, OWN + 3)], minutes=23 * DAY + 65)
    maker.reading([OTHER + 1, OWN + 1], minutes=24 * DAY)
    refused = {"ids": [], "refused": {str(OTHER): "unreadable"}}
    maker.append([Observation("reading", f"reading/{ROOM}/1", refused, ROOM)], minutes=24 * DAY + 1)
    edited = message_object(OWN + 2, "直した", sent=22 * DAY, update_time=int(at(25 * DAY).timestamp()))
    maker.sync([*older[3:], newer[0], edited, newer[2]], changed={OWN + 2: "edited"}, minutes=25 * DAY)
    return maker


def steady(oldest: int, newest: int) -> Observation:
    """An hour of looks at a list that stayed the same."""
    payload = {
        "window": 1,
        "oldest": str(oldest),
        "newest": str(newest),
        "count": 6,
        "message_num": 8,
        "limited": False,
    }
    first, last = ("2026-11-28T01:10:00.000Z", "2026-11-28T02:05:00.000Z")
    payload |= {"first": first, "last": last, "times": 12, "longest_s": 300, "looks": [[300, 11]]}
    return Observation("steady", f"steady/{ROOM}/1", payload, ROOM)


def package(
    maker: ArchiveMaker, out: Path, contract: str = "job2", profile: str = "lawyer", **options: Any
) -> ExportReport:
    """A package of a contract."""
    order = ExportOrder(contract=contract, profile=profile, out=out, counterparts={CLIENT}, **options)
    return export(maker.archive, order, now=lambda: at(30 * DAY))


@pytest.fixture(scope="module")
def lawyer_package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package of the second contract, for a lawyer."""
    folder = tmp_path_factory.mktemp("period")
    return Path(package(two_contracts(folder / "home"), folder / "out").path)


@pdf_reader.needs_poppler
def test_a_bound_message_of_before_is_named_as_not_in_the_package(tmp_path: Path) -> None:
    """Page 1 of a consultation tells it apart from one that the package holds."""
    maker = two_contracts(tmp_path / "home")
    before, within = MessageId(str(OTHER + 1)), MessageId(str(OWN + 1))
    maker.contract(
        "job2",
        [ContractRoom(RoomId(ROOM), start=at(20 * DAY))],
        platform="direct",
        client="田中",
        terms=(StatedTerm("amount", within), StatedTerm("payment_day", before)),
    )

    path = Path(package(maker, tmp_path / "out", profile="consult").path)
    (report,) = path.rglob("*.pdf")
    text = pdf_reader.without_spaces(pdf_reader.text(report.read_bytes()))

    assert "報酬の額:No.1(2026年11月26日" in text
    assert (
        f"メッセージID{before}(2026年11月6日10:00。この資料の期間の外のメッセージで、この資料には含まれません)" in text
    )


def names_of_other(folder: Path) -> list[str]:
    """The files below a folder in which an id or a text of the first contract stands."""
    secrets = (b"1776543219", "前の仕事".encode())
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path.name for path in files if any(one in path.read_bytes() for one in secrets)]


@pytest.mark.drawn
def test_no_message_id_of_another_contract_is_in_any_byte(lawyer_package: Path) -> None:
    """Two contracts in one room: readings, gaps and tasks name the messages of the package alone."""
    assert [] == names_of_other(lawyer_package)
    assert 3 == len((lawyer_package / "data/messages.jsonl").read_text("utf-8").splitlines())


@pytest.mark.drawn
@pytest.mark.parametrize("profile", ["support", "court", "consult"])
def test_no_other_profile_names_one_either(tmp_path: Path, profile: str) -> None:
    """Packages without records neither."""
    package(two_contracts(tmp_path / "home"), tmp_path / "out", profile=profile)

    assert [] == names_of_other(tmp_path / "out")


@pytest.mark.drawn
def test_the_package_verifies_and_says_what_rests_on_masked_readings(lawyer_package: Path) -> None:
    """In the program and in `verify.py`; every interval is as the archive has it."""
    verification = verify_path(lawyer_package)
    script = subprocess.run(
        [sys.executable, lawyer_package / "verify.py", "--lang", "en"], capture_output=True, text=True, check=False
    )

    assert [] == verification.findings
    assert "readings" in [one.subject for one in verification.unchecked]
    assert 0 == script.returncode, script.stdout
    assert "rest on readings that also name messages outside" in script.stdout
    rows = [json.loads(line) for line in (lawyer_package / "data/messages.jsonl").read_text("utf-8").splitlines()]
    (before, after) = rows[1]["versions"]
    assert ("2026-11-28T02:05:00.000Z", "2026-11-30T01:00:00.000Z") == (before["last_seen"], after["first_seen"])


@pytest.mark.drawn
def test_the_package_begins_with_what_lasts(lawyer_package: Path) -> None:
    """The last state before the period of the room, of those who are in it, and of open tasks; no change of then."""
    data = lawyer_package / "data"
    entries = [json.loads(line) for line in (data / "entries.jsonl").read_text("utf-8").splitlines()]
    shown = [json.loads(line)["shown"] for line in (data / "masked.jsonl").read_text("utf-8").splitlines()]

    before = {
        one["key"]
        for one in [*entries, *shown]
        if one.get("room_id") == ROOM and one["observed_at"] < "2026-11-25T01:00:00.000Z"
    }

    assert {f"room/{ROOM}", f"account/{ROOM}/{CLIENT}", f"member/{ROOM}/{CLIENT}", "task/5"} == before
    assert "期間の前から" in (data / "tasks.csv").read_text("utf-8")
    events = (data / "events.csv").read_text("utf-8").splitlines()[1:]
    assert [] == [row for row in events if row.startswith(('"2026-11-0', '"2026-11-1'))]


@pytest.mark.drawn
def test_a_contract_that_ended_names_nothing_of_the_next_one(tmp_path: Path) -> None:
    """The same in the other direction, with everything masked; when its messages were seen last, later looks tell."""
    maker = two_contracts(tmp_path / "home")
    path = Path(package(maker, tmp_path / "out", "job1", policy=masking_policy("support")).path)

    files = [one for one in path.rglob("*") if one.is_file()]

    assert [] == [one.name for one in files if b"1976543219" in one.read_bytes()]
    assert [] == verify_path(path).findings
    rows = [json.loads(line) for line in (path / "data/messages.jsonl").read_text("utf-8").splitlines()]
    days = ["2026-11-29T01", "2026-11-26T01", "2026-11-28T02", "2026-11-30T01", "2026-11-30T01"]
    assert days == [one["versions"][-1]["last_seen"][:13] for one in rows]


@pytest.mark.slow
def test_a_package_of_everything_masks_no_reading(tmp_path: Path) -> None:
    """Without a period there is nothing outside: no record is masked, and no beginning of a period is stated."""
    maker = two_contracts(tmp_path / "home")
    maker.contract("job3", [ROOM], platform="direct", client="田中")
    path = Path(package(maker, tmp_path / "out", "job3").path)

    assert not (path / "data/masked.jsonl").exists()
    assert "Period-Starts" not in (path / "bag-info.txt").read_text("utf-8")
    assert [] == verify_path(path).findings
