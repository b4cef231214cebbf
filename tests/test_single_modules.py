"""Modules beside the folders: ids of messages, days as people type them, names that look alike, commands, reminders."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings, strategies
from hypothesis import strategies as st

from archiver.letter_folding import looks_like
from archiver.records import Contract
from archiver.records import conversation as message_ids
from archiver.records.alerts import REPEAT_AFTER, DueReminders, due_reminders, is_due
from archiver.records.contract import contract_name
from archiver.report_language import COVERED, COVERED_NAME, UNREAD, VARIANT, report_language, say
from archiver.typed_days import DayRange, read_days
from archiver.wording import shell_line
from tests.support.cases import cases_of

NOW = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)


def test_an_id_tells_its_time() -> None:
    """Milliseconds since 2010-06-14 stand above the low 22 bits."""
    at = datetime(2026, 7, 1, 3, 0, 0, 500_000, tzinfo=UTC)

    number = message_ids.first_id_after(at) + 0x5000

    assert at == message_ids.posted_at(number)


def test_an_old_id_tells_no_time() -> None:
    """Before about 2017 ids were small numbers in order."""
    assert message_ids.posted_at(394_380_493) is None


@pytest.mark.parametrize(
    ("number", "plausible"),
    [
        (0, False),
        (-1, False),
        (394_380_493, True),
        (2**32, False),  # between the two kinds
        (1_700_000_000_000, False),  # a time in milliseconds
        (message_ids.first_id_after(datetime(2011, 2, 28, tzinfo=UTC)), False),
        (message_ids.first_id_after(datetime(2019, 1, 1, tzinfo=UTC)), True),
        (message_ids.first_id_after(NOW), True),
        (message_ids.first_id_after(NOW + timedelta(days=2)), False),
        (2**63, False),
        (10**40, False),
    ],
)
def test_no_message_has_an_id_of_the_future_or_from_before_chatwork(number: int, plausible: bool) -> None:
    """Numbers that are something else are told apart as far as possible."""
    assert plausible == message_ids.is_plausible(number, NOW)


@given(strategies.integers())
def test_no_number_is_too_large(number: int) -> None:
    """Any integer can be checked."""
    assert message_ids.is_plausible(number, NOW) in (True, False)


TODAY = date(2026, 11, 24)  # a Tuesday


@pytest.mark.parametrize(
    ("text", "first", "last"),
    cases_of(__file__, "days"),
)
def test_a_day_is_what_people_mean_by_it(text: str, first: str, last: str) -> None:
    """Without a year it lies behind us."""
    assert DayRange(date.fromisoformat(first), date.fromisoformat(last)) == read_days(text, TODAY)


@pytest.mark.parametrize("text", ["", "あさって", "13月1日", "2月30日", "0月", "2026", "2026-02-30", "11-10-1"])
def test_what_is_no_day_means_none(text: str) -> None:
    """The caller says so in a sentence."""
    assert read_days(text, TODAY) is None


@given(st.dates(date(1970, 1, 1), date(2100, 1, 1)), st.dates(date(1970, 1, 1), date(2100, 1, 1)))
def test_a_day_of_the_last_year_is_read_back(day: date, today: date) -> None:
    """As the program's own screens show it, without its year."""
    days = read_days(f"{day:%m-%d}", today)

    assert days is not None
    assert (day.month, day.day) == (days.first.month, days.first.day)
    assert days.first <= today


@pytest.mark.parametrize(("known", "name"), cases_of(__file__, "twins"))
def test_a_name_that_was_taken(known: str, name: str) -> None:
    """Whatever is done to it so that it is another text and looks the same."""
    assert looks_like(name, known)


@pytest.mark.parametrize(("known", "name"), cases_of(__file__, "others"))
def test_another_name(known: str, name: str) -> None:
    """Colleagues of one surname, and what merely resembles."""
    assert not looks_like(name, known)
    assert not looks_like(known, name)


def test_a_hostile_length_is_compared_at_once() -> None:
    """Of a name with thousands of parts or letters only the beginning counts, however much of it is invisible."""
    begun = process_time()
    found = [looks_like(name, "田中太郎") for name in ("\u200b " * 9000 + "田中太郎", "a " * 9000, "田" * 30000)]

    assert [True, False, False] == found
    assert process_time() - begun < 4


WORDS = strategies.lists(
    strategies.text(
        strategies.characters(codec="ascii", exclude_categories=["Cc"]) | strategies.sampled_from("あ‘”　")
    ),
    min_size=1,
)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
@settings(max_examples=25)
@given(WORDS)
def test_a_shell_takes_the_line_apart_as_it_was_put_together(words: list[str]) -> None:
    """Whatever the folder is called."""
    printing = [sys.executable, "-c", "import sys; print(ascii(sys.argv[1:]))", *words]

    command = shell_line(printing, platform="linux")
    actual = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=True)

    assert ascii(words) == actual.stdout.strip()


@pytest.mark.parametrize(("word", "expected"), cases_of(__file__, "powershell_is_given_its_own_marks"))
def test_powershell_is_given_its_own_marks(word: str, expected: str) -> None:
    """Typographic marks count there too (about_Quoting_Rules); a comma would make a list."""
    assert expected == shell_line([word], platform="win32")


@pytest.mark.parametrize(
    ("number", "name"), [("12345678", "12345678"), ("-1", "job1"), ("a & <b>", "job1"), ("契約", "job1")]
)
def test_a_contract_is_named_as_any_shell_takes_it(number: str, name: str) -> None:
    """By what its platform calls it, else by its own id."""
    contract = Contract("job1", (), platform_id=number)

    assert name == contract_name(contract, [contract])


NOON = datetime(2026, 7, 1, tzinfo=UTC)


def ago(**span: float) -> datetime:
    """A time before now, as remembered."""
    return NOON - timedelta(**span)


ROOM5, ROOM6, SOON = "room/5/messages/failed", "room/6/messages/failed", NOON + timedelta(seconds=1)
CASES: dict[str, tuple[list[str], dict[str, datetime], dict[str, Any], DueReminders]] = {
    # what is troubled, what is remembered, what is in order or said but once → said, ended, known
    "new, keys in order": (["b", "a"], {}, {}, DueReminders(("a", "b"), (), {"a": NOON, "b": NOON})),
    "known for less than a day": (["a"], {"a": ago(hours=23)}, {}, DueReminders((), (), {"a": ago(hours=23)})),
    "known for a day": (["a"], {"a": ago(hours=24)}, {}, DueReminders(("a",), (), {"a": NOON})),
    "in order by its beginning; what was not looked at is kept": (
        *([], {ROOM5: ago(hours=1), ROOM6: ago(hours=1)}, {"in_order": ["room/5/messages/"]}),
        DueReminders((), (ROOM5,), {ROOM6: ago(hours=1)}),
    ),
    "new again": ([ROOM5], {ROOM6: ago(hours=1)}, {}, DueReminders((ROOM5,), (), {ROOM5: NOON, ROOM6: ago(hours=1)})),
    "read, and yet something in it is not complete": (
        *([ROOM5], {ROOM5: ago(hours=1)}, {"in_order": ["room/5/"]}),
        DueReminders((), (), {ROOM5: ago(hours=1)}),
    ),
    "said by a clock that was set back": (["a"], {"a": ago(days=-300)}, {}, DueReminders(("a",), (), {"a": NOON})),
    "said by a clock a moment ahead": (["a"], {"a": SOON}, {}, DueReminders((), (), {"a": SOON})),
    "said but once": (["a"], {"a": ago(days=3)}, {"once": ("a",)}, DueReminders((), (), {"a": ago(days=3)})),
}


@pytest.mark.parametrize("case", CASES)
def test_a_trouble_is_said_at_once_and_then_once_a_day(case: str) -> None:
    """Until this run found it in order."""
    troubles, remembered, more, expected = CASES[case]

    assert expected == due_reminders(troubles, remembered, now=NOON, **({"in_order": []} | more))


def test_the_end_of_what_is_said_but_once_is_said() -> None:
    """All the same."""
    assert DueReminders((), ("gap/1",), {}) == due_reminders([], {"gap/1": ago(days=3)}, now=NOON, once=("gap/",))


@given(strategies.lists(strategies.tuples(strategies.booleans(), strategies.integers(1, 600)), max_size=40))
def test_reports_of_a_lasting_trouble_are_a_day_apart(runs: list[tuple[bool, int]]) -> None:
    """However often it runs; nothing that is over is remembered for longer than a day."""
    at, remembered, reported = NOON, dict[str, datetime](), list[datetime]()
    for troubled, minutes in runs:
        at += timedelta(minutes=minutes)
        report = due_reminders(["a"] if troubled else [], remembered, now=at, in_order=[])
        remembered = report.known
        reported += [at] if report.say else []

    assert all(later - earlier >= REPEAT_AFTER for earlier, later in pairwise(reported))
    assert any(troubled for troubled, _ in runs) == bool(reported)


def test_a_thing_is_said_at_once_and_then_once_a_day() -> None:
    """New, a day old, or said in a future that never came."""
    times = [None, ago(hours=23), ago(hours=24), ago(hours=-1)]

    assert [True, False, True, True] == [is_due(at, NOON) for at in times]


@pytest.mark.parametrize(("lang", "quoted"), [("ja", "ファイル{}の送信"), ("en", "file {}")])
@pytest.mark.parametrize("covered", [COVERED, UNREAD, COVERED_NAME])
def test_what_stands_for_a_covered_text_is_not_quoted(lang: str, quoted: str, covered: str) -> None:
    """In no sentence of a package, whichever of them it is; what a person writes is quoted as it is."""
    with report_language(lang):
        place = say(covered)
        bare = place if place.startswith("(") else f"({place})"
        file = "ファイル「{what}」の送信"

        assert quoted.format(bare) == say(file, what=place) == say(file, what=f"{place}{say(VARIANT)}2)")
        assert f"「{place}」とは" in say(file, what=f"「{place}」とは")
