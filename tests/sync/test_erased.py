"""What the owner erased is never kept again, though Chatwork goes on showing it."""

from __future__ import annotations

import random

import pytest

from archiver.custody import erasures
from archiver.custody.verify import verify_path
from archiver.records.evidence import ErasureReason
from archiver.store import seals
from archiver.store.erasure.plan import select_messages
from archiver.store.working import single_reads
from archiver.store.working.single_reads import Origin
from archiver.sync.found_ids import read_recovered
from tests.support.archives.byte_search import places_of
from tests.support.world import World

SECRET = "内緒の見積もり"


@pytest.fixture
def erased(world: World) -> list[str]:
    """Three posts and a file of which the second post and the file's were erased."""
    posts = [*world.posts(1), world.post(SECRET), *world.posts(1, "その後")]
    file = world.chatwork.upload(world.room, world.tanaka, "内緒.bin", data=b"secret bytes" * 99)
    world.chatwork.add_task(world.room, world.tanaka, world.chatwork.owner, "字幕")
    world.sync(full=True)
    of_file = next(row["message_id"] for row in world.rows("file") if row["file_id"] == file)
    erase(world, posts[1], of_file)
    return [*posts, of_file]


def erase(world: World, *messages: str) -> None:
    """Erase these messages of the room, whose saving was ended."""
    places = [(world.room, int(message)) for message in messages]
    world.contract("job1", world.room, state="stopped")
    outcome = erasures.erase(
        world.archive, lambda reading: select_messages(reading, places), ErasureReason.OWN, now=world.own_clock
    )
    assert outcome is not None
    assert outcome.is_complete


def is_forgotten(world: World) -> None:
    """Nothing of it is held, the archive verifies, and the gap is told."""
    seals.close_seals(world.archive, now=world.own_clock())
    assert set() == places_of(world.home, SECRET, "内緒.bin", "secret bytes" * 99)
    assert [] == verify_path(world.home, deep=True).findings
    assert {("erased", 1), ("erased", 1)} == {(gap[3], gap[2]) for gap in world.gaps()}


def test_a_list_that_still_shows_it_keeps_the_rest(world: World, erased: list[str]) -> None:
    """New messages, edits, files and tasks come in; of the reply nothing is kept, as it holds the text."""
    world.contract("job1", world.room)
    fresh = world.post("新しい話")
    world.chatwork.edit(erased[0], "書き換えた")
    world.chatwork.upload(world.room, world.tanaka, "公開.bin", data=b"public")

    world.sync(full=True)

    assert {erased[0], erased[2], fresh} <= world.states().keys()
    assert not {erased[1], erased[3]} & world.states().keys()
    assert "edited" == world.states()[erased[0]]
    assert ["公開.bin"] == [row["name"] for row in world.rows("file")]
    is_forgotten(world)


def test_looks_that_show_the_same_are_counted_as_before(world: World, erased: list[str]) -> None:
    """The list with what was erased is compared without it, so an idle room makes no window for each look."""
    world.contract("job1", world.room)
    world.sync(full=True)
    windows = len(world.rows("window"))

    for _look in range(3):
        world.clock.pass_by(minutes=5)
        world.sync(every_list=True)

    assert windows == len(world.rows("window"))
    assert erased
    is_forgotten(world)


def test_it_is_not_asked_for_singly(world: World, erased: list[str]) -> None:
    """Neither as a reply's reference nor by `recover`."""
    world.contract("job1", world.room)
    world.post(f"[rp aid={world.tanaka} to={world.room}-{erased[1]}]それについて")
    world.sync(full=True)
    world.take_requests()

    world.sync(full=True)
    result = read_recovered(world.archive, world.client, [(world.room, int(erased[1]))], now=world.own_clock,
                   progress=lambda _done, _all: None, settings="")  # fmt: skip

    assert (0, 1, 0) == (result.found, result.erased, result.left)
    assert [] == [path for path in world.take_requests() if erased[1] in path]
    with world.archive.writing() as writing:
        place = {(world.room, int(erased[1])): Origin.RECOVERED}
        single_reads.enqueue(writing, place, rooms=[world.room], at=world.own_clock())
        assert {} == single_reads.items_at(writing, place, at=world.own_clock())
    is_forgotten(world)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [pytest.param(0, marks=pytest.mark.drawn), *range(1, 12)])
def test_erasing_in_any_order_of_events(world: World, seed: int) -> None:
    """Posts, edits, deletions, files and readings with erasures between: the rest is as without them."""
    chance, shown, gone = random.Random(seed), dict[str, str](), set[str]()
    for step in range(40):
        world.clock.pass_by(minutes=chance.choice([1, 5, 400]))
        match chance.choice(["post", "post", "edit", "delete", "file", "sync", "sync", "erase"]):
            case "post":
                text = f"ことば{seed}-{step}"
                shown[world.post(text)] = text
            case "edit" if shown:
                message = chance.choice(sorted(shown))
                shown[message] = f"直し{seed}-{step}"
                world.chatwork.edit(message, shown[message])
            case "delete" if shown:
                message = chance.choice(sorted(shown))
                shown[message] = "[deleted]"
                world.chatwork.delete(message)
            case "file":
                world.chatwork.upload(world.room, world.tanaka, f"資料{seed}-{step}.bin", data=bytes([step]) * 99)
            case "sync":
                world.sync(full=chance.random() < 0.5, every_list=True)
            case "erase":
                gone |= _erase_some(world, chance)
    world.sync(full=True)
    seals.close_seals(world.archive, now=world.own_clock())

    assert [] == verify_path(world.home, deep=True).findings
    states = world.states()
    assert not gone & states.keys()
    assert shown.keys() - gone <= states.keys()
    texts = {row["body"] for row in world.rows("message_version")}
    assert {text for message, text in shown.items() if message not in gone} <= texts
    erased_texts = [text for message, text in shown.items() if message in gone and text != "[deleted]"]
    assert set() == places_of(world.home, *erased_texts) if erased_texts else True


def _erase_some(world: World, chance: random.Random) -> set[str]:
    held = sorted(world.states())
    chosen = chance.sample(held, min(len(held), chance.randint(1, 4)))
    if chosen:
        erase(world, *chosen)
        world.contract("job1", world.room)
    return set(chosen)
