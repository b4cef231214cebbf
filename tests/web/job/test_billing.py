"""Money, terms and messages of a contract by forms; each field saves itself, an entry is made when no more is typed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from archiver.export.package.make_package import sealed_reading
from archiver.rounds.round import settle_seals
from archiver.store.queries.contracts import enclosures, find_contract, mapped_accounts
from archiver.store.user_statements import QUIET
from tests.support.archives.maker import OTHER_ROOM, ROOM, story
from tests.support.console.application import OWN, SITE, FormBrowser, open_application, open_job_with_day_of_payment
from tests.web.test_pages import a_file


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[FormBrowser]:
    """The application over one contract, in whose chat the day of payment was told."""
    with open_job_with_day_of_payment(tmp_path / "home") as opened:
        yield opened


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


def type_amount(browser: FormBrowser, text: str) -> None:
    """Type into a field and go on to the next one."""
    answer = browser.post("/contracts/job1/facts/amount", headers={**OWN, "HX-Request": "true"}, amount=text)
    assert 200 == answer.status_code


def test_what_was_typed_before_a_kill_is_an_entry_with_the_next_start_and_export(browser: FormBrowser) -> None:
    """It was kept at once, so nothing of it is lost."""
    type_amount(browser, "50,000円")
    with open_application(browser.context.home, browser.context.environ) as other:
        other.get("/home")
    after_start = browser.kept(find_contract, "job1").amount
    type_amount(browser, "60,000円")
    with sealed_reading(browser.context.archive, now=browser.context.now) as (reading, _seals, _upto):
        in_export = find_contract(reading, "job1").amount

    assert ("50,000円", "60,000円") == (after_start, in_export)


def test_ten_quiet_minutes_make_an_entry(browser: FormBrowser) -> None:
    """While the page stays open; a page that only looks by itself makes none."""
    type_amount(browser, "50,000円")
    browser.context.state_typed(QUIET)
    browser.client.get("/home", base_url=SITE, headers={"HX-Request": "true"})
    early, now = browser.kept(find_contract, "job1").amount, browser.context.now
    object.__setattr__(browser.context, "now", lambda: now() + timedelta(minutes=11))
    browser.context.state_typed(QUIET)
    by_itself = browser.kept(find_contract, "job1").amount
    type_amount(browser, "60,000円")
    settle_seals(replace(browser.context.app(), now=lambda: now() + timedelta(minutes=22)))  # each round begins so

    assert (None, "50,000円", "60,000円") == (early, by_itself, browser.kept(find_contract, "job1").amount)


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
        moved = browser.kept(find_contract, "job1").room_ids
        undo = told.partition('class="banner safe"')[2].partition("</form>")[0]
        browser.post("/contracts/job1", dict(re.findall(r'name="((?:job|role)_[0-9]+)" value="([a-z0-9]+)"', undo)))

        (mapped,) = browser.kept(mapped_accounts, "job1")
        now = browser.kept(find_contract, "job1").room_ids
        assert ([ROOM], [ROOM, OTHER_ROOM]) == (sorted(moved), sorted(now))
        assert (55, "third") == (mapped.account_id, mapped.role)
