"""ホーム: what stands first, the changed messages before and after, and the jobs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from archiver.cli.language_and_help import set_language
from archiver.records import Invoice, Payment
from archiver.setup import contract_rooms
from archiver.standing import home_document
from archiver.standing.home_document import document_of
from archiver.store import migrate
from archiver.store.archive import Reading
from archiver.store.engine import DATABASE
from archiver.store.queries.contract_activity import activity_of
from archiver.store.queries.contracts import contracts
from archiver.store.queries.entries import last_seq
from archiver.store.queries.looks_and_gaps import holes
from archiver.store.queries.status import Status
from archiver.store.working.remembered_values import SEEN_CHANGES, SeenChanges
from tests.support.archives.maker import story
from tests.support.console.application import open_application
from tests.support.viewer.client import open_viewer, page_of
from tests.support.viewer.page_text import words_of
from tests.support.world import running_world

CALM: dict[str, Any] = {
    "stopped": [],
    "lines": [],
    "unsure": False,
    "every": "5 minutes",
    "notices": "seen to arrive",
    "asked": [],
    "kept_by_team": "nothing",
}
"""Nothing is the matter with the saving."""


def first_page(home: Path, **observed: Any) -> str:
    """The first page where this is observed, in the year of the story."""
    now = datetime(2026, 7, 20, tzinfo=UTC)
    facts = CALM | observed

    def document(reading: Reading, status: Status) -> Mapping[str, Any]:
        return document_of(reading, status, facts, now)

    with open_viewer(home, home_document=document, now=lambda: now) as browser:
        return browser.get("/").partition("<main")[2]


def test_changed_messages_are_quoted_before_and_after(home: Path) -> None:
    """The newest words of the other side stand beside what was saved; a deletion has nothing there."""
    page = first_page(home)

    assert 'class="relief look"' in page
    assert re.search(r"from 田中 w[a-z]+ edited and \d deleted. The earlier texts are saved.", page)
    assert "<del>" in page
    assert "<ins>" in page
    assert "やっぱり今回の分は払えません" in page
    assert "(only that it was deleted)" in page
    assert 0 == page.count('class="btn first')


def test_a_message_that_was_edited_and_then_deleted_is_quoted_with_both_texts(tmp_path: Path) -> None:
    """The words that stood there last are not those that were promised; 困ったとき names it by its first ones."""
    with running_world(tmp_path) as world:
        price = world.post("50,000円です")
        world.sync()
        world.chatwork.edit(price, "検討中です")
        world.sync(full=True)
        world.chatwork.delete(price)
        world.sync(full=True)
    with open_application(tmp_path) as browser:
        quoted, help_page = browser.get("/home"), browser.get("/emergency")

    saved, shown = re.findall("<figure.*?</figure>", quoted, re.DOTALL)
    assert ["50,000円です", "検討中です"] == [
        re.sub("<.*?>", "", one) for one in re.findall("<blockquote.*?</blockquote>", saved)
    ]
    assert "(only that it was deleted)" in shown
    assert "<bdi>50,000円です</bdi>" in help_page


def test_a_change_is_told_of_whoever_wrote_the_message(tmp_path: Path) -> None:
    """The acceptance of a colleague whose side is not chosen is no message of the client by name, on no page."""
    with running_world(tmp_path) as world:
        ishida = world.chatwork.add_account("石田")
        world.chatwork.add_member(world.room, ishida)
        world.contract("job1", world.room, client="田中")
        world.post("よろしくお願いします")
        accepted = world.post("検収OKです", by=ishida)
        world.sync(full=True)
        world.chatwork.delete(accepted)
        world.sync(full=True)
    with open_application(tmp_path) as browser:
        pages = [browser.get(path) for path in ("/home", "/contracts/job1")]

    assert [True] * 2 == ["1 message from 石田 was deleted" in page for page in pages]


def test_an_amount_that_was_edited_there_and_back_is_no_other_amount(tmp_path: Path) -> None:
    """What was said stands again, and the page says so."""
    with running_world(tmp_path) as world:
        price = world.post("80,000円です")
        for text in ("60,000円です", "80,000円です"):
            world.sync(full=True)
            world.chatwork.edit(price, text)
        world.sync(full=True)
    with open_application(tmp_path) as browser:
        page = browser.get("/home")

    quoted = re.findall("<blockquote.*?>(.*?)</blockquote>", page, re.DOTALL)
    assert ["80,000円です"] * 2 == quoted
    assert "It was edited, and has read as first saved again since" in page
    assert "In between: 60,000円" in page


def test_what_is_safe_is_told_of_the_job_that_is_quoted(tmp_path: Path) -> None:
    """Another job has its own changes; what is said to be kept is of one job."""
    with running_world(tmp_path) as world:
        other = world.chatwork.add_room("別件", members=[world.tanaka], announce=False)
        world.contract("job2", other, title="別の仕事")
        price, note = world.post("80,000円です"), world.chatwork.post(other, world.tanaka, "はい")
        world.sync()
        world.chatwork.edit(price, "60,000円です")
        world.chatwork.edit(note, "いいえ")
        world.sync(full=True)
    with open_application(tmp_path) as browser:
        page = browser.get("/home")

    assert "The earlier text of 1 message<" in page


def test_what_stops_the_saving_stands_before_what_changed(home: Path) -> None:
    """Red, and the changes are quoted below."""
    page = first_page(home, stopped=[("stale", "Nothing was saved for 26 hours. Texts are lost.", "TokenRefused")])

    assert re.search(r'class="relief lose".*?<h1 id="state">Nothing was saved for 26 hours.</h1>', page, re.DOTALL)
    assert re.search("from 田中 w[a-z]+ edited", page)
    assert '<article class="diff">' in page


def test_what_was_lost_stands_before_automatic_saving_that_is_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A chat that does not open, with its link, and the acceptance that was deleted, quoted; the card says it too."""
    off = {"stopped": [("unscheduled", "Automatic saving is off on this computer. Turn it on.", None)], "every": ""}
    with running_world(tmp_path) as world:
        accepted = world.post("検収OKです")
        world.sync()
        world.chatwork.delete(accepted, moves_room=True)
        world.clock.pass_by(hours=6)
        world.sync(full=True)
        world.chatwork.remove_owner(world.room)
        world.clock.pass_by(hours=6)
        world.sync()
    monkeypatch.setattr(home_document, "observed_facts", lambda *_observed: CALM | off)
    with open_application(tmp_path) as browser:
        frame, _main, page = browser.get("/home").partition("<main")
        help_page = browser.get("/emergency")

    last = "Wed 1 Jul 18:00"
    assert '<span class="dot stop"' in frame
    assert 'datetime="2026-07-01T18:00' in frame
    assert f"Last save {last}" in help_page
    box, quoted, saving, card = re.findall(
        r'<section class="relief look".*?</section>|<article class="diff">.*?</article>|<section class="banner" '
        r'aria-labelledby="saving">.*?</section>|<article class="card job">.*?</article>',
        page,
        re.DOTALL,
    )
    assert "1 chat can no longer be opened" in box
    assert f"/room/{world.room}#newest" in box
    assert f"Seen closed Thu 2 Jul 0:00, last seen open {last}." in box
    assert "検収OKです" in quoted
    assert "Last shown" in quoted
    assert "Automatic saving is off on this computer." in saving
    assert "Turn automatic saving on" in saving
    assert page.count("Automatic saving is off on this computer") == 1
    assert re.search(
        r"検収OKです</bdi></span><time class=.*?>message of .*?</time> <span class=\"pill.*Gone</span>",
        card,
    )


def test_saving_that_is_off_has_the_one_filled_button(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With how long ago the last save was, what is kept, and a red square; old messages wait until all is calm."""
    off = {"stopped": [("unscheduled", "Automatic saving is off on this computer. Turn it on.", None)], "every": ""}
    with running_world(tmp_path) as world:
        world.post("古い")
        world.clock.pass_by(days=50)
        world.post("新しい")
        world.chatwork.free_plan()
        world.sync()
    monkeypatch.setattr(home_document, "observed_facts", lambda *_observed: CALM | off)
    with open_application(tmp_path) as browser:
        frame, _main, page = browser.get("/home").partition("<main")

    assert re.search(r"Automatic saving is off on this computer\. The last save was \d+ days ago\.</h1>", page)
    assert "Kept so far: 1 message." in page
    assert 1 == page.count('class="btn first')
    assert "Bring in older messages" not in page
    assert '<p class="pulse off">' in frame


def test_the_export_of_an_account_goes_to_who_gets_all_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one for a platform's support would be refused."""
    maker = story(tmp_path / "home")
    maker.contract("job1", platform="stranger")
    maker.archive.close()
    monkeypatch.setattr(home_document, "observed_facts", lambda *_observed: CALM)
    with open_application(maker.home) as browser:
        page = browser.get("/home")

    assert re.findall('packages/order[^"]+', page) == ["packages/order?contract=job1&amp;for=lawyer"]


def test_what_a_team_saves_is_not_said_to_be_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No scheduler of this computer starts it, and it is saved all the same."""
    story(tmp_path / "home").archive.close()
    monkeypatch.setattr(home_document, "observed_facts", lambda *_observed: CALM | {"every": "", "kept_by_team": "all"})
    with open_application(tmp_path / "home") as browser:
        page = browser.get("/home")

    assert "Automatic saving by the team" in page
    assert "Automatic saving off" not in page


def test_after_the_changes_were_seen_all_is_good(tmp_path: Path) -> None:
    """The sentence says how much is kept and where; it is not said where something was not looked at."""
    maker = story(tmp_path / "home")
    with maker.archive.writing() as writing:
        mark = SeenChanges(last_seq(writing), datetime(2026, 7, 20, tzinfo=UTC))
        SEEN_CHANGES.remember(writing, {"job1": mark, "job2": mark})
    maker.archive.close()
    calm, unsure = (
        first_page(maker.home),
        first_page(maker.home, unsure=True, lines=[{"kind": "failing", "text": "A chat failed.", "check": ""}]),
    )

    assert re.search(r"All good. \d+ messages and \d+ files? are on this computer.", calm)
    assert "All good" not in unsure
    assert "1 thing needs you." in unsure
    assert "A chat failed." in unsure


def test_an_agreed_sum_is_shown_as_money(tmp_path: Path) -> None:
    """One that a month brings, or with words of its own, stands as it was entered."""
    maker = story(tmp_path / "home")
    for name, amount in (("job3", "80000 yen"), ("job4", "月8万円"), ("job5", "80000円(税別)")):
        maker.contract(name, (), title=name, amount=amount)
    maker.archive.close()

    page = first_page(maker.home)

    shown = ("80,000 yen", "月8万円", "80000円(税別)")
    assert [True] * 3 == [f"{one}</span> not invoiced yet" in page for one in shown]


def test_a_promised_day_that_passed_unpaid_is_told(tmp_path: Path) -> None:
    """With what was promised; a day that nobody stated is no promise."""
    maker = story(tmp_path / "home")
    now = datetime(2026, 7, 19, tzinfo=UTC)
    with maker.archive.writing() as writing:
        mark = SeenChanges(last_seq(writing), now)
        SEEN_CHANGES.remember(writing, {"job1": mark, "job2": mark})
    contract_rooms.add_invoice(maker.archive, "job1", Invoice(0, 50_000, "2026-07-01", None, ""), at=now)
    before = first_page(maker.home)
    contract_rooms.add_payment(maker.archive, "job2", Payment(0, 10_000, "2026-07-02", None), at=now)
    contract_rooms.add_invoice(maker.archive, "job1", Invoice(0, 30_000, "2026-07-02", "2026-07-10", ""), at=now)
    page = first_page(maker.home)
    contract_rooms.add_invoice(maker.archive, "job1", Invoice(0, 20_000, "2026-07-02", "2026-07-12", ""), at=now)
    maker.archive.close()

    assert "The entered day of payment" not in before
    assert "Payment due on" in page
    told = re.search("The entered day of payment for “[^”]+” has passed. 30,000 yen are not entered as paid[.]", page)
    assert told is not None, "one of two jobs"
    assert re.search("10,000 yen</span> paid", page), "no invoice of it is entered"
    of_two_days = first_page(maker.home)
    assert "50,000 yen are not entered as paid." in of_two_days
    assert "Payment due on" not in of_two_days, "not all of it since one day"


def test_days_that_come_and_the_due_day_that_passed_stand_on_the_page(tmp_path: Path) -> None:
    """A request to end the contract has a day for the answer, which stands first with what silence costs; no delivery
    is entered, though it was due.
    """
    with running_world(tmp_path) as world:
        asked_to_end, due_on = "2026-07-18", "2026-07-19"
        world.contract(
            "job1", world.room, title="似顔絵", platform="crowdworks", end_request_at=asked_to_end, due_on=due_on
        )
        world.sync()
    page = words_of(first_page(tmp_path))

    asked = page.index("25 Jul “似顔絵”: Answer to a request to end the contract early")
    due = page.index("Delivery due (no delivery entered) 1 day past")
    assert asked < page.index("without an answer the whole escrow reportedly goes back") < due


def test_an_archive_without_a_contract_says_what_to_do(tmp_path: Path) -> None:
    """There is no job, and the page says so."""
    migrate.create_database(tmp_path / DATABASE)

    assert "No job yet." in page_of(tmp_path, "/")


def test_an_archive_with_ended_jobs_alone_does_not_say_that_there_was_none(tmp_path: Path) -> None:
    """Below stands how many ended."""
    maker = story(tmp_path / "home")
    maker.contract("job1", state="stopped")
    maker.archive.close()
    page = page_of(maker.home, "/")

    assert "Ended jobs" in page
    assert "No job yet." not in page


def test_gaps_are_said_in_full(tmp_path: Path) -> None:
    """A hole in what was seen is told in the conversation, without ids."""
    with running_world(tmp_path) as world:
        world.post("最初")
        world.sync()
        world.posts(150)
        world.sync()
        shown = words_of(page_of(tmp_path, f"/room/{world.room}"))

    assert " are not saved, about 50." in shown
    assert "と メッセージID" not in shown


def test_a_job_counts_as_gaps_only_where_something_is_missing(tmp_path: Path) -> None:
    """Neither before the first message of a chat of which all is saved, nor where the owner erased something."""
    maker = story(tmp_path / "home")
    maker.gap(1, after=None, before="1", minutes=300, missing=0)
    maker.gap(2, after="1", before="3", minutes=300, reason="erased")
    maker.gap(3, after="3", before="4", minutes=300)
    maker.gap(4, after="4", before="5", minutes=400, missing=0)
    maker.archive.close()
    with open_application(maker.home) as browser:
        row = re.search(
            r'<tr><th scope="row"><a href="[^"]*/calendar.*?</tr>', browser.get("/contracts/job1"), re.DOTALL
        )

    assert row is not None
    with maker.archive.reading() as reading:
        assert ["4"] == [one.before for one in holes(reading)]
    assert "1" == re.findall(r'<td class="n">([^<]*)</td>', row[0])[-1]


def test_a_room_that_cannot_be_opened_says_since_when_and_no_reason(tmp_path: Path) -> None:
    """What is gone is told with what is kept."""
    with running_world(tmp_path) as world:
        world.post("最初")
        world.sync()
        world.chatwork.remove_owner(world.room)
        world.sync()
        page = words_of(page_of(tmp_path, "/"))
        with world.archive.reading() as reading:
            seen = [activity_of(reading, one, is_counting=False).last_seen for one in contracts(reading)]

    assert [None] == seen, "its 40 days of viewing are over already"

    assert "1 chat can no longer be opened" in page


def test_names_of_strangers_do_nothing(tmp_path: Path) -> None:
    """A room, a person and a title made of markup and of characters that reverse the text are shown as text."""
    hostile = "<script>alert(1)</script>\"'\u202e{{ 7 * 7 }}"
    with running_world(tmp_path) as world:
        world.chatwork.rename_room(world.room, hostile)
        world.contract("job2", world.room, title=hostile, client=hostile)
        world.post("最初")
        world.sync()
        page = page_of(tmp_path, "/")

    assert "<script>alert" not in page
    assert "{{ 7 * 7 }}" in page
    assert "\u202e" not in page
    assert "[U+202E]" in page


def test_an_unknown_page_is_a_calm_one(home: Path) -> None:
    """A wrong address leads back to the overview."""
    with open_viewer(home) as browser:
        assert 'href="/"' in browser.get("/nowhere", status=404)


def test_the_page_is_in_the_language_of_the_program(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The words around what was said are Japanese or English, as the user chose."""
    monkeypatch.setenv("LANGUAGE", "ja")
    set_language("ja")
    japanese = page_of(home, "/")
    set_language("en")
    english = page_of(home, "/")

    assert '<html lang="ja">' in japanese
    assert "ホーム" in japanese
    assert '<html lang="en">' in english
    assert "Home" in english


def test_every_command_on_it_calls_the_program_for_this_archive(tmp_path: Path) -> None:
    """In what stands first and below."""
    with running_world(tmp_path / "home") as world:
        world.contract("job1", world.room, platform="crowdworks", platform_id="12345678", title="動画編集10本")
        world.posts(3)
        world.sync()
        world.clock.pass_by(days=1)
        world.chatwork.cancel_account(world.tanaka)
        world.sync(full=True)
    page = words_of(page_of(tmp_path / "home", "/"))

    called = re.findall(r"archive (?:--home (\S+) )?(\w+)(?: (\w+))?", page)
    commands = [one for one in called if one[1] in ("export", "backup", "job", "status", "search")]
    assert {"status"} <= {command for _home, command, _rest in commands}
    assert {str(tmp_path / "home")} == {home for home, _command, _rest in commands}
    assert "job1" not in page


def test_a_chat_that_was_never_read_is_headed_by_its_number_once(tmp_path: Path) -> None:
    """Nothing else is known of it."""
    maker = story(tmp_path / "home")
    maker.contract("job3", [388277417])
    maker.archive.close()
    assert '<h1 id="chat" class="one"><bdi>388277417</bdi></h1>' in page_of(maker.home, "/room/388277417")
