"""A later version of the program, made for the test, on an archive of today: whole before and after, at any moment."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from archiver.store.engine import DATABASE
from tests.support.chatwork.simulator import Chatwork
from tests.support.terminals.terminal import TOKEN, Terminal

ROOT = Path(__file__).parents[2]

STEP = """
import time
from pathlib import Path

from alembic import op

revision, down_revision, branch_labels, depends_on = "0002", "0001", None, None


def upgrade() -> None:
    op.execute("CREATE TABLE colour (room_id INTEGER PRIMARY KEY, name TEXT NOT NULL)")
    op.execute("ALTER TABLE room ADD COLUMN later TEXT")
    op.execute("INSERT INTO colour SELECT room_id, 'red' FROM room")
    time.sleep({pause})
    op.execute("CREATE INDEX colour_name ON colour (name)")
"""

COPY = "archive.before-0002.sqlite3"


def make_next_version(folder: Path, *, pause: float = 0.0) -> Path:
    """The whole program once more, with a second form of the archive."""
    package = shutil.copytree(ROOT / "archiver", folder / "archiver", ignore=shutil.ignore_patterns("demo"))
    (package / "store/migrations/versions/0002_colours.py").write_text(STEP.format(pause=pause), encoding="utf-8")
    known = package / "store/migrate.py"
    text = known.read_text(encoding="utf-8")
    assert 'REVISIONS = ("0001",)' in text
    known.write_text(text.replace('REVISIONS = ("0001",)', 'REVISIONS = ("0001", "0002")'), encoding="utf-8")
    return folder


class LaterProgram(Terminal):
    """The later version of the program on the same archive."""

    def __init__(self, terminal: Terminal, program: Path) -> None:
        self.home, self.environ = terminal.home, {**terminal.environ, "PYTHONPATH": str(program)}

    def command(self, *arguments: object) -> list[str]:
        """Run the later program, not that of the present folder."""
        return [sys.executable, "-P", "-m", "archiver", *map(str, arguments)]

    def start(self, *arguments: object, stdout: int = subprocess.PIPE) -> subprocess.Popen[str]:
        """Start the later program and go on."""
        return subprocess.Popen(
            self.command(*arguments), env=self.environ, stdout=stdout, stderr=subprocess.STDOUT, text=True
        )


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The later version, whose step takes no time."""
    return make_next_version(tmp_path_factory.mktemp("next"))


@pytest.fixture(scope="module")
def slow_program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with a step that takes a second."""
    return make_next_version(tmp_path_factory.mktemp("slow"), pause=1.0)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Terminal, Chatwork]]:
    """A saved and sealed archive with one room and one message, to be copied for each test."""
    with Chatwork(token=TOKEN, limit=1_000_000) as chatwork:
        tanaka = chatwork.add_account("田中")
        room = chatwork.add_room("動画編集", members=[tanaka], announce=False)
        chatwork.post(room, tanaka, "こんにちは")
        terminal = Terminal(tmp_path_factory.mktemp("saved") / "home", chatwork)
        for command in (["init", "--yes"], ["job", "add", "job1", "--chat", room], ["sync"], ["seal"]):
            terminal.run(*command)
        yield terminal, chatwork


@pytest.fixture
def terminal(saved: tuple[Terminal, Chatwork], tmp_path: Path) -> Terminal:
    """A terminal on a copy of the saved archive."""
    return Terminal(shutil.copytree(saved[0].home, tmp_path / "home"), saved[1])


def query_rows(database: Path, query: str) -> list[Any]:
    """Run a query on a database without the program."""
    with closing(sqlite3.connect(database)) as sql:
        return sql.execute(query).fetchall()


def revision(database: Path) -> str:
    """The revision of a database."""
    ((found,),) = query_rows(database, "SELECT version_num FROM alembic_version")
    return str(found)


def entry_rows(database: Path) -> list[Any]:
    """Every entry as it was hashed."""
    return query_rows(database, "SELECT seq, line, digest FROM entry ORDER BY seq")


def triggers(database: Path) -> list[Any]:
    """The triggers that keep entries append-only."""
    return query_rows(database, "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name")


def is_whole(database: Path) -> bool:
    """Whether the database is wholly of the one form or wholly of the other."""
    assert [("ok",)] == query_rows(database, "PRAGMA integrity_check")
    later = {"colour", "colour_name"} & {name for (name,) in query_rows(database, "SELECT name FROM sqlite_master")}
    columns = {row[1] for row in query_rows(database, "PRAGMA table_info(room)")}
    return (revision(database), later, "later" in columns) in (
        ("0001", set(), False),
        ("0002", {"colour", "colour_name"}, True),
    )


# --- a run does it by itself -----------------------------------------------------------------


def test_a_quiet_run_upgrades_after_a_copy_that_stays(terminal: Terminal, program: Path) -> None:
    """The copy is the archive as it was, entry for entry; it is named once; triggers are the same; all verifies."""
    database, copy = terminal.home / DATABASE, terminal.home / COPY
    before, kept = entry_rows(database), triggers(database)
    later = LaterProgram(terminal, program)

    process = subprocess.run(later.command("-q", "sync"), env=later.environ, capture_output=True, text=True)

    assert (0, 1, "") == (process.returncode, process.stderr.count(str(copy)), process.stdout)
    assert ("0002", "0001") == (revision(database), revision(copy))
    assert (before, kept, kept) == (entry_rows(copy), triggers(database), triggers(copy))
    assert before == entry_rows(database)[: len(before)]
    assert 0o600 == copy.stat().st_mode & 0o777
    assert "migrated=0002 copy=archive.before-0002.sqlite3" in (terminal.home / "logs/archive.log").read_text()
    assert later.json("verify", "--deep")["ok"]
    assert "" == later.run("-q", "sync")


@pytest.mark.drawn
@pytest.mark.parametrize(
    "command",
    [["sync", "--job", "job1"], ["save", "--all"], ["sync", "--full"]],
)
def test_runs_by_hand_do_it_too(terminal: Terminal, program: Path, command: list[str]) -> None:
    """Also those that look something up before their round begins."""
    LaterProgram(terminal, program).run(*command)

    assert ("0002", True) == (revision(terminal.home / DATABASE), (terminal.home / COPY).exists())


@pytest.mark.drawn
def test_the_daemon_does_it(terminal: Terminal, program: Path) -> None:
    """In its first round, and says where the copy is."""
    daemon = LaterProgram(terminal, program).start("daemon")
    log = terminal.home / "logs" / "archive.log"
    end = time.monotonic() + 30
    while "migrated=0002" not in log.read_text() and time.monotonic() < end:
        time.sleep(0.05)
    daemon.terminate()
    output, _ = daemon.communicate(timeout=30)

    assert (0, True) == (daemon.returncode, COPY in output)
    assert "0002" == revision(terminal.home / DATABASE)


# --- reading an older form, writing to it ----------------------------------------------------


@pytest.mark.drawn
def test_reading_commands_work_on_the_older_form(terminal: Terminal, program: Path, tmp_path: Path) -> None:
    """On the worst day nothing has to be upgraded first; and nothing is."""
    later = LaterProgram(terminal, program)

    for command in ("status", "search こんにちは", "verify --deep", "status --alerts", "export --list"):
        later.run(*command.split())
    output = later.run("backup", tmp_path / "copy")
    later.run("--home", tmp_path / "again", "backup", "--restore", tmp_path / "copy")

    assert str(tmp_path / "copy") in output
    assert ["0001"] * 3 == [
        revision(home / DATABASE) for home in (terminal.home, tmp_path / "copy", tmp_path / "again")
    ]
    assert not (terminal.home / COPY).exists()


@pytest.mark.drawn
@pytest.mark.parametrize("command", [["job", "end"], ["export", "--for", "lawyer"], ["seal"]])
def test_a_command_that_writes_updates_it_first_and_does_its_work(
    terminal: Terminal, program: Path, command: list[str]
) -> None:
    """It names the copy of before; a second call makes none. This version leaves the later form alone, with 12."""
    before, later = entry_rows(terminal.home / DATABASE), LaterProgram(terminal, program)
    del later.environ["ARCHIVE_HOME"]  # the command after the update is for the home that was named, too

    out, err = later.both("--home", terminal.home, *command)
    again = later.both("--home", terminal.home, "job", "end", "--undo")[1]

    assert str(terminal.home / COPY) in err
    assert "(保管庫に書き込めないため)" not in err
    assert out
    assert (before, "0002") == (entry_rows(terminal.home / COPY), revision(terminal.home / DATABASE))
    assert COPY not in again
    left = (terminal.home / DATABASE).read_bytes()
    for name in ("sync", "status", "seal"):
        terminal.run(name, code=12)
    assert left == (terminal.home / DATABASE).read_bytes()


@pytest.mark.drawn
def test_what_needs_the_later_form_says_so(terminal: Terminal, program: Path) -> None:
    """A table of a later revision raises OlderArchive, not ArchiveDamaged."""
    code = (
        "import sys; from pathlib import Path\n"
        "from archiver import errors; from archiver.store.archive import Archive\n"
        "try:\n"
        "    with Archive(Path(sys.argv[1])).reading() as one: one.sql.exec_driver_sql('SELECT * FROM colour')\n"
        "except errors.OlderArchive as fault: print(fault.code, fault.advice())"
    )
    environ = LaterProgram(terminal, program).environ | {"LANGUAGE": "en"}

    process = subprocess.run(
        [sys.executable, "-P", "-c", code, terminal.home], env=environ, capture_output=True, text=True
    )

    assert process.stdout.startswith("1 A save updates it"), process.stderr


@pytest.mark.drawn
def test_without_space_for_the_copy_nothing_is_done(terminal: Terminal, program: Path, tmp_path: Path) -> None:
    """Exit 12, also of a quiet run, which says so once; what is held can be read."""
    small = "import shutil\nshutil.disk_usage = lambda _path: shutil._ntuple_diskusage(10**9, 10**9, 1000)\n"
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "sitecustomize.py").write_text(small, encoding="utf-8")
    later = LaterProgram(terminal, program)
    later.environ["PYTHONPATH"] = os.pathsep.join([str(tmp_path / "full"), str(program)])

    output = later.run("seal", code=12) + later.run("-q", "sync", code=12)

    assert "archive save" in output
    assert ("0001", False) == (revision(terminal.home / DATABASE), (terminal.home / COPY).exists())
    assert "failed=NoSpaceToMigrate code=12" in (terminal.home / "logs" / "archive.log").read_text()
    later.run("status")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="this user may write everywhere")
def test_on_a_place_that_cannot_be_written_nothing_is_upgraded(terminal: Terminal, program: Path) -> None:
    """A read-only archive of the older revision can be read."""
    later = LaterProgram(terminal, program)
    terminal.home.chmod(0o500)
    try:
        later.run("status")
        later.run("seal", code=1)
    finally:
        terminal.home.chmod(0o700)

    assert "0001" == revision(terminal.home / DATABASE)


# --- at any moment ---------------------------------------------------------------------------


def check_kills(terminal: Terminal, program: Path, moments: list[float]) -> None:
    """Kill upgrades, each after some seconds; the next run goes on to the end."""
    database = terminal.home / DATABASE
    before = entry_rows(database)
    later = LaterProgram(terminal, program)
    for seconds in moments:
        run = later.start("seal", stdout=subprocess.DEVNULL)
        time.sleep(seconds)
        run.kill()
        run.wait()
        assert is_whole(database)
        assert before == entry_rows(database)
    later.run("sync")
    assert ("0002", True) == (revision(database), is_whole(database))
    assert (before, "0001") == (entry_rows(terminal.home / COPY), revision(terminal.home / COPY))
    assert later.json("verify", "--deep")["ok"]


@pytest.mark.drawn
def test_a_kill_in_the_middle_leaves_the_one_form_or_the_other(terminal: Terminal, slow_program: Path) -> None:
    """Two of these moments lie within the step, which takes a second."""
    check_kills(terminal, slow_program, [0.2, 1.2, 1.6])


@pytest.mark.slow
def test_thirty_kills_at_random_moments(terminal: Terminal, slow_program: Path) -> None:
    """The same at any moment until it is nearly done."""
    dice = random.Random(5)

    check_kills(terminal, slow_program, [dice.uniform(0.1, 1.7) for _ in range(30)])


@pytest.mark.drawn
def test_two_that_begin_at_once_do_not_meet(terminal: Terminal, slow_program: Path) -> None:
    """One does it, the other ends with 11 or finds nothing to do; the copy is of before."""
    later = LaterProgram(terminal, slow_program)
    codes = {
        run.wait(60) for run in [later.start(name, stdout=subprocess.DEVNULL) for name in ("seal", "sync", "seal")]
    }

    assert {0} <= codes <= {0, 11}
    assert ("0002", "0001") == (revision(terminal.home / DATABASE), revision(terminal.home / COPY))


@pytest.mark.drawn
def test_whoever_reads_meanwhile_is_not_disturbed_and_not_waited_for(terminal: Terminal, program: Path) -> None:
    """A reading that was begun before goes on to see the older form; the upgrade ends at once."""
    with closing(sqlite3.connect(terminal.home / DATABASE)) as reader:
        reader.execute("BEGIN")
        before = reader.execute("SELECT count(*) FROM entry").fetchone()
        begun = time.monotonic()
        LaterProgram(terminal, program).run("seal")
        seconds = time.monotonic() - begun
        after = reader.execute("SELECT count(*) FROM entry").fetchone()
        tables = {name for (name,) in reader.execute("SELECT name FROM sqlite_master")}

    assert seconds < 20  # whoever waits for a lock waits 30
    assert (before, False) == (after, "colour" in tables)
    assert "0002" == revision(terminal.home / DATABASE)
