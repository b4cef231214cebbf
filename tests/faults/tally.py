"""What was played and what was found, counted for the page: command, call and fault."""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.faults.play import FAULTS, Fault, Played
from tests.faults.power_play import AT_THE_END, TracedRun
from tests.faults.scenes import SCENES

GROUPS = {
    "openat for writing, mkdir": ("openat", "mkdir", "mkdirat"),
    "write, pwrite64, sendfile, ftruncate": (
        *("write", "pwrite64", "writev", "pwritev", "sendfile", "copy_file_range", "fallocate", "ftruncate"),
    ),
    "fsync, fdatasync": ("fsync", "fdatasync"),
    "rename, link, unlink, rmdir, chmod": (
        *("rename", "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat", "rmdir"),
        *("chmod", "fchmod", "fchmodat"),
    ),
}
"""The calls of each row of the table, by its words."""

SYNCS = "fsync, fdatasync"
WHOLE = (("backup", SYNCS), ("backup again", SYNCS))
"""Rows of which every fault is played before others are drawn anew: what a copy promises hangs on them."""


@dataclass(frozen=True, slots=True)
class Tallied:
    """A fault that was played, as a line of the file of results."""

    scene: str
    call: str
    number: int
    kind: str
    path: str
    fired: bool
    code: int
    where: str
    wrong: tuple[str, ...]

    @property
    def fault(self) -> Fault:
        """What was played."""
        return Fault(self.scene, self.call, self.number, self.kind, self.path)


def tallied(played: Played) -> Tallied:
    """A fault that was played, to be kept."""
    fault = played.fault
    return Tallied(
        *(fault.scene, fault.call, fault.number, fault.kind, fault.path),
        *(played.fired, played.code, played.where, played.wrong),
    )


def add_result(path: Path, result: Tallied) -> None:
    """Keep a result; several processes may write to one file."""
    with path.open("a", encoding="utf-8") as results:
        results.write(json.dumps(asdict(result), ensure_ascii=True) + "\n")


def read_results(path: Path) -> list[Tallied]:
    """The results of a file; of a fault that two processes played at once the later one."""
    if not path.exists():
        return []
    lines = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    results = (Tallied(**{**line, "wrong": tuple(line["wrong"])}) for line in lines)
    return list({one.fault: one for one in results}.values())


def group_of(call: str) -> str:
    """The row of the table that a call belongs to."""
    return next(group for group, calls in GROUPS.items() if call in calls)


def drawn(first: Iterable[Fault], every: Iterable[Fault], seed: str) -> Iterator[Fault]:
    """All faults, in the order in which they are played until the time is over: evenly over command, call and fault.

    Of each cell one, then all of the rows in `WHOLE`, then of each cell the next one. In a cell those of `first` come
    before the others of `every`.
    """
    chance = random.Random(seed)
    cells: dict[tuple[str, str, str], list[Fault]] = defaultdict(list)
    for faults in (list(first), list(every)):
        chance.shuffle(faults)
        for fault in faults:
            cells[fault.scene, group_of(fault.call), fault.kind].append(fault)
    queues = {cell: list(dict.fromkeys(faults)) for cell, faults in cells.items()}
    yield from _one_of_each(queues, chance)
    for cell, queue in queues.items():
        if cell[:2] in WHOLE:
            yield from queue
            queue.clear()
    while any(queues.values()):
        yield from _one_of_each(queues, chance)


def _one_of_each(queues: dict[tuple[str, str, str], list[Fault]], chance: random.Random) -> Iterator[Fault]:
    filled = [queue for queue in queues.values() if queue]
    chance.shuffle(filled)
    yield from [queue.pop(0) for queue in filled]


def fault_table(results: Sequence[Tallied]) -> str:
    """The Markdown table of the page: of each command and group of calls injected / fired by fault, and how many wrong.

    A last row has the sums.
    """
    rows = [("command", "calls", *FAULTS, "wrong"), ("---",) * (len(FAULTS) + 3)]
    for scene in SCENES:
        for group in GROUPS:
            of_row = [one for one in results if one.scene == scene and group_of(one.call) == group]
            if of_row:
                rows.append((f"`{scene}`", group, *_counts(of_row)))
    rows.append(("all", "", *_counts(results)))
    return markdown(rows)


def _counts(results: Sequence[Tallied]) -> list[str]:
    by_kind = ([one for one in results if one.kind == kind] for kind in FAULTS)
    injected_and_fired = (f"{len(one)} / {sum(each.fired for each in one)}" if one else "–" for one in by_kind)
    return [*injected_and_fired, str(sum(bool(one.wrong) for one in results))]


def power_cut_table(runs: Sequence[TracedRun]) -> str:
    """The Markdown table of power cuts: of each command the states by the call before, those used, and how many wrong.

    A last row has the sums.
    """
    head = ("command", *(f"after {group}" for group in GROUPS), f"after {AT_THE_END}", "states", "used", "wrong")
    rows = [head, ("---",) * len(head)]
    for run in runs:
        rows.append((f"`{run.scene.name}`", *_states(run.states, run.used, run.found)))
    of_all = (
        [run.states for run in runs],
        [run.used for run in runs],
        [run.found for run in runs],
    )
    rows.append(("all", *_states(*(sum(counts, Counter()) for counts in of_all))))
    return markdown(rows)


def _states(states: Counter[str], used: Counter[str], found: Counter[str]) -> list[str]:
    by_group = [sum(states[call] for call in calls) for calls in (*GROUPS.values(), (AT_THE_END,))]
    return [str(count) for count in (*by_group, states.total(), used.total(), found.total())]


def markdown(rows: Iterable[Sequence[str]]) -> str:
    """Rows of a table in Markdown; the second one is the line below the head."""
    return "\n".join(f"|{'|'.join(row)}|" if set(row) == {"---"} else f"| {' | '.join(row)} |" for row in rows)
