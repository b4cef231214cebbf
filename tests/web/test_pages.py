"""The pages that write, each by the form that a browser sends."""

from __future__ import annotations

import io
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import request
from werkzeug.datastructures import FileStorage

from archiver.errors import UsageError
from archiver.records.alerts import Alert, AlertRule, Level
from archiver.store import migrate
from archiver.store.engine import DATABASE
from archiver.store.queries.contracts import contracts
from archiver.store.queries.entries import last_seq
from archiver.store.working import alerts
from archiver.store.working.remembered_values import SEEN_CHANGES
from archiver.web import console, console_context
from archiver.web.background_work import JobState
from archiver.web.settings import copies
from archiver.web.settings.copies import read_folder
from tests.support.archives.maker import CLIENT, ROOM, ArchiveMaker, at, message_object, story
from tests.support.console.application import FormBrowser, open_application
from tests.support.viewer.page_text import words_of


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[FormBrowser]:
    """The application over an archive with one contract; Chatwork cannot be reached."""
    maker = story(tmp_path / "home")
    maker.archive.close()
    with open_application(tmp_path / "home") as browser:
        yield browser


def a_file(name: str, body: bytes = b"x") -> FileStorage:
    """A file as a browser sends it."""
    return FileStorage(io.BytesIO(body), name)


FOLDERS = {
    "home.index": "home job setup_pages",
    "chats.index": "talk",
    "packages.index": "exports",
    "emergency.index": "emergency",
    "settings.index": "settings",
}
"""Entry of the rail → the folders and modules of `archiver/web` with its pages."""
ELSEWHERE = {
    "home.index": "lost",
    "chats.index": "overview message_use printed",
    "settings.index": "upgrading",
    "archives.overview": "archives",
}
"""The blueprints that stand under another entry than their folder."""


def test_the_rail_marks_the_entry_of_every_page(browser: FormBrowser) -> None:
    """That of its folder or module, but for those of ELSEWHERE."""
    app, wrong = browser.client.application, {}
    for rule in (one for one in app.url_map.iter_rules() if "." in one.endpoint):
        name, folder = rule.endpoint.partition(".")[0], app.view_functions[rule.endpoint].__module__.split(".")[2]
        due = [entry for entry, names in ELSEWHERE.items() if name in names.split()]
        due = due or [entry for entry, folders in FOLDERS.items() if folder in folders.split()]
        with app.test_request_context():
            request.url_rule = rule
            marked = [entry for entry in {**FOLDERS, **ELSEWHERE} if console.is_here(entry)]
        if marked != due:
            wrong[rule.endpoint] = marked

    assert wrong == {}


def test_a_form_in_a_second_tab_takes_back_nothing_that_the_first_kept(browser: FormBrowser) -> None:
    """Only what was changed on a page counts; an emptied field still becomes unknown."""
    page = browser.get("/contracts/job1")
    shown = dict(re.findall(r'name="was_([a-z_]+)" value="([^"]*)"', page))
    as_shown = {**shown, **{f"was_{field}": value for field, value in shown.items()}}
    browser.post("/contracts/job1", {**as_shown, "amount": "50,000円"})
    browser.post("/contracts/job1", {**as_shown, "title": "動画"})
    both = browser.kept(contracts)[0]
    browser.post("/contracts/job1", {**as_shown, "amount": "", "was_amount": "50,000円"})
    emptied = browser.kept(contracts)[0]

    assert "amount" in shown
    assert ("動画", "50,000円") == (both.title, both.amount)
    assert ("動画", None) == (emptied.title, emptied.amount)


@pytest.mark.parametrize("field", ["contracted_on", "cancelled_on", f"first_{ROOM}", "delivered"])
def test_a_field_that_is_refused_is_not_folded_up(browser: FormBrowser, field: str) -> None:
    """Without JavaScript too whoever typed it sees it, with its sentence; also where a fact is kept already."""
    browser.post("/contracts/job1", contracted_on="2026-10-01")
    page = browser.post("/contracts/job1", {field: "2026-02-30"}).get_data(as_text=True)
    open_folds: list[str] = []
    for tag in re.findall("<details[^>]*>|</details>", page.partition(f'name="{field}"')[0]):
        open_folds = open_folds[:-1] if tag == "</details>" else [*open_folds, tag]

    assert [] == [tag for tag in open_folds if " open" not in tag]
    assert 'value="2026-02-30"' in page


@pytest.mark.parametrize(
    ("given", "name"),
    [("../../etc/passwd", "passwd"), ("C:\\a\\b.png", "b.png"), ("..", ".."), ("a\0b", "ab"), ("/", "file")],
)
def test_a_name_that_a_browser_gave_is_never_a_path(browser: FormBrowser, given: str, name: str) -> None:
    """Only its last part is kept, as text; the bytes lie under a name of ours."""
    file = a_file(given)

    assert name == console_context.plain_name(file)
    with browser.client.application.app_context(), console_context.as_file(file) as path:
        assert "file" == path.name
        assert path.read_bytes() == b"x"
    assert not path.exists()


def test_a_folder_is_chosen_by_pressing(browser: FormBrowser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The archive's own disk stands there with the reason and is refused; a new folder is made; nothing is typed."""
    (tmp_path / "usb").mkdir()
    (tmp_path / "usb" / "写真").mkdir()
    monkeypatch.setattr(copies, "first_places", lambda _environ: [tmp_path / "usb"])
    own = browser.get("/copies/folder")
    refused = browser.post("/copies/backup", chosen="yes", folder=str(tmp_path / "usb" / "cw-backup"))
    monkeypatch.setattr(copies, "is_same_disk", lambda *_given: False)
    first = browser.get("/copies/folder")
    inside = browser.get(f"/copies/folder?at={tmp_path / 'usb'}")
    wrong = browser.post("/copies/folder", at=str(tmp_path / "usb"), name="../x")
    made = browser.post("/copies/folder", at=str(tmp_path / "usb"), name="仕事")
    browser.post("/copies/backup", chosen="yes", folder=str(tmp_path / "usb" / "cw-backup"))
    job, again = browser.job(), browser.get(f"/copies/folder?restore=yes&at={tmp_path / 'usb' / 'cw-backup'}")

    assert "It is on the same disk as the archive" in own
    assert (422, True) == (refused.status_code, "same disk" in refused.get_data(as_text=True))
    assert f'at={quote(str(tmp_path / "usb"))}"' in first
    assert ("写真" in inside, f'value="{tmp_path / "usb" / "cw-backup"}"' in inside) == (True, True)
    assert (422, 302) == (wrong.status_code, made.status_code)
    assert (tmp_path / "usb" / "仕事").is_dir()
    assert JobState.DONE is job.state
    assert "A backup, written last at" in again
    assert 1 == again.count("btn first")


AROUND = "The archive itself lies"
REFUSED: list[tuple[str, str]] = [
    *(("", ""), ("usb", ""), ("{tmp}/file", ""), ("{tmp}/a/b", ""), ("{home}", ""), ("{home}/x", "")),
    *(("{tmp}", f"{AROUND}.*{{tmp}}/cw-backup"), ("/", AROUND)),
    ("{home}/copy", "This is the folder of the archive itself"),
]
"""What is no place for a copy, and what is said of it: a folder around the archive is not called its own."""


@pytest.mark.parametrize(("place", "words"), REFUSED)
def test_no_copy_goes_into_the_archive_or_around_it(tmp_path: Path, place: str, words: str) -> None:
    """Nor to what is no folder, or to a disk that is not there."""
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "file").touch()

    with pytest.raises(UsageError, match=words.format(tmp=re.escape(str(tmp_path))) or None):
        read_folder(place.format(tmp=tmp_path, home=home), home)
    assert tmp_path / "usb" == read_folder(f'"{tmp_path / "usb"}"', home)


def test_the_messages_of_a_conflicted_copy_are_taken_in(browser: FormBrowser) -> None:
    """The page about the state names such a copy, and this is the way to which it leads."""
    home = browser.context.home
    shutil.copytree(home, home.with_name("other"))
    other = ArchiveMaker(home.with_name("other"))
    other.sync([message_object(91, "検収OKです", sent=60)], minutes=60)
    other.archive.close()
    body = (other.home / DATABASE).read_bytes()

    browser.post("/emergency/recover", files=a_file("archive (1).sqlite3", body))
    outcome = browser.outcome()
    found = browser.get("/conversations?q=検収OKです")

    assert ("archive (1).sqlite3" in outcome.head, True) == (True, outcome.is_complete)
    assert "検収OK" in found


def test_an_archive_of_an_older_version_is_updated_by_clicking(
    browser: FormBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever needs the present format leads to one button, which makes a copy first."""
    database = browser.context.archive.database
    with closing(sqlite3.connect(database)) as sql, sql:
        sql.execute("UPDATE alembic_version SET version_num = '0000'")
    monkeypatch.setattr(migrate, "REVISIONS", ("0000", migrate.HEAD))

    refused = browser.post("/contracts/job1", csrf=browser.token(), title="題")
    newer = f"UPDATE alembic_version SET version_num = '{migrate.HEAD}'"
    with monkeypatch.context() as step:
        step.setattr(migrate, "_run_steps", lambda sql: sql.exec_driver_sql(newer))
        browser.post("/upgrade")
        job = browser.job()

    assert 503 == refused.status_code
    assert 'action="/upgrade"' in refused.get_data(as_text=True)
    assert JobState.DONE is job.state
    assert job.outcome is not None
    assert (browser.context.home / f"archive.before-{migrate.HEAD}.sqlite3").is_file()
    assert f"archive.before-{migrate.HEAD}.sqlite3" in job.outcome.head
    assert 302 == browser.post("/contracts/job1", title="題").status_code
    assert 'action="/upgrade"' not in browser.get("/upgrade")


def test_where_the_folder_can_only_be_read_the_overview_says_so_before_the_button(
    browser: FormBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Saving would fail: the button is not offered, and a sentence says why and what to look at."""
    before = words_of(browser.get("/home"))
    monkeypatch.setattr("archiver.web.lost_archive.os.access", lambda *_given: False)
    page = browser.get("/home")

    assert "Nothing can be written at the place of the archive" not in before
    assert "Nothing can be written at the place of the archive now" in words_of(page)
    assert "Look whether the disk is write-protected" in words_of(page)
    assert '<button class="btn bare slim" disabled>' in page


def test_what_was_seen_is_taken_off_the_first_page_and_a_page_asks_for_news_alone(browser: FormBrowser) -> None:
    """The mark is kept up to the entry that was shown; an open page gets nothing, or only what stands first."""
    before = browser.get("/home")
    (upto,) = re.findall(r'name="upto" value="(\d+)"', before) or ["0"]
    (mark,) = re.findall(r'hx-get="/home\?mark=([^"]+)"', before)
    same = browser.get(f"/home?mark={mark}", status=204)
    answer = browser.post("/home/seen", job="job1", upto="99999999")
    seen, last = browser.kept(SEEN_CHANGES.recall)["job1"], browser.kept(last_seq)
    browser.post("/contracts/job1", title="別の題")
    part = browser.get(f"/home?mark={mark}")

    assert "" == same
    assert upto.isdigit()
    assert (302, last) == (answer.status_code, seen.entry)
    assert part.lstrip().startswith('<div id="head"')


def test_an_alert_that_came_after_the_page_was_shown_stays_open(browser: FormBrowser) -> None:
    """Only what stood there can have been seen."""
    alert = Alert(AlertRule.MEMBER_GONE, Level.HIGH, at(1), ROOM, CLIENT)
    with browser.context.archive.writing() as writing:
        shown, later = alerts.keep(writing, alert), alerts.keep(writing, alert)

    browser.post("/home/seen", job="job1", upto="0", last_alert=str(shown.number))

    still_open = [one.number for one in browser.kept(alerts.open_alerts)]
    assert (False, True) == (shown.number in still_open, later.number in still_open)


def test_a_field_of_a_book_is_refused_before_anything_is_kept(browser: FormBrowser) -> None:
    """What is entered stays for good and is printed: beyond some thousand characters the page says so, once."""
    answer = browser.post("/contracts/job1", title="あ" * 5001)
    shorter = browser.post("/contracts/job1", title="あ" * 5000)
    lines = browser.post("/packages/make", {"for": "nobody", "masks": "あ\n" * 5000})

    assert (422, 302) == (answer.status_code, shorter.status_code)
    assert "more than 5,000 characters, so nothing was kept" in answer.get_data(as_text=True)
    assert "5,000" not in lines.get_data(as_text=True)
