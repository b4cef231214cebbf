"""docs/reference/faults.md and the tests that play it: every row has its test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.sync import test_faults
from tests.sync.pull import test_messages

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "faults.md"

LASTING = test_faults.test_a_lasting_fault_fails_the_room_and_is_made_up_for
PASSING = test_faults.test_a_fault_that_passes_costs_a_second_try_and_nothing_else
REFUSED = test_faults.test_403_for_a_part_and_for_the_room_is_written_down
NOTHING_GONE = test_faults.test_a_refusal_for_a_part_of_a_room_says_of_nothing_that_it_is_gone
ODD = test_faults.test_a_list_that_is_odd_but_understood_changes_nothing

FAULTS: dict[str, tuple[Callable[..., Any], object]] = {
    "500, 502, 503": (LASTING, "500"),
    "429, reset near": (PASSING, "429 short"),
    "429, reset absurd (past, or years ahead)": (PASSING, "429 absurd"),
    "401": (test_faults.test_401_in_the_middle_stops_everything_and_keeps_what_was_read, None),
    "403 with Chatwork's error text": (REFUSED, None),
    "404 with Chatwork's error text": (test_faults.test_403_or_404_for_contacts_or_an_address_touches_no_room, None),
    "400, as for a wrong path": (NOTHING_GONE, "400"),
    "403, 404 of somebody in between (an HTML page)": (NOTHING_GONE, "404 of somebody in between"),
    "connection reset, refused": (LASTING, "reset"),
    "no answer in time": (PASSING, "timeout"),
    "slow drip": (PASSING, "slow drip"),
    "cut body, cut JSON": (LASTING, "cut JSON"),
    "HTML with 200": (LASTING, "HTML"),
    "empty body with 200": (LASTING, "empty"),
    "204": (test_faults.test_whatever_the_download_host_does_the_file_waits_and_the_run_goes_on, "204"),
    "wrong shape": (LASTING, "wrong shape"),
    "the same id twice": (ODD, test_faults.twice),
    "unsorted list": (ODD, test_faults.backwards),
    "ids as numbers or as text": (ODD, test_faults.other_ids),
    "null fields": (test_faults.test_null_fields_are_read_wherever_they_come, None),
    "10 MB body": (test_faults.test_an_answer_of_10_mb_is_read, None),
    "redirect": (PASSING, "redirect"),
    "a list without anything, of a room with messages": (
        test_messages.test_a_list_that_is_suddenly_empty_is_an_event_and_no_mass_deletion,
        None,
    ),
    "a short list that leaves out a message that is held": (
        test_messages.test_a_short_list_never_closes_a_gap_while_it_leaves_out_what_is_there,
        None,
    ),
}
"""A test of each row of the first table, and the parameter that plays it; None: all. More tests play its cells."""


def rows_below(heading: str) -> list[list[str]]:
    """The cells of each row of the last table between a heading of the page and the next."""
    text = PAGE.read_text(encoding="utf-8").partition(f"{heading}\n")[2].partition("\n## ")[0].partition("\n### ")[0]
    table = text[text.rindex("\n|--") :].splitlines()[2:]
    rows = [line.strip("|").split("|") for line in table if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows]


def parameters(test: Callable[..., Any]) -> list[object]:
    """Every value that a test is given."""
    return [value for mark in getattr(test, "pytestmark", ()) if mark.name == "parametrize" for value in mark.args[1]]


def test_each_fault_of_the_page_is_played() -> None:
    """A row without a test says what nobody has seen."""
    assert list(FAULTS) == [row[0] for row in rows_below("# What happens when something goes wrong")]
    assert [] == [row for row, (test, value) in FAULTS.items() if value is not None and value not in parameters(test)]
