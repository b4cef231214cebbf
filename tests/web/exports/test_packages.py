"""Making a package by clicking: its messages are read before, and handing it over is noted."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver import errors
from archiver.export.package import make_package
from archiver.settings.model import exports_folder
from archiver.store.queries.runs import exports
from tests.support.archives.maker import message_object, story
from tests.support.console.application import FormBrowser, open_application
from tests.support.reports import pdf_reader

ORDER = {"for": "support", "contract": "job1"}


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[FormBrowser]:
    """The application over two people who speak of others; Chatwork cannot be reached, and there is no token."""
    maker = story(tmp_path / "home")
    maker.contract("job1", platform="crowdworks", client="田中", title="動画", url="https://crowdworks.jp/contracts/1")
    second = message_object(31, "髙木は https://twitter.com/takagi_k にいます。担当は栗本様です", sent=201)
    maker.sync([message_object(30, "編集の高木さんに渡します", sent=200), second], minutes=202)
    maker.archive.close()
    environ = {"HOME": str(tmp_path), "CHATWORK_API_BASE_URL": "http://127.0.0.1:9", "PATH": ""}
    (tmp_path / "home" / "archive.toml").write_text('[token]\nsource = "env:NO_SUCH"\n')
    with open_application(tmp_path / "home", environ) as opened:
        yield opened


@pytest.mark.drawn
def test_messages_are_read_one_by_one_and_what_was_read_leaves(browser: FormBrowser) -> None:
    """A word is covered, a cover taken away; the rest at once. The preview counts, and the package says so."""
    browser.post("/packages/preview", ORDER)
    first = browser.job().outcome
    assert first is not None
    address = first.links[0].address
    page = browser.get(address)
    shown = dict(re.findall(r'name="message" value="([0-9]+) ([0-9a-f]{64})"', page))
    assert "編集の■■(隠した語)さんに渡します" in page
    assert 'name="shown"' in page

    word = {"covered": "編集", "shown": "高木"}
    browser.post("/packages/read", {**ORDER, **word, "message": f"30 {shown['30']}", "state": "unread"})
    page = browser.get(address)
    assert "■■(隠した語)の高木さんに渡します" in page
    shown = dict(re.findall(r'name="message" value="([0-9]+) ([0-9a-f]{64})"', page))
    some = [f"{one} {digest}" for one, digest in shown.items() if one != "31"]
    browser.post("/packages/read", {**ORDER, "message": some, "state": "read"})
    browser.post("/packages/read", {**ORDER, "message": f"31 {shown['31']}", "state": "covered"})
    assert 'value="read"' not in browser.get(address)
    browser.post("/packages/make", ORDER)
    made = browser.job().outcome

    assert made is not None
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


@pytest.mark.drawn
def test_a_package_that_nobody_read_is_made_and_says_what_is_to_be_done(browser: FormBrowser) -> None:
    """Its texts are covered; the page says how many are not read."""
    browser.post("/packages/make", ORDER)
    made = browser.job().outcome

    assert made is not None
    assert not made.is_complete
    assert any("not read yet, so their texts are covered" in line for line in made.lines)


@pytest.mark.drawn
def test_a_request_and_english_are_chosen_by_the_form(browser: FormBrowser) -> None:
    """Both go with the order through the last look before it, the box keeps its tick, and the package has both."""
    wanted = {"for": "consult", "contract": "job1", "request": "payment", "lang": "en"}
    browser.post("/packages/preview", wanted)
    preview = browser.job().outcome
    assert preview is not None
    (change,) = (link.address for link in preview.links if link.address.startswith("/packages/order"))
    page = browser.get(change)
    browser.post("/packages/make", wanted)
    browser.job()

    with browser.context.archive.reading() as reading:
        (made,) = exports(reading)
    (report,) = (exports_folder(browser.context.settings()) / made.name).rglob("*.pdf")
    text = " ".join(pdf_reader.text(report.read_bytes()).split())
    assert 'name="lang" value="en" checked' in page
    assert '<option value="payment" selected>' in page
    assert "Subject of the consultation" in text
    assert "報酬の支払い" not in text
    assert " · in English</p>" in browser.get("/packages")


@pytest.mark.drawn
def test_a_period_that_ends_before_it_begins_is_refused(browser: FormBrowser) -> None:
    """Such a package would hold nothing at all; what was typed stays. One day is enough."""
    turned = browser.post("/packages/preview", {"for": "consult", "from": "2026-11-20", "to": "2026-11-01"})
    one_day = browser.post("/packages/preview", {"for": "consult", "from": "2026-11-01", "to": "2026-11-01"})

    far = browser.post("/packages/preview", {"for": "consult", "to": "2099-12-31"})
    unread = browser.post("/packages/preview", {"for": "consult", "to": "あした"})

    assert (422, 302, 302, 422) == tuple(one.status_code for one in (turned, one_day, far, unread))
    assert "--from" not in unread.get_data(as_text=True)
    assert 'value="2026-11-20"' in turned.get_data(as_text=True)


@pytest.mark.drawn
def test_a_package_tells_of_the_reading_before_and_to_whom_it_was_given(browser: FormBrowser) -> None:
    """A day ahead is refused beside the field, and what was typed stays."""
    browser.post("/packages/make", {"for": "consult", "contract": "job1"})
    made = browser.job().outcome
    assert made is not None
    assert "once more" in " ".join(made.lines), made

    ahead = browser.post("/packages/1/note", to="弁護士", on="2999-01-01")
    browser.post("/packages/1/note", to="弁護士", on="2026-11-06", how="手渡し")
    page = browser.get("/packages")

    with browser.context.archive.reading() as reading:
        (handover,) = exports(reading)[0].handovers
    assert ("弁護士", "2026-11-06", "手渡し") == (handover.to, handover.on, handover.how)
    assert (422, True) == (ahead.status_code, 'value="弁護士"' in ahead.get_data(as_text=True))
    assert "2026-11-06" in page


@pytest.mark.drawn
def test_a_package_of_which_the_archive_keeps_no_record_says_so(
    browser: FormBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As from a medium that cannot be written: nobody can note in it to whom the package went."""

    def refuse(*_given: object, **_named: object) -> None:
        raise errors.HomeNotWritable(path="home", detail="Read-only file system")

    monkeypatch.setattr(make_package, "_record_export", refuse)
    browser.post("/packages/make", {"for": "consult", "contract": "job1"})
    outcome = browser.job().outcome

    assert outcome is not None
    assert [True] == ["it does not record this export" in line for line in outcome.lines if "record" in line]


@pytest.mark.drawn
def test_the_text_to_paste_has_its_lines_and_nothing_of_its_file(browser: FormBrowser) -> None:
    """The page shows, and its button copies, the lines of the text: no marks for line ends or for the file's begin."""
    browser.post("/packages/make", {**ORDER, "candidate": "hide"})
    made = browser.job().outcome
    page = browser.get("/packages")
    text = page.partition('id="text-1">')[2].partition("</pre>")[0]

    assert made is not None
    assert text.count("\n") > 5, (made, page)
    assert "[U+" not in text
    assert "\ufeff" not in text
