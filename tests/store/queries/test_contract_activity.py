"""What was said under a contract, out of an archive that was synced."""

from __future__ import annotations

from archiver.claims.messages import last_reply
from archiver.records import Contract
from archiver.store.queries.contract_activity import activity_of
from archiver.store.queries.contracts import find_contract
from archiver.store.queries.departures import people_in
from tests.support.world import World


def test_the_last_reply_is_speech_and_never_a_post_of_the_system(world: World) -> None:
    """An upload, a task or a new name of the chat made by the other side answers nothing."""
    said = world.post("確認します")
    world.chatwork.upload(world.room, world.tanaka, "画面.png", data=b"png")
    world.chatwork.add_task(world.room, world.tanaka, world.tanaka, "字幕の修正")
    world.sync()

    with world.archive.reading() as reading:
        contract: Contract = find_contract(reading, "job1")
        last = last_reply(activity_of(reading, contract).facts).value
        wrote = people_in(reading, [world.room])[world.room].wrote

    assert last is not None
    assert said == last.message_id
    assert {world.tanaka: 1} == wrote
    kinds = [row["kind"] for row in sorted(world.rows("message"), key=lambda row: int(row["position"]))]
    assert ["speech", "speech", "notice", "notice"] == kinds  # the first is in the owner's name
