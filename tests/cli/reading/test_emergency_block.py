"""The page of the worst day where the rooms of several contracts are affected: each block tells of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest

from archiver.cli.reading.first_screen import _tell_block, tell_emergency
from archiver.records import Delivery, Enclosure, MessageId, Role
from archiver.records.alerts import Alert, AlertRule, Level
from archiver.rounds import alerting
from archiver.standing.emergencies import Emergency, emergencies
from archiver.standing.emergency_words import short_steps
from archiver.store.queries.contracts import contracts
from archiver.store.user_statements import add_delivery, add_enclosure, state_role
from archiver.store.working.alerts import alerts, keep
from archiver.store.working.remembered_values import LAST_FAULT, RoundFault, last_saved_at
from tests.support.chatwork.simulator import Fault
from tests.support.world import World, running_world


class Jobs(World):
    """田中 alone in the rooms of job1 and job2, and one of many in that of job3; 佐藤 alone in that of job4."""

    def set_up(self) -> None:
        """Save everything once, with messages in every room."""
        chatwork, tanaka = self.chatwork, self.tanaka
        others = [chatwork.add_account(f"人{index}") for index in range(5)]
        self.sato = chatwork.add_account("佐藤")
        self.second = chatwork.add_room("二つ目", members=[tanaka], announce=False)
        self.crowd = chatwork.add_room("全体", members=[tanaka, *others], announce=False)
        self.apart = chatwork.add_room("別件", members=[self.sato], announce=False)
        for name, room in (("job2", self.second), ("job3", self.crowd), ("job4", self.apart)):
            self.contract(name, room)
        for room in (self.room, self.second):
            self.written = [self.chatwork.post(room, tanaka, f"メッセージ{index}") for index in range(4)]
        for person in others:
            chatwork.post(self.crowd, person, "はい")
        chatwork.post(self.apart, self.sato, "はい")
        self.sync()
        alerting.judge(self.archive, now=self.clock)

    def delete_three(self) -> None:
        """田中 deletes messages of the second room."""
        for message in self.written[:3]:
            self.chatwork.delete(message, moves_room=True)

    def emergencies(self, *, always: bool = False) -> dict[str, Emergency]:
        """Save again, judge, and ask for the blocks."""
        self.sync(full=True)
        alerting.judge(self.archive, now=self.clock)
        with self.archive.reading() as reading:
            found = emergencies(reading, contracts(reading), alerts(reading), always=always)
        return {one.contract.id: one for one in found}


def ids(emergency: Emergency) -> tuple[str, ...]:
    """The messages of which a screenshot is asked."""
    return tuple(one.message_id for one in emergency.screenshots)


@pytest.fixture
def jobs(tmp_path: Path) -> Iterator[Jobs]:
    """Four contracts, all saved."""
    with running_world(tmp_path / "home") as made:
        world = Jobs(made.home, made.chatwork, made.clock)
        world.set_up()
        yield world
        world.close()


def block_text(emergency: Emergency) -> str:
    """The block as it stands on the screen, in one line."""
    with redirect_stdout(StringIO()) as screen:
        tell_emergency(emergency, datetime.now(UTC))
    return " ".join(screen.getvalue().split())


def test_a_person_who_cancels_is_told_in_every_contract_that_rests_on_them(jobs: Jobs) -> None:
    """The alert names one room; its contract is not the only one. Where they are one of many it is not urgent."""
    jobs.chatwork.cancel_account(jobs.tanaka)

    found = jobs.emergencies()
    everyone = jobs.emergencies(always=True)

    blocks = {name: block_text(alarm) for name, alarm in everyone.items()}
    levels = {
        name: [one.level for one in alarm.alerts if one.rule is AlertRule.ACCOUNT_CLOSED]
        for name, alarm in everyone.items()
    }
    assert {"job1", "job2"} == found.keys()
    assert {"job1": [Level.HIGH], "job2": [Level.HIGH], "job3": [Level.LOW], "job4": []} == levels
    assert [True, True, True, False] == ["name now ends in" in blocks[f"job{number}"] for number in range(1, 5)]


def test_each_block_counts_its_own_messages_files_and_rooms(jobs: Jobs) -> None:
    """Deletions in one, a room shut in another, a file that could not be had in the third."""
    jobs.delete_three()
    jobs.chatwork.remove_owner(jobs.room)
    file = jobs.chatwork.upload(jobs.crowd, jobs.tanaka, "参考.mov", size=100)
    jobs.chatwork.fail(Fault.NOT_FOUND, f"/files/{file}", times=None)

    blocks = {name: block_text(alarm) for name, alarm in jobs.emergencies(always=True).items()}

    assert "1 chat can no longer be opened" in blocks["job1"]
    assert "1 chat between its last save and its closing: not known" in blocks["job1"]
    assert "between its last save" not in blocks["job2"]
    assert "3 messages of the client deleted after saving" in blocks["job2"]
    assert "参考.mov" in blocks["job3"]
    assert "Gone" not in blocks["job4"]
    jobs.chatwork.restore_owner(jobs.room)
    assert "job1" not in jobs.emergencies(), "it opens again"
    for number, phrase in enumerate(("can no longer be opened", "deleted after saving", "参考.mov"), 1):
        assert [f"job{number}"] == [job for job, block in blocks.items() if phrase in block]


def test_where_the_token_is_refused_it_is_asked_for_first(jobs: Jobs) -> None:
    """Not to issue another one is no advice then, as nothing is saved with it any more."""
    before = block_text(jobs.emergencies(always=True)["job1"])
    with jobs.archive.writing() as writing:
        LAST_FAULT.remember(writing, RoundFault("TokenRefused", last_saved_at(writing)))
    with jobs.archive.reading() as reading:
        after = block_text(emergencies(reading, contracts(reading), (), always=True)[0])

    assert ("Don't re-issue" in before, "Paste the API token" in before) == (True, False)
    assert "Do now 1 Paste the API token again: archive init token" in after
    assert "Don't re-issue" not in after


def test_each_platform_has_its_own_hours_and_words(jobs: Jobs) -> None:
    """Where the client can ask to end a contract early, it is told what happens without an answer, and by when."""
    emergency = jobs.emergencies(always=True)["job4"]
    told = {}
    for name in ("crowdworks", "coconala", "lancers", None):
        one = emergency._replace(is_undelivered=True, contract=replace(emergency.contract, platform=name))
        told[name] = (block_text(one), " ".join(short_steps(one)))

    assert all("Did you deliver on Coconala? If not" in text for text in told["coconala"])
    assert "Don't agree to a キャンセルリクエスト before you get advice." in told["coconala"][0]
    assert "On a キャンセルリクエスト: get advice first; refuse within 24 hours" in told["coconala"][1]
    assert "without an answer you reportedly agree to the cancellation" in told["coconala"][0]
    assert "Don't agree to a 契約途中終了リクエスト before you get advice." in told["crowdworks"][0]
    assert "On a 契約途中終了リクエスト: get advice first; refuse within 7 days" in told["crowdworks"][1]
    assert "without an answer the whole escrow reportedly goes back" in told["crowdworks"][0]
    assert all("Did you deliver on Lancers?" in text for text in told["lancers"])
    assert ("Don't agree to a" in told["lancers"][0], "no early end" in told["lancers"][1]) == (False, True)
    assert all("Did you deliver where the job was agreed?" in text for text in told[None])


def test_who_ordered_the_work_gets_no_advice_of_who_does_it(jobs: Jobs) -> None:
    """Neither to deliver nor to refuse an early end, nor the helpline of freelancers."""
    for side in ("worker", "client"):
        jobs.contract("job2", jobs.room, platform="crowdworks", side=side)
        emergency = jobs.emergencies(always=True)["job2"]
        with redirect_stdout(StringIO()) as screen:
            _tell_block(emergency, jobs.clock(), [], is_urgent=True, has_others=False)
        told = block_text(emergency) + screen.getvalue()
        words = ("Did you deliver", "契約途中終了リクエスト", "フリーランス")
        assert [side == "worker"] * 3 == [one in told for one in words]


def test_a_delivery_is_asked_for_only_where_one_may_be_missing(jobs: Jobs) -> None:
    """A job without a service has none, and where one is entered it is no longer the first thing to do."""
    for name, platform in (("job1", "direct"), ("job2", "crowdworks"), ("job3", "crowdworks")):
        jobs.contract(name, jobs.room, platform=platform)
    with jobs.archive.writing() as writing:
        add_delivery(writing, "job2", Delivery(0, "2026-07-01 10:00"), at=jobs.clock())

    found = jobs.emergencies(always=True)

    asked = {name: "Did you deliver" in block_text(one) for name, one in found.items()}
    assert {"job1": False, "job2": False, "job3": True, "job4": True} == asked
    assert [2, 2, 3, 3] == [len(short_steps(found[name])) for name in asked]


def test_what_lies_before_the_first_save_is_not_kept_and_is_fetched_first(jobs: Jobs) -> None:
    """256 messages that no list shows are counted, and `recover` is the first thing to do while the chat is open."""
    old = jobs.chatwork.add_room("長い会話", members=[jobs.tanaka], announce=False)
    for index in range(356):
        jobs.chatwork.post(old, jobs.tanaka, f"メッセージ{index}")
    jobs.contract("job5", old)

    block = block_text(jobs.emergencies(always=True)["job5"])
    jobs.chatwork.remove_owner(old)
    shut = block_text(jobs.emergencies(always=True)["job5"])

    assert "before the first save: about 256" in block
    assert "Everything seen so far is saved." not in block
    assert "Do now 1 Bring in older messages while the chat is open" in block
    assert "before the first save: about 256" in shut
    assert "Bring in older messages" not in shut


def test_a_room_of_two_contracts_counts_in_both(jobs: Jobs) -> None:
    """A new job with the same client in the same chat; where others could be the client too, nobody is."""
    jobs.contract("job5", jobs.second, jobs.apart)
    jobs.delete_three()

    found = jobs.emergencies()

    blocks = {name: block_text(alarm) for name, alarm in found.items()}
    assert {"job2", "job5"} == blocks.keys()
    assert "3 messages of the client deleted after saving" in blocks["job2"]
    assert "3 messages of other people deleted after saving" in blocks["job5"]
    assert found["job5"].holdings.messages > found["job2"].holdings.messages


def test_a_screenshot_is_asked_of_what_belongs_to_the_job(jobs: Jobs) -> None:
    """A chat has another job from a day on: what was deleted of the first is none of the second's messages."""
    jobs.contract("job5", jobs.second, start=jobs.own_clock())
    jobs.delete_three()

    found = jobs.emergencies()

    assert (tuple(jobs.written[2::-1]), ()) == (ids(found["job2"]), ids(found["job5"]))


def test_messages_worth_a_screenshot_are_named_until_one_is_attached_or_the_account_is_closed(jobs: Jobs) -> None:
    """In their words, those that alerts of the contract are about, changed ones first; none where nothing is urgent.

    Neither one's own message nor a post of Chatwork's system is worth one, nor the first one, which tells against
    the user.
    """
    jobs.delete_three()
    past = jobs.chatwork.post(jobs.second, jobs.tanaka, "手数料がかからないように直接お支払いします")
    own = jobs.chatwork.post(jobs.second, jobs.chatwork.owner, "はじめまして")
    renamed = "[info][dtext:chatroom_chatname_is]新[dtext:chatroom_changed][/info]"
    system = jobs.chatwork.post(jobs.second, jobs.tanaka, renamed)
    first = jobs.chatwork.post(jobs.second, jobs.tanaka, "お世話になります")
    with jobs.archive.writing() as writing:
        for one in (own, system, first):
            keep(writing, Alert(AlertRule.EARLY_CONTACT, Level.MEDIUM, jobs.clock(), jobs.second, None, one))
    before = jobs.emergencies(always=True)
    lines = {name: block_text(alarm) for name, alarm in before.items()}
    with jobs.archive.writing() as writing:
        enclosure = Enclosure(0, "screenshot", "a.png", 1, "0" * 64, jobs.clock(), None, MessageId(past), None)
        add_enclosure(writing, "job2", enclosure, at=jobs.clock())
    after = jobs.emergencies(always=True)
    jobs.chatwork.cancel_account(jobs.tanaka)
    closed = jobs.emergencies(always=True)

    assert (*jobs.written[2::-1], past) == ids(before["job2"])
    assert tuple(jobs.written[2::-1]) == ids(after["job2"])
    assert ((), ()) == (ids(closed["job2"]), ids(before["job4"]))
    assert "Take screenshots of these messages, or of their places if they were deleted: " in lines["job2"]
    assert f"archive job enter job2 file --file PATH --message m{jobs.written[2]}" in lines["job2"]
    assert "田中“手数料がかからないように直接お支払" in "".join(lines["job2"].split())
    assert [False] * 3 == ["archive job enter" in lines[name] for name in ("job1", "job3", "job4")]
    assert "archive job enter" not in block_text(closed["job2"])


def test_a_message_that_is_not_shown_any_more_needs_no_screenshot(jobs: Jobs) -> None:
    """Where the room is shut there is nothing to take a picture of."""
    message_id = jobs.chatwork.post(jobs.room, jobs.tanaka, "チャットワークで確認できてからでないと仮払いできません")
    before = ids(jobs.emergencies(always=True)["job1"])
    jobs.chatwork.remove_owner(jobs.room)

    assert ((message_id,), ()) == (before, ids(jobs.emergencies(always=True)["job1"]))


def test_what_vanished_is_listed_with_author_time_and_text(jobs: Jobs) -> None:
    """On the user's own screen; a text that nobody saw is not made up, and many are counted."""
    jobs.delete_three()
    jobs.chatwork.delete(jobs.chatwork.post(jobs.second, jobs.tanaka, "見る前に"), moves_room=True)

    emergency = jobs.emergencies()["job2"]
    block = block_text(emergency)
    for _number in range(8):
        jobs.chatwork.delete(jobs.chatwork.post(jobs.second, jobs.tanaka, "次"), moves_room=True)
    many = block_text(jobs.emergencies()["job2"])

    assert [True] * 3 == [f"田中 “メッセージ{number}”" in block for number in range(3)]
    assert "見る前に" not in block
    assert "” of 1 Jul (seen 1 Jul)" in block
    assert "Texts saved. 1 message was already deleted when first seen, so its text is unknown." in block
    assert "Texts saved. 9 messages were already deleted when first seen, so their texts are unknown." in many


def test_what_was_edited_and_what_was_accepted_is_quoted(jobs: Jobs) -> None:
    """An edit before and after; of many deleted messages the acceptance is among those listed, cut around its words."""
    chatwork = jobs.chatwork
    price = chatwork.post(jobs.second, jobs.tanaka, "お支払いは50,000円です")
    accepted = chatwork.post(jobs.second, jobs.tanaka, f"{'長い前置き' * 8}検収OKです")
    others = [chatwork.post(jobs.second, jobs.tanaka, f"次{index}") for index in range(6)]
    back = chatwork.post(jobs.second, jobs.tanaka, "料金は80,000円です")
    for text in ("料金は70,000円です", "料金は80,000円です"):
        jobs.sync(full=True)
        chatwork.edit(back, text)
    chatwork.edit(price, "お支払いは30,000円です")
    chatwork.delete(chatwork.post(jobs.second, jobs.tanaka, "見る前に"), moves_room=True)
    jobs.sync(full=True)
    alone = block_text(jobs.emergencies(always=True)["job2"])
    for message in (accepted, *others):
        chatwork.delete(message, moves_room=True)

    emergency = jobs.emergencies()["job2"]
    block = block_text(emergency)

    lacking = "1 message was already deleted when first seen, so its text is unknown."
    assert [1, 1] == [text.count(lacking) for text in (alone, block)]
    assert accepted == ids(emergency)[0]
    lines = (
        "“お支払いは50,000円です” now reads “お支払いは30,000円です” (seen 1 Jul)",
        "“料金は80,000円です” was edited, and reads as first saved again (seen 1 Jul)",
    )
    assert "".join(lines).replace(" ", "") in "".join(block.split())
    assert "検収OKです" in block
    assert "次5" in block


def test_who_alone_can_be_meant_is_the_counterpart_without_being_mapped(jobs: Jobs) -> None:
    """By the client's name where it is that of one person; a person who is one of many and unnamed is not."""
    jobs.contract("job3", jobs.crowd, client="田 中")
    jobs.chatwork.cancel_account(jobs.tanaka)

    assert {"job1", "job2", "job3"} == jobs.emergencies().keys()


def test_a_stated_client_who_cancels_is_urgent_among_many(jobs: Jobs) -> None:
    """However little they wrote."""
    with jobs.archive.writing() as writing:
        state_role(writing, "job3", jobs.tanaka, Role.CLIENT, "名刺", at=jobs.clock())
    jobs.chatwork.cancel_account(jobs.tanaka)

    assert "job3" in jobs.emergencies()
