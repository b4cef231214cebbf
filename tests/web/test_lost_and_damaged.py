"""An archive that is damaged or gone is no dead end: it is said, what to do stays shown, a copy brings it back."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest
from keyring.backends import fail

from archiver.cli.language_and_help import set_language
from archiver.settings import other_archives
from archiver.settings.other_archives import last_seen, note_seen
from tests.support.archives.maker import at
from tests.support.console.application import SITE, FormBrowser, open_application
from tests.support.console.first_run_desk import FirstDayDesk
from tests.support.console.routes import EXAMPLES, addresses
from tests.support.console.saved_archive import set_up
from tests.support.terminals.ordinary_user import run_as_ordinary_user
from tests.support.viewer.page_text import words_of

ENGLISH = re.compile(r"malformed|database|schema|disk I/O|sqlite")
DAMAGED = "このパソコンの保管庫が壊れているため、表示も保存もできません。"


def flip(database: Path) -> None:
    """Turn bytes over in all pages."""
    content = bytearray(database.read_bytes())
    content[100::7] = bytes(byte ^ 0x5A for byte in content[100::7])
    database.write_bytes(content)


def cut(database: Path) -> None:
    """Leave less than a page."""
    database.write_bytes(database.read_bytes()[:3000])


def put_text(database: Path) -> None:
    """Put a text file in its place."""
    database.write_text("これはメモです\n" * 50, encoding="utf-8")


def empty(database: Path) -> None:
    """Leave not a byte."""
    database.write_bytes(b"")


def break_records(database: Path) -> None:
    """Leave no line of a record whole, as somebody can who drops the triggers first."""
    with closing(sqlite3.connect(database)) as other:
        for (trigger,) in other.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            other.execute(f"DROP TRIGGER {trigger}")
        other.execute("UPDATE entry SET line = '{'")
        other.commit()


DAMAGES = {"bytes": flip, "cut": cut, "text": put_text, "empty": empty}


def damage(database: Path, how: Callable[[Path], None]) -> None:
    """Damage a database; its log is gone."""
    for end in ("-wal", "-shm"):
        database.with_name(database.name + end).unlink(missing_ok=True)
    how(database)


@pytest.fixture
def desk(desk: FirstDayDesk, monkeypatch: pytest.MonkeyPatch) -> FirstDayDesk:
    """A computer in Japanese whose archive holds three messages."""
    monkeypatch.setattr("keyring.core._keyring_backend", fail.Keyring())  # type: ignore[no-untyped-call]
    set_language("ja")
    set_up(desk)
    return desk


def opened(desk: FirstDayDesk) -> AbstractContextManager[FormBrowser]:
    """The application over that archive."""
    return open_application(desk.home, desk.environ)


def shown(browser: FormBrowser, path: str) -> str:
    """The text of a page, whatever its status."""
    return words_of(browser.client.get(path, base_url=SITE, follow_redirects=True).get_data(as_text=True))


@pytest.mark.drawn(but=("flip-True", "cut-False"))
@pytest.mark.parametrize(("how", "is_open"), [(flip, True), (cut, False), (put_text, True), (empty, False)])
def test_a_damaged_database_is_said_on_every_page(
    desk: FirstDayDesk, how: Callable[[Path], None], is_open: bool
) -> None:
    """In one sentence, without path and without another program's words; whether the application was open or not."""
    if not is_open:
        damage(desk.home / "archive.sqlite3", how)
    with opened(desk) as browser:
        if is_open:
            browser.get("/home")
            damage(desk.home / "archive.sqlite3", how)
        values = EXAMPLES | {"room": str(desk.group)}
        paths = [path for path in addresses(browser.client.application, "GET", values) if "/open" not in path]
        pages = {path: browser.client.get(path, base_url=SITE) for path in paths}
        texts = {path: words_of(answer.get_data(as_text=True)) for path, answer in pages.items()}
        home, emergency = shown(browser, "/home"), shown(browser, "/emergency")

    assert [] == [path for path, answer in pages.items() if answer.status_code == 500]
    unsaid = [path for path, answer in pages.items() if answer.status_code == 503 and DAMAGED not in texts[path]]
    assert [] == unsaid
    for text in (home, emergency):
        assert DAMAGED in text
        assert str(desk.home) not in text
        assert not ENGLISH.search(text)
    assert "しないこと" in emergency
    assert "先に納品" in emergency
    for page in (pages[path].get_data(as_text=True).partition("<main")[2] for path in ("/home", "/conversations")):
        assert 1 == page.count('href="/copies"'), page


def test_records_that_cannot_be_read_are_said_as_damage(desk: FirstDayDesk) -> None:
    """The pages that a frightened person opens first say it and what to do, and are no fault of the program."""
    break_records(desk.home / "archive.sqlite3")
    with opened(desk) as browser:
        texts = [shown(browser, path) for path in ("/home", "/emergency", "/contracts")]

    assert [True] * 3 == [DAMAGED in text for text in texts]


def test_an_open_page_says_that_the_archive_went(desk: FirstDayDesk) -> None:
    """The part that asks by itself has the whole page loaded anew, and shows no page within the page."""
    with opened(desk) as browser:
        browser.get("/home")
        shutil.move(desk.home, desk.folder / "elsewhere")
        lost = browser.client.get("/home?mark=1-0", base_url=SITE)
        shutil.move(desk.folder / "elsewhere", desk.home)
        damage(desk.home / "archive.sqlite3", put_text)
        damaged = browser.client.get("/home?mark=1-0", base_url=SITE)

    assert [("", "true")] * 2 == [(one.get_data(as_text=True), one.headers["HX-Refresh"]) for one in (lost, damaged)]


def test_what_is_remembered_of_an_archive(tmp_path: Path) -> None:
    """When it was seen and its last copy, of the application or of a round; a broken note is none."""
    state, home = tmp_path / "state", tmp_path / "home"
    assert last_seen(home, state=state) is None
    other_archives.note_saving(home, 42, at=at(1), state=state)
    saved = last_seen(home, state=state)
    note_seen(home, at=at(2), state=state, copy="/media/disk")
    note_seen(home, at=at(3), state=state)
    seen = last_seen(home, state=state)
    for note in state.glob("home-*.json"):
        note.write_text("{", encoding="utf-8")

    assert saved is not None
    assert (at(1), "") == saved
    assert (at(3), "/media/disk") == seen
    assert saved == last_seen(home, state=state)


# --- what may not be looked at, and settings that cannot be read ------------------------------------------

RESTORE = "バックアップから復元"
OBSTACLES = {
    "file": "保管庫のフォルダーがあるはずの場所に、ファイルがあります",
    "link": "保管庫の場所は別のフォルダーを指していますが",
    "closed": "保管庫の場所には、いま書き込めません",
}
CLOSED = "保管庫のフォルダーかファイルを使うことを、このパソコンが許可していません。"

LOOK_AROUND = """
import sys
from pathlib import Path
from archiver.cli.language_and_help import set_language
from tests.support.console.application import SITE, open_application
from tests.support.viewer.page_text import words_of

set_language("ja")
with open_application(Path(sys.argv[1]), {"ARCHIVE_LANG": "ja", "HOME": sys.argv[2]}) as browser:
    for path in ("/home", "/emergency", "/copies", "/settings", "/archives", "/help"):
        answer = browser.client.get(path, base_url=SITE, follow_redirects=True)
        print(answer.status_code, path, words_of(answer.get_data(as_text=True)))
"""


@pytest.mark.drawn
@pytest.mark.skipif(os.name == "nt", reason="the permissions of POSIX")
@pytest.mark.parametrize("what", ["home", "home/archive.sqlite3", "home/archive.toml", "."])
def test_what_may_not_be_looked_at_is_said_and_not_called_damaged(desk: FirstDayDesk, what: str) -> None:
    """The application opens all the same, and every page says what keeps it; restoring is offered nowhere."""
    closed = desk.folder / "above"
    closed.mkdir()
    desk.home.rename(closed / "home")
    mode = (closed / what).stat().st_mode
    (closed / what).chmod(0)
    try:
        pages = look_as_ordinary_user(desk, closed / "home")
    finally:
        (closed / what).chmod(mode)

    assert CLOSED in pages["/home"]
    assert "しないこと" in pages["/emergency"]
    assert "壊れ" not in pages["/copies"].partition("保管庫が壊れて表示できないとき")[0]
    assert [] == [path for path in ("/home", "/emergency", "/copies") if RESTORE in pages[path]]
    assert what in ("home/archive.toml", ".") or "復元では直りません" in pages["/copies"]


def look_as_ordinary_user(desk: FirstDayDesk, home: Path, program: str = LOOK_AROUND) -> dict[str, str]:
    """The pages that somebody sees whom permissions stop, by their addresses."""
    command = [sys.executable, "-c", program, str(home), str(desk.folder)]
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    seen = run_as_ordinary_user(command, environ, desk.folder)
    pages = {line.split()[1]: line for line in seen.stdout.splitlines()}
    assert (6, False) == (len(pages), "500 " in seen.stdout), seen.stderr
    return pages


@pytest.mark.drawn
@pytest.mark.skipif(os.name == "nt", reason="the permissions of POSIX")
@pytest.mark.parametrize("what", ["file", "link", "closed"])
def test_the_lost_page_offers_only_what_can_succeed(desk: FirstDayDesk, what: str) -> None:
    """Where nothing can be written at the place of the archive, the case is said; looking again stays."""
    with opened(desk) as browser:
        browser.get("/home")
    above = desk.folder / "above"
    above.mkdir()
    home = above / "home"
    note_seen(home, at=at(1), state=other_archives.state_folder())
    if what == "file":
        home.write_text("x")
    elif what == "link":
        home.symlink_to(desk.folder / "gone")
    else:
        above.chmod(0o555)
    try:
        pages = look_as_ordinary_user(desk, home)
    finally:
        above.chmod(0o755)

    for path in ("/home", "/copies"):
        main = pages[path]
        assert OBSTACLES[what] in main
        assert "もう一度確かめる" in main
        assert not re.search(f"{RESTORE}|このバックアップから|新しい空の保管庫", main)
    assert RESTORE not in pages["/emergency"]


SAVE_AND_LOOK = """
import re, sys
from pathlib import Path
from archiver.cli.language_and_help import set_language
from tests.support.console.application import open_application
from tests.support.viewer.page_text import words_of

set_language("ja")
with open_application(Path(sys.argv[1]), {"ARCHIVE_LANG": "ja", "HOME": sys.argv[2]}) as browser:
    print(200, "/home", words_of(browser.get("/home")))
    for path in ("/home/save", "/emergency/rescue", "/evidence/seal", "/evidence/verify"):
        browser.post(path)
        browser.job()
        print(200, path, words_of(browser.get("/job")))
    answer = browser.post("/settings/language", language="en")
    print(answer.status_code, "/settings/language", words_of(answer.get_data(as_text=True)))
"""


@pytest.mark.drawn
@pytest.mark.skipif(os.name == "nt", reason="the permissions of POSIX")
def test_an_archive_in_a_folder_that_is_only_read_is_shown_and_every_button_says_why_not(desk: FirstDayDesk) -> None:
    """The pages show what is kept; what would write says what keeps it, in the page's language, and nothing changes."""
    every = (desk.home, *desk.home.rglob("*"))
    for one in every:
        one.chmod(0o555 if one.is_dir() else 0o444)
    try:
        said = look_as_ordinary_user(desk, desk.home, SAVE_AND_LOOK)
    finally:
        for one in every:
            one.chmod(0o755 if one.is_dir() else 0o644)

    assert "メッセージ" in said["/home"]
    assert said["/settings/language"].startswith("503 ")
    assert "いまは実行できませんでした" in said["/settings/language"]  # and not that it cannot be shown
    for path in ("/home/save", "/emergency/rescue", "/settings/language"):
        assert CLOSED in said[path], said
    assert not ENGLISH.search(" ".join(said.values()))
