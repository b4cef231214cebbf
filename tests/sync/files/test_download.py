"""Attachments over runs: order, slices, resuming, retries, and when they are given up."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from archiver import errors
from archiver.store.queries.room_holdings import wanted_files
from archiver.sync.download import RETRY_PAUSES, SLICE_BYTES_AT_LEAST, DownloadLimits, FileDownloads
from archiver.sync.pull.context import PullContext
from archiver.sync.report import RoomReport
from tests.support.cases import cases_of
from tests.support.chatwork.simulator import Fault
from tests.support.file_size_limit import file_size_limit
from tests.support.world import LIMITS, World


def upload(world: World, size: int, name: str = "a.bin", *, by: int | None = None) -> int:
    """A file of 田中's, or of somebody else."""
    return world.chatwork.upload(world.room, by or world.tanaka, name, size=size)


def asked_for(world: World) -> list[int]:
    """Ids of the files whose address was asked for since last looked, in order."""
    return [
        int(path.split("/")[4].partition("?")[0]) for path in world.take_requests() if "create_download_url" in path
    ]


def retries(world: World) -> dict[int, tuple[int, str]]:
    """Attempts and reason of each file that is to be tried again."""
    return {row["file_id"]: (row["attempts"], row["reason"]) for row in world.rows("retry")}


def incoming(world: World) -> list[Path]:
    """What has begun to come."""
    return sorted((world.home / "files" / "incoming").glob("*"))


def is_held_as_uploaded(world: World, file: int) -> bool:
    """Whether the bytes that are held are those that Chatwork has."""
    return world.chatwork.content_digest(file) == hashlib.sha256(world.blob(file)).hexdigest()


def break_off(world: World, size: int) -> None:
    """The next transfer ends after so many bytes, and no other begins."""
    world.chatwork.fail(Fault.CUT_BODY, "/uploadfile/", size=size)
    world.chatwork.fail(Fault.DROP, "/uploadfile/", times=None)


# --- the good way ---------------------------------------------------------------------------------


def test_a_transfer_that_broke_off_is_resumed_by_a_later_run(world: World) -> None:
    """A new process goes on with `Range` where the last one ended."""
    file = upload(world, 3_000_000)
    break_off(world, 1_000_000)
    first = world.sync()
    begun = [path.name for path in incoming(world)]
    world.chatwork.heal()
    world.clock.pass_by(hours=1)

    second = world.sync()

    ranges = [request.headers.get("range") for request in world.chatwork.downloads]
    assert (1, 0) == (first.rooms[0].files_pending, first.rooms[0].files_saved)
    assert 2 == len(begun)
    assert ranges[-1] is not None
    assert (1, ()) == (second.rooms[0].files_saved, second.reported)
    assert is_held_as_uploaded(world, file)
    assert [] == incoming(world)


def test_large_files_come_in_turns(world: World) -> None:
    """A slice each, so that none waits for the other; both are whole in the end."""
    files = [upload(world, 3_000_000, name) for name in ("a", "b")]
    world.chatwork.fail(Fault.SLOW, "/uploadfile/", rate=8_000_000, times=None)
    world.sync(limits=replace(LIMITS, size_limit=1))
    world.take_requests()

    fetched_in_slices(world, seconds=0.15)

    requested = asked_for(world)
    assert [files[1], files[0], files[1]] == requested[:3]
    assert all(is_held_as_uploaded(world, file) for file in files)


def fetched_in_slices(world: World, *, seconds: float) -> RoomReport:
    """Fetch what is wanted in slices of so many seconds."""
    desk = PullContext(world.archive, world.new_client(), world.clock, world.chatwork.owner)
    report = RoomReport(world.room)
    made = FileDownloads(
        desk, world.downloads, LIMITS, {world.room: report}, lambda: None, lambda _file, _have: None, slice=seconds
    )
    with world.archive.reading() as reading:
        pending = wanted_files(reading, {world.room}, size_limit=LIMITS.size_limit)
    made.download_small(pending)
    made.download_large(pending)
    return report


def test_a_small_file_that_drips_does_not_hold_up_the_others(world: World) -> None:
    """Its slice is over; what brought next to nothing is left for another run."""
    slow = upload(world, SLICE_BYTES_AT_LEAST * 2, "slow")
    fast = upload(world, 1000, "fast")
    key = world.chatwork.files[slow].key
    world.chatwork.fail(Fault.DROP, "/uploadfile/", times=None)
    world.sync()
    world.chatwork.heal()
    world.chatwork.fail(Fault.SLOW, key, rate=20_000, times=None)

    report = fetched_in_slices(world, seconds=0.3)

    assert (1, "slow") == (report.files_saved, retries(world)[slow][1])
    assert "saved" == world.blob_states()[fast][0]
    assert slow not in world.blob_states()


def test_the_time_of_the_run_ends_a_transfer(world: World) -> None:
    """What came is kept, the rest is left over, and being short of time is no failure of the file."""
    file = upload(world, 5_000_000)
    world.chatwork.fail(Fault.SLOW, "/uploadfile/", rate=2_000_000, times=None)

    first = world.sync(max_seconds=1.5)
    world.chatwork.heal()
    second = world.sync()

    assert ("left-over/files",) == first.reported
    assert (1, {}) == (first.rooms[0].files_pending, retries(world))
    assert (1, True) == (second.rooms[0].files_saved, second.complete)
    assert any(request.headers.get("range") for request in world.chatwork.downloads)
    assert is_held_as_uploaded(world, file)


def test_a_host_that_the_end_of_the_run_cut_short_is_no_failure(world: World) -> None:
    """It might have answered in the usual time; the file is left over, and another run asks."""
    upload(world, 5000)
    world.chatwork.fail(Fault.HANG, "/uploadfile/", seconds=5, times=None)

    report = world.sync(max_seconds=2)

    assert {"left-over/files", "left-over"} >= set(report.reported) != set()
    assert {} == retries(world)


def test_a_file_of_a_name_that_is_no_path_is_held_all_the_same(world: World) -> None:
    """The name is data; bytes lie under their digest."""
    names = ["../../etc/passwd", "CON", "漢" * 300, "a\nb\u202etxt.exe", "", "\ud83d\x00", "a.bin", "a.bin"]
    files = [
        world.chatwork.upload(world.room, world.tanaka, name, data=str(index).encode())
        for index, name in enumerate(names)
    ]

    report = world.synced()

    digests = {one["payload"]["object"]["filename"] for one in world.entries("file")}
    assert (len(names), set(names)) == (report.files_saved, digests)
    assert [str(index).encode() for index in range(len(names))] == [world.blob(file) for file in files]
    assert not list(world.home.rglob("*passwd*"))


# --- what cannot be had ---------------------------------------------------------------------------


def test_a_file_that_cannot_be_had_is_tried_with_growing_pauses_and_then_given_up(world: World) -> None:
    """Each attempt after its pause and not before; the reason and the listing stay."""
    file = upload(world, 1000)
    world.chatwork.fail(Fault.NOT_FOUND, "/uploadfile/", times=None)
    world.sync()

    for attempt, pause in enumerate(RETRY_PAUSES, 1):
        assert (attempt, "not_found") == retries(world)[file]
        world.clock.time += pause * 0.9
        world.take_requests()
        world.sync()
        assert [] == asked_for(world)
        world.clock.time += pause * 0.2
        last = world.sync()
        assert [file] == asked_for(world)
    world.take_requests()
    world.clock.pass_by(days=100)
    after = world.sync()

    assert {file: ("lost", "not_found")} == world.blob_states()
    assert (1, 0, {}) == (last.rooms[0].files_lost, last.rooms[0].files_pending, retries(world))
    assert ([], False) == (asked_for(world), after.complete)


def test_a_file_that_the_list_shows_no_more_and_that_is_not_found_is_given_up(world: World) -> None:
    """It will never come; one that is only not found may, and so may one that is only not listed."""
    file = upload(world, 1000)
    world.chatwork.fail(Fault.NOT_FOUND, f"/files/{file}")
    world.sync()
    waiting = retries(world)[file]
    world.chatwork.remove_file(file)
    world.clock.pass_by(minutes=10)

    report = world.synced(full=True)

    assert (1, "not_shown") == waiting
    assert {file: ("lost", "not_shown")} == world.blob_states()
    assert (1, 0, {}) == (report.files_lost, report.files_pending, retries(world))


def test_a_failing_file_is_reported_at_once_and_then_daily(world: World) -> None:
    """Also in runs in which its pause is not over; cured it is forgotten."""
    file = upload(world, 1000)
    world.chatwork.fail(Fault.NOT_FOUND, "/uploadfile/", times=None)

    first, second = world.sync(), world.sync()
    world.clock.pass_by(days=1)
    third = world.sync()
    world.chatwork.heal()
    world.clock.pass_by(days=1)
    fourth = world.sync()

    trouble = (f"file/{world.room}/{file}",)
    assert [trouble, (), trouble, ()] == [run.reported for run in (first, second, third, fourth)]
    assert [False, False, False, True] == [run.complete for run in (first, second, third, fourth)]


def test_an_address_that_is_over_is_asked_for_again_at_once(world: World) -> None:
    """A slow start may cost its 30 seconds; what had come before stays."""
    file = upload(world, 3_000_000)
    world.chatwork.fail(Fault.CUT_BODY, "/uploadfile/", size=1_000_000)
    world.chatwork.fail(Fault.FORBIDDEN, "/uploadfile/")

    report = world.synced()

    assert ([file, file, file], 1) == (asked_for(world), report.files_saved)
    assert is_held_as_uploaded(world, file)


def given_up(world: World, size: int = 1000) -> int:
    """A file that was tried until it was given up."""
    file = upload(world, size)
    world.chatwork.fail(Fault.NOT_FOUND, "/uploadfile/", times=None)
    for pause in (*RETRY_PAUSES, RETRY_PAUSES[-1]):
        world.sync()
        world.clock.time += pause * 1.1
    assert {file: ("lost", "not_found")} == world.blob_states()
    world.take_requests()
    return file


@pytest.mark.drawn
def test_what_was_given_up_is_tried_by_a_full_run_alone(world: World) -> None:
    """As `rescue` and `sync --full` are; what does not come is said again and written down once, what comes is kept."""
    file = given_up(world)

    report = world.sync(full=True)
    requested = asked_for(world)
    world.clock.pass_by(days=30)
    world.sync()

    assert ([file], []) == (requested, asked_for(world))
    assert ({}, 0, 0) == (retries(world), report.rooms[0].files_pending, report.rooms[0].files_lost)
    assert f"file/{world.room}/{file}" in report.reported
    world.chatwork.heal()
    plain = world.sync()
    assert ([], False) == (asked_for(world), plain.complete)
    full = world.sync(full=True)
    assert (1, 0, True) == (full.rooms[0].files_saved, full.rooms[0].files_lost, full.complete)
    assert ["lost", "saved"] == [one["payload"]["state"] for one in world.entries("blob")]


def test_what_was_given_up_and_begins_to_come_is_in_the_queue_again(world: World) -> None:
    """It counts as pending, and the next runs go on where it broke off."""
    file = given_up(world, size=3_000_000)
    world.chatwork.heal()
    break_off(world, 1_000_000)

    begun = world.synced(full=True)
    world.chatwork.heal()
    world.clock.pass_by(hours=1)
    whole = world.synced()

    ranges = [request.headers.get("range") for request in world.chatwork.downloads]
    assert ((1, 0), 1) == ((begun.files_pending, begun.files_lost), whole.files_saved)
    assert ranges[-1] is not None
    assert is_held_as_uploaded(world, file)


@pytest.mark.parametrize(
    ("fault", "path", "reason"),
    cases_of(__file__, "reasons"),
)
def test_whatever_goes_wrong_has_its_reason_and_is_never_the_file(
    world: World, fault: str, path: str, reason: str
) -> None:
    """The other files are had all the same."""
    good = upload(world, 900, "good")
    bad = upload(world, 1000, "bad")
    key = world.chatwork.files[bad].key if path == "/uploadfile/" else f"files/{bad}"
    without_tls = b'{"file_id": %d, "download_url": "http://files.example.com/a"}' % bad
    world.chatwork.fail(Fault[fault], key, times=None, body=without_tls if fault == "REPLY" else None)

    report = world.sync()

    assert {bad: (1, reason)} == retries(world)
    assert {good: ("saved", None)} == world.blob_states()
    assert (f"file/{world.room}/{bad}",) == report.reported


def test_when_nobody_answers_the_other_files_are_left_over(world: World) -> None:
    """Two in a row are enough; the next run begins with those that were not tried."""
    files = [upload(world, 1000, str(index)) for index in range(5)]
    world.chatwork.fail(Fault.DROP, "/uploadfile/", times=None)

    first = world.sync()
    requested = asked_for(world)
    world.chatwork.heal()
    second = world.sync()

    assert [files[4], files[3]] == requested
    assert "left-over/files" in first.reported
    assert (3, [files[2], files[1], files[0]]) == (second.rooms[0].files_saved, asked_for(world))


@pytest.mark.drawn
def test_a_file_that_comes_slowly_is_not_given_up(world: World) -> None:
    """As long as each attempt brings something it counts as the first."""
    file = upload(world, 3_000_000)
    for _ in range(len(RETRY_PAUSES) + 5):
        break_off(world, 20_000)
        world.sync(full=True)
        world.chatwork.heal()
    attempts = retries(world)[file]

    report = world.synced(full=True)

    assert (1, 1) == (attempts[0], report.files_saved)


def test_too_large_a_file_is_listed_only_until_the_limit_is_raised(world: World) -> None:
    """Given up at once with its reason; no request for it, and no word that the next save tries again."""
    file = upload(world, 3_000_000)

    first = world.sync(limits=replace(LIMITS, size_limit=2_000_000))
    requested = asked_for(world)
    second = world.sync(full=True, limits=replace(LIMITS, size_limit=2_000_000))
    requested += asked_for(world)
    third = world.sync(limits=replace(LIMITS, size_limit=3_000_000))

    assert ([], 1, 0, 0) == (
        requested,
        first.rooms[0].files_lost,
        first.rooms[0].files_pending,
        second.rooms[0].files_lost,
    )
    assert ((), False, 1) == (second.reported, second.complete, third.rooms[0].files_saved)
    assert (False, False) == (first.has_rest, second.has_rest)
    assert {file: ("saved", None)} == world.blob_states()


def test_without_space_files_wait_and_texts_do_not(world: World) -> None:
    """Never given up for it, however long it lasts."""
    file = upload(world, 1000)
    world.post("はい")
    scarce = DownloadLimits(large_from=1_000_000, keep_free=10**18)
    for _ in range(15):
        report = world.sync(limits=scarce)
        world.clock.pass_by(days=5)

    assert ((0, "no_space"), 1) == (retries(world)[file], report.rooms[0].files_pending)
    assert 3 == len(world.states())
    assert 1 == world.sync().rooms[0].files_saved


def on_a_disk_with(monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    """From now on so many bytes are free."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: shutil._ntuple_diskusage(10**12, 10**12 - free, free))


def test_the_space_that_is_to_stay_free_is_left(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that would take some of it is not begun, a smaller one is fetched; said, and cured when there is space."""
    large, small = upload(world, 2000, "large"), upload(world, 1000, "small")
    scarce = DownloadLimits(large_from=1_000_000, keep_free=10**9)
    on_a_disk_with(monkeypatch, 10**9 + 1500)

    first = world.sync(limits=scarce)
    requested = asked_for(world)
    on_a_disk_with(monkeypatch, 10**10)
    world.clock.pass_by(hours=1)
    second = world.sync(limits=scarce)

    assert ([small], ("disk", f"file/{world.room}/{large}")) == (requested, first.reported)
    assert (1, True) == (second.rooms[0].files_saved, second.complete)


def test_a_file_of_untold_size_leaves_that_space_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but its bytes tells how large it is; it waits, and is not taken for a wrong one."""
    file = upload(world, 3_000_000)
    account = {"account_id": world.tanaka, "name": "田中"}
    listing = [{"file_id": file, "account": account, "message_id": None, "filesize": None, "upload_time": 1}]
    world.chatwork.fail(Fault.REPLY, r"/files$", times=None, body=json.dumps(listing).encode())
    address = world.chatwork.download_url(world.chatwork.files[file])
    body = json.dumps({"file_id": file, "download_url": address, "filesize": None}).encode()
    world.chatwork.fail(Fault.REPLY, "create_download_url", times=None, body=body)
    on_a_disk_with(monkeypatch, 10**9 + 1_000_000)

    report = world.sync(limits=DownloadLimits(large_from=1_000_000, keep_free=10**9))

    assert {file: (0, "no_space")} == retries(world)
    assert "disk" in report.reported
    assert [] == incoming(world)


def test_a_disk_that_fills_up_while_a_file_comes_gives_the_space_back(world: World) -> None:
    """The database needs it more; the run goes on, and nothing is lost."""
    file = upload(world, 8_000_000)
    task = world.chatwork.add_task(world.room, world.tanaka, world.chatwork.owner, "初稿")
    with file_size_limit(4_000_000):
        report = world.sync()

    assert (0, "no_space") == retries(world)[file]
    assert [] == incoming(world)
    assert {task} == {row["task_id"] for row in world.rows("task")}
    assert ("disk", f"file/{world.room}/{file}") == report.reported
    world.clock.pass_by(hours=1)
    assert 1 == world.sync().rooms[0].files_saved


def test_a_database_that_cannot_grow_ends_the_run_and_loses_nothing(world: World) -> None:
    """One clear sentence; the next run has everything."""
    world.post("はい")
    world.sync()
    before = world.states()
    size = max(path.stat().st_size for path in world.home.glob("archive.sqlite3*"))
    world.posts(99, "長い文面" * 2000)

    with file_size_limit(size + 4096), pytest.raises(errors.DiskFull):
        world.sync()
    kept = world.states()
    after = world.sync()

    assert before == kept
    assert (99, True) == (after.rooms[0].new, after.complete)
    assert list(range(1, len(world.seqs()) + 1)) == world.seqs()


def test_a_folder_that_takes_no_files_is_one_of_our_errors(world: World) -> None:
    """Named, with its path."""
    upload(world, 1000)
    (world.home / "files").write_bytes(b"no folder")

    with pytest.raises(errors.StorageError) as caught:
        world.sync()

    assert "files" in str(caught.value)


def test_begun_transfers_of_replaced_files_are_cleared_away(world: World) -> None:
    """Nothing waits for them any more."""
    file = upload(world, 3_000_000)
    break_off(world, 1_000_000)
    world.sync()
    begun = incoming(world)
    world.chatwork.heal()
    world.chatwork.replace_file(file, data=b"small now")

    report = world.synced(full=True)

    assert begun
    assert (1, b"small now", []) == (report.files_saved, world.blob(file), incoming(world))
