"""What the other side writes and changes, and what the dates say, become alerts after a round: each once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from archiver import errors
from archiver.alerts.sentences import alert_sentence
from archiver.cli.contracts.contract_page import page_rows
from archiver.records import JST, Delivery, Role
from archiver.records.alerts import Alert, AlertRule, Level
from archiver.standing.alert_lines import alert_lines
from archiver.store import user_statements
from archiver.store.queries.contracts import find_contract
from archiver.store.queries.entries import last_seq
from archiver.store.queries.room_holdings import holdings_of, other_chats
from archiver.store.user_statements import add_delivery
from archiver.store.working.alerts import alerts, dismiss, open_alerts
from tests.support.schedules.rounds import next_round
from tests.support.world import World, running_world

DIRECT, LINE = "直接取引にしませんか。", "LINEで話しましょう。"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """One contract on CrowdWorks with 田中 and a third person, 鈴木."""
    with running_world(tmp_path / "home") as world:
        world.suzuki = world.chatwork.add_account("鈴木")  # type: ignore[attr-defined]
        people = [world.tanaka, world.suzuki]  # type: ignore[attr-defined]
        world.room = world.chatwork.add_room("動画", members=people, announce=False)
        state(world)
        yield world


def state(world: World, **facts: Any) -> None:
    """State the contract anew."""
    world.contract("job1", world.room, platform="crowdworks", **facts)


def deliver(world: World) -> None:
    """What was asked for is delivered, in the chat and on the platform."""
    world.post("お願いします")
    world.post("納品しました", by=world.chatwork.owner)
    next_round(world)
    with world.archive.writing() as writing:
        add_delivery(writing, "job1", Delivery(0, "2026-07-01 13:00"), at=world.clock())


def kept_alerts(world: World) -> list[Alert]:
    """Every alert kept."""
    with world.archive.reading() as reading:
        return alerts(reading)


def alert_summaries(world: World) -> list[tuple[str, str, int]]:
    """Rule, level and number of messages of each."""
    return [(one.rule.value, one.level.value, one.count) for one in kept_alerts(world)]


# --- words -------------------------------------------------------------------------------------


def test_a_phrase_is_told_once_and_nothing_is_hurried(world: World) -> None:
    """The round that saw it tells; later rounds, edits that say it again, full readings, and one's own words do not.

    What an edit says more is news.
    """
    message = world.post(DIRECT)
    world.post(DIRECT, by=world.chatwork.owner)

    reports = [next_round(world), next_round(world, full=True)]
    for addition in ("いかがですか。", LINE):
        world.chatwork.edit(message, DIRECT + addition)
        reports.append(next_round(world, full=True))

    assert [("A5", "high", 1), ("A6", "medium", 1)] == alert_summaries(world)
    assert [1, 0, 0, 1] == [len(one.alerts) for one in reports]
    assert reports[0].sealed is None
    assert {(world.room, message)} == {(one.room_id, one.message_id) for one in kept_alerts(world)}


def test_bank_data_of_an_account_with_a_known_name(world: World) -> None:
    """Two alerts with both ids, though its side is not entered; of a new colleague one; else none."""
    with world.archive.writing() as writing:
        user_statements.state_role(writing, "job1", world.tanaka, Role.CLIENT, "契約", at=world.clock())
    next_round(world)
    world.clock.pass_by(days=40)
    twin, new = world.chatwork.add_account("田中 (公式)"), world.chatwork.add_account("経理担当")
    for person in (twin, new):
        world.chatwork.add_member(world.room, person)
    for person in (world.tanaka, twin, new):
        world.post("新しい振込先はこちらです。みずほ銀行 普通 1234567", by=person)
    next_round(world, full=True)
    next_round(world, full=True)

    told = [one for one in kept_alerts(world) if one.rule.value in ("A15", "twin")]
    assert [("A15", twin), ("A15", new), ("twin", twin)] == [(one.rule.value, one.account_id) for one in told]
    assert not any(one.dismissed for one in told)
    with world.archive.writing() as writing:  # the client's second account, which answers the question
        user_statements.state_role(writing, "job1", twin, Role.CLIENT, "本人", at=world.clock())
    next_round(world)
    assert [AlertRule.TWIN] == [one.rule for one in kept_alerts(world) if one.dismissed]
    ids = f"(ID {world.tanaka} since 1 Jul, ID {twin} since 10 Aug)"
    assert [True, False, True] == [ids in alert_sentence(one) for one in told]


def test_a_row_grows_and_an_urgent_one_is_told_for_each_message(world: World) -> None:
    """Ten messages that speak of LINE within a day are one alert; put aside, the next is told anew."""
    for _ in range(4):
        world.post(LINE)
    world.post(DIRECT)
    world.post(DIRECT)
    first = next_round(world)
    world.post(LINE)
    next_round(world)
    with world.archive.writing() as writing:
        dismiss(writing, 3, at=world.clock(), reason=None)
    world.post(LINE)
    next_round(world)

    assert [("A5", "high", 1), ("A5", "high", 1), ("A6", "medium", 5), ("A6", "medium", 1)] == sorted(
        alert_summaries(world), key=lambda one: (one[0], -one[2])
    )
    assert 3 == len(first.alerts)


def test_who_is_mapped_decides_whose_words_count(world: World) -> None:
    """Until anybody is mapped all others count; then the client alone."""
    world.post(LINE, by=world.suzuki)  # type: ignore[attr-defined]
    next_round(world)
    before = alert_summaries(world)
    with world.archive.writing() as writing:
        user_statements.state_role(writing, "job1", world.tanaka, Role.CLIENT, "CWで確認", at=world.clock())
    world.post(DIRECT, by=world.suzuki)  # type: ignore[attr-defined]
    next_round(world)
    world.post(DIRECT)
    next_round(world)

    assert [("A6", "medium", 1)] == before
    assert [*before, ("A5", "high", 1)] == alert_summaries(world)


def test_work_before_the_escrow_counts_less_once_there_is_one(world: World) -> None:
    """Medium while no escrow is stated, low after."""
    phrase = "まずはテストライティングをお願いします"
    world.post(phrase)
    next_round(world)
    state(world, escrowed_at="2026-06-30")
    world.post(phrase)
    next_round(world)

    assert [("A1", "medium", 1), ("A1", "low", 1)] == alert_summaries(world)


# --- a file that no list had ------------------------------------------------------------------


@pytest.mark.parametrize("taken_away", [True, False])
def test_a_file_that_was_sent_and_taken_away_before_the_save_is_told_once(world: World, *, taken_away: bool) -> None:
    """Its post names it and no list has it: the save does not say that nothing is missing, then or later."""
    next_round(world)
    file = world.chatwork.upload(world.room, world.tanaka, "修正契約書.pdf", data=b"1")
    if taken_away:
        del world.chatwork.rooms[world.room].files[file]
    reports = [next_round(world), next_round(world, full=True)]

    found = [(one.rule.value, one.subject, one.message_id) for one in kept_alerts(world)]
    post = world.chatwork.message_of_file(file)
    assert ([("file_gone", f"unlisted/{file}", post)] if taken_away else []) == found
    assert [taken_away] * 2 == [one.has_losses for one in reports]
    with world.archive.reading() as reading:
        unheld = [(one.file_id, one.name) for one in holdings_of(reading, [world.room]).unheld]
    assert ([(file, "修正契約書.pdf")] if taken_away else []) == unheld


# --- changes -----------------------------------------------------------------------------------


def test_edits_within_a_day_and_a_changed_description_are_told(world: World) -> None:
    """One edit alone is not; a second within the day is, and so is a pay list that changed."""
    posts = world.posts(3)
    next_round(world)
    world.chatwork.edit(posts[0], "書き直した")
    world.post("はい")
    next_round(world)
    none_yet = alert_summaries(world)
    world.chatwork.edit(posts[1], "これも書き直した")
    world.chatwork.describe_room(world.room, "1本 3,000円")
    world.post("はい")
    next_round(world, full=True)
    next_round(world, full=True)

    assert [] == none_yet
    assert [("A10", "medium", 2), ("A12", "medium", 1)] == alert_summaries(world)
    assert "archive search --chat" in alert_sentence(kept_alerts(world)[0])


@pytest.mark.parametrize(
    ("before", "after", "is_told"),
    [
        ("報酬は3万円でお願いします", "報酬は2万円でお願いします", True),
        ("納期は11月30日です", "納期は11月20日です", True),
        ("検収OKです。ありがとうございます", "ありがとうございます", True),
        ("報酬は3万円でお願いします", "報酬は3万円でおねがいします", False),
        ("[qt]報酬は3万円[/qt]はい", "[qt]報酬は2万円[/qt]はい", False),
    ],
)
def test_an_edit_of_a_term_is_told_alone(world: World, before: str, after: str, is_told: bool) -> None:
    """An amount, a day or an acceptance that another text has in its place."""
    posted = world.post(before)
    next_round(world)
    world.chatwork.edit(posted, after)
    world.post("はい")
    next_round(world)

    found = [one for one in alert_summaries(world) if one[0] == "A10"]
    assert ([("A10", "medium", 1)] if is_told else []) == found


@pytest.mark.parametrize("is_later", [False, True])
def test_an_edit_of_a_term_is_news_beside_a_deletion(world: World, is_later: bool) -> None:
    """It joins no other alert, so that it is notified and both texts are quoted; nothing later closes it."""
    price, word, other = (world.post(one) for one in ("報酬は3万円でお願いします", "はい", "いいえ"))
    next_round(world)
    world.chatwork.delete(word)
    if is_later:
        next_round(world, full=True)
    world.chatwork.edit(price, "報酬は2万円でお願いします")
    next_round(world, full=True)
    world.chatwork.delete(other)
    next_round(world, full=True)

    found = [one for one in kept_alerts(world) if not one.dismissed]
    assert ("term", price) in [(one.subject, one.message_id) for one in found]
    assert ["an amount, a day or an acceptance was edited" in alert_sentence(one) for one in found].count(True) == 1


def test_an_edit_and_a_deletion_of_one_person_are_one_alert(world: World) -> None:
    """Whichever comes first, and where edits were told before: each message counts once."""
    posts = world.posts(3)
    others = [world.post(f"その{n}", by=world.suzuki) for n in range(3)]  # type: ignore[attr-defined]
    next_round(world)
    told = []
    for edited, deleted in ((posts[:1], []), ([], posts[1:2]), (posts[2:], []), (others[:2], []), ([], others[2:])):
        for one in edited:
            world.chatwork.edit(one, "書き直した")
        for one in deleted:
            world.chatwork.delete(one)
        next_round(world, full=True)
        told.append([(one.rule.value, one.count, one.subject) for one in kept_alerts(world) if not one.dismissed])

    own = ("deletions", 1, "2")
    assert [[], [("deletions", 1, "1")], [own], [own, ("A10", 2, None)], [own, own]] == told
    assert "2 edited, 1 deleted or no longer shown" in alert_sentence(kept_alerts(world)[0])


def test_edits_over_more_than_a_day_are_all_counted(world: World) -> None:
    """An alert that began with one of the day before it counts that too where more are added the day after it."""
    posts, told = world.posts(4), list[list[tuple[str, str, int]]]()
    next_round(world)
    for edited in (posts[:1], posts[1:2], posts[2:], posts[1:2]):
        for one in edited:
            world.chatwork.edit(one, f"書き直した {len(told)}")
        next_round(world, minutes=20 * 60, full=True)
        told.append(alert_summaries(world))

    assert [[], [("A10", "medium", 2)], [("A10", "medium", 4)]] == told[:3]


@pytest.mark.parametrize(
    ("is_own", "has_post", "comment"),
    [(False, True, ""), (True, True, ""), (True, False, "納品します。"), (False, False, "")],
)
def test_a_file_that_is_gone_is_told_once(world: World, is_own: bool, has_post: bool, comment: str) -> None:
    """One of the other side, or the user's own that was delivered; an own one that was not is no news."""
    by = world.chatwork.owner if is_own else world.tanaka
    file = world.chatwork.upload(world.room, by, "発注書.pdf", data=b"1", comment=comment)
    next_round(world, full=True)
    if is_own and not comment:
        with world.archive.writing() as writing:
            add_delivery(writing, "job1", Delivery(0, "2026-07-01", file_id=file), at=world.clock())
    other = world.chatwork.upload(world.room, world.chatwork.owner, "下書き.txt", data=b"2")
    next_round(world, full=True)
    for one in (file, other):
        post = world.chatwork.messages[int(world.chatwork.message_of_file(one))]
        body = post.body
        world.chatwork.remove_file(one)
        post.body = post.body if has_post else body  # else its list alone tells it
    for _look in range(3):
        world.post("はい")
        next_round(world, full=True)

    found = [one for one in kept_alerts(world) if one.rule is AlertRule.FILE_GONE]
    with world.archive.reading() as reading:
        (line,) = alert_lines(reading, found, {})

    assert [(f"{'own' if is_own else 'saved'}/{file}", "medium", world.chatwork.message_of_file(file))] == [
        (one.subject, one.level, one.message_id) for one in found
    ]
    assert ("that you delivered" if is_own else "from somebody else is no longer shown") in line.sentence
    assert line.message is not None
    assert all(one in line.message.words for one in (comment, "発注書.pdf"))
    assert [] == [one for one in kept_alerts(world) if one.rule is AlertRule.A10]


@pytest.mark.parametrize("is_at_once", [True, False])
@pytest.mark.parametrize("comment", ["", "1万円の素材です"])
def test_a_file_and_its_post_that_are_gone_are_one_alert(world: World, comment: str, is_at_once: bool) -> None:
    """Whichever of the two is noticed first."""
    file = world.chatwork.upload(world.room, world.tanaka, "発注書.pdf", data=b"1", comment=comment)
    next_round(world, full=True)
    world.chatwork.delete(world.chatwork.message_of_file(file), moves_room=True)
    if not is_at_once:
        next_round(world, full=True)
    world.chatwork.remove_file(file)
    next_round(world, full=True)

    assert [f"saved/{file}"] == [one.subject for one in kept_alerts(world) if not one.dismissed]


def test_a_task_that_is_gone_is_one_alert_with_its_words(world: World) -> None:
    """The first and the last, also where its post is deleted with it; one of the user's own is no news."""
    given = world.chatwork.add_task(world.room, world.tanaka, world.chatwork.owner, "LP 45,000円 検収後翌月末払い")
    own = world.chatwork.add_task(world.room, world.chatwork.owner, world.chatwork.owner, "下書きを直す")
    post = str(world.chatwork.tasks[given].message_id)
    next_round(world, full=True)
    world.chatwork.tasks[given].body = "LP 30,000円 検収後翌々月末払い"
    next_round(world, full=True)
    for task in (given, own):
        world.chatwork.delete_task(task, announce=False)
    world.chatwork.delete(post, moves_room=True)
    next_round(world, full=True)

    found = kept_alerts(world)
    changed, gone = (AlertRule.A12, f"task/{given}", None), (AlertRule.FILE_GONE, f"task/{given}", post)
    with world.archive.reading() as reading:
        line, first = sorted(alert_lines(reading, found, {}), key=lambda one: "saved" not in one.sentence)
        shown = "".join(str(row) for row in page_rows(reading, find_contract(reading, "job1"), now=world.clock()))
    assert "Its text is saved. 田中 “LP 45,000円 検収後翌月末払い” →" in shown
    assert [changed, gone] == [(one.rule, one.subject, one.message_id) for one in found]
    assert first.message is not None
    assert "“LP 45,000円 検収後翌月末払い” → “LP 30,000円 検収後翌々月末払い”" in first.message.words
    assert "a task from somebody else is no longer shown on Chatwork. Its text is saved." in line.sentence
    assert line.message is not None
    assert "“LP 45,000円 検収後翌月末払い” → “LP 30,000円 検収後翌々月末払い”" in line.message.words


def test_deletions_over_more_than_a_day_are_all_counted(world: World) -> None:
    """An alert that began with those of the day before it tells them also where more are added the day after it."""
    posts, told = world.posts(4), []
    next_round(world)
    for gone in (posts[:1], posts[1:2], posts[2:]):
        for one in gone:
            world.chatwork.delete(one)
        next_round(world, minutes=20 * 60, full=True)
        told.append(alert_summaries(world)[-1])

    assert [("deletions", "medium", 1), ("deletions", "high", 2), ("deletions", "high", 4)] == told


def test_what_another_job_lost_in_the_same_chat_counts_for_nothing(world: World) -> None:
    """Messages from before the job's time are neither told as deleted nor make a burst of one deletion or edit."""
    earlier = world.posts(3)
    world.clock.pass_by(hours=1)
    state(world, start=world.clock())
    world.clock.pass_by(hours=1)
    own = world.posts(2)
    next_round(world)
    for gone in (earlier[:2], [*earlier[2:], own[0]]):
        for one in gone:
            world.chatwork.delete(one)
        next_round(world, full=True)

    assert [("deletions", "medium", 1)] == alert_summaries(world)
    assert [own[0]] == [one.message_id for one in kept_alerts(world)]


# --- dates -------------------------------------------------------------------------------------


def test_early_contact_is_told_at_once_when_it_is_stated_and_settled_by_a_correction(world: World) -> None:
    """A contract stated anew is judged by the next round, not by the next hour."""
    message = world.post("はじめまして")
    next_round(world, minutes=1)
    state(world, contact_approved_on="2026-07-05")
    next_round(world, minutes=1)
    early = kept_alerts(world)
    state(world, contact_approved_on="2026-06-25")
    next_round(world, minutes=1)

    assert [("early_contact", "high", message)] == [(one.rule.value, one.level.value, one.message_id) for one in early]
    assert [True] == [one.dismissed for one in kept_alerts(world)]


def test_nobody_is_silent_while_nobody_is_named(world: World) -> None:
    """In a chat of several people the other side's silence is not known until it is known who that is."""
    deliver(world)

    for _ in range(5):
        next_round(world, minutes=24 * 60)

    assert [] == [one for one in alert_summaries(world) if one[0] == "A11"]


def test_a_computer_that_is_often_off_has_one_alert_about_it(world: World) -> None:
    """It counts the pauses and names the last, also after it was dismissed; what the plan may have hidden is news, and
    of who saves once a month one alert, until it is dismissed.
    """
    next_round(world)
    for _ in range(3):
        next_round(world, minutes=25 * 60)
    (often,) = kept_alerts(world)
    with world.archive.writing() as writing:
        dismiss(writing, often.number, at=world.clock(), reason=None)
    next_round(world, minutes=50 * 60)
    for _ in range(2):
        next_round(world, minutes=31 * 24 * 60)
    (monthly,) = (one for one in kept_alerts(world) if one.level is Level.MEDIUM)
    with world.archive.writing() as writing:
        dismiss(writing, monthly.number, at=world.clock(), reason=None)
    next_round(world, minutes=31 * 24 * 60)

    assert [("A14", "low", 4), ("A14", "medium", 2), ("A14", "medium", 1)] == alert_summaries(world)
    assert "Saving was off 3 times for more than a day, last for 1 day 1 h from 3 Jul" in alert_sentence(often)


def test_time_in_which_every_job_had_ended_is_no_pause(world: World) -> None:
    """Nothing was to be saved; what was off while a job was still read is one."""
    next_round(world)
    next_round(world, minutes=25 * 60)
    state(world, state="stopped")
    next_round(world, minutes=1)
    next_round(world, minutes=50 * 60)

    assert [("A14", "low", 1)] == alert_summaries(world)


def test_a_pause_ends_with_the_days_for_which_the_ended_jobs_were_read(world: World) -> None:
    """A job added half a year later was not to be saved before, and the ended one for 180 days alone."""
    next_round(world)
    state(world, state="closed", closed_at=world.clock())
    next_round(world, minutes=1)
    world.contract("job2", world.room)
    next_round(world, minutes=195 * 24 * 60)
    (told,) = [one for one in kept_alerts(world) if one.rule is AlertRule.A14]

    assert "Saving was off for 180 days from" in alert_sentence(told)


@pytest.mark.drawn
def test_a_deadline_is_told_although_no_round_goes_through(world: World) -> None:
    """Days pass also while the token is refused; that somebody is silent is said only by a round that has looked."""
    state(world, client="田中")
    deliver(world)
    world.chatwork.revoke_token()

    for _ in range(9 * 4):
        with pytest.raises(errors.TokenRefused):
            next_round(world, minutes=360)
    refused = alert_summaries(world)
    world.chatwork.revoke_token(new="another")
    next_round(world)

    assert [("deadline", "medium", 1)] == refused
    assert ["A11", "A14", "deadline"] == sorted(rule for rule, _level, _count in alert_summaries(world))


def test_what_was_handed_over_before_the_job_began_is_not_its_delivery(world: World) -> None:
    """The same chat held an earlier job, whose handover lies before the period of this one."""
    world.chatwork.upload(world.room, world.chatwork.owner, "movie.mp4", data=b"2", comment="納品します")
    next_round(world)
    state(world, start=world.clock() + timedelta(hours=1))
    for _ in range(4):
        next_round(world, minutes=60 * 12)

    assert [] == alert_summaries(world)


def test_what_another_job_of_the_same_chat_delivered_is_no_lacking_delivery(world: World) -> None:
    """A file may be for either of two jobs of one time."""
    world.contract("job2", world.room, platform="coconala")
    world.chatwork.upload(world.room, world.chatwork.owner, "icon.png", data=b"2", comment="納品します")
    with world.archive.writing() as writing:
        add_delivery(writing, "job2", Delivery(0, f"{world.clock().astimezone(JST):%Y-%m-%d}"), at=world.clock())
    for _ in range(4):
        next_round(world, minutes=60 * 12)

    assert "undelivered" not in {rule for rule, _level, _count in alert_summaries(world)}


@pytest.mark.drawn
def test_a_delivery_on_chatwork_alone_is_told(world: World) -> None:
    """One's own file with the word 納品, a day later; the word alone, and the other side's, are not."""
    owner = world.chatwork.owner
    world.post("納品はいつになりますか")
    world.chatwork.upload(world.room, world.tanaka, "納品例.zip", data=b"1", comment="納品の例です")
    world.post("もうすぐ納品します", by=owner)
    for _ in range(3):
        next_round(world, minutes=60 * 12)
    nothing = alert_summaries(world)
    world.chatwork.upload(world.room, owner, "movie.mp4", data=b"2", comment="納品します")
    for _ in range(4):
        next_round(world, minutes=60 * 12)

    assert [] == nothing
    assert [("undelivered", "medium", 1)] == alert_summaries(world)

    still = []
    for days in (4, 2):  # one of long before is another one's
        with world.archive.writing() as writing:
            day = f"{(world.clock() - timedelta(days=days)).astimezone(JST):%Y-%m-%d}"
            add_delivery(writing, "job1", Delivery(0, day), at=world.clock())
            still.append(len(open_alerts(writing)))
    assert [1, 0] == still, "it ends when the delivery is entered"


def test_an_alert_of_a_shut_chat_ends_when_it_opens_and_comes_again_when_it_shuts_again(world: World) -> None:
    """What has ended is no emergency; the second time is news."""
    still = []
    next_round(world)
    for change in (world.chatwork.remove_owner, world.chatwork.restore_owner, world.chatwork.remove_owner):
        change(world.room)
        next_round(world)
        with world.archive.writing() as writing:
            still.append(AlertRule.ROOM_INACCESSIBLE in [one.rule for one in open_alerts(writing)])

    assert [True, False, True] == still


def test_a_quiet_round_asks_nothing_of_the_dates(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within the hour, without news, no contract is looked at and nothing is written."""
    next_round(world)
    world.clock.pass_by(minutes=1)

    def refuse(*_arguments: object) -> None:
        raise AssertionError

    monkeypatch.setattr("archiver.rounds.alert_judging.activity_of", refuse)
    monkeypatch.setattr("archiver.rounds.alert_judging.new_texts_and_changes.new_texts", refuse)

    from archiver.rounds import alerting

    assert [] == alerting.judge(world.archive, now=world.clock)


# --- other chats ----------------------------------------------------------------------------------


@pytest.fixture
def direct(world: World) -> int:
    """A direct chat with 田中 that no contract names."""
    return world.chatwork.add_room("", members=[world.tanaka], type="direct")


def of_other_chats(world: World) -> list[Alert]:
    """Every such alert."""
    return [one for one in kept_alerts(world) if one.rule is AlertRule.OTHER_CHAT]


def listed_chats(world: World) -> list[tuple[int, int]]:
    """What an export would say."""
    with world.archive.reading() as reading:
        return [(*one,) for one in other_chats(reading, [world.room], upto=last_seq(reading))]


def test_it_is_told_once_and_seals_nothing_at_once(world: World, direct: int) -> None:
    """Nothing is going: the seal waits for the end of the day."""
    first, second = next_round(world, minutes=60), next_round(world, minutes=25 * 60)

    (alert,) = of_other_chats(world)
    assert ("other_chat", "low") == (alert.rule.value, alert.level.value)  # of a chat of three people
    assert (direct, world.tanaka) == (alert.room_id, alert.account_id)
    assert (["other_chat"], ["A14"]) == tuple([one["rule"] for one in each.alerts] for each in (first, second))
    assert first.sealed is None
    assert () == first.reported


def test_once_the_chat_is_contracted_the_alert_and_the_line_are_gone(world: World, direct: int) -> None:
    """The alert stays listed, put aside; neither waits for the next list of contacts."""
    next_round(world, minutes=25 * 60)
    before = listed_chats(world)
    world.contract("job2", direct)
    after = listed_chats(world)
    next_round(world, minutes=5)

    assert ([(world.tanaka, direct)], []) == (before, after)
    assert [True] == [one.dismissed for one in of_other_chats(world)]


@pytest.mark.usefixtures("direct")
def test_people_of_other_rooms_are_not_in_the_line(world: World) -> None:
    """Only those who were seen in the rooms of the package."""
    suzuki = world.chatwork.add_account("鈴木")
    other = world.chatwork.add_room("別の仕事", members=[suzuki])
    world.chatwork.add_room("", members=[suzuki], type="direct")
    world.contract("job3", other)

    next_round(world, minutes=25 * 60)

    assert [world.tanaka] == [account for account, _room in listed_chats(world)]
    assert 2 == len(of_other_chats(world))
