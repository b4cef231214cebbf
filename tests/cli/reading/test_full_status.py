"""`archive status --full` over a real archive: a good day, and each thing that can be wrong; it writes nothing."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import pytest

from archiver.cli.context import CliContext
from archiver.cli.output import columns
from archiver.cli.reading.full_status import as_scheduled
from archiver.health import unattended_checks
from archiver.health.check_result import is_ok
from archiver.health.snapshot import Starters
from archiver.health.unattended_checks import look_into_archive
from archiver.notices import delivery
from archiver.records.alerts import Alert, AlertRule, Level
from archiver.settings import file
from archiver.settings.model import AuthoritySetting
from archiver.store.archive import Archive
from archiver.store.engine import DATABASE
from archiver.store.rows import Slot
from archiver.store.working import remembered_values
from archiver.store.working.alerts import keep
from archiver.store.working.remembered_values import LastRoomList, LastSync
from tests.support.chatwork.simulator import Chatwork
from tests.support.stamps.simulated_authority import SimulatedAuthority
from tests.support.terminals.terminal import TOKEN, Terminal

T = TypeVar("T")

ROOT = Path(__file__).parents[3]


class Checked(Terminal):
    """An archive with one room, saved, sealed, stamped, verified and copied; its token lies in a file."""

    def __init__(self, home: Path, chatwork: Chatwork) -> None:
        """A terminal in English without a token of its own, on a computer with a desktop."""
        super().__init__(home, chatwork)
        programs = home.parent / "bin"
        programs.mkdir(exist_ok=True)
        (programs / "notify-send").touch(mode=0o755)
        path = f"{programs}{os.pathsep}{os.environ['PATH']}"
        self.environ |= {"ARCHIVE_LANG": "en", "CHATWORK_API_TOKEN": "", "PATH": path}
        self.chatwork = chatwork

    def looks(self, *, code: int = 0, registered: str | None = None, **environ: str) -> dict[str, tuple[str, str]]:
        """Level and text of each look, in this process; the exit code would be this one."""
        around = self.environ | environ
        app = as_scheduled(CliContext(self.home, 0, around))
        look, damage = look_into_archive(app)
        notices = delivery.check_notices(app.settings, around)
        computer = unattended_checks.Computer(Starters(registered), (), notices)
        found = unattended_checks.run_all_checks(app, around, look, damage, computer)
        app.archive.close()
        assert (code == 0) == is_ok(found)
        return {one.name: (one.grade.value, one.text) for one in found}

    def remember(self, slot: Slot[T], value: T | None) -> None:
        """Leave behind what a run would."""
        archive = Archive(self.home)
        with archive.writing() as writing:
            slot.remember(writing, value)
        archive.close()

    def settle(self, values: dict[str, Any]) -> None:
        """Change settings."""
        file.update_settings(self.home, values)

    def rewrite(self, statement: str) -> None:
        """Change the database past the program."""
        with closing(sqlite3.connect(self.home / DATABASE)) as database, database:
            database.execute(statement)

    def files(self) -> dict[str, tuple[int, int]]:
        """Size and time of change of every file in the home; SQLite's own shared memory aside."""
        found = {path: path.stat() for path in self.home.rglob("*") if path.is_file()}
        return {
            str(path): (stat.st_size, stat.st_mtime_ns) for path, stat in found.items() if path.suffix != ".sqlite3-shm"
        }


class Careful(NamedTuple):
    """What a careful user has done, to be copied for each test."""

    home: Path
    chatwork: Chatwork
    tanaka: int
    room: int


@pytest.fixture(scope="module")
def careful(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Careful]:
    """Set up, save, seal, have it stamped, verify, copy."""
    home = tmp_path_factory.mktemp("careful") / "home"
    with Chatwork(token=TOKEN, limit=10_000) as chatwork, SimulatedAuthority() as authority:
        tanaka = chatwork.add_account("田中")
        room = chatwork.add_room("動画編集", members=[tanaka], announce=False)
        chatwork.post(room, tanaka, "やあ")
        terminal = Checked(home, chatwork)
        terminal.run("init", "--yes", CHATWORK_API_TOKEN=TOKEN)
        for name, text in {"token": TOKEN, "a.pem": authority.root_pem}.items():
            (home / name).write_text(text)
            (home / name).chmod(0o600)
        stamping = [AuthoritySetting("a", authority.url, "a.pem")]
        file.update_settings(home, {"token.source": "file:token", "timestamp.authorities": stamping})
        terminal.run("job", "add", "job1", "--chat", room)
        for command in (["sync"], ["seal"], ["verify", "--deep"], ["backup", home.parent / "copy"]):
            terminal.run(*command)
        yield Careful(home, chatwork, tanaka, room)


@pytest.fixture
def checked(careful: Careful, tmp_path: Path) -> Checked:
    """A copy of that archive; none of the tests changes the simulated Chatwork."""
    shutil.copytree(careful.home, tmp_path / "home")
    checked_home = Checked(tmp_path / "home", careful.chatwork)
    checked_home.remember(remembered_values.LAST_SYNC, LastSync(datetime.now(UTC), complete=True, every_room=True))
    careful.chatwork.requests.clear()
    return checked_home


def test_on_a_good_day_all_is_good_but_the_schedule(checked: Checked) -> None:
    """One request, GET /me; nothing is written; the names are those of the reference, in its order."""
    before = checked.files()
    payload = checked.json("status", "--full")
    looks = {one["name"]: (one["level"], one["text"]) for one in payload["looks"]}

    assert payload["ok"]
    assert {name for name, (level, _text) in looks.items() if level != "good"} == {"schedule", "service"}
    assert "which is not Chatwork's address" in looks["service"][1]
    assert ["/v2/me"] == [request.path for request in checked.chatwork.requests]
    assert before == checked.files()
    page = (ROOT / "docs/reference/json.md").read_text("utf-8").partition("## `status --full`")[2].partition("\n## ")[0]
    named = re.findall(r"(?m)^\| `([a-z_]+)` ", page)
    names = [name for name in named if name not in ("rollback", "ledger", "also_to")]  # only if there is one
    assert names == ["name", *looks]


def test_where_nothing_starts_it_the_sum_does_not_say_that_it_works(checked: Checked) -> None:
    """Right after a save by hand nobody can know; later it has to be acted on."""
    fresh = checked.run("status", "--full")
    last = datetime.now(UTC) - timedelta(minutes=20)
    checked.remember(remembered_values.LAST_SYNC, LastSync(last, complete=True, every_room=True))
    checked.remember(remembered_values.LAST_ROOM_LIST, LastRoomList(last, frozenset()))
    later = checked.run("status", "--full", code=4)

    assert (True, True) == ("cannot be seen here" in fresh, "Automatic saving is off" in later)
    assert "Automatic saving works. Look" not in fresh + later


@pytest.mark.drawn
def test_it_counts_what_alerts_tell_as_the_first_screen_does(checked: Checked, careful: Careful) -> None:
    """An emergency and equal ones once; the setup is counted apart, as its lines stand above."""
    at, room = datetime.now(UTC), careful.room
    archive = Archive(checked.home)
    with archive.writing() as writing:
        for rule, subject in ((AlertRule.EARLY_CONTACT, "job1"), (AlertRule.A5, "a"), (AlertRule.A5, "b")):
            keep(writing, Alert(rule, Level.HIGH, at, room, subject=subject))
        keep(writing, Alert(AlertRule.ROOM_INACCESSIBLE, Level.HIGH, at, room, subject="job1"))
    archive.close()
    checked.home.chmod(0o755)

    said = checked.run("status", "--full", code=4)

    assert "To look at: 3 in the setup, 3 alerts: archive status --alerts" in said


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_screen_has_80_columns_and_what_has_to_be_done_comes_first(checked: Checked, language: str) -> None:
    """No name and no text of a message stands there; a look is one paragraph."""
    checked.home.chmod(0o755)

    output = checked.run("status", "--full", code=4, ARCHIVE_LANG=language)

    lines = output.splitlines()
    assert "chmod 700" in " ".join(lines[:3])
    assert [] == [line for line in lines if columns(line) > 80]
    assert not [word for word in ("田中", "動画編集", "やあ", "job1", TOKEN) if word in output]


def test_without_network_and_token_it_says_so(checked: Checked) -> None:
    """No network is no error; a token that is gone is, and Chatwork is not asked then."""
    offline = checked.looks(CHATWORK_API_BASE_URL="http://127.0.0.1:9")
    (checked.home / "token").unlink()
    checked.chatwork.requests.clear()
    bare = checked.looks(code=4)

    assert ("attention", True) == (offline["account"][0], "no connection" in offline["account"][1])
    assert ("action", "attention") == (bare["token"][0], bare["account"][0])
    assert [] == checked.chatwork.requests


def test_a_token_of_this_session_alone_is_not_what_a_scheduled_run_has(checked: Checked) -> None:
    """It counts only where the settings find none, and is told so."""
    both = checked.looks(CHATWORK_API_TOKEN="f" * 32)
    (checked.home / "token").unlink()
    alone = checked.looks(CHATWORK_API_TOKEN=TOKEN)

    assert ("good", "good") == (both["token"][0], both["account"][0])
    assert ("attention", "good") == (alone["token"][0], alone["account"][0])


def _wrong_clock(checked: Checked) -> None:
    checked.remember(remembered_values.CLOCK_OFFSET, -90_000)
    checked.environ["CHATWORK_API_BASE_URL"] = "http://127.0.0.1:9"


def _no_saves(checked: Checked) -> None:
    last = datetime.now(UTC) - timedelta(hours=30)
    checked.remember(remembered_values.LAST_SYNC, LastSync(last, complete=True, every_room=True))


def _changed_seal(checked: Checked) -> None:
    (seal,) = (checked.home / "seals").glob("*.json")
    seal.write_bytes(seal.read_bytes() + b" ")
    checked.run("verify", code=3)


def _packages_into_a_file(checked: Checked) -> None:
    (checked.home.parent / "taken").write_text("")
    checked.settle({"exports.folder": str(checked.home.parent / "taken" / "below")})


def _broken_pages(checked: Checked) -> None:
    body = bytearray((checked.home / DATABASE).read_bytes())
    for page in range(4, len(body) // 4096):
        body[page * 4096 : page * 4096 + 8] = b"\xff" * 8
    (checked.home / DATABASE).write_bytes(body)


@pytest.mark.parametrize(
    ("harm", "name", "words"),
    [
        (lambda it: (it.home / "token").write_text("f" * 32), "account", "API token doesn't work"),
        (lambda it: (it.home / "token").chmod(0o644), "token", "chmod 600"),
        (lambda it: it.home.chmod(0o750), "permissions", "chmod 700"),
        (_wrong_clock, "clock", "2 minutes ahead"),
        (_no_saves, "last_run", "30 hours"),
        (lambda it: it.remember(remembered_values.LAST_SYNC, None), "last_run", "No save into this folder has ended"),
        (
            lambda it: it.run("-q", "sync", code=10, CHATWORK_API_TOKEN="f" * 32),
            "last_run",
            "the API token is not accepted",
        ),
        (lambda it: it.settle({"files.stop_when_free_gb": 1_000_000}), "disk", "no more files are saved"),
        (lambda it: (it.home / "a.pem").unlink(), "stamps", "The root certificate"),
        (_changed_seal, "verification", "did not match"),
        (_packages_into_a_file, "exports", "cannot be put"),
        (_broken_pages, "database", "Change nothing"),
        (lambda it: (it.home / DATABASE).write_bytes(b"nothing that SQLite knows" * 400), "database", "not a database"),
    ],
)
def test_each_thing_that_has_to_be_done_ends_with_4(
    checked: Checked, harm: Callable[[Checked], None], name: str, words: str
) -> None:
    """And is the only one of its kind."""
    harm(checked)

    looks = checked.looks(code=4, registered="systemd")

    assert [name] == [name for name, (level, _text) in looks.items() if level == "action"]
    assert words in looks[name][1]


def _authority_down(checked: Checked) -> None:
    authority = AuthoritySetting("a", "http://127.0.0.1:9", "a.pem")
    checked.settle({"timestamp.authorities": [authority]})
    checked.run("job", "set", "job1", "--title", "x")
    checked.run("seal")
    checked.rewrite("UPDATE seal SET closed_at = '2026-01-01T00:00:00.000Z' WHERE number > 1")


def _fast_room(checked: Checked) -> None:
    checked.remember(remembered_values.MESSAGE_RATES, None)
    before = datetime.now(UTC) - timedelta(hours=2)
    checked.rewrite(
        "INSERT INTO window (room_id, seq, observed_at, oldest, newest, absent, reply, message_num, limited) "
        f"SELECT room_id, 0, '{before:%Y-%m-%dT%H:%M:%S.000Z}', oldest, newest, absent, reply, message_num - 3000, "
        "limited FROM window"
    )


def _plan(checked: Checked) -> None:
    checked.rewrite("UPDATE window SET limited = 1")
    checked.rewrite(
        "INSERT INTO gap SELECT room_id, 1, NULL, '1', NULL, "
        f"'{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.000Z}', 5, 'first_sync', 1, seq FROM window"
    )


@pytest.mark.parametrize(
    ("harm", "name", "words"),
    [
        (_authority_down, "stamps", "a: 1 seal has waited since 2026-01-01 (the authority could not be reached"),
        (lambda it: it.settle({"timestamp.authorities": ()}), "stamps", "archive init --timestamps on"),
        (lambda it: it.remember(remembered_values.LAST_BACKUP, None), "backup", "archive backup DEST"),
        (lambda it: it.rewrite("DELETE FROM verification"), "verification", "archive verify"),
        (lambda it: it.settle({"exports.also_to": (str(it.home.parent / "usb"),)}), "also_to", "usb"),
        (lambda it: (it.home / "seals").chmod(0o755), "permissions", "chmod go= seals"),
        (lambda it: it.run("job", "end", "job1", "--now"), "pace", "Every job has ended"),
        (_fast_room, "pace", "messages came in an hour"),
        (_plan, "plan", "archive guide old"),
    ],
)
def test_what_can_wait_is_a_word_and_no_exit_code(
    checked: Checked, harm: Callable[[Checked], None], name: str, words: str
) -> None:
    """An authority that is down, no copy, nothing verified, a disk that is away, a room that talks fast."""
    harm(checked)

    looks = checked.looks()

    found = {name for name, (level, _text) in looks.items() if level == "attention"}
    assert {"service", name} | (set() if words == "Every job has ended" else {"schedule"}) == found
    assert words in looks[name][1]


def test_on_media_that_cannot_be_written_it_says_that(checked: Checked) -> None:
    """Everything else is told as ever."""
    for path in (*checked.home.rglob("*"), checked.home):
        path.chmod(0o500 if path.is_dir() else 0o400)
    if os.access(checked.home, os.W_OK):
        pytest.skip("this user may write everywhere")

    looks = checked.looks(code=4)

    assert "action" == looks["home"][0]
    assert {"home", "exports"} >= {name for name, (level, _text) in looks.items() if level == "action"}


def test_verify_leaves_a_line_in_its_log_but_touches_no_broken_database(checked: Checked) -> None:
    """The line says how deep; a database that SQLite cannot read whole stays as it is, byte for byte."""
    checked.rewrite("DELETE FROM verification")
    checked.run("verify")
    with closing(sqlite3.connect(checked.home / DATABASE)) as database:
        rows = database.execute("SELECT number, deep, findings, checks FROM verification").fetchall()
    _broken_pages(checked)
    before = (checked.home / DATABASE).read_bytes()

    checked.run("verify", "--deep", code=3)

    assert [(1, 0, 0, "[]")] == rows
    assert before == (checked.home / DATABASE).read_bytes()


def test_where_there_is_no_archive_it_says_how_to_begin(tmp_path: Path) -> None:
    """As every command does."""
    with Chatwork(token=TOKEN) as chatwork:
        output = Terminal(tmp_path / "none", chatwork).run("status", "--full", code=5, ARCHIVE_LANG="en")

    assert "archive init" in output
