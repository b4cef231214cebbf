"""What users type and what must stand on their screen: each file of `sessions` is played from top to bottom.

A file begins with a sentence about it and the stage that it needs (`stage:`, a key of `STAGES`), and perhaps `drawn`.
    $ archive …     is run; the expected exit code stands before the sign unless it is 0. Variables may stand before it
    > WORDS         is done by a function of `Stage`; `> NAME = WORDS` keeps what it gives, for `{NAME}` in later lines
      text          stands in what the last command printed; blanks and line ends do not count
      ! text        does not
      /pattern/     is found in it; what its group holds is kept where a name stands before: `name = /pattern/`
      .a.0.b value  is that value of the last command's document
Of every command: no trace, no sign that a terminal obeys, pages of 80 columns, and after exit code 2 no new entry.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from archiver.render.screen_text import columns
from archiver.store.engine import DATABASE
from tests.support.archives.tampering import flip_bit
from tests.support.chatwork.simulator import Chatwork
from tests.support.terminals.terminal import TOKEN, Terminal

FOLDER = Path(__file__).with_name("sessions")
PAGES = {"show", "status"}
"""Commands whose whole pages fit into 80 columns."""


class Stage(Terminal):
    """A terminal, the simulated Chatwork behind it, and what the lines of a session have kept."""

    def __init__(self, folder: Path, chatwork: Chatwork) -> None:
        super().__init__(folder / "home", chatwork)
        self.chatwork, self.values = (
            chatwork,
            dict[str, object](tmp=folder, home=folder / "home", ESC="\x1b", TOKEN=TOKEN),
        )
        self.output = ""

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def play(self, line: str) -> None:
        """One line of a session."""
        if line.startswith("  "):
            self.expect(line.strip().format_map(self.values) if "/" != line.strip()[0] else line.strip())
            return
        code, kind, words = re.fullmatch(r"([0-9]*)([$>]) (.*)", line).groups()  # type: ignore[union-attr]
        words = words.format_map(self.values)
        if kind == "$":
            self.type_in(shlex.split(words), int(code or 0))
        else:
            name, step = re.fullmatch(r"(?:(\w+) = )?(.*)", words).groups()  # type: ignore[union-attr]
            verb, *given = shlex.split(step)
            self.values[name] = getattr(self, verb)(*given)

    def type_in(self, words: list[str], code: int) -> None:
        """Run one command."""
        place = words.index("archive")
        environ = dict(word.split("=", 1) for word in words[:place])
        before = self.entries()
        stdout, stderr = self.both(*words[place + 1 :], code=code, **environ)
        self.output = stdout + stderr
        assert "\x1b" not in self.output
        assert code != 2 or before == self.entries(), words
        if PAGES & {*words} and "--json" not in words:
            wide = [line for line in stdout.splitlines() if columns(line) > 80 and str(self["tmp"]) not in line]
            assert [] == wide, words

    def expect(self, words: str) -> None:
        """Look at what the last command printed."""
        if found := re.fullmatch(r"\.([\w.]+) (.*)", words):
            value = json.loads(self.output.splitlines()[0])
            for name in found[1].split("."):
                value = value[int(name) if name.isdigit() else name]
            assert json.loads(found[2]) == value, words
        elif found := re.fullmatch(r"(?:(\w+) = )?/(.*)/", words):
            seen = re.search(found[2], self.output, re.MULTILINE)
            assert seen, (words, self.output)
            if found[1]:
                self.values[found[1]] = seen[1]
        else:
            is_there = _joined(words.removeprefix("! ")) in _joined(self.output)
            assert is_there != words.startswith("! "), (words, self.output)

    def entries(self) -> int:
        """How many entries the archive holds."""
        if not (self.home / DATABASE).exists():
            return 0
        with closing(sqlite3.connect(self.home / DATABASE)) as database:
            (count,) = database.execute("SELECT count(*) FROM entry").fetchone()
            return int(count)

    # --- what a line with > does -----------------------------------------------------------------

    def chat(self, name: str, *members: str) -> int:
        """A chat with people who are known to Chatwork already, or new ones."""
        for member in members:
            if member not in self.values:
                self.values[member] = self.chatwork.add_account(member)
        return self.chatwork.add_room(name, members=[self[member] for member in members], announce=False)

    def post(self, room: str, author: str, text: str) -> str:
        """A message in a chat; the author is a person's name, or `me`."""
        by = self.chatwork.owner if author == "me" else self[author]
        return self.chatwork.post(int(room), by, text)

    def upload(self, room: str, author: str, name: str, content: str) -> int:
        """A file in a chat."""
        by = self.chatwork.owner if author == "me" else self[author]
        return int(self.chatwork.upload(int(room), by, name, data=content.encode()))

    def chatwork_does(self, name: str, *given: str) -> None:
        """Whatever else the simulated Chatwork can do: `stop`, `remove_owner` …"""
        getattr(self.chatwork, name)(*(int(one) if one.isdigit() and len(one) < 12 else one for one in given))

    def write(self, path: str, text: str) -> None:
        """A file on this computer."""
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text, encoding="utf-8")
        Path(path).chmod(0o600)

    def setting(self, old: str, new: str) -> None:
        """Another text in `archive.toml`."""
        settings = self.home / "archive.toml"
        text = settings.read_text(encoding="utf-8")
        assert old in text
        settings.write_text(text.replace(old, new), encoding="utf-8")

    def found(self, pattern: str) -> Path:
        """The one file or folder of that pattern below the folder of the test."""
        (path,) = Path(str(self["tmp"])).glob(pattern)
        return path

    def remove(self, pattern: str) -> None:
        """Take a file or a folder away."""
        path = self.found(pattern)
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    def damage(self, pattern: str) -> None:
        """Flip a bit of a file."""
        flip_bit(self.found(pattern), 5)

    def sql(self, statement: str) -> None:
        """Change the database past the program."""
        with closing(sqlite3.connect(self.home / DATABASE)) as database, database:
            database.execute(statement)

    def there(self, *paths: str) -> None:
        """These files or folders are there."""
        assert [] == [path for path in paths if not Path(path).exists()]

    def gone(self, *paths: str) -> None:
        """These are not."""
        assert [] == [path for path in paths if Path(path).exists()]

    def nowhere(self, place: str, *texts: str) -> None:
        """No file below a folder holds one of these texts."""
        files = [path for path in Path(place).rglob("*") if path.is_file()]
        assert [] == [(path, text) for path in files for text in texts if text.encode() in path.read_bytes()]


def _joined(text: str) -> str:
    return "".join(text.split())


# --- stages --------------------------------------------------------------------------------------


def job(stage: Stage) -> None:
    """One job on CrowdWorks, saved: a chat with 田中 in it, one message, one file that has a hostile name."""
    stage.values["room"] = room = stage.chat("動画編集", "田中")
    stage.values["message"] = stage.post(str(room), "田中", "仮払いは来週です")
    stage.values["file"] = stage.upload(str(room), "田中", "\x1b[31m納品.zip", "zip bytes")
    stage.run("init", "--yes")
    stage.run("job", "add", "job1", "--chat", room, "--url", "https://crowdworks.jp/contracts/12345678")
    stage.run("sync")


def direct_job(stage: Stage) -> None:
    """A direct client who promised the pay by message."""
    stage.values["room"] = room = stage.chat("動画編集", "田中")
    stage.post(str(room), "田中", "動画10本の編集をお願いします。")
    stage.values["promise"] = stage.post(str(room), "田中", "報酬は11万円、お支払いは翌月末です。")
    stage.values["asked"] = stage.post(str(room), "me", "お支払いはいつになりますか。")
    stage.run("init", "--yes")
    stage.run("job", "add", "job1", "--chat", room, "--platform", "direct", "--title", "動画編集")
    stage.run("sync")


def nothing(_stage: Stage) -> None:
    """No archive yet."""


STAGES: dict[str, Callable[[Stage], None]] = {"job": job, "direct job": direct_job, "nothing": nothing}


def session(path: Path) -> Any:
    """A session as a case: the name of its stage and its lines."""
    _sentence, stage, *lines = path.read_text(encoding="utf-8").splitlines()
    marks = [pytest.mark.drawn] if "drawn" in lines else []
    played = [line for line in lines if line.strip() and not line.startswith(("#", "drawn"))]
    return pytest.param(stage.removeprefix("stage: "), played, id=path.stem, marks=marks)


@pytest.fixture(scope="module")
def chatwork() -> Iterator[Chatwork]:
    """A Chatwork with a large budget."""
    with Chatwork(token=TOKEN, limit=100_000) as chatwork:
        yield chatwork


@pytest.mark.parametrize(("stage", "lines"), [session(path) for path in sorted(FOLDER.glob("*.txt"))])
def test_a_session_is_as_it_was_written(tmp_path: Path, chatwork: Chatwork, stage: str, lines: list[str]) -> None:
    """Every command ends as expected and says what it must."""
    terminal = Stage(tmp_path, chatwork)
    STAGES[stage](terminal)
    for line in lines:
        terminal.play(line)
