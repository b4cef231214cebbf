"""The file list of a room: new, changed, gone, at its cap; and lists that stay the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import requests

from archiver.export.package.make_package import export
from archiver.export.package.order import ExportOrder
from archiver.records import Observation
from archiver.store import seals, writer
from archiver.store.time_text import to_text
from archiver.store.working import last_lists
from tests.support.chatwork.simulator import Fault
from tests.support.world import World


def states(world: World) -> dict[int, str]:
    """The state of each file, by id."""
    return {row["file_id"]: row["state"] for row in world.rows("file")}


def held_contents(world: World) -> list[bytes]:
    """The bytes of every file in the store."""
    return sorted(path.read_bytes() for path in (world.home / "files").rglob("*") if path.is_file())


def test_a_file_is_held_as_listed_and_its_bytes_once_by_digest(world: World) -> None:
    """The object as received, the reply, and the bytes; no address, which is a bearer right, in entry or reply."""
    file = world.chatwork.upload(world.room, world.tanaka, "仕様書.pdf", data=b"%PDF-1.7")
    same = world.chatwork.upload(world.room, world.tanaka, "写し.pdf", data=b"%PDF-1.7")

    report = world.synced()

    (entry,) = (one for one in world.entries("file") if one["key"].endswith(str(file)))
    (blob,) = (one for one in world.entries("blob") if one["key"].endswith(str(file)))
    assert [b"%PDF-1.7"] == held_contents(world)
    assert not any("uploadfile" in json.dumps(one) for one in world.entries())
    assert not any("create_download_url" in row["path"] for row in world.rows("reply"))
    assert (2, 2, 0) == (report.files_new, report.files_saved, report.files_pending)
    assert ("仕様書.pdf", 8) == tuple(entry["payload"]["object"][name] for name in ("filename", "filesize"))
    assert {entry["reply"]} <= {row["digest"] for row in world.rows("reply")}
    assert b"%PDF-1.7" == world.blob(file) == world.blob(same)
    assert (None, "saved", 8, 8) == (
        blob["reply"],
        *(blob["payload"][name] for name in ("state", "size", "listed_size")),
    )


def test_a_removed_file_is_gone_and_its_bytes_stay(world: World) -> None:
    """Its post changed too, which nobody edited."""
    file = world.chatwork.upload(world.room, world.tanaka, "a.pdf", data=b"x")
    world.sync()
    world.chatwork.remove_file(file)

    report = world.synced(full=True)

    assert "gone" == states(world)[file]
    assert b"x" == world.blob(file)
    assert (0, 0, 0) == (report.files_new, report.edited, report.files_pending)
    assert {"present"} == {one["payload"]["state"] for one in world.entries("message")}
    assert report.disappeared


def test_a_file_that_is_listed_again_is_present(world: World) -> None:
    """And is no new file."""
    file = world.chatwork.upload(world.room, world.tanaka, "a.pdf", data=b"x")
    world.sync()
    world.chatwork.fail(Fault.REPLY, r"/files$", status=204, body=b"")
    world.sync(full=True)
    gone = states(world)[file]

    report = world.synced(full=True)

    assert ("gone", "present", 0) == (gone, states(world)[file], report.files_new)


def change_listing(world: World, file: int, **changes: object) -> None:
    """From now on the list shows the file with these changes."""
    url = f"{world.chatwork.base_url}/rooms/{world.room}/files"
    (listing,) = requests.get(url, headers={"x-chatworktoken": world.chatwork.token}, timeout=5).json()
    assert file == listing["file_id"]
    world.chatwork.fail(Fault.REPLY, r"/files$", times=None, body=json.dumps([listing | changes]).encode())


@pytest.mark.parametrize(
    ("data", "changes", "held"),
    [
        (b"after that", {}, [b"after that", b"before"]),
        (b"after!", {"upload_time": 1_780_000_000}, [b"after!", b"before"]),
        (b"after!", {}, [b"before"]),  # nothing that a list tells differs: docs/reference/faults.md says so
        (None, {"filename": "b.pdf"}, [b"before"]),
    ],
    ids=["another size", "another time", "the same size and time", "another name"],
)
def test_a_file_replaced_under_its_id_is_fetched_again_and_both_are_kept(
    world: World, data: bytes | None, changes: dict[str, object], held: list[bytes]
) -> None:
    """Each distinct content is evidence; a name is a version of what is listed, not of the bytes."""
    file = world.chatwork.upload(world.room, world.tanaka, "a.pdf", data=b"before")
    world.sync()
    if data:
        world.chatwork.replace_file(file, data=data)
    change_listing(world, file, **changes)

    report = world.synced(full=True)

    assert (held, held[0]) == (held_contents(world), world.blob(file))
    assert len(held) - 1 == report.files_saved
    assert (data is not None) == any("file_edited" in row["body"] for row in world.rows("message_version"))
    names = [one["payload"]["object"]["filename"] for one in world.entries("file")]
    assert (["a.pdf", "b.pdf"] if "filename" in changes else ["a.pdf"]) == [*dict.fromkeys(names)]


@pytest.mark.drawn
def test_a_full_list_is_asked_again_for_each_person(world: World) -> None:
    """None has more than 99. One is known by the list alone: their posts are out of the window, and they have left."""
    gone = world.chatwork.add_account("退職者")
    world.chatwork.add_member(world.room, gone)
    for index in range(40):
        world.chatwork.upload(world.room, gone, f"g{index}", data=b"g")
    for index in range(80):
        world.chatwork.upload(world.room, world.tanaka, f"t{index}", data=b"t")
    world.chatwork.rooms[world.room].members.pop(gone)
    world.posts(100)

    report = world.sync()

    assert (120, ()) == (report.rooms[0].files_new, report.reported)


@pytest.mark.drawn
def test_what_stays_cut_is_said_and_nothing_is_called_gone(world: World) -> None:
    """One person has more than 100 files: what the list does not show may still be there."""
    files = [world.chatwork.upload(world.room, world.tanaka, f"t{index}", data=b"t") for index in range(90)]
    world.sync()
    for index in range(90):
        world.chatwork.upload(world.room, world.tanaka, f"u{index}", data=b"u")

    report = world.sync()

    assert (f"room/{world.room}/files/cut",) == report.reported
    assert not report.complete
    assert "present" == states(world)[files[0]]


@pytest.mark.drawn
def test_a_file_gone_from_a_full_list_is_noticed(world: World) -> None:
    """When the lists of all persons together are whole."""
    suzuki = world.chatwork.add_account("suzuki")
    files = [
        world.chatwork.upload(world.room, by, f"{index}", data=b"x")
        for by in (suzuki, world.tanaka)
        for index in range(70)
    ]
    world.sync()
    world.chatwork.remove_file(files[0])

    world.sync(full=True)

    assert ["gone"] == [state for state in states(world).values() if state != "present"]
    assert "gone" == states(world)[files[0]]


def test_a_file_gone_before_its_bytes_were_had_is_given_up_at_last(world: World) -> None:
    """It stays listed, with the reason."""
    file = world.chatwork.upload(world.room, world.tanaka, "a.pdf", data=b"x")
    world.chatwork.fail(Fault.NOT_FOUND, "/uploadfile/", times=None)
    world.sync()
    world.chatwork.remove_file(file)

    for _ in range(12):
        world.clock.pass_by(days=4)
        report = world.sync()

    assert {file: ("lost", "not_shown")} == world.blob_states()
    assert (0, False) == (report.rooms[0].files_pending, report.complete)


def test_ids_as_text_and_missing_fields_of_a_file_are_accepted(world: World) -> None:
    """A file whose size is not told is fetched all the same."""
    file = world.chatwork.upload(world.room, world.tanaka, "a.pdf", data=b"whatever is there")
    listing = [
        {"file_id": str(file), "account": {"account_id": str(world.tanaka)}, "message_id": None, "filesize": None}
    ]
    world.chatwork.fail(Fault.REPLY, r"/files$", body=json.dumps(listing).encode())

    report = world.synced()

    assert (1, 1) == (report.files_new, report.files_saved)
    assert b"whatever is there" == world.blob(file)
    assert listing[0] == world.entries("file")[0]["payload"]["object"]


def test_an_edit_after_many_looks_ends_its_interval_at_the_last_of_them(world: World) -> None:
    """The text before it was seen until the last look that showed it, though no look made an entry."""
    post = world.post("30,000円で")
    world.sync()
    for _look in range(3):
        world.clock.pass_by(minutes=5)
        world.sync(every_list=True)
    last_look = world.clock.time.replace(microsecond=0)
    world.chatwork.edit(post, "20,000円で", moves_update_time=False)
    world.clock.pass_by(minutes=5)
    world.sync(every_list=True)

    (before, _after) = [row for row in world.rows("message_version") if row["position"] == int(post)]
    kinds = [one["kind"] for one in world.entries(room=world.room)]
    assert to_text(last_look) == before["last_seen"]
    assert ["steady", "window", "message"] == kinds[kinds.index("steady") :][:3]


def test_a_disappearance_seen_singly_comes_after_the_looks(world: World) -> None:
    """Looks of the same run and of runs before are written first, so that their order tells what was seen when."""
    posts = world.posts(3)
    world.sync()
    world.sync(every_list=True)
    with world.archive.writing() as writing:
        steady = last_lists.running_looks(writing)
        observation = Observation("message", f"message/{posts[0]}", last_object(world, posts[0]), world.room)
        writer.append(writing, [observation], account_id=1, at=world.clock())

    assert [world.room] == list(steady)
    assert ["steady", "message"] == [one["kind"] for one in world.entries()[-2:]]
    assert [] == world.rows("last_list")


@pytest.mark.drawn
def test_an_export_knows_the_looks_since_the_last_seal(world: World, tmp_path: Path) -> None:
    """All records are sealed, and what only was counted since becomes a record for the package."""
    world.post("30,000円で")
    world.sync()
    seals.close_seals(world.archive, now=world.clock())
    world.clock.pass_by(hours=1)
    world.sync(every_list=True)
    last_look = world.clock.time.replace(microsecond=0)

    order = ExportOrder(contract="job1", profile="lawyer", out=tmp_path / "out")
    report = export(world.archive, order, now=world.clock)

    lines = (Path(report.path) / "data/messages.jsonl").read_text(encoding="utf-8").splitlines()
    assert {to_text(last_look)} == {json.loads(line)["versions"][-1]["last_seen"] for line in lines}


def last_object(world: World, message: str) -> dict[str, Any]:
    """The payload of a message's last entry, as missing."""
    payload: dict[str, Any] = [one for one in world.entries("message") if one["key"] == f"message/{message}"][-1][
        "payload"
    ]
    return payload | {"state": "missing"}
