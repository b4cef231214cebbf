"""The pages of making a package: for whom, what goes in, each message read, and what is to be done afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from threading import Event

import pytest

from archiver.store.queries.contracts import kept_reviews
from archiver.web.background_work import Job, JobLink, JobOutcome
from archiver.web.exports import package_orders
from tests.support.archives.maker import CLIENT, ROOM, message_object, story
from tests.support.console.application import SITE, FormBrowser, open_application

ORDER = "contract=job1&for=support"
HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(2)">[To:1]'


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[FormBrowser]:
    """The application over two people who speak of others; Chatwork cannot be reached, and there is no token."""
    maker = story(tmp_path / "home")
    maker.contract("job1", platform="crowdworks", client="田中", title="動画", url="https://crowdworks.jp/contracts/1")
    maker.contract("job2", title="記事作成", rooms=())
    bank = message_object(31, "電話は 090-1234-5678 です。全部で5本です。ヒサカタ堂にて", sent=201)
    maker.sync([message_object(30, f"編集の高木さんに渡します {HOSTILE}", sent=200), bank], minutes=202)
    maker.archive.close()
    (tmp_path / "home" / "archive.toml").write_text('[token]\nsource = "env:NO_SUCH"\n')
    with open_application(tmp_path / "home") as opened:
        yield opened


def digests(page: str) -> dict[str, str]:
    """What each message of the page has as its digest."""
    return {f"digest_{one}": value for one, value in re.findall(r'name="digest_(\w+)" value="([0-9a-f]{64})"', page)}


def press(browser: FormBrowser, name: str, value: str) -> str:
    """Press a button of the page, without scripts."""
    page = browser.get(f"/packages/read?{ORDER}")
    answer = browser.post(f"/packages/read?{ORDER}", {**digests(page), name: value})
    assert 302 == answer.status_code, answer.get_data(as_text=True)
    return browser.get(answer.headers["Location"])


def message(page: str, ident: str) -> str:
    """The row of a message."""
    return page.partition(f'id="m{ident}"')[2].partition("</li>")[0]


def test_whom_names_the_office_and_leads_to_what_goes_in(browser: FormBrowser) -> None:
    """Chats and people by name, the other job told, before any number; one filled button."""
    whom = browser.get("/packages?contract=job1")
    page = browser.get(f"/packages/order?{ORDER}")
    unchosen = browser.client.get("/packages/order?contract=job1&messages=m30", base_url=SITE)

    assert f"/packages/order?{ORDER}".replace("&", "&amp;") in whom
    assert "support of クラウドワークス" in whom
    assert "記事作成" in page
    assert page.index("田中") < page.index("Read and shown")
    assert 1 == page.count("btn first")
    assert "/packages?contract=job1&messages=m30" == unchosen.headers["Location"]


def test_messages_are_chosen_in_the_chat_and_the_order_is_kept(browser: FormBrowser) -> None:
    """From what goes in and back, with what was chosen before ticked."""
    page = browser.get(f"/packages/order?{ORDER}&from=2026-11-05&messages=m00000030")
    (link,) = re.findall(r'href="(/room/[^"]*pick=1[^"]*)"', page)
    chat = browser.get(unescape(link).partition("#")[0])
    (order,) = re.findall(r'name="order" value="([^"]*)"', chat)
    chosen = {"make": "1", "m": [f"{ROOM}-30", f"{ROOM}-31"], "order": unescape(order)}
    back = browser.client.get("/chosen", query_string=chosen, base_url=SITE, follow_redirects=True)

    assert "1 message that you chose" in page
    assert f'value="{ROOM}-30" checked' in chat
    assert ("/packages/order", "2026-11-05", "support") == (
        back.request.path, back.request.args["from"], back.request.args["for"]
    )  # fmt: skip
    assert "2 messages that you chose" in back.get_data(as_text=True)


def test_a_name_is_hidden_and_shown_by_a_link(browser: FormBrowser) -> None:
    """The order in the address says so, and the page shows it."""
    page = browser.get(f"/packages/order?{ORDER}")
    (link, *_more) = re.findall(r'href="(/packages/order[^"]*hide=[0-9]+)"', page)

    hidden = browser.get(link.replace("&amp;", "&"))

    assert "People hidden" not in page
    assert "in the export: 参加者A" in hidden


def test_each_decision_is_kept_at_once(browser: FormBrowser) -> None:
    """Read, left hidden, taken back: it holds for whoever opens the page anew."""
    before = browser.get(f"/packages/read?{ORDER}")
    press(browser, "read", "31")
    page = press(browser, "leave", "30")
    again = press(browser, "again", "31")

    assert ">0 read<" in before
    assert ">1 read<" in page
    assert "stays hidden" in message(page, "30")
    assert ">0 read<" in again


def test_many_messages_come_on_several_pages(browser: FormBrowser, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one to be read next is on the page, whatever was decided on another; each page can be gone to."""
    monkeypatch.setattr(package_orders, "PAGE", 1)
    monkeypatch.setattr(f"{__name__}.ORDER", f"{ORDER}&all=yes")
    every = browser.get(f"/packages/read?{ORDER}")
    first, (later,) = list(digests(every)), re.findall(r'href="([^"]*)" rel="next"', every)
    second = browser.get(later.replace("&amp;", "&"))
    moved = press(browser, "read", first[0].removeprefix("digest_"))
    (earlier,) = re.findall(r'href="([^"]*)" rel="prev"', moved)
    back = browser.get(earlier.replace("&amp;", "&"))

    assert [1, 1] == [len(first), len(digests(second))]
    assert first != list(digests(second)) == list(digests(moved))
    assert first == list(digests(back))
    assert "you have read it" in back
    assert ">1 read<" in back


def test_a_cover_is_shown_and_a_word_is_covered_everywhere(browser: FormBrowser) -> None:
    """The page never holds what stands under a cover; a press takes it away, and another covers a word."""
    before = browser.get(f"/packages/read?{ORDER}")
    shown = press(browser, "show", "31 0")
    words = browser.get(f"/packages/read?{ORDER}&words=31")
    (word,) = re.findall(r'name="cover" value="31 (全部[^"]*)"', words)
    covered = press(browser, "cover", f"31 {word}")

    assert "090-1234" not in before
    assert "電話番号 is hidden. A press shows it" in before
    assert "090-1234-5678" in message(shown, "31")
    assert word not in message(covered, "31")


def test_a_word_that_may_be_a_name_is_marked_and_a_press_covers_it(browser: FormBrowser) -> None:
    """It is covered in this message and everywhere else."""
    before = browser.get(f"/packages/read?{ORDER}")
    (word,) = re.findall(r'class="see" name="cover" value="31 ([^"]+)"', message(before, "31"))
    after = press(browser, "cover", f"31 {word}")

    assert word in "ヒサカタ堂"
    assert word not in message(after, "31")


def test_what_else_a_third_person_is_called_is_asked_once(browser: FormBrowser) -> None:
    """What is entered is kept with the job."""
    address = f"/packages/read?{ORDER}&hide={CLIENT}"
    page = browser.get(address)
    browser.post(address, {"members": "yes", f"called_{CLIENT}": "ヒサカタ堂"})
    after = browser.get(address)

    assert f'name="called_{CLIENT}"' in page
    assert "called_" not in after
    with browser.context.archive.reading() as reading:
        assert [("ヒサカタ堂",)] == [one.covered for one in kept_reviews(reading, "job1") if one.covered]


def test_a_message_that_changed_meanwhile_is_not_read(browser: FormBrowser) -> None:
    """What was shown is not what would leave; the page says so."""
    page = browser.get(f"/packages/read?{ORDER}")
    answer = browser.post(f"/packages/read?{ORDER}", {**digests(page), "digest_31": "0" * 64, "read": "31"})

    after = browser.get(answer.headers["Location"])
    assert ">0 read<" in after
    assert "changed after it was shown" in after


def test_a_hostile_message_stays_text(browser: FormBrowser) -> None:
    """Also as words that can be pressed, and in a cover's name."""
    pages = [browser.get(f"/packages/read?{ORDER}{more}") for more in ("", "&words=30")]

    assert [False] * 2 == [any(tag in page for tag in ("<script>alert", "<img", 'onerror="')) for page in pages]
    assert "&lt;script&gt;" in pages[0]


@pytest.mark.drawn
def test_what_was_made_leads_to_its_own_page(browser: FormBrowser) -> None:
    """Not sent, three things to tick which stay ticked, handed over with a day; listed under its job."""
    browser.post(f"/packages/make?{ORDER}")
    browser.job()
    moved = browser.client.get("/packages/making", base_url=SITE)
    page = browser.get(moved.headers["Location"])
    browser.post("/emergency/tick", {"of": "package 1", "step": ["read", "send"]})
    ahead = browser.post("/packages/1/note", to="弁護士", on="2999-01-01")
    noted = browser.post("/packages/1/note", to="弁護士", on="2026-11-06", how="手渡し")
    after = browser.get(noted.headers["Location"])

    assert "/packages/1" == moved.headers["Location"]
    assert "The export is ready" not in browser.get("/home")
    assert "It has not been sent anywhere yet" in page
    assert "not read yet, so their texts are covered" in page
    assert 3 == page.count('name="step"')
    assert 2 == len(re.findall(r'name="step" value="\w+" checked', after))
    assert (422, True) == (ahead.status_code, 'value="弁護士"' in ahead.get_data(as_text=True))
    assert "2026-11-06 (手渡し)" in after
    assert 'href="/packages/1"' in browser.get("/packages?contract=job1")


def test_a_lawyer_gets_everything_without_reading(browser: FormBrowser) -> None:
    """The step is left out, and the button makes it."""
    page = browser.get("/packages/order?contract=job1&for=lawyer")

    assert "Read and check" not in page.partition('<div class="title">')[2]
    assert "Make it like this" in page
    assert "What the dates and amounts that you entered suggest" in page


def test_what_another_job_keeps_from_being_made_is_said(browser: FormBrowser) -> None:
    """It is not begun, and the page says so also when the other one has ended."""
    go_on = Event()

    def work(_job: Job) -> JobOutcome:
        go_on.wait(30)
        return JobOutcome("Done", links=(JobLink("Home", "home.index"),))

    browser.context.jobs.start("Another one", work)
    browser.post(f"/packages/make?{ORDER}")
    go_on.set()
    browser.job()

    assert "was not begun" in browser.get("/packages/making")
    asked = browser.client.get("/packages/making", base_url=SITE, headers={"HX-Request": "true"})
    assert "true" == asked.headers.get("HX-Refresh")  # the page that waited comes anew, with what became of it


def test_who_the_client_is_is_asked_once(tmp_path: Path) -> None:
    """Where several others write and nobody was named; the answer is kept with the job."""
    maker = story(tmp_path / "home")
    maker.contract("job1", platform="crowdworks", title="動画")
    maker.account(555, "鈴木", minutes=203)
    maker.member(555, "鈴木", minutes=203)
    maker.archive.close()
    with open_application(tmp_path / "home") as browser:
        asked = browser.get(f"/packages/order?{ORDER}")
        given = {"contract": "job1", "for": "support", "counterpart": str(CLIENT), "candidate": [str(CLIENT), "555"]}
        answered = browser.post("/packages/people", given)
        after = browser.get(f"/packages/order?{ORDER}")

    assert "Who is the client?" in asked
    assert f'name="counterpart" value="{CLIENT}"' in asked
    assert 302 == answered.status_code
    assert "in the export: 参加者A" in after
