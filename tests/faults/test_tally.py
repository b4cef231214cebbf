"""Faults are drawn evenly, and the tables count what was played."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

from tests.faults.play import FAULTS, Fault, Played
from tests.faults.tally import SYNCS, add_result, drawn, fault_table, group_of, markdown, read_results, tallied

FAULTS_OF_ALL = [
    Fault(scene, call, number, kind)
    for scene in ("sync", "backup")
    for call in ("pwrite64", "fsync", "unlink")
    for number in range(1, 21 if call == "pwrite64" else 4)
    for kind in FAULTS
]


def test_each_command_call_and_fault_has_its_turn_before_one_has_two() -> None:
    """But for the rows that are played whole, no cell is ever more than one fault ahead of another with some left."""
    order = list(drawn([], FAULTS_OF_ALL, "seed"))

    cells = [(one.scene, group_of(one.call), one.kind) for one in order]
    others = [cell for cell in cells if cell[:2] != ("backup", SYNCS)]
    turns = [Counter(others[:place])[cell] for place, cell in enumerate(others)]
    assert set(FAULTS_OF_ALL) == set(order)
    assert len(FAULTS_OF_ALL) == len(order)
    assert len(set(cells[: len(set(cells))])) == len(set(cells))
    assert all(later >= earlier for earlier, later in pairwise(turns))


def test_the_syncs_of_a_copy_are_played_whole_after_one_of_each() -> None:
    """Before any other cell has its second turn."""
    order = list(drawn([], FAULTS_OF_ALL, "seed"))

    cells = {(one.scene, group_of(one.call), one.kind) for one in order}
    whole = [
        one for one in order[: len(cells) + 2 * len(FAULTS)] if (one.scene, group_of(one.call)) == ("backup", SYNCS)
    ]
    assert 3 * len(FAULTS) == len(whole)


def test_first_and_last_calls_come_before_the_others_of_their_cell() -> None:
    """And none is played twice."""
    first = [one for one in FAULTS_OF_ALL if one.number in (1, 20)]

    order = [one for one in drawn(first, FAULTS_OF_ALL, "seed") if (one.call, one.kind) == ("pwrite64", "EIO")]

    assert {1, 20} == {one.number for one in order if one.scene == "sync"} & {one.number for one in order[:4]}
    assert len(set(order)) == len(order)


def test_the_table_counts_injected_fired_and_wrong(tmp_path: Path) -> None:
    """By command, calls and fault, over all calls of the program that wrote into one file."""
    path = tmp_path / "results"
    for fault, fired, wrong in (
        (Fault("sync", "fsync", 1, "EIO", "/home"), True, ("lost",)),
        (Fault("sync", "fdatasync", 1, "EIO"), False, ()),
        (Fault("sync", "fsync", 2, "KILL"), True, ()),
    ):
        add_result(path, tallied(Played(fault, fired, "fsync", 1, wrong)))

    results = read_results(path)

    assert Fault("sync", "fsync", 1, "EIO", "/home") == results[0].fault
    assert fault_table(results).splitlines() == [
        "| command | calls | EIO | ENOSPC | EDQUOT | EACCES | KILL | wrong |",
        "|---|---|---|---|---|---|---|---|",
        "| `sync` | fsync, fdatasync | 2 / 1 | – | – | – | 1 / 1 | 1 |",
        "| all |  | 2 / 1 | – | – | – | 1 / 1 | 1 |",
    ]


def test_no_results_are_no_table_of_theirs() -> None:
    """An empty file is none."""
    assert [] == read_results(Path("nothing-there"))
    assert "| a | b |\n|---|---|" == markdown([("a", "b"), ("---", "---")])
