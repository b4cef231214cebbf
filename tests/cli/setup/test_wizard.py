"""What is typed in the first run is understood or asked again, and `init` several times at once makes one archive."""

from __future__ import annotations

import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, strategies

from archiver.cli.contracts.chat_choice import find_names, read_room_wish
from archiver.records import Contract
from archiver.setup.answers import InvalidAnswer
from archiver.setup.archive_setup import clean_token
from archiver.setup.fact_questions import read_page
from tests.support.chatwork.simulator import Chatwork
from tests.support.terminals.terminal import TOKEN, Terminal


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("1", (1,)), ("3、1 3", (3, 1)), ("2,1", (2, 1)), ("", ()), ("田中", ())],
)
def test_numbers_are_understood_however_they_are_parted(answer: str, expected: tuple[int, ...]) -> None:
    """By blanks, commas and 、, each once; no number asks for more of the list."""
    assert expected == read_room_wish(answer, 3, more=True)[0]


@given(strategies.text(), strategies.integers(1, 500), strategies.booleans())
def test_no_answer_gives_a_chat_that_is_not_there(answer: str, count: int, more: bool) -> None:
    """Whatever is typed: numbers of the list, words to look for, the next page, or the question again."""
    with suppress(InvalidAnswer):
        numbers, _words = read_room_wish(answer, count, more=more)
        assert all(1 <= number <= count for number in numbers)
        assert numbers or more


@given(strategies.text())
def test_any_page_or_number_is_read_or_asked_again(answer: str) -> None:
    """Nothing that is typed ends the first run."""
    with suppress(InvalidAnswer):
        assert read_page(answer, Contract("job1", ())).keys() <= {"platform", "platform_id", "url"}


def test_names_are_found_whatever_their_width() -> None:
    """Full-width letters of a Japanese keyboard find half-width names."""
    assert [0, 2] == find_names(["abc動画", "記事", "ＡＢＣ"], "Abc")


def test_full_width_characters_are_folded() -> None:
    """They come from Japanese keyboards."""
    full_width = TOKEN.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789abcdef"})
    assert TOKEN == clean_token(f"  {full_width}\u3000")
    with pytest.raises(InvalidAnswer):
        clean_token(" ")


@pytest.mark.drawn
def test_inits_at_once_make_one_archive(tmp_path: Path) -> None:
    """Each ends well or says that another one is at work; the archive can be used."""
    with Chatwork(token=TOKEN) as chatwork:
        terminal = Terminal(tmp_path / "home", chatwork)
        command = terminal.command("init", "--yes")

        running = [subprocess.Popen(command, env=terminal.environ, stderr=subprocess.PIPE) for _ in range(3)]
        ends = [(process.communicate()[1], process.returncode) for process in running]

    assert 0 in [code for _errors, code in ends]
    assert {code for _errors, code in ends} <= {0, 11}, ends
    assert "job1" not in terminal.run("job")
    assert [] == list(terminal.home.glob("*.new*"))
