"""The pages of making a package: for whom, what goes in, each message read, what was made and handed over."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from html import unescape
from pathlib import Path
from threading import Event
from urllib.parse import urlencode

import pytest

from archiver import errors
from archiver.export.package import make_package
from archiver.export.package.order import option, read_wish, ticked_value
from archiver.records import Observation
from archiver.settings.model import exports_folder
from archiver.store.queries.entries import exports
from archiver.web.background_work import Job, JobLink, JobOutcome
from archiver.web.exports import package_orders
from tests.support.archives.maker import CLIENT, OTHER_ROOM, ROOM, ArchiveMaker, hidden_story, message_object, story
from tests.support.console.application import SITE, FormBrowser, open_application
from tests.support.reports import pdf_reader

ORDER = "contract=job1&for=support"


def make_archive_of_others(home: Path) -> None:
    """Two people who speak of others, beside another job."""
    maker = story(home)
    maker.contract("job1", platform="crowdworks", client="田中", title="動画", url="https://crowdworks.jp/contracts/1")
    maker.contract("job2", title="記事作成", rooms=())
    said = "電話は 090-1234-5678 です。全部で5本です。ヒサカタ堂にて https://twitter.com/takagi_k 担当は栗本様です"
    hostile = '編集の高木さんに渡します <script>alert(1)</script><img src=x onerror="alert(2)">[To:1]'
    maker.sync([message_object(30, hostile, sent=200), message_object(31, said, sent=201)], minutes=202)
    maker.archive.close()


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[FormBrowser]:
    """The application over them; Chatwork cannot be reached, and there is no token."""
    make_archive_of_others(tmp_path / "home")
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


def told(page: str, ident: str) -> str:
    """What the page shows of a message, covers as their kinds."""
    return re.sub("<[^>]*>", "", message(page, ident))


def test_what_page_1_lacks_is_counted_alike_on_every_page(browser: FormBrowser) -> None:
    """On home, on the job's page and where the export is ordered."""
    pages = [browser.get(address) for address in ("/home", "/contracts/job1", f"/packages/order?{ORDER}")]

    counts = [{*re.findall(r"(\d) (?:main facts for page 1|things that page 1 needs)", page)} for page in pages]
    assert [{"4"}] * 3 == counts


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


@pytest.mark.parametrize("told_by", [story, hidden_story])
def test_a_deleted_message_is_marked_where_it_is_read(tmp_path: Path, told_by: Callable[[Path], ArchiveMaker]) -> None:
    """Also after the plan hides it."""
    told_by(tmp_path / "home").archive.close()
    with open_application(tmp_path / "home") as opened:
        page = opened.get(f"/packages/read?{ORDER}")

    assert "Chatwork showed it as deleted. This text was saved before." in message(page, "3")


def test_a_package_that_was_made_before_a_change_says_so(tmp_path: Path) -> None:
    """So that nobody hands out what is out of date."""
    maker = story(tmp_path / "home")
    maker.sync([message_object(30, "検収OKです", sent=200)], minutes=202)
    made = {"contract": "job1", "name": "CW1_support", "profile": "support", "seal": None, "sha256": "0" * 64}
    maker.append([Observation("export", "export/self", made)], minutes=203)
    with open_application(maker.home) as opened:
        before = opened.get("/packages?contract=job1")
        maker.sync([message_object(30, "検討中です", sent=200)], changed={30: "edited"}, minutes=205)
        after = opened.get("/packages?contract=job1")
    maker.archive.close()

    assert [False, True] == ["made before 1 change" in page for page in (before, after)]


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


@pytest.mark.drawn
def test_messages_are_read_one_by_one_and_what_was_read_leaves(browser: FormBrowser) -> None:
    """A word is covered, a cover taken away; the rest at once. The preview counts, and the package says so."""
    page = browser.get(f"/packages/read?{ORDER}")
    (number, *_more) = re.findall(r'name="show" value="30 ([0-9]+)"', page)
    press(browser, "show", f"30 {number}")
    after = press(browser, "cover", "30 編集")
    for one in digests(page):
        press(browser, "leave" if one == "digest_31" else "read", one.removeprefix("digest_"))
    assert "編集の" in told(page, "30")
    assert "隠した語の高木さんに渡します" in told(after, "30")
    assert 'name="read"' not in browser.get(f"/packages/read?{ORDER}")
    browser.post(f"/packages/make?{ORDER}")
    made = browser.outcome()

    assert made.is_complete
    (table,) = (
        packed.read(name).decode()
        for path in exports_folder(browser.context.settings()).rglob("*.zip")
        for packed in [zipfile.ZipFile(path)]
        for name in packed.namelist()
        if name.endswith("02_messages.csv")
    )
    assert "■■(隠した語)の高木さんに渡します" in table
    assert "twitter" not in table
    (result, listed) = (browser.get(address) for address in ("/packages/1", "/packages?contract=job1"))
    assert re.search(r" ・ [4-9] pages ・ [0-9]", result)
    assert "Only 5 messages, which you read, have their text in it." in result
    assert 'action="/packages/1/folder"' in listed
    exports_folder(browser.context.settings()).rename(browser.context.home / "elsewhere")
    away = browser.get("/packages/1")
    assert [True, False, False] == [one in away for one in ("It is not in the folder", "Open the folder", ">Verify<")]


@pytest.mark.drawn
def test_a_request_and_english_are_chosen_by_the_form(browser: FormBrowser) -> None:
    """Both stand in the order's address, the page shows them as chosen, and the package has both."""
    wanted = {"for": "consult", "contract": "job1", "request": "payment", "lang": "en"}
    page = browser.get(f"/packages/order?{urlencode(wanted)}&edit=more")
    office = browser.get(f"/packages/order?{urlencode(wanted | {'for': 'support'})}&edit=request")
    browser.post(f"/packages/make?{urlencode(wanted)}")
    browser.job()

    (made,) = browser.kept(exports)
    (report,) = (exports_folder(browser.context.settings()) / made.name).rglob("*.pdf")
    text = " ".join(pdf_reader.text(report.read_bytes()).split())
    assert 'name="lang" value="en" checked' in page
    assert '<option value="payment" selected>' in office
    assert "Subject of the consultation" in text
    assert "報酬の支払い" not in text
    assert "in English" in browser.get("/packages?contract=job1")
    assert 'id="to" name="to" form="note" value=""' in browser.get("/packages/1"), "a telephone is nobody"


def test_a_wish_of_yes_or_no_is_what_its_box_gives() -> None:
    """A box that is not ticked sends nothing."""

    @dataclass
    class Wishes:
        no_replies: bool = option(False, "--no-replies", page=("返信を入れない", "", ""))

    (wish,) = fields(Wishes)

    assert [True, False] == [read_wish(wish, given) for given in (ticked_value(wish), "")]


@pytest.mark.drawn
def test_a_package_of_which_the_archive_keeps_no_record_says_so(
    browser: FormBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As from a medium that cannot be written: nobody can note in it to whom the package went."""

    def refuse(*_given: object, **_named: object) -> None:
        raise errors.HomeNotWritable(path="home", detail="Read-only file system")

    monkeypatch.setattr(make_package, "_record_export", refuse)
    browser.post("/packages/make", {"for": "consult", "contract": "job1"})
    outcome = browser.outcome()

    assert [True] == ["it does not record this export" in line for line in outcome.lines if "record" in line]


@pytest.mark.drawn
def test_a_chat_is_seen_whole_and_no_package_is_made(browser: FormBrowser) -> None:
    """As a lawyer's package holds it: nothing is covered, nothing of another chat is in it; erasing takes it away."""
    place = f"/room/{ROOM}/printed"
    asked = browser.get(place)
    not_made = browser.client.get(f"{place}/index.html", base_url=SITE)
    browser.post(place)
    job = browser.job()
    with browser.client.application.test_request_context(base_url=SITE):
        links = [one.address for one in job.links]
    pages = [browser.client.get(one, base_url=SITE) for one in (f"{place}/index.html", f"{place}/R{ROOM}-0001.html")]
    pdf = browser.client.get(links[1], base_url=SITE)

    assert "Nothing is covered" in asked
    assert [f"{place}/index.html", f"{place}/report_all_messages-01.pdf"] == links
    texts = pages[1].get_data(as_text=True) + pdf_reader.text(pdf.get_data())
    assert 2 == texts.count("担当は栗本様です")
    assert "他のチャットの秘密" not in texts
    assert all("style-src 'sha256-" in one.headers["Content-Security-Policy"] for one in pages)
    assert 404 == browser.client.get(f"/room/{OTHER_ROOM}/printed/index.html", base_url=SITE).status_code
    assert [404] * 2 == [
        browser.client.get(f"{place}/{one}", base_url=SITE).status_code for one in ("../archive.toml", "x")
    ]
    assert not exports_folder(browser.context.settings()).exists()
    browser.context.forget_printed()
    assert [404] * 2 == [not_made.status_code, browser.client.get(links[0], base_url=SITE).status_code]
