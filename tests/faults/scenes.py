"""The scenes that faults are played in: for each command an archive as it is before, the call, and what it was asked.

Everything is prepared once, by the program itself against a simulated Chatwork, and copied for each run.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from archiver.export.bag import PARTIAL
from tests.faults import oracle
from tests.faults.traced_process import Outcome, ProcessStarter
from tests.store.test_upgrade import ROOT, make_next_version
from tests.support.chatwork.simulator import Chatwork
from tests.support.terminals.killed_runs import table_contents
from tests.support.terminals.terminal import TOKEN

SCENES = (
    *("init", "first sync", "sync", "rescue", "seal", "export", "export in English", "backup", "backup again"),
    *("restore", "migrate", "erase", "upkeep"),
)
"""The names of all scenes."""

SECRET = "極秘の企画書を送ります"

Missing = Callable[[Path, Path], str]
"""What is missing of what was asked for, in the home and the folder beside it; empty: nothing."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One command in one situation."""

    name: str
    argv: tuple[str, ...]
    """`PLACE` stands for the folder beside the home."""
    home: Path | None
    """The archive before the call; None: there is none."""
    place: Path | None
    """What lies in the folder beside it: a copy, or nothing."""
    missing: Missing
    once: bool = False
    """Whether a second call has nothing left to do, and refuses."""
    after: tuple[str, ...] = ()
    """A further call by which an interrupted one is finished."""
    later: bool = False
    """Whether the call is one of the later version of the program, whose archives have another form."""


class Stage:
    """The prepared archives, and the two starters that scenes are played with."""

    def __init__(self, folder: Path, chatwork: Chatwork, starter: ProcessStarter, later: ProcessStarter) -> None:
        self.folder, self.chatwork, self.starter, self.later = folder, chatwork, starter, later
        self._environ = {
            "ARCHIVE_LANG": "en",
            "CHATWORK_API_BASE_URL": chatwork.base_url,
            "CHATWORK_API_TOKEN": TOKEN,
            "HOME": str(folder / "user"),
            "LANG": "C.UTF-8",
            "PATH": os.environ["PATH"],
            "XDG_CONFIG_HOME": str(folder / "user"),
        }
        (folder / "user").mkdir()
        self._prepare()
        self.scenes = {scene.name: scene for scene in self._scenes()}

    def run(self, home: Path, *argv: str, later: bool = False) -> Outcome:
        """Run one call of the program without a fault."""
        return (self.later if later else self.starter).run(["--home", str(home), *argv], self.environ(home))

    def environ(self, home: Path) -> dict[str, str]:
        """The variables of a run: what the computer remembers of a home lies beside it, as it may go with the power."""
        return self._environ | {"XDG_STATE_HOME": str(home.parent / "state")}

    def _prepare(self) -> None:
        """First an archive of everything, sealed and copied; then news at Chatwork, saved in another copy of it."""
        chatwork = self.chatwork
        tanaka = chatwork.add_account("田中")
        self.rooms = [chatwork.add_room(name, members=[tanaka], announce=False) for name in ("動画編集", "企画")]
        own, other = self.rooms
        posts = [chatwork.post(own, tanaka, f"{number}通目") for number in range(4)]
        self.secret = chatwork.post(other, tanaka, SECRET)
        chatwork.upload(own, tanaka, "図面.pdf", data=b"drawing" * 500)
        chatwork.upload(other, tanaka, "企画書.txt", data=SECRET.encode() * 50)
        chatwork.add_task(own, tanaka, chatwork.owner, "作業1")
        self.old = self.folder / "old"
        for argv in (
            ["init", "--yes"],
            ["job", "add", "job1", "--chat", str(own)],
            ["job", "add", "job2", "--chat", str(other)],
            ["sync"],
            ["seal"],
        ):
            self._must(self.old, *argv)
        self.copy = self.folder / "copy"
        self._must(self.old, "backup", str(self.copy))
        chatwork.post(own, tanaka, "新しいメッセージ")
        chatwork.edit(posts[2], "書き換えたメッセージ")
        chatwork.delete(posts[1])
        chatwork.upload(own, tanaka, "新しい図面.pdf", data=b"new drawing" * 500)
        self.new = shutil.copytree(self.old, self.folder / "new")
        self._must(self.new, "sync")
        self.unsealed = shutil.copytree(self.new, self.folder / "unsealed")
        self._must(self.unsealed, "job", "set", "job1", "--note", "終わりを確かめる")
        self.stopped = shutil.copytree(self.new, self.folder / "stopped")
        self._must(self.stopped, "job", "end", "job2", "--now")
        self.empty = self.folder / "empty"
        self._must(self.empty, "init", "--yes")
        self._must(self.empty, "job", "add", "job1", "--chat", str(own))
        self.first = shutil.copytree(self.empty, self.folder / "first")
        self._must(self.first, "sync")
        self.loose = shutil.copytree(self.new, self.folder / "loose")
        oracle.add_unused_pages(self.loose)

    def _must(self, home: Path, *argv: str) -> None:
        outcome = self.run(home, *argv)
        assert outcome.code == 0, outcome

    def _scenes(self) -> Iterator[Scene]:
        new_rows, first_rows = table_contents(self.new), table_contents(self.first)

        def not_saved(home: Path, _place: Path) -> str:
            return "" if table_contents(home) == new_rows else "what Chatwork shows now"

        def not_saved_first(home: Path, _place: Path) -> str:
            return "" if table_contents(home) == first_rows else "what Chatwork shows"

        def not_restored(home: Path, _place: Path) -> str:
            return oracle.difference(self.copy, home)

        def not_exported(home: Path, place: Path) -> str:
            shown = [path for path in place.iterdir() if not path.name.startswith(".")]
            whole = [path for path in shown if path.suffix != PARTIAL]  # what was begun may come back with the power
            packages = [path for path in whole if path.is_dir() or path.suffix == ".zip"]
            if not packages:
                return "the package"
            outcome = self.run(home, "verify", str(packages[0]))
            return "" if outcome.code == 0 else outcome.stdout + outcome.stderr

        def not_erased(home: Path, place: Path) -> str:
            if left := oracle.files_with(home, SECRET):
                return f"{left} still hold what was to be erased"
            return "" if list(place.glob("*.pdf")) else "the certificate"

        yield Scene("init", ("init", "--yes"), None, None, oracle.missing_of_a_new_archive)
        yield Scene("first sync", ("sync",), self.empty, None, not_saved_first, after=("sync", "--full"))
        yield Scene("sync", ("sync",), self.old, None, not_saved, after=("sync", "--full"))
        yield Scene("rescue", ("save", "--all", "--job", "job1"), self.old, None, not_saved)
        yield Scene("seal", ("seal",), self.unsealed, None, oracle.unsealed)
        consult = ("export", "job1", "--for", "consult", "--no-recheck", "--out", "PLACE")
        yield Scene("export", consult, self.new, None, not_exported)
        english = (*consult[:3], "support", "--report-lang", "en", *consult[4:])  # removes a table made in between
        yield Scene("export in English", english, self.new, None, not_exported)
        yield Scene("backup", ("backup", "PLACE"), self.new, None, oracle.difference)
        yield Scene("backup again", ("backup", "PLACE"), self.new, self.copy, oracle.difference)
        yield Scene("restore", ("backup", "--restore", str(self.copy)), None, None, not_restored, once=True)
        yield Scene("migrate", ("seal",), self.new, None, oracle.not_migrated, later=True)
        words_of_it = ("--confirm", "job2", "--despite-dispute", "--reason", "own", "--out", "PLACE")
        erase = ("erase", "--job", "job2", *words_of_it)
        certificate = ("erase", "--certificate", "1", "--out", "PLACE")
        yield Scene("erase", erase, self.stopped, None, not_erased, once=True, after=certificate)
        yield Scene("upkeep", ("upkeep",), self.loose, None, oracle.not_written_anew)


@contextmanager
def built_stage(folder: Path) -> Iterator[Stage]:
    """A stage below the folder, with everything prepared."""
    program = make_next_version(folder)
    with (
        Chatwork(token=TOKEN, limit=1_000_000) as chatwork,
        ProcessStarter(folder, ROOT) as starter,
        ProcessStarter(folder, program) as later,
    ):
        yield Stage(folder, chatwork, starter, later)


def words(argv: Sequence[str], home: Path, place: Path) -> list[str]:
    """A call with the folders of a run."""
    return ["--home", str(home), *(str(place) if word == "PLACE" else word for word in argv)]
