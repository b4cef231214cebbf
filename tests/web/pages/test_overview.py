"""The first page says what `archive status` says, for whoever never opens a terminal."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from archiver.claims.changes import DELETIONS, EDITS, changed_count
from archiver.claims.words import change_lines
from archiver.cli.terminal.language import set_language
from archiver.cli.terminal.typed_command import complete_commands
from archiver.records import ChangeKind
from archiver.store import migrate
from archiver.store.archive import Archive
from archiver.store.engine import DATABASE
from archiver.store.queries.status import status
from tests.support.archives.maker import OTHER_ROOM, story
from tests.support.viewer.client import open_viewer
from tests.support.world import running_world


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    maker = story(tmp_path_factory.mktemp("overview") / "home")
    maker.archive.close()
    return maker.home


def text_of(page: str) -> str:
    """What a reader sees of a page, in one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_it_shows_contracts_and_counts(home: Path) -> None:
    """Each room stands below its contract with what is held of it, and changed messages are quoted."""
    with open_viewer(home) as browser:
        page = text_of(browser.get("/"))
    with Archive(home).reading() as reading:
        rooms = status(reading).rooms

    for room in rooms:
        changed = room.changed[room.contracts[0]]
        kinds = (EDITS, DELETIONS, (ChangeKind.MISSING,), (ChangeKind.HIDDEN,))
        edited, deleted, missing, hidden = (changed_count(changed, one) for one in kinds)
        assert room.name in page
        assert f" {room.messages} {edited} {deleted} {missing} {hidden} " in page
        assert [line for _kind, line in change_lines(changed, "en") if line not in page] == []
    assert "read “残り3本は無しで。” by" in page
    assert 1 == page.count("“やっぱり今回の分は払えません” (田中, ")
    assert f"--home {home} export" in page


def test_its_command_means_this_contract_and_no_other(tmp_path: Path) -> None:
    """Where a number of the platform is another contract's own name, the command has the contract's own."""
    maker = story(tmp_path / "home")
    maker.contract("12345678", [OTHER_ROOM])
    maker.archive.close()
    with open_viewer(maker.home) as browser:
        lines = re.findall("<code>(archive [^<]* export [^<]*)</code>", browser.get("/"))

    assert ["job1", "job2", "12345678"] == [line.split()[-1] for line in lines]


def test_an_archive_without_a_contract_says_what_to_do(tmp_path: Path) -> None:
    """Nothing is saved yet, and the page says so."""
    migrate.create_database(tmp_path / DATABASE)

    with open_viewer(tmp_path) as browser:
        assert "archive job add --help" in browser.get("/")


def test_gaps_are_said_in_full(tmp_path: Path) -> None:
    """A hole in what was seen stands on the first page with an estimate of what it hides; its ends have no ids."""
    with running_world(tmp_path) as world:
        world.post("最初")
        world.sync()
        world.posts(150)
        world.sync()
        with open_viewer(tmp_path) as browser:
            page = text_of(browser.get("/"))
            others = [text_of(browser.get(path)) for path in ("/events?kind=chats", f"/room/{world.room}")]

    assert "保存できなかった期間" in page
    assert "およそ50件" in page
    ends = {str(one[end]) for one in world.rows("gap") for end in ("after", "before") if one[end]}
    assert ends
    assert "A gap (a period that could not be saved)" in others[0]
    assert "保存できなかった期間" in others[1]
    assert "と メッセージID" not in others[1]
    assert [] == [end for end in ends for text in (page, others[0]) if re.search(rf"\b{end}\b", text)]


def test_a_room_that_cannot_be_opened_says_since_when_and_no_reason(tmp_path: Path) -> None:
    """What is gone is named first, with what is kept and what to do."""
    with running_world(tmp_path) as world:
        world.post("最初")
        world.sync()
        world.chatwork.remove_owner(world.room)
        world.sync()
        with open_viewer(tmp_path) as browser:
            page = text_of(browser.get("/"))

    assert "cannot be opened since 2026-07-01" in page
    assert "(reason unknown)" in page


def test_names_of_strangers_do_nothing(tmp_path: Path) -> None:
    """A room, a person and a title made of markup and of characters that reverse the text are shown as text."""
    hostile = "<script>alert(1)</script>\"'\u202e{{ 7 * 7 }}"
    with running_world(tmp_path) as world:
        world.chatwork.rename_room(world.room, hostile)
        world.contract("job2", world.room, title=hostile, client=hostile)
        world.post("最初")
        world.sync()
        with open_viewer(tmp_path) as browser:
            page = browser.get("/")

    assert "<script>alert" not in page
    assert "{{ 7 * 7 }}" in page
    assert "\u202e" not in page
    assert "[U+202E]" in page


def test_an_unknown_page_is_a_calm_one(home: Path) -> None:
    """A wrong address leads back to the overview."""
    with open_viewer(home) as browser:
        page = browser.get("/nowhere", status=404)

    assert 'href="/"' in page


def test_the_page_is_in_the_language_of_the_program(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The words around what was said are Japanese or English, as the user chose."""
    monkeypatch.setenv("LANGUAGE", "ja")
    set_language("ja")
    with open_viewer(home) as browser:
        japanese = browser.get("/")
    set_language("en")
    with open_viewer(home) as browser:
        english = browser.get("/")

    assert '<html lang="ja">' in japanese
    assert "概要" in japanese
    assert '<html lang="en">' in english
    assert "Overview" in english


def test_every_command_on_it_calls_the_program_for_this_archive(tmp_path: Path) -> None:
    """In the block of the worst day, among what deserves attention and below; one contract has one name."""
    with running_world(tmp_path / "home") as world:
        world.contract("job1", world.room, platform="crowdworks", platform_id="12345678", title="動画編集10本")
        world.posts(3)
        world.sync()
        world.clock.pass_by(days=1)
        world.chatwork.cancel_account(world.tanaka)
        world.sync(full=True)
    with open_viewer(tmp_path / "home") as browser:
        page = text_of(browser.get("/"))

    called = re.findall(r"archive (?:--home (\S+) )?(\w+)(?: (\w+))?", page)
    commands = [one for one in called if one[1] in ("export", "backup", "job", "status", "search")]
    assert {"export", "backup", "status"} <= {command for _home, command, _rest in commands}
    assert {str(tmp_path / "home")} == {home for home, _command, _rest in commands}
    assert "job1" not in page


def test_a_path_that_looks_like_a_command_stays_as_it_is() -> None:
    """Only what stands by itself is a command there."""
    words = ("archive", "--home", "/x y")

    kept = complete_commands("11-05 10:00  /mnt/my archive backup/copy", words, is_alone=True)
    called = complete_commands("only here   archive backup DEST", words, is_alone=True)

    assert "11-05 10:00  /mnt/my archive backup/copy" == kept
    assert "only here   archive --home '/x y' backup DEST" == called


def test_what_only_ids_tell_of_stands_there_as_in_status(tmp_path: Path) -> None:
    """What waits, what was read, and what could not be."""
    with running_world(tmp_path / "home") as world:
        gone = world.post("消える")
        world.chatwork.vanish(gone)
        world.post(f"[rp aid=1 to={world.room}-{gone}]はい")
        world.posts(99)
        world.sync()
        world.sync(full=True)
    with open_viewer(tmp_path / "home") as browser:
        page = text_of(browser.get("/"))

    assert "Back-fill" in page
    assert "not readable 1" in page


def test_an_archive_that_was_moved_away_is_not_to_be_begun_anew(tmp_path: Path) -> None:
    """`init` would make a second one."""
    story(tmp_path / "home").archive.close()
    with open_viewer(tmp_path / "home") as browser:
        (tmp_path / "home").rename(tmp_path / "elsewhere")
        page = browser.get("/", status=503)

    assert "archive init" not in page
    assert "archive --home FOLDER app --read-only" in page


def test_a_chat_that_was_never_read_is_headed_by_its_number_once(tmp_path: Path) -> None:
    """Nothing else is known of it."""
    maker = story(tmp_path / "home")
    maker.contract("job3", [388277417])
    maker.archive.close()
    with open_viewer(maker.home) as browser:
        page = browser.get("/room/388277417")

    assert "<h1><bdi>388277417</bdi></h1>" in page
