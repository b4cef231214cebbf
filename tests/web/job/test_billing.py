"""Money, terms and messages of a contract by forms; each field saves itself, an entry is made when no more is typed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import func, select

from archiver.export.package.make_package import sealed_reading
from archiver.records import JST, Contract, ContractRoom
from archiver.rounds.round import settle_seals
from archiver.store import schema
from archiver.store.queries.contracts import deliveries, enclosures, find_contract, mapped_accounts
from archiver.store.statements import QUIET
from tests.support.archives.maker import CLIENT, OTHER_ROOM, ROOM, story
from tests.support.cases import cases_of
from tests.support.console.application import OWN, SITE, FormBrowser, open_application, open_job_with_day_of_payment
from tests.support.viewer.page_text import words_of
from tests.web.test_pages import a_file


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[FormBrowser]:
    """The application over one contract, in whose chat the day of payment was told."""
    with open_job_with_day_of_payment(tmp_path / "home") as opened:
        yield opened


def test_a_message_outside_the_period_is_taken_in_by_clicking(browser: FormBrowser) -> None:
    """The sentence leads to the chat's days with the day filled in that takes it in; kept, the sentence is gone."""
    browser.post("/contracts/job1", message_payment_day="30")
    browser.post("/contracts/job1", {f"first_{ROOM}": "2026-11-06", f"last_{ROOM}": ""})
    page = browser.get("/contracts/job1")
    links = {unescape(link) for link in re.findall(rf'href="([^"]+#room-{ROOM})"', page)}
    filled = browser.get(links.pop().partition("#")[0])
    browser.post("/contracts/job1", {f"first_{ROOM}": "2026-11-05"})

    shown = words_of(page)
    assert (True, set()) == ("period: 5 November 2026, 13:20 JST" in shown, links)
    assert "m30" not in shown
    assert f'href="/room/{ROOM}/message/30"' in page.partition("Show the message of")[0]
    assert f'name="first_{ROOM}" value="2026-11-05"' in filled
    assert f'name="was_first_{ROOM}" value="2026-11-06"' in filled
    assert "Outside this job" not in browser.get("/contracts/job1")


def test_a_last_day_before_the_first_message_and_a_page_elsewhere_are_refused(browser: FormBrowser) -> None:
    """Each with its sentence at once; nothing of it is kept."""
    browser.post("/contracts/job1", platform="crowdworks")
    typed = {f"last_{ROOM}": "2020-01-01", "url": "https://evil.example/contracts/1"}
    said = [browser.post(f"/contracts/job1/facts/{one}", {one: text}) for one, text in typed.items()]
    kept = browser.kept(find_contract, "job1")

    assert "What is saved of this chat begins on 2026-11-0" in said[0].get_data(as_text=True)
    assert "This is not a page of CrowdWorks." in said[1].get_data(as_text=True)
    assert (None, None) == (kept.rooms[0].end, kept.url)


@pytest.mark.drawn
def test_the_period_of_a_chat_is_kept_as_the_command_keeps_it(browser: FormBrowser) -> None:
    """Both days included; a time that is not touched stays; what cannot be is one sentence and changes nothing."""
    first, last = f"first_{ROOM}", f"last_{ROOM}"

    def send(**days: str) -> tuple[int, str, ContractRoom]:
        answer = browser.post("/contracts/job1", {**days})
        (room,) = browser.kept(find_contract, "job1").rooms
        return answer.status_code, answer.get_data(as_text=True), room

    kept = send(**{first: "2026-11-01", last: "2026-11-30 18:00"})[2]
    shown = browser.get("/contracts/job1")
    alike = send(**{first: "", f"was_{first}": "2026-11-01", last: "2026-11-30 18:00"})[2]
    swapped = send(**{first: "2026-12-02", last: "2026-12-01"})
    wrong = send(**{first: "昨日"})
    open_ended = send(**{last: ""})[2]
    send(first_42="2026-11-01")

    begin = datetime(2026, 11, 1, tzinfo=JST)
    assert (begin, datetime(2026, 11, 30, 18, tzinfo=JST)) == (kept.start, kept.end)
    assert f'name="{last}" value="2026-11-30 18:00"' in shown
    assert (None, kept.end) == (alike.start, alike.end)
    assert "The last day 2026-12-01 is before the first day 2026-12-02" in swapped[1]
    assert (kept.end, None) == (swapped[2].end, open_ended.end)
    assert [422] * 2 == [one[0] for one in (swapped, wrong)]


def test_a_file_is_bound_to_a_message_by_clicking_it(browser: FormBrowser) -> None:
    """From the message's own page; nothing there names a command."""
    page = browser.get(f"/room/{ROOM}/message/30")
    use = browser.get(f"/room/{ROOM}/use/30")
    browser.post(f"/room/{ROOM}/use/30", kind_job1="mail", item_job1="payment_day", file_job1=a_file("通知.eml"))

    (kept,), (term,) = browser.kept(enclosures, "job1"), browser.kept(find_contract, "job1").terms
    assert ("payment_day", "30") == (term.item, term.message_id)
    assert ("30", "mail") == (kept.message_id, kept.kind)
    assert f'href="/room/{ROOM}/use/30"' in page
    assert "archive job enter" not in page
    assert 'name="file_job1"' in use


TYPED = dict(cases_of(__file__, "typed"))


def type_into(browser: FormBrowser, token: str, field: str, text: str | None) -> str:
    """Type into a field and go on to the next one; None: a box is not checked any more."""
    given = {"csrf_token": token} | ({} if text is None else {field: text})
    answer = browser.client.post(
        f"/contracts/job1/facts/{field}", data=given, base_url=SITE, headers={**OWN, "HX-Request": "true"}
    )
    assert 200 == answer.status_code
    return answer.get_data(as_text=True)


def stated(browser: FormBrowser) -> tuple[Contract, int]:
    """The job as entries say it, and how many entries say something of it."""
    with browser.context.archive.reading() as reading:
        count = select(func.count()).select_from(schema.entry).where(schema.entry.c.key == "contract/job1")
        return find_contract(reading, "job1"), reading.sql.execute(count).scalar_one()


def test_nonsense_is_told_beside_the_field_and_changes_nothing(browser: FormBrowser) -> None:
    """A month that is too short by its length; the fields beside it stay kept."""
    token = browser.token()
    type_into(browser, token, "amount", "50,000円")
    begun = browser.get("/contracts/job1")

    short = type_into(browser, token, "contracted_on", "11/31")
    wrong = type_into(browser, token, "contracted_on", "いつか")
    own = type_into(browser, token, "client", "Yamada")
    browser.post("/contracts/job1/left", csrf=token)

    contract, _entries = stated(browser)
    assert 'id="s-work"><p class="saved ">not entered' in begun  # the amount alone is no saved fact
    assert "Month 11 has 30 days. What you typed is still there." in short
    assert [True] * 3 == ['class="saved err"' in one for one in (short, wrong, own)]
    assert ("50,000円", None, "田中") == (contract.amount, contract.contracted_on, contract.client)


def test_ten_fields_typed_wrong_and_mended_are_one_entry(browser: FormBrowser) -> None:
    """Each is kept at once, and the page that is opened next makes one entry of all."""
    token, before = browser.token(), stated(browser)[1]

    answers = [type_into(browser, token, "platform", "crowdworks")]
    answers += [type_into(browser, token, name, text) for name, texts in TYPED.items() for text in texts]
    while_typed = stated(browser)[1]
    page = browser.get("/contracts/job1")

    contract, entries = stated(browser)
    assert [] == [one for one in answers if 'class="saved ok"' not in one]
    assert (before, before + 1) == (while_typed, entries)
    assert ("動画編集", "2026-11-11", "2026-10-02 14:05") == (contract.title, contract.due_on, contract.escrowed_at)
    assert ("2026-10-05", "7") == (contract.contact_approved_on, contract.platform_id)
    assert "動画編集" in page


def test_a_field_that_ends_as_it_began_makes_no_entry(browser: FormBrowser) -> None:
    """Typed and taken back before anything else is done."""
    token, before = browser.token(), stated(browser)[1]

    for text in ("鈴木", "田中"):
        type_into(browser, token, "client", text)
    browser.get("/home")

    assert before == stated(browser)[1]


def test_what_was_typed_before_a_kill_is_an_entry_with_the_next_start_and_export(browser: FormBrowser) -> None:
    """It was kept at once, so nothing of it is lost."""
    token, home = browser.token(), browser.context.home
    type_into(browser, token, "amount", "50,000円")
    with open_application(home, browser.context.environ) as other:
        other.get("/home")
    after_start = stated(browser)[0].amount
    type_into(browser, token, "amount", "60,000円")
    with sealed_reading(browser.context.archive, now=browser.context.now) as (reading, _seals, _upto):
        in_export = find_contract(reading, "job1").amount

    assert ("50,000円", "60,000円") == (after_start, in_export)


def test_ten_quiet_minutes_make_an_entry(browser: FormBrowser) -> None:
    """While the page stays open; a page that only looks by itself makes none."""
    token = browser.token()
    type_into(browser, token, "amount", "50,000円")
    browser.context.state_typed(QUIET)
    browser.client.get("/home", base_url=SITE, headers={"HX-Request": "true"})
    early, now = stated(browser)[0].amount, browser.context.now
    object.__setattr__(browser.context, "now", lambda: now() + timedelta(minutes=11))
    browser.context.state_typed(QUIET)
    by_itself = stated(browser)[0].amount
    type_into(browser, token, "amount", "60,000円")
    settle_seals(replace(browser.context.app(), now=lambda: now() + timedelta(minutes=22)))  # each round begins so

    assert (None, "50,000円", "60,000円") == (early, by_itself, stated(browser)[0].amount)


def test_the_delivery_who_is_who_and_what_is_unknown_save_themselves_too(browser: FormBrowser) -> None:
    """A delivery that was typed wrong is one delivery; an answer like “not yet” takes the card away."""
    token = browser.token()
    for field, text in (("delivered_on", "2026-11-01"), ("delivered_on", "11/2"), (f"role_{CLIENT}", "third")):
        type_into(browser, token, field, text)
    cards = browser.get("/contracts/job1").partition('class="cols three"')[2].partition('id="money"')[0]
    type_into(browser, token, "unknown_contracted_on", "yes")
    fewer = browser.get("/contracts/job1").partition('class="cols three"')[2].partition('class="card lines"')[0]
    type_into(browser, token, "unknown_contracted_on", None)

    (delivery,) = browser.kept(deliveries, "job1")
    (mapped,) = browser.kept(mapped_accounts, "job1")
    assert ("2026-11-02", CLIENT, "third") == (delivery.at, mapped.account_id, mapped.role)
    assert ('name="contracted_on"' in cards, 'name="contracted_on"' in fewer) == (True, False)
    assert 'name="contracted_on"' in browser.get("/contracts/job1").partition('class="card lines"')[0]


def test_a_chat_that_was_moved_comes_back_with_who_is_who(tmp_path: Path) -> None:
    """By the one button beside what is told of it."""
    maker = story(tmp_path / "home")
    maker.room("経理", room=OTHER_ROOM)
    maker.account(55, "佐藤", room=OTHER_ROOM)
    maker.contract("job1", [ROOM, OTHER_ROOM])
    maker.contract("job2", [OTHER_ROOM + 1])
    maker.archive.close()
    with open_application(tmp_path / "home") as browser:
        browser.post("/contracts/job1", role_55="third")
        told = browser.post("/contracts/job1", {f"job_{OTHER_ROOM}": "job2"}).get_data(as_text=True)
        moved = stated(browser)[0].room_ids
        undo = told.partition('class="banner safe"')[2].partition("</form>")[0]
        browser.post("/contracts/job1", dict(re.findall(r'name="((?:job|role)_[0-9]+)" value="([a-z0-9]+)"', undo)))

        (mapped,) = browser.kept(mapped_accounts, "job1")
        now = stated(browser)[0].room_ids
        assert ([ROOM], [ROOM, OTHER_ROOM]) == (sorted(moved), sorted(now))
        assert (55, "third") == (mapped.account_id, mapped.role)
