"""The newest window of a room: messages, edits, deletions, what vanished, gaps."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from archiver.standing.outcome_words import round_lines
from archiver.store import seals
from archiver.store.queries.status import status
from archiver.store.received_facts_and_record_forms import readable_text
from archiver.sync.report import RoomOutcome, RoomReport
from tests.support.chatwork.simulator import Fault
from tests.support.world import World

LIST = r"messages\?force=1"


def counts(report: RoomReport) -> tuple[int, int, int, int]:
    """new, edited, deleted, missing."""
    return report.new, report.edited, report.deleted, report.missing


def as_list(world: World, *messages: dict[str, Any]) -> None:
    """The next message list is this, whatever the room holds."""
    world.chatwork.fail(Fault.REPLY, LIST, body=json.dumps(messages).encode())


def message(number: object, body: object = "はい", **more: object) -> dict[str, Any]:
    """A message as some other server may give it."""
    return {"message_id": number, "account": {"account_id": 7, "name": "田中"}, "body": body, "send_time": 9} | more


# --- new, edited, deleted ------------------------------------------------------------------------


def test_everything_new_is_held_as_received(world: World) -> None:
    """Object, state and reply of each message, and one window entry before them."""
    post = world.post("よろしくお願いします。")

    report = world.synced()

    (entry,) = [one for one in world.entries("message") if one["key"] == f"message/{post}"]
    (reply,) = [row for row in world.rows("reply") if row["digest"] == entry["reply"]]
    (window,) = world.entries("window")
    assert (2, 0, 0, 0) == counts(report)
    assert RoomOutcome.ARCHIVED is report.outcome
    assert ("present", "list") == (entry["payload"]["state"], entry["payload"]["source"])
    assert {"message_id", "account", "body", "send_time", "update_time"} == entry["payload"]["object"].keys()
    assert f"/rooms/{world.room}/messages?force=1" == reply["path"]
    assert (2, post, True, False) == tuple(
        window["payload"][name] for name in ("count", "newest", "beginning", "limited")
    )
    assert window["seq"] < entry["seq"]


@pytest.mark.parametrize("moves", [True, False])
@pytest.mark.parametrize(
    ("text", "state", "counted"), [("20,000円で", "edited", (0, 1, 0, 0)), ("[deleted]", "deleted", (0, 0, 1, 0))]
)
def test_an_edit_or_a_deletion_becomes_a_version(
    world: World, moves: bool, text: str, state: str, counted: tuple[int, int, int, int]
) -> None:
    """Whether or not `update_time` moved; the earlier text stays, with the time it was last seen."""
    post = world.post("30,000円で")
    world.sync()
    world.chatwork.edit(post, text, moves_update_time=moves)
    world.clock.pass_by(hours=1)

    report = world.synced(full=True)

    before, after = sorted(
        (row for row in world.rows("message_version") if str(row["position"]) == post), key=lambda row: row["number"]
    )
    assert (counted, state == "deleted") == (counts(report), report.disappeared)
    assert ["30,000円で", text] == world.texts(post) == [before["body"], after["body"]]
    assert (state, True) == (world.states()[post], before["last_seen"] < after["first_seen"])


def test_a_list_that_stayed_the_same_makes_no_entry(world: World) -> None:
    """Known messages cost no entry, whatever their number; the look is counted, and written before the next seal."""
    world.posts(99)
    world.sync()
    before = len(world.seqs())

    report = world.synced(full=True)

    assert [] == [one["kind"] for one in world.entries()[before:]]
    assert RoomOutcome.UNCHANGED is report.outcome
    seals.close_seals(world.archive, now=world.clock())
    assert (world.entries("window")[-1]["seq"], 1) == tuple(
        world.entries("steady")[-1]["payload"][name] for name in ("window", "times")
    )


def test_a_renamed_author_is_an_account_entry_and_no_edit(world: World) -> None:
    """A name is stored per observation, not per message."""
    world.post("はい")
    world.sync()
    world.chatwork.rename_account(world.tanaka, "田中(退職)")

    report = world.synced(full=True)

    names = [
        entry["payload"]["object"]["name"]
        for entry in world.entries("account")
        if entry["key"].endswith(str(world.tanaka))
    ]
    assert (0, 0, 0, 0) == counts(report)
    assert ["田中", "田中(退職)"] == names


# --- the window of 100 ----------------------------------------------------------------------------


def test_what_lies_before_the_first_window_is_a_gap_but_no_trouble(world: World) -> None:
    """After null, before the oldest shown, the counter's difference; complete, and nothing to report."""
    world.posts(149)

    report = world.sync()

    oldest = min(world.states(), key=int)
    assert [(None, oldest, 50, "first_sync", True)] == world.gaps()
    assert ((), True) == (report.reported, report.complete)


def test_more_than_a_window_between_two_syncs_is_a_gap(world: World) -> None:
    """After the newest covered, before the oldest shown, with an estimate; it is reported once."""
    first = world.post("最初")
    world.sync()
    later = world.posts(130)

    report = world.sync()
    again = world.sync()

    assert [(first, later[30], 30, "window", True)] == world.gaps()
    assert (first, later[30], 30) == tuple(report.rooms[0].gaps[0][name] for name in ("after", "before", "missing"))
    assert ((f"event/{world.room}/gap/1",), False) == (report.reported, report.complete)
    assert ((), False) == (again.reported, again.complete)
    assert 2 == len(world.covered_ranges())


def test_a_short_list_that_leaves_out_held_messages_closes_a_gap_only_when_they_are_known_to_be_gone(
    world: World,
) -> None:
    """It may leave out others too; the next run reads the room again, moved or not."""
    world.post("最初")
    world.sync()
    later = world.posts(130)
    world.sync()
    for post in later[:60]:
        world.chatwork.vanish(post)

    first = world.sync(full=True)
    after_first = [open_ for *_, open_ in world.gaps()]
    world.sync()

    assert (False, [True]) == (first.complete, after_first)
    assert [False] == [open_ for *_, open_ in world.gaps()]
    assert [(None, int(later[-1]))] == world.covered_ranges()


def test_a_short_list_never_closes_a_gap_while_it_leaves_out_what_is_there(world: World) -> None:
    """The messages can be read singly: so the list is not the whole room, whatever its length says."""
    first = world.post("最初")
    world.sync()
    later = world.posts(130)
    world.sync()
    url = f"{world.chatwork.base_url}/rooms/{world.room}/messages?force=1"
    listing = requests.get(url, headers={"x-chatworktoken": world.chatwork.token}, timeout=5).json()
    world.chatwork.fail(Fault.REPLY, LIST, times=None, body=json.dumps(listing[50:]).encode())

    for _ in range(3):
        world.sync(full=True)

    assert [(first, later[30], 30, "window", True)] == world.gaps()
    assert {"present"} == set(world.states().values())


def test_a_short_list_that_begins_after_all_that_was_covered_is_a_gap_while_that_is_unexplained(world: World) -> None:
    """Everything held has vanished: a gap for one run, closed when each message was asked for."""
    posts = world.posts(5)
    world.sync()
    ids = list(world.states())
    for post in ids:
        world.chatwork.vanish(post)
    new = world.post("また")

    report = world.sync()
    gaps = world.gaps()
    world.sync()

    assert [(posts[-1], new, 0, "list", True)] == gaps
    assert (f"event/{world.room}/gap/1",) == report.reported
    assert [False] == [open_ for *_, open_ in world.gaps()]
    assert {"missing", "present"} == set(world.states().values())


def test_a_gap_after_a_time_in_which_the_room_could_not_be_opened_says_so(world: World) -> None:
    """Nobody could have read it then; the next gap has the usual reason."""
    world.post("最初")
    world.sync()
    world.chatwork.remove_owner(world.room)
    world.sync()
    world.posts(130)
    world.chatwork.restore_owner(world.room)

    back = world.sync()
    world.posts(130)
    next_gap = world.sync()

    assert (f"event/{world.room}/gap/2",) == next_gap.reported
    assert ["inaccessible", "window"] == [reason for _, _, _, reason, _ in world.gaps()]
    assert "inaccessible" == back.rooms[0].gaps[0]["reason"]
    assert f"event/{world.room}/gap/1" in back.reported
    assert not back.complete


def test_a_list_that_reaches_back_across_a_gap_closes_it(world: World) -> None:
    """Messages vanished, so the newest 100 now begin before it."""
    world.posts(200, "前")
    world.sync()
    later = world.posts(130)
    world.sync()
    for post in later[:60]:
        world.chatwork.vanish(post)

    world.sync(full=True)

    assert [("first_sync", True), ("window", False)] == [(reason, open_) for _, _, _, reason, open_ in world.gaps()]
    assert 1 == len(world.covered_ranges())


def test_an_empty_room_is_covered(world: World) -> None:
    """204 and `[]` say the same: nothing was ever posted."""
    for body in (None, b"[]"):
        room = world.chatwork.add_room("静か", members=[world.tanaka], announce=False)
        world.contract("job1", room)
        if body is not None:
            world.chatwork.fail(Fault.REPLY, LIST, body=body)

        report = world.sync()

        assert ((), True, []) == (report.reported, report.complete, world.gaps())
    assert [(None, None), (None, None)] == world.covered_ranges()


# --- what is not shown any more -------------------------------------------------------------------


def test_a_message_missing_inside_the_window_is_read_singly_once(world: World) -> None:
    """404 without the limitation header: missing; its text stays with the reply. A list may show it again."""
    posts = world.posts(3)
    world.sync()
    room, kept = world.chatwork.rooms[world.room], world.chatwork.messages[int(posts[1])]
    world.chatwork.vanish(posts[1])
    world.take_requests()

    report = world.synced(full=True)
    asked = world.take_requests()
    world.sync(full=True)
    asked_again = world.take_requests()

    (last,) = [one for one in world.entries("message") if one["payload"]["state"] == "missing"]
    (reply,) = [row for row in world.rows("reply") if row["digest"] == last["reply"]]
    assert (0, 0, 0, 1) == counts(report)
    assert report.disappeared
    single = f"/rooms/{world.room}/messages/{posts[1]}"
    assert (True, False) == (single in asked, single in asked_again)
    assert ("missing", "もう一つ 1", 404) == (
        world.states()[posts[1]],
        last["payload"]["object"]["body"],
        reply["status"],
    )
    world.chatwork.messages[int(posts[1])] = kept
    room.message_ids = sorted([*room.message_ids, int(posts[1])])
    assert (0, 0, 0, 0) == counts(world.synced(full=True))
    assert "present" == world.states()[posts[1]]


def test_a_message_that_the_list_leaves_out_but_that_is_there_goes_into_a_reading(world: World) -> None:
    """It is not asked for again in every run."""
    posts = world.posts(3)
    world.sync()
    listed = [one["payload"]["object"] for one in world.entries("message") if one["key"] != f"message/{posts[1]}"]
    as_list(world, *listed)
    world.take_requests()

    report = world.synced(full=True)
    requested = world.take_requests()
    as_list(world, *listed)
    world.sync(full=True)
    asked_again = world.take_requests()

    (reading,) = world.entries("reading")
    assert {"ids": [posts[1]]} == reading["payload"]
    assert (0, 0, 0, 0) == counts(report)
    assert f"/rooms/{world.room}/messages/{posts[1]}" in requested
    assert f"/rooms/{world.room}/messages/{posts[1]}" not in asked_again


def test_a_run_cut_short_between_single_readings_is_made_up_for(world: World) -> None:
    """The room counts as visited only when everything that its list did not show was asked for."""
    posts = world.posts(5)
    world.sync()
    for post in posts[:3]:
        world.chatwork.vanish(post)
    world.chatwork.fail(Fault.DROP, rf"messages/{posts[1]}", times=None)

    failed = world.sync(full=True)
    world.chatwork.heal()
    healed = world.sync()

    assert (RoomOutcome.FAILED, 1) == (failed.rooms[0].outcome, failed.rooms[0].missing)
    assert 2 == healed.rooms[0].missing
    assert {"missing"} == {world.states()[post] for post in posts[:3]}


def _emptied_rooms(world: World) -> set[int]:
    """The rooms that the status calls emptied."""
    with world.archive.reading() as reading:
        return {room.room_id for room in status(reading).rooms if room.emptied}


def test_a_list_that_is_suddenly_empty_is_an_event_and_no_mass_deletion(world: World) -> None:
    """Nothing changes its state; it is said, and looked at again in the next run."""
    world.posts(3)
    world.sync()
    before = world.states()
    world.chatwork.fail(Fault.REPLY, LIST, status=204, body=b"")

    report = world.sync(full=True)
    emptied = _emptied_rooms(world)
    stretches = world.covered_ranges()
    world.take_requests()
    again = world.sync()
    assert f"/rooms/{world.room}/messages?force=1" in world.take_requests()

    assert (before, 0) == (world.states(), report.rooms[0].missing)
    assert (f"room/{world.room}/messages/empty",) == report.reported
    assert "its list came empty" in "\n".join(round_lines(report))
    assert ["emptied"] == [room["outcome"] for room in report.document()["rooms"]]
    assert "nothing new" not in "\n".join(round_lines(report))
    assert not report.complete
    assert stretches == world.covered_ranges()
    assert again.complete
    assert ({world.room}, set()) == (emptied, _emptied_rooms(world))


@pytest.mark.drawn
def test_more_absent_messages_than_one_run_asks_for_are_left_for_the_next(world: World) -> None:
    """A hundred a run, the newest first; it is said until all are done."""
    posts = world.posts(90)
    world.sync()
    posts += world.posts(90)
    world.sync()
    for post in posts[:150]:
        world.chatwork.vanish(post)

    first = world.sync(full=True)
    states = world.states()
    second = world.sync()

    assert ((f"room/{world.room}/messages/unread",), False) == (first.reported, first.complete)
    assert (100, 50) == (first.rooms[0].missing, second.rooms[0].missing)
    assert ["present", "missing"] == [states[posts[0]], states[posts[149]]]
    assert second.complete


# --- the free plan --------------------------------------------------------------------------------


def test_what_the_plan_hides_is_hidden_and_not_missing(world: World) -> None:
    """A list that is cut by the plan no longer reaches back to what was shown once."""
    old = world.posts(3)
    world.sync()
    world.clock.pass_by(days=35)
    new = world.post("新しい")
    world.sync()
    world.chatwork.free_plan(30)

    report = world.synced(full=True)

    assert (0, 0, 0, 0) == counts(report)
    assert {"hidden"} == {world.states()[post] for post in old}
    assert "present" == world.states()[new]
    assert not report.disappeared
    assert [] == report.gaps


def test_what_was_hidden_is_found_again_when_the_plan_shows_it(world: World) -> None:
    """204 hides all and changes nothing else. Unchanged it is present; deleted meanwhile it is deleted."""
    posts = world.posts(3)
    world.sync()
    world.clock.pass_by(days=50)
    world.chatwork.free_plan()
    hiding = world.sync()
    hidden = [world.states()[post] for post in posts]
    assert ((), [(None, int(posts[-1]))]) == (hiding.reported, world.covered_ranges())
    world.chatwork.free_plan(None)
    world.chatwork.delete(posts[1])

    report = world.synced(full=True)

    assert ["hidden"] * 3 == hidden
    assert ["present", "deleted", "present"] == [world.states()[post] for post in posts]
    assert (0, 0, 1, 0) == counts(report)


def test_a_person_told_without_a_name_has_not_lost_it(world: World) -> None:
    """No entry of the person, so that nobody is told of a changed name."""
    world.post("はい")
    world.sync()
    before = len(world.entries("account"))

    as_list(world, message(2_000_000_000, account={"account_id": world.tanaka}))
    world.post("もう一つ")
    world.sync()

    assert before == len(world.entries("account"))


def test_a_full_list_with_an_id_twice_is_not_the_whole_room(world: World) -> None:
    """It is as long as a list can be, so it may be cut."""
    world.posts(150)
    rows = [message(1_000_000_000 + number) for number in range(99)]

    as_list(world, *rows, rows[-1])
    report = world.synced()

    assert 99 == report.new
    assert [(None, "1000000000", "first_sync", True)] == [(*gap[:2], *gap[3:]) for gap in world.gaps()]


def test_a_message_hidden_when_read_singly_is_hidden(world: World) -> None:
    """404 with the limitation header is no disappearance."""
    posts = world.posts(3)
    world.sync()
    listed = [one["payload"]["object"] for one in world.entries("message") if one["key"] != f"message/{posts[1]}"]
    as_list(world, *listed)
    world.clock.pass_by(days=50)
    world.chatwork.free_plan()

    report = world.synced(full=True)

    assert ("hidden", 0) == (world.states()[posts[1]], report.missing)


# --- other forms of the same thing ----------------------------------------------------------------


def test_ids_as_numbers_nulls_missing_and_unknown_fields_are_accepted(world: World) -> None:
    """And kept exactly as received."""
    listing = [
        message(2**62 + 1),
        message(str(2**62 + 2), None, update_time=None, unheard_of={"a": [1, None, True]}),
        {"message_id": "0003", "account": {"account_id": "7"}},
    ]
    as_list(world, *listing)

    report = world.synced()

    rows = {one["key"]: one["payload"]["object"] for one in world.entries("message")}
    assert 3 == report.new
    assert {"message/3": listing[2], f"message/{2**62 + 1}": listing[0], f"message/{2**62 + 2}": listing[1]} == rows


@pytest.mark.drawn(but=4)
@pytest.mark.parametrize(
    "text",
    [
        "\ud83d",
        "a\udc00b",
        "\x00",
        "𠮷🎉",
        "あ" * 65535,
        "=cmd()",
        "<script>",
        "\u202e\u200b\u2028",
        "",
        "null",
        "x\r\ny",
    ],
    ids=lambda text: ascii(text[:8]),
)
def test_any_text_is_kept_exactly(world: World, text: str) -> None:
    """In the entry and in the reply, as a name too; in readable columns what cannot be stored is made visible."""
    world.chatwork.rename_account(world.tanaka, text)
    post = world.post(text)
    world.sync()
    world.chatwork.edit(post, text + "!", moves_update_time=False)

    report = world.synced(full=True)

    readable = [row["body"] for row in world.rows("message_version") if str(row["position"]) == post]
    assert [text, text + "!"] == world.texts(post)
    told = [one["payload"]["object"]["name"] for kind in ("account", "member") for one in world.entries(kind)]
    assert told.count(text) == 2 or not text
    assert 1 == report.edited
    assert [readable_text(text), readable_text(text + "!")] == readable


def test_a_list_with_an_object_that_cannot_be_is_not_data(world: World) -> None:
    """The whole list is refused, not one message of it."""
    body = json.dumps([message("4"), message("12x")]).encode()
    world.chatwork.fail(Fault.REPLY, LIST, body=body, times=None)

    report = world.sync()

    assert RoomOutcome.FAILED is report.rooms[0].outcome
    assert [] == world.entries("message")
