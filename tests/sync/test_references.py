"""Ids of messages that are known of but not held: learnt with what names them, for contracted rooms only."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from archiver.records import Observation
from archiver.store.working import single_reads
from archiver.store.working.single_reads import Origin
from archiver.sync.pull.context import REFERENCES_LIMIT, find_references, text_references
from tests.support.world import BEGIN, World


def learnt(world: World) -> dict[str, str]:
    """Origin of each id in the table."""
    return {str(row["position"]): row["origin"] for row in world.rows("quest")}


def old_posts(world: World, number: int) -> list[str]:
    """Posts that lie before the newest 100."""
    found = [world.post(f"前の {index}") for index in range(number)]
    world.posts(110)
    return found


def message(body: object, **more: Any) -> Observation:
    """A message just seen."""
    payload = {"object": {"message_id": "1", "body": body}, "state": "present", "source": "list"}
    return Observation("message", "message/1", payload | more, 5)


# --- what names a message ------------------------------------------------------------------------


def test_replies_links_files_tasks_and_descriptions_name_messages(world: World) -> None:
    """Each with its origin; the file and the task by `message_id`."""
    reply, link, described = old_posts(world, 3)
    file = world.chatwork.upload(world.room, world.tanaka, "a.txt", data=b"a", at=BEGIN - timedelta(days=1))
    mine = world.chatwork.upload(world.room, world.chatwork.owner, "b.txt", data=b"b", at=BEGIN - timedelta(days=1))
    task = world.chatwork.add_task(world.room, world.tanaka, world.tanaka, "編集", at=BEGIN - timedelta(days=2))
    world.post(f"[rp aid=1 to={world.room}-{reply}]はい")
    world.post(f"これ https://www.chatwork.com/#!rid{world.room}-{link}")
    world.chatwork.rooms[world.room].description = f"約束 #!rid{world.room}-{described}"

    world.sync()

    task_message = str(world.chatwork.tasks[task].message_id)
    expected = {
        reply: "reply",
        link: "link",
        described: "description",
        world.chatwork.message_of_file(file): "file",
        world.chatwork.message_of_file(mine): "own_file",
        task_message: "task",
    }
    assert expected == learnt(world)


def test_a_message_that_is_held_is_not_learnt(world: World) -> None:
    """Replies within the list cost nothing."""
    first = world.post("はい")
    world.post(f"[rp aid=1 to={world.room}-{first}]どうも")

    world.sync()

    assert {} == learnt(world)


def test_ids_of_other_rooms_are_not_kept(world: World) -> None:
    """Only rooms of a contract have a place in the archive."""
    private = world.chatwork.add_room("ひみつ", members=[world.tanaka])
    secret = world.chatwork.post(private, world.tanaka, "ないしょ")
    world.post(f"[rp aid=1 to={private}-{secret}]")

    world.sync()

    assert {} == learnt(world)


def test_a_room_that_is_contracted_later_is_looked_for_in_what_is_held(world: World) -> None:
    """Until then its ids were nobody's business."""
    other = world.chatwork.add_room("契約前", members=[world.tanaka])
    named = world.chatwork.post(other, world.tanaka, "先に話したこと")
    for index in range(110):
        world.clock.pass_by(milliseconds=10)
        world.chatwork.post(other, world.tanaka, str(index))
    world.post(f"#!rid{other}-{named}")
    world.sync()

    world.contract("job2", other)
    world.sync()

    assert {named: "link"} == learnt(world)
    assert "present" == world.states()[named]


def test_impossible_ids_are_left_out() -> None:
    """A text can name a message of the future; none is asked for."""
    future = single_reads.PRIORITY[Origin.LINK] + 2**62
    observations = [message(f"#!rid5-{future} #!rid5-0 [rp aid=1 to=5-{2**63}] #!rid5-394380493")]

    assert {(5, 394380493): Origin.LINK} == find_references(observations, owner=1, at=BEGIN)


def test_a_text_full_of_ids_gives_a_bounded_number() -> None:
    """Invented ids must not cost the calls of the others."""
    text = " ".join(f"#!rid5-{number}" for number in range(1, 3_000))

    assert REFERENCES_LIMIT == len(list(text_references(text)))


def test_a_message_that_is_gone_names_nothing_anew() -> None:
    """What it names was learnt when it was shown; a body of another kind names nothing."""
    gone = message("#!rid5-7", state="missing")

    assert {} == find_references([gone, message(None), message(7)], owner=1, at=BEGIN)


# --- the table ------------------------------------------------------------------------------------


def test_what_is_at_risk_comes_first_and_of_these_the_newest(world: World) -> None:
    """Recovered ids, then the counterpart's files, tasks, replies, links, descriptions, one's own files."""
    origins = [Origin.LINK, Origin.OWN_FILE, Origin.FILE, Origin.DESCRIPTION, Origin.TASK, Origin.RECOVERED]
    position = int(world.post("はい"))
    world.sync()
    found = {(world.room, position - 10 - index): origin for index, origin in enumerate(origins)}
    found[world.room, position - 1] = Origin.LINK

    with world.archive.writing() as writing:
        single_reads.enqueue(writing, found, rooms=[world.room], at=world.clock())
        due = single_reads.due_items(writing, [world.room], at=world.clock(), limit=10)

    expected = [Origin.RECOVERED, Origin.FILE, Origin.TASK, Origin.LINK, Origin.LINK, Origin.DESCRIPTION]
    assert [*expected, Origin.OWN_FILE] == [quest.origin for quest in due]
    assert [position - 1, position - 10] == [quest.position for quest in due if quest.origin is Origin.LINK]


def test_a_more_urgent_origin_takes_the_place_of_another_while_it_waits(world: World) -> None:
    """And never the other way round."""
    place = (world.room, int(world.post("はい")) - 1)
    world.sync()

    with world.archive.writing() as writing:
        for origin in (Origin.LINK, Origin.RECOVERED, Origin.TASK):
            single_reads.enqueue(writing, {place: origin}, rooms=[world.room], at=world.clock())

    assert ["recovered"] == [row["origin"] for row in world.rows("quest")]


def test_many_ids_at_once_are_learnt(world: World) -> None:
    """More than one query takes."""
    newest = int(world.post("はい"))
    world.sync()
    places = {(world.room, newest - 1 - index): Origin.RECOVERED for index in range(1_500)}

    with world.archive.writing() as writing:
        single_reads.enqueue(writing, places, rooms=[world.room], at=world.clock())
        queued = single_reads.held_places(writing, [*places, (world.room, newest)])

    assert (1_500, {(world.room, newest)}) == (len(world.rows("quest")), queued)
