"""Commands to paste: each word reaches the program as it stands, in a POSIX shell and in PowerShell."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings, strategies

from archiver.records import Contract
from archiver.records.contract import contract_name
from archiver.wording import shell_line
from tests.support.cases import cases_of

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
