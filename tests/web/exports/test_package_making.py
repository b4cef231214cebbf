"""Making a package by clicking: its messages are read before, and handing it over is noted."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from archiver import errors
from archiver.export.package import make_package
from archiver.settings.model import exports_folder
from archiver.store.queries.exported_packages import exports
from tests.support.archives.maker import OTHER_ROOM, ROOM, message_object, story
from tests.support.console.application import SITE, FormBrowser, open_application
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
    (tmp_path / "home" / "archive.toml").write_text('[token]\nsource = "env:NO_SUCH"\n')
    with open_application(tmp_path / "home") as opened:
        yield opened


def _digests(browser: FormBrowser) -> dict[str, str]:
    page = browser.get(f"/packages/read?{urlencode(ORDER)}")
    return {f"digest_{one}": value for one, value in re.findall(r'name="digest_(\w+)" value="([0-9a-f]{64})"', page)}


def _words(browser: FormBrowser, ident: str) -> str:
    """What the page shows of a message, covers as their kinds."""
    page = browser.get(f"/packages/read?{urlencode(ORDER)}")
    return re.sub("<[^>]*>", "", page.partition(f'id="m{ident}"')[2].partition("</li>")[0])


@pytest.mark.drawn
def test_messages_are_read_one_by_one_and_what_was_read_leaves(browser: FormBrowser) -> None:
    """A word is covered, a cover taken away; the rest at once. The preview counts, and the package says so."""
    address = f"/packages/read?{urlencode(ORDER)}"
    assert "編集の" in _words(browser, "30")
    assert "隠した語" in _words(browser, "30")

    number = re.findall(r'name="show" value="30 ([0-9]+)"', browser.get(address))[0]
    for name, value in (("show", f"30 {number}"), ("cover", "30 編集")):
        browser.post(address, {**_digests(browser), name: value})
    assert "隠した語の高木さんに渡します" in _words(browser, "30")
    for one in _digests(browser):
        name = "leave" if one == "digest_31" else "read"
        browser.post(address, {**_digests(browser), name: one.removeprefix("digest_")})
    assert 'name="read"' not in browser.get(address)
    browser.post("/packages/make", ORDER)
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


@pytest.mark.drawn
def test_a_package_that_nobody_read_is_made_and_says_what_is_to_be_done(browser: FormBrowser) -> None:
    """Its texts are covered; the page says how many are not read."""
    browser.post("/packages/make", ORDER)
    made = browser.outcome()

    assert not made.is_complete
    assert any("not read yet, so their texts are covered" in line for line in made.lines)


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


def test_a_period_that_ends_before_it_begins_is_refused(browser: FormBrowser) -> None:
    """Such a package would hold nothing at all; what was typed stays. One day is enough."""
    periods = ("from=2026-11-20&to=2026-11-01", "from=2026-11-01&to=2026-11-01", "to=2099-12-31", "to=あした")
    given = [f"/packages/order?contract=job1&for=consult&{one}" for one in periods]

    turned, one_day, far, unread = (browser.client.get(one, base_url=SITE) for one in given)

    assert (422, 200, 200, 422) == tuple(one.status_code for one in (turned, one_day, far, unread))
    assert "--from" not in unread.get_data(as_text=True)
    assert 'value="2026-11-20"' in turned.get_data(as_text=True)


@pytest.mark.parametrize("field", ["counterpart", "hide", "lang", "request"])
def test_what_is_not_in_the_list_is_refused_and_not_left_out(browser: FormBrowser, field: str) -> None:
    """A package made as if it had not been given would be another one than was ordered."""
    given = f"/packages/order?contract=job1&for=consult&{field}=x"

    refused = browser.client.get(given, base_url=SITE)

    assert 422 == refused.status_code
    assert "“x” is not in the list" in refused.get_data(as_text=True)


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
def test_the_text_to_paste_has_its_lines_and_nothing_of_its_file(browser: FormBrowser) -> None:
    """The page shows, and its button copies, the lines of the text: no marks for line ends or for the file's begin."""
    browser.post("/packages/make", {**ORDER})
    made = browser.outcome()
    page = browser.get("/packages/1")
    text = page.partition('id="text-1"')[2].partition("</pre>")[0]

    assert text.count("\n") > 5, (made, page)
    assert "once more" in " ".join(made.lines), made
    assert "[U+" not in text
    assert "\ufeff" not in text


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
