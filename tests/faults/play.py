"""Plays one fault in one scene, and says everything that is wrong afterwards."""

from __future__ import annotations

import itertools
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults import oracle
from tests.faults.scenes import Scene, Stage, words
from tests.faults.traced_process import Outcome, SystemCall

KILL = "KILL"
FAULTS = ("EIO", "ENOSPC", "EDQUOT", "EACCES", KILL)

CAUSES = {
    "EIO": re.compile(r"reports an error|Input/output error|disk I/O error"),
    "ENOSPC": re.compile(r"disk is full|[Nn]o space"),
    "EDQUOT": re.compile(r"disk is full|[Nn]o space|quota"),
    "EACCES": re.compile(r"does not allow|Permission denied|cannot be written"),
}
Held = dict[str, dict[Any, Any]]
_FULL, _FAILING = re.compile(r"disk is full|no space|Make space"), re.compile(r"disk may be failing|reports an error")
_UNTOLD = re.compile(
    "A disk reports an error while .* disk I/O error"
    "|cannot be written: (unable to open database file|attempt to write a readonly database)"
)
"""What can be said where SQLite gives no reason and the fault is over: that there was an error, and no cause."""
_OF_ONE_RUN = re.compile(r"[0-9a-f]{8}\.partial|\d{8}-\d{4,6}|\d{4}-\d\d-\d\d-\d{4}|#\d+")
"""Names that another run does not have: by chance, or by the minute."""
PROGRAM_ERROR = re.compile(r"Traceback|\w+Error\b|sqlalchemy")


@dataclass(frozen=True, slots=True)
class Baseline:
    """How a scene goes without a fault."""

    code: int
    calls: tuple[SystemCall, ...]
    """The calls that change something in the folders of the run, in their order."""
    gone: dict[str, set[object]]
    """What the command itself takes away."""
    all_calls: tuple[SystemCall, ...]
    folder: str
    """The folder of its run."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One call of a scene, and what happens to it."""

    scene: str
    call: str
    number: int
    kind: str
    path: str = ""
    """The path in the folder of the run whose calls are counted; empty: all calls of this name are, wherever."""

    def options(self, folder: Path) -> list[str]:
        """What strace is told."""
        what = "signal=KILL" if self.kind == KILL else f"error={self.kind}"
        counted = ["-P", f"{folder}{self.path}"] if self.path else []
        return [*counted, "-e", f"inject={self.call}:{what}:when={self.number}"]


@dataclass(frozen=True, slots=True)
class Played:
    """A fault that was played."""

    fault: Fault
    fired: bool
    where: str
    """The call that failed, as strace wrote it."""
    code: int
    wrong: tuple[str, ...]


class Player:
    """Plays faults below a folder."""

    def __init__(self, stage: Stage, folder: Path) -> None:
        self.stage, self.folder = stage, folder
        self._numbers = itertools.count()
        self._baselines: dict[str, Baseline] = {}

    def baseline(self, name: str) -> Baseline:
        """How a scene goes without a fault; asked for once."""
        if name not in self._baselines:
            scene = self.stage.scenes[name]
            home, place = self.set_up(scene)
            outcome = self._trace(scene, home, place)
            assert (0, "") == (outcome.code, scene.missing(home, place)), (name, outcome)
            gone = oracle.lost(oracle.held(scene.home), oracle.held(home)) if scene.home else {}
            calls = tuple(call for call in outcome.calls if call.changes and str(home.parent) in call.text)
            self._baselines[name] = Baseline(outcome.code, calls, gone, outcome.calls, str(home.parent))
            shutil.rmtree(home.parent)
        return self._baselines[name]

    def faults(self, name: str, *, every: bool = False) -> list[Fault]:
        """The faults of a scene: the first and the last of each kind of call, or `every` one."""
        calls = self.baseline(name).calls
        chosen = calls if every else first_and_last_of_each_kind(calls)
        return [self.fault(name, call, kind) for call in chosen for kind in FAULTS]

    def fault(self, name: str, call: SystemCall, kind: str) -> Fault:
        """A fault in this call of a scene, counted among the calls to its path if every run has this path."""
        baseline = self.baseline(name)
        path = next(path for path in call.paths() if path.startswith(baseline.folder))
        if _OF_ONE_RUN.search(path):
            return Fault(name, call.name, call.number, kind)
        before = baseline.all_calls[: baseline.all_calls.index(call)]
        number = 1 + sum(one.name == call.name and path in one.paths() for one in before)
        return Fault(name, call.name, number, kind, path.removeprefix(baseline.folder))

    def play(self, fault: Fault) -> Played:
        """Play one fault on fresh copies."""
        scene, baseline = self.stage.scenes[fault.scene], self.baseline(fault.scene)
        home, place = self.set_up(scene)
        before = oracle.held(scene.home) if scene.home else {}
        outcome = self._trace(scene, home, place, *fault.options(home.parent))
        hit = [call for call in outcome.calls if is_hit(call, fault, home.parent)]
        if any(call.is_injected and str(home.parent) not in call.text for call in outcome.calls):
            hit = []  # it was another call than that of the first run
        wrong: tuple[str, ...] = ()
        if hit:
            after = self.wrong_after(scene, baseline, outcome.code, before, home, place)
            wrong = (*wrong_words(fault, outcome, hit[-1].text), *after)
        shutil.rmtree(home.parent)
        where = hit[-1].text.replace(str(home.parent), "") if hit else ""
        return Played(fault, bool(hit), f"{fault.call}{where}"[:200], outcome.code, wrong)

    def set_up(self, scene: Scene) -> tuple[Path, Path]:
        """Copy what a scene begins with; give the home and the folder beside it."""
        folder = self.folder / f"run{next(self._numbers)}"
        folder.mkdir()
        home, place = folder / "home", folder / "place"
        if scene.home is not None:
            shutil.copytree(scene.home, home)
        if scene.place is not None:
            shutil.copytree(scene.place, place)
        else:
            place.mkdir()
        return home, place

    def _trace(self, scene: Scene, home: Path, place: Path, *options: str) -> Outcome:
        starter = self.stage.later if scene.later else self.stage.starter
        return starter.trace(words(scene.argv, home, place), self.stage.environ(home), *options)

    def wrong_after(
        self, scene: Scene, baseline: Baseline, code: int, before: Held, home: Path, place: Path
    ) -> Iterator[str]:
        """What a command that ended with this code left out or took away, at once or after the next run."""
        if code == 0 and (missing := scene.missing(home, place)):
            yield f"exit 0, but missing: {missing}"
        yield from self._lost(scene, baseline, before, home, "after the fault")
        yield from self.unclean(scene, home, place)
        yield from self.wrong_in_next_run(scene, baseline, before, home, place)

    def wrong_in_next_run(
        self, scene: Scene, baseline: Baseline, before: Held, home: Path, place: Path
    ) -> Iterator[str]:
        """What the same command, called once more, leaves out, takes away, or leaves lying."""
        starter = self.stage.later if scene.later else self.stage.starter
        again = starter.run(words(scene.argv, home, place), self.stage.environ(home))
        if scene.after and scene.missing(home, place):
            starter.run(words(scene.after, home, place), self.stage.environ(home))
        missing = scene.missing(home, place)
        if again.code != baseline.code and not (scene.once and not missing):
            yield f"the next run ends with {again.code}: {again.stderr[-600:]}"
        elif missing:
            yield f"the next run leaves out: {missing}"
        yield from self._lost(scene, baseline, before, home, "after the next run")
        if left := leftovers(home.parent):
            yield f"left lying: {left}"

    def unclean(self, scene: Scene, home: Path, place: Path) -> Iterator[str]:
        """What a deep verification finds in the home and in a copy."""
        for folder in (home, place):
            if not (folder / oracle.DATABASE).exists() or not oracle.entries(folder):
                continue
            verified = self.stage.run(folder, "verify", "--deep", later=scene.later)
            if verified.code != 0:
                yield f"{folder.name} verifies with {verified.code}: {verified.stdout}{verified.stderr}"

    def _lost(self, scene: Scene, baseline: Baseline, before: Held, home: Path, when: str) -> Iterator[str]:
        if scene.home is None:
            return
        if not (home / oracle.DATABASE).exists():
            yield f"{when} the archive is gone"
            return
        lost = oracle.lost(before, oracle.held(home))
        gone = {part: names - baseline.gone.get(part, set()) for part, names in lost.items()}
        if any(gone.values()):
            yield f"{when} lost: {gone}"


def is_hit(call: SystemCall, fault: Fault, folder: Path) -> bool:
    """Whether a fault fired in this call, in a folder of the run."""
    if call.name != fault.call or str(folder) not in call.text or not call.changes:
        return False
    if fault.kind == KILL:  # strace prints no result of the call in which a process ended
        return call.text.rstrip().endswith("= ?")
    return call.is_injected


def first_and_last_of_each_kind(calls: Sequence[SystemCall]) -> list[SystemCall]:
    """Of the calls of one name to files of one kind the first and the last, in the order of the run."""
    firsts = {_kind_of_call(call): call for call in reversed(calls)}
    lasts = {_kind_of_call(call): call for call in calls}
    chosen = {*firsts.values(), *lasts.values()}
    return [call for call in calls if call in chosen]


def _kind_of_call(call: SystemCall) -> tuple[str, str]:
    """Its name, and the files it names with their numbers and digests left out."""
    files = "".join(re.findall(r'[<"]([^>"]*)', call.text))
    return call.name, re.sub(r"[0-9a-f]*[0-9][0-9a-f]*", "#", files)


def wrong_words(fault: Fault, outcome: Outcome, where: str) -> Iterator[str]:
    """What is wrong in how the command ended and what it said of the cause."""
    said = outcome.stdout + outcome.stderr
    if fault.kind == KILL:
        return
    if PROGRAM_ERROR.search(said) or outcome.code < 0:
        yield f"a bug's text: {said[-1500:]}"
    elif outcome.code != 0:
        if ".sqlite3" in where and _UNTOLD.search(said):
            return
        if not CAUSES[fault.kind].search(said):
            yield f"exit {outcome.code} without the cause {fault.kind}: {said[-800:]}"
        elif fault.kind in ("EIO", "EACCES") and _FULL.search(said):
            yield f"{fault.kind} is told as a full disk: {said[-800:]}"
        elif fault.kind in ("ENOSPC", "EDQUOT") and _FAILING.search(said):
            yield f"{fault.kind} is told as a failing disk: {said[-800:]}"


def leftovers(folder: Path) -> list[str]:
    """Files of unfinished work."""
    names = (".new", ".part", ".partial", ".tmp", "-journal")
    found = [path.relative_to(folder) for path in folder.rglob("*") if path.name.endswith(names)]
    # The next daily copy of a contract removes what an earlier one left; a run without news makes none.
    # A half written settings file goes with the next write that comes a minute later.
    return sorted(str(path) for path in found if "_daily" not in path.name and ".archive.toml." not in path.name)
