"""What a round leaves to be noticed: each kind at its time, once, true, without names; and the note of each week."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from archiver import errors
from archiver.notices.facts import WeeklyFacts, week_key
from archiver.notices.round_notices import give_notice
from archiver.notices.sentences import sentences, take_pending_notices, urgent_notices, weekly_sentence
from archiver.records import JST, Delivery
from archiver.settings import file
from archiver.standing.alert_lines import contract_names
from archiver.store.rows import Slot
from archiver.store.user_statements import add_delivery
from archiver.store.working import alerts
from archiver.store.working.remembered_values import standing_error
from tests.support.chatwork.simulator import Fault
from tests.support.receivers.mail_server import PASSWORD, running_mail_server
from tests.support.schedules.rounds import due_sentences, next_round, settings
from tests.support.world import World, running_world

NAMES = ("田中", "動画編集", "tanaka", "さようなら", "納期")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A contract on CrowdWorks whose first round went through."""
    with running_world(tmp_path / "home") as made:
        made.contract("tanaka-video", made.room, platform="crowdworks", platform_id="12345678", client="田中")
        made.contract("job1", made.room, state="stopped")
        made.posts(12, "納期")
        next_round(made)
        assert [] == due_sentences(made)
        yield made


# --- somebody or something is going --------------------------------------------------------------


def second_chat(world: World) -> int:
    """The chat of another contract."""
    other = world.chatwork.add_room("記事", members=[world.tanaka])
    world.contract("job2", other)
    return other


def due_text(world: World) -> str:
    """The one sentence that is due after a round."""
    next_round(world)
    (text,) = due_sentences(world)
    return text


def deadline_posts(world: World) -> list[str]:
    """The messages that were saved in the first round."""
    return [post for post in world.states() if "納期" in world.texts(post)[0]]


def test_vanished_messages_are_counted_with_the_texts_that_are_kept(world: World) -> None:
    """With the number of the contract and the time, and nobody's name."""
    for message in deadline_posts(world):
        world.chatwork.delete(message, moves_room=True)

    text = due_text(world)

    here = world.clock().astimezone(JST)
    assert f"job 12345678 {here:%H:%M}: 12 messages now show as deleted. All earlier texts" in text
    assert not [name for name in NAMES if name in text]


def test_texts_that_were_never_seen_are_not_called_kept(world: World) -> None:
    """A message that was deleted before the first look has no earlier text here."""
    for message in (*deadline_posts(world)[:2], world.post("見る前に")):
        world.chatwork.delete(message, moves_room=True)

    assert "3 messages now show as deleted. Earlier texts that are kept: 2 of 3." in due_text(world)


def test_a_chat_that_is_shut_is_told_with_what_is_kept_of_it(world: World) -> None:
    """No reason is claimed; once it opens again nothing is told of it any more."""
    world.chatwork.remove_owner(world.room)

    begin, kept, end = due_text(world).partition("Kept:")

    assert "The chat of job 12345678 cannot be opened any more (reason unknown). " == begin
    assert ("messages " in end, "files 0/0" in end) == (True, True), kept

    world.chatwork.restore_owner(world.room)
    next_round(world)
    urgent = urgent_notices(world.archive, settings(world), contract_names, now=world.clock())
    assert [] == re.findall("cannot be opened|something big", str(sentences(urgent)))


def test_a_contract_without_a_number_is_not_called_by_its_id(world: World) -> None:
    """The user's own id may be a name."""
    world.contract("tanaka-video", world.room, platform="crowdworks", platform_id="tanaka-san")
    world.chatwork.remove_owner(world.room)

    text = due_text(world)

    assert (True, []) == (text.startswith("A chat cannot"), [name for name in NAMES if name in text])


# --- stopped, and over -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("failed", "words", "command"),
    [
        (True, "Last try: the API token is not accepted.", "archive init token"),
        (False, "Nothing was saved for 26 hours. ", "archive status --full"),  # the computer was off: nobody knows
    ],
)
def test_a_stop_names_the_reason_of_the_last_round_that_failed(
    world: World, failed: bool, words: str, command: str
) -> None:
    """It is remembered, also for a command that meets no fault itself; with the command that helps."""
    if failed:
        assert [1, 0] == [len(due_sentences(world, errors.TokenRefused())) for _time in range(2)]
    world.clock.pass_by(hours=26)

    (text,) = due_sentences(world)

    assert text.startswith("Nothing was saved for 26 hours.")
    assert (True, failed, True) == (words in text, "Last try" in text, text.endswith(command))


def test_what_is_said_between_two_rounds_does_not_end_a_trouble(world: World) -> None:
    """Neither a verification nor a run that met another one says that saving works again."""
    due_sentences(world, errors.Unreachable(path="/me", detail="x"))

    texts = [due_sentences(world), due_sentences(world, errors.ArchiveInUse(path=world.home))]
    next_round(world)

    assert ([[], []], ["That is over: saving works again. Nothing is missing."]) == (texts, due_sentences(world))


@pytest.mark.parametrize(
    ("failed", "told"),
    [
        ([errors.Unreachable(path="/me", detail="x")] * 2, [False, True, True]),
        ([errors.Unreachable(path="/me", detail="x")], [False, False]),
        ([errors.TokenRefused()], [True, True]),
    ],
)
def test_a_computer_that_wakes_before_its_network_is_no_news(
    world: World, failed: list[errors.ArchiverError], told: list[bool]
) -> None:
    """The next automatic save tells it if it fails too; what does not pass by itself is told at once."""
    next_round(world)
    found = []
    for error in (*failed, None):
        world.clock.pass_by(minutes=5)
        if error is None:
            next_round(world)
        pending = take_pending_notices(world.archive, settings(world), error, now=world.clock(), unwatched=True)
        found.append(bool(sentences(pending)))

    assert told == found


def test_the_end_of_trouble_says_so_where_something_is_still_unsaved(world: World) -> None:
    """A file waits."""
    due_sentences(world, errors.Unreachable(path="/me", detail="x"))
    world.chatwork.upload(world.room, world.tanaka, "a.pdf", data=b"x")
    world.chatwork.fail(Fault.SERVER_ERROR, "/uploadfile/", times=None)

    assert "Saving works again. See: archive status" == due_text(world)


@pytest.mark.parametrize(
    ("posts", "words"),
    [
        (1, "; what is still shown of that time is saved."),
        (130, ", with 1 gap: messages from that time are missing"),  # more than a list shows
        (
            0,
            "; whether all of that time is read is not known yet",
        ),  # a chat was not asked for
    ],
)
def test_a_pause_is_told_once_with_what_there_is_of_it(world: World, posts: int, words: str) -> None:
    """Also whether what was said in it is here."""
    if not posts:
        second_chat(world)
    world.posts(posts)
    next_round(world, minutes=55 * 60, rooms=None if posts else frozenset([world.room]))

    (text,) = [one for one in due_sentences(world) if "resumed" in one]
    next_round(world)

    assert text.startswith(f"Saving resumed after 2 days 7 h{words}")
    assert [] == [one for one in due_sentences(world) if "resumed" in one]


@pytest.mark.parametrize(("posts", "is_told"), [(1, False), (130, True)])
def test_a_computer_that_is_off_each_night_is_told_of_it_once(world: World, posts: int, is_told: bool) -> None:
    """Later pauses are told only where messages of that time are missing."""
    told = []
    for number in (1, 1, posts):
        world.posts(number)
        next_round(world, minutes=25 * 60)
        told.append(any("resumed" in one for one in due_sentences(world)))

    assert [True, False, is_told] == told


def test_a_round_that_reads_no_chat_ends_no_pause(world: World) -> None:
    """180 days after the last contract was closed nothing goes on, and nothing was had without a gap."""
    next_round(world)
    due_sentences(world)
    world.contract("tanaka-video", world.room, state="closed", closed_at=world.clock())

    next_round(world, minutes=60 * 24 * 181)

    assert [] == [one for one in due_sentences(world) if "resumed" in one]


# --- files, pace, deadlines -------------------------------------------------------------------------


@pytest.mark.drawn
def test_each_lost_file_is_news_and_one_less_is_not(world: World) -> None:
    """Their number may stay or fall: what counts is which."""
    _first, second = (world.chatwork.upload(world.room, world.tanaka, name, data=b"xy") for name in ("a", "b"))
    world.chatwork.fail(Fault.NOT_FOUND, "/uploadfile/", times=None)
    for _ in range(12):
        next_round(world, minutes=4 * 24 * 60, full=True)
    lost = [one for one in due_sentences(world) if "file" in one]
    world.chatwork.heal()
    world.chatwork.fail(Fault.NOT_FOUND, f"/uploadfile/.*{second}", times=None)

    next_round(world, full=True)

    assert ["2 files could not be downloaded. See: archive status"] == lost
    assert [] == [one for one in due_sentences(world) if "file" in one]


@pytest.mark.drawn
def test_a_fast_chat_is_told_once_and_not_where_it_is_read_more_often(world: World) -> None:
    """Six hundred messages in an hour are fifty between two saves."""
    for _ in range(13):
        world.posts(52)
        next_round(world, minutes=5)

    daemon, first, second = (due_sentences(world, adapts=adapts) for adapts in (True, False, False))

    assert ["1 chat is so busy that saving every 5 minutes may miss" in one for one in first] == [True]
    assert ([], []) == (daemon, second)


def test_a_deadline_is_told_the_day_before_and_not_twice(world: World) -> None:
    """By the platform's rule, with the number of the contract."""
    deliver(world)

    (text,) = due_sentences(world)
    next_round(world, minutes=24 * 60)

    assert text.startswith("Job 12345678, tomorrow: inspection (検収) is usually due (7 days after delivery). If it")
    assert not [one for one in due_sentences(world) if "検収" in one]


def deliver(world: World) -> None:
    """A delivery was made six days ago."""
    day = (world.clock() - timedelta(days=6)).astimezone(JST)
    with world.archive.writing() as writing:
        add_delivery(writing, "tanaka-video", Delivery(0, f"{day:%Y-%m-%d}"), at=world.clock())
    next_round(world, minutes=60)


def test_a_deadline_that_was_put_aside_is_not_told(world: World) -> None:
    """Somebody looked at it already."""
    deliver(world)
    with world.archive.writing() as writing:
        rules = [alerts.dismiss(writing, one.number, at=world.clock(), reason=None) for one in alerts.alerts(writing)]

    assert (["deadline"], []) == ([one.rule.value for one in rules], due_sentences(world))


# --- every day, and elsewhere -----------------------------------------------------------------------


def evening(world: World) -> None:
    """Wait until it is 21:30 in Japan."""
    here = world.clock().astimezone(JST)
    left = here.replace(hour=21, minute=30) - here
    world.clock.time += left if left > timedelta() else left + timedelta(days=1)


def test_a_good_day_is_told_once_with_what_was_saved_since_the_notice_before(world: World) -> None:
    """In the evening, if it is wanted; also what came in the evening, after that notice."""
    evening(world)
    next_round(world, minutes=0)
    assert ([], 1) == (due_sentences(world), len(due_sentences(world, daily=True)))
    world.posts(3)
    world.chatwork.upload(world.room, world.tanaka, "a.pdf", data=b"x")
    next_round(world, minutes=60)
    evening(world)
    next_round(world, minutes=0)

    day = world.clock().astimezone(JST)
    number = len(world.states()) - 13
    assert [f"{day.day} {day:%b}: all good. Saved: {number} messages, 1 file."] == due_sentences(world, daily=True)
    assert [] == due_sentences(world, daily=True)


def test_a_missing_library_is_said_once_a_day(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as addresses are named."""
    monkeypatch.setitem(sys.modules, "apprise", None)
    urls = ("json://canary-6f1d",)

    first, second = due_sentences(world, urls=urls), due_sentences(world, urls=urls)
    world.clock.pass_by(hours=23)
    next_round(world, minutes=60)

    assert ([True], []) == (["archive guide alerts" in one for one in first], second)
    assert ([1], 0) == ([len(due_sentences(world, urls=urls))], len(due_sentences(world)))


# --- what was remembered ----------------------------------------------------------------------------


def test_a_clock_that_was_set_back_does_not_hold_a_trouble(world: World) -> None:
    """The fault seems to be younger than the round that ended it."""
    world.clock.pass_by(hours=6)
    due_sentences(world, errors.Unreachable(path="/me", detail="x"))
    world.clock.time -= timedelta(hours=4)

    next_round(world)

    assert ["That is over: saving works again. Nothing is missing."] == due_sentences(world)
    assert [] == due_sentences(world)


def test_a_file_that_an_earlier_version_remembered_otherwise_is_not_called_saved(world: World) -> None:
    """It noted their number; only what is held now is said to be saved."""
    remember(world, "noticed", {f"lost/{world.room}/2": "2026-07-01T00:00:00.000Z"})

    assert [] == due_sentences(world)


def test_nothing_has_stopped_where_every_contract_has_ended(world: World) -> None:
    """Nothing is to be saved any more, so nothing is lost; what had stopped before does not go on again by that."""
    next_round(world)
    world.clock.pass_by(days=2)
    stopped = due_sentences(world)
    for name in ("tanaka-video", "job1"):
        world.contract(name, world.room, state="stopped")
    world.clock.pass_by(days=90)

    assert 1 == len(stopped)
    assert [] == due_sentences(world)


def remember(world: World, key: str, value: object) -> None:
    """Leave behind what a run would."""
    with world.archive.writing() as writing:
        slot: Slot[object] = Slot(key, str, None)
        slot.remember(writing, value)


def test_a_round_over_some_chats_does_not_say_that_nothing_is_missing(world: World) -> None:
    """Nobody has looked into the others since the fault."""
    second_chat(world)
    next_round(world)
    due_sentences(world, errors.Unreachable(path="/me", detail="x"))
    next_round(world, rooms=frozenset([world.room]))

    assert ["Saving works again. See: archive status"] == due_sentences(world)


@pytest.mark.drawn
def test_a_chat_that_no_round_can_read_is_told_daily(world: World) -> None:
    """The others go on being saved, so nothing has stopped; a program without a screen says it all the same."""
    other = second_chat(world)
    next_round(world)
    due_sentences(world)
    world.chatwork.post(other, world.tanaka, "読めない")
    world.chatwork.fail(Fault.SERVER_ERROR, f"/rooms/{other}/messages", times=None)
    collected = []
    for _ in range(4):
        world.clock.pass_by(hours=13)
        next_round(world)
        collected.append(due_sentences(world))
    world.chatwork.heal()
    world.clock.pass_by(hours=1)
    next_round(world)

    unread = "1 chat has not been read for a long time. See:"
    assert [False, True, False, True] == [any(one.startswith(unread) for one in day) for day in collected]
    assert not any(one.startswith(unread) for one in due_sentences(world))


def test_a_chat_that_could_never_be_read_is_told_too(world: World) -> None:
    """Since when it fails counts, where nobody ever looked at it."""
    other = second_chat(world)
    world.chatwork.fail(Fault.SERVER_ERROR, f"/rooms/{other}/messages", times=None)
    collected = []
    for _ in range(3):
        next_round(world)
        collected.append(due_sentences(world))
        world.clock.pass_by(hours=13)

    assert [False, False, True] == [any("has not been read for a long time" in one for one in day) for day in collected]


def test_a_round_that_went_through_ends_the_fault_though_its_chat_fails(world: World) -> None:
    """What is wrong then is the chat, no longer the token."""
    due_sentences(world, errors.TokenRefused())
    world.post("読めない")
    world.chatwork.fail(Fault.SERVER_ERROR, f"/rooms/{world.room}/messages", times=None)
    world.clock.pass_by(hours=30)
    next_round(world)

    with world.archive.reading() as reading:
        assert standing_error(reading) is None
    assert not any("token is not accepted" in one for one in due_sentences(world))


def test_a_round_that_was_not_let_in_tells_why_until_one_goes_through(world: World) -> None:
    """Another program used the calls up: who looks is told so, and nobody is called for what passes by itself."""
    world.chatwork.fail(Fault.RATE_LIMIT, "/me", times=2, seconds=250)
    next_round(world, max_seconds=10)
    pending = take_pending_notices(world.archive, settings(world), None, now=world.clock(), unwatched=True)
    told = due_sentences(world)
    next_round(world)

    assert [] == sentences(pending)
    assert "the number of calls that Chatwork allows is used up" in " ".join(told)
    with world.archive.reading() as reading:
        assert standing_error(reading) is None


@pytest.mark.parametrize(
    ("now", "begun", "key"),
    [
        ("2026-11-29T20:59", "2026-11-01", "weekly/2026-11-22"),
        ("2026-11-29T21:00", "2026-11-01", "weekly/2026-11-29"),
        ("2026-12-05T12:00", "2026-11-29", "weekly/2026-11-29"),
        ("2026-12-05T12:00", "2026-11-30", None),
    ],
)
def test_a_week_is_due_from_sunday_evening_on(now: str, begun: str, key: str | None) -> None:
    """In Japan, wherever this computer stands."""
    moments = [datetime.fromisoformat(one).replace(tzinfo=JST).astimezone(UTC) for one in (now, begun)]

    assert key == week_key(moments[0], begun=moments[1])


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({}, "This week: 128 messages saved, 2 changes seen."),
        ({"changed": 0}, "This week: 128 messages saved, no change seen."),
        ({"failed_rounds": 3}, "This week: 128 messages saved, 2 changes seen. Saves that failed: 3."),
        ({"is_over": True, "messages": 0, "rounds": 0, "changed": 0}, "Last week: no save is on record."),
        ({"messages": 0, "changed": 0}, "This week: 0 messages saved, no change seen."),
    ],
)
def test_a_week_is_told_in_counts(changed: dict[str, Any], sentence: str) -> None:
    """And that saving failed, or that none is on record, is never left out."""
    assert sentence == weekly_sentence(replace(WeeklyFacts(False, 128, 2, 2000, 0), **changed))


def test_the_week_comes_once_by_mail_with_its_result_as_the_subject(tmp_path: Path) -> None:
    """Of the seven days alone, whoever saved by hand meanwhile; a click turns it off."""
    with running_world(tmp_path / "home") as world, running_mail_server() as server:
        (world.home / "archive.toml").write_text(f"[notify]\ndesktop = false\n{server.settings()}", encoding="utf-8")
        secret = world.home / "mail-password"
        secret.write_text(PASSWORD, encoding="utf-8")
        secret.chmod(0o600)
        first, _second = world.posts(2)
        next_round(world)
        saved = len(world.states())
        world.chatwork.edit(first, "別の文", moves_room=True)
        next_round(world)
        world.chatwork.fail(Fault.SERVER_ERROR, "/rooms", times=None)
        with pytest.raises(errors.ChatworkError):
            next_round(world)
        world.chatwork.heal()
        world.clock.time = datetime(2026, 7, 5, 20, 55, tzinfo=JST)

        def subjects(*, unwatched: bool = True) -> list[str]:
            settings = file.load_settings(world.home, {})
            give_notice(settings, {}, None, now=world.clock(), unwatched=unwatched)
            return [subject for one in server.mails if "week" in (subject := str(one["Subject"]))]

        assert [] == subjects()
        world.posts(1)
        next_round(world)  # at five past nine: it belongs to the week that begins
        assert [] == subjects(unwatched=False)
        told = subjects()

        assert [f"This week: {saved} messages saved, 1 change seen. Saves that failed: 1."] == told
        assert told == subjects() == subjects(unwatched=False)
        file.update_settings(world.home, {"notify.weekly": False})
        world.clock.time += timedelta(days=7)
        next_round(world)
        assert told == subjects()
