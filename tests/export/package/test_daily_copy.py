"""The job's daily copies."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from archiver import errors
from archiver.custody.verify import verify_path
from archiver.export.package import daily_copy
from archiver.store.archive import Archive
from archiver.store.working import remembered_values
from tests.support.archives.maker import ArchiveMaker, at, file_object, message_object, story

DAY = 24 * 60
LIMIT = 100


def made_daily(archive: Archive, *, minutes: float, **options: Any) -> Path | None:
    """The daily copy of job1 made so many minutes after the beginning."""
    return daily_copy.write_daily_copy(archive, "job1", now=lambda: at(minutes), file_limit_bytes=LIMIT, **options)


def inside(path: Path | None) -> dict[str, bytes]:
    """The files of a zip, without the folder that they lie below."""
    assert path is not None
    with zipfile.ZipFile(path) as opened:
        return {one.filename.partition("/")[2]: opened.read(one) for one in opened.infolist()}


def bodies(path: Path | None) -> list[str]:
    """The texts of `messages.jsonl`."""
    return [json.loads(line)["body"] for line in inside(path)["data/messages.jsonl"].decode().splitlines()]


def test_the_first_run_of_a_day_copies_the_day_before(tmp_path: Path) -> None:
    """The zip is named after that day; its first line says what it is not for; it verifies."""
    maker = story(tmp_path / "home")

    path = made_daily(maker.archive, minutes=DAY)

    assert maker.home / "daily/job1/2026-11-05_job1_daily.zip" == path
    assert (
        "毎日の写し(伏せ字はAPIトークンだけ・提出用ではありません)"
        == inside(path)["00_README.txt"].decode("utf-8-sig").split("\r\n")[0]
    )
    assert 4 == len(bodies(path))
    assert {"data/entries.jsonl", "data/transcript/index.html", "data/files/F-0001.png"} <= inside(path).keys()
    assert [] == verify_path(path).findings


def test_a_time_limit_that_is_no_time_is_told_as_it_was_returned(tmp_path: Path) -> None:
    """Only 0 means that there is none, or that kind of limit, with which Chatwork sends a time all the same."""
    maker = story(tmp_path / "home")
    limits = [(0, "time"), ("0", "time"), (None, "none"), (1793841273, "none"), (1793841273, "time")]
    for ident, (limit, kind) in enumerate([*limits, ("明日", "time"), (-5, "time"), (10**18, "date")], 100):
        maker.task(ident, f"作業{ident}", limit_time=limit, limit_type=kind)

    files = inside(made_daily(maker.archive, minutes=DAY))
    pages = b"".join(files[one] for one in sorted(files) if one.endswith(".html")).decode()
    shown = re.findall("期限 ([^<]*)<", pages)[-8:]

    unread = [f"読み取れません(Chatworkの値 {one})" for one in ("明日", -5, 10**18)]
    assert [*["なし"] * 4, "2026-11-05 10:14:33", *unread] == shown


def test_without_news_there_is_none(tmp_path: Path) -> None:
    """A reading that showed nothing new is no news, nor is a contract; the same day is not copied twice."""
    maker = story(tmp_path / "home")
    stated = ArchiveMaker(tmp_path / "stated")
    stated.contract("job1")
    made_daily(maker.archive, minutes=DAY)
    maker.sync(
        [message_object(1, "よろしくお願いします。https://example.com/spec?v=1。", sent=0)], changed={}, minutes=DAY + 1
    )

    copies = [made_daily(maker.archive, minutes=DAY + 2), made_daily(maker.archive, minutes=2 * DAY)]
    assert [None] * 3 == [*copies, made_daily(stated.archive, minutes=DAY)]


def test_today_waits_until_it_has_ended(tmp_path: Path) -> None:
    """Unless something disappeared."""
    maker = story(tmp_path / "home")

    assert None is made_daily(maker.archive, minutes=300)
    path = made_daily(maker.archive, minutes=300, at_once=True)
    assert maker.home / "daily/job1/2026-11-05-1500_job1_daily.zip" == path


def test_the_next_copy_holds_what_is_new_and_its_past(tmp_path: Path) -> None:
    """A message that was edited comes with its earlier text; messages without news do not come again."""
    maker = story(tmp_path / "home")
    made_daily(maker.archive, minutes=DAY)
    edited = message_object(1, "やはりやめます", sent=0)
    maker.sync([edited], changed={1: "edited"}, minutes=DAY + 10)

    path = made_daily(maker.archive, minutes=2 * DAY)

    histories = [json.loads(line) for line in inside(path)["data/messages.jsonl"].decode().splitlines()]
    assert ["やはりやめます"] == [one["body"] for one in histories]
    assert 2 == len(histories[0]["versions"])
    assert "data/files/F-0001.png" not in inside(path)
    assert path is not None
    assert [] == verify_path(path).findings


def test_large_files_are_only_listed(tmp_path: Path) -> None:
    """The copy says which, and that they are held."""
    maker = ArchiveMaker(tmp_path / "home")
    maker.contract("job1")
    maker.file(file_object(1, "small.txt", LIMIT), b"s" * LIMIT)
    maker.file(file_object(2, "large.mov", LIMIT + 1, sent=1), b"l" * (LIMIT + 1))

    files = inside(made_daily(maker.archive, minutes=DAY))

    assert ["data/files/F-0001.txt"] == [name for name in files if name.startswith("data/files/")]
    assert "・一覧だけのファイル F-0002" in files["00_README.txt"].decode("utf-8-sig")


def test_a_run_killed_after_the_zip_makes_no_second_one(tmp_path: Path) -> None:
    """The zip was in its place, but what it covered was not remembered yet; what is left half is swept away."""
    maker = story(tmp_path / "home")
    folder = maker.home / "daily/job1"
    (folder / "2026-11-05_job1_daily.partial/data").mkdir(parents=True)
    (folder / "2026-11-05_job1_daily.zip.partial").touch()
    first = made_daily(maker.archive, minutes=DAY)
    with maker.archive.writing() as writing:
        remembered_values.DAILY_COPY_UPTO.of("job1").remember(writing, None)

    again = made_daily(maker.archive, minutes=DAY + 7)

    assert first == again
    assert ["2026-11-05_job1_daily.zip"] == [path.name for path in folder.iterdir()]


def test_days_without_a_run_are_copied_by_the_next(tmp_path: Path) -> None:
    """Named after the last day with news; what came after that day waits for its own."""
    maker, daily = story(tmp_path / "home"), story(tmp_path / "daily")
    for one in (maker, daily):
        one.sync([message_object(9, "翌日", sent=DAY)], minutes=DAY + 5)

    path = made_daily(maker.archive, minutes=5 * DAY)
    first, second = (made_daily(daily.archive, minutes=minutes) for minutes in (DAY + 10, 2 * DAY))

    assert ("2026-11-06_job1_daily.zip", True) == (path and path.name, "翌日" in bodies(path))
    assert ("2026-11-05_job1_daily.zip", 4) == (first and first.name, len(bodies(first)))
    assert ["翌日"] == bodies(second)


def test_an_unknown_contract_is_refused(tmp_path: Path) -> None:
    """Before anything is written."""
    maker = story(tmp_path / "home")

    with pytest.raises(errors.UnknownContract):
        daily_copy.write_daily_copy(maker.archive, "job9", now=lambda: at(DAY), file_limit_bytes=LIMIT)
