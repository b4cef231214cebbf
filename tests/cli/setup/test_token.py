"""`init token`, `--test` and `--forget`, whatever the variable of the session says."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.settings import file
from archiver.setup.archive_setup import clean_token
from archiver.setup.written_values import InvalidAnswer
from tests.support.chatwork.simulator import Chatwork
from tests.support.terminals.terminal import TOKEN, Terminal

FULL_WIDTH = TOKEN.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789abcdef"})
WRONG = "f" * 32


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """An archive whose token lies in a file, and a session without a variable."""
    with Chatwork(token=TOKEN) as chatwork:
        terminal = Terminal(tmp_path / "home", chatwork)
        terminal.environ |= {"ARCHIVE_LANG": "en", "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
        terminal.run("init", "--yes")
        terminal.environ["CHATWORK_API_TOKEN"] = ""
        (terminal.home / "token").write_text(TOKEN, encoding="utf-8")
        (terminal.home / "token").chmod(0o600)
        file.update_settings(terminal.home, {"token.source": "file:token"})
        yield terminal


def paste(terminal: Terminal, text: str, *arguments: str, code: int = 0, **environ: str) -> str:
    """The output of `init token` for a token on standard input."""
    process = subprocess.run(
        terminal.command("init", "token", *arguments),
        env=terminal.environ | environ,
        input=text + "\n",
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert (code, False) == (process.returncode, "Traceback" in process.stderr), process.stdout + process.stderr
    return process.stdout + process.stderr


def token_source(terminal: Terminal) -> str:
    """Where the settings say that the token lies."""
    return file.load_settings(terminal.home, {}).token_source


@pytest.mark.drawn
def test_a_variable_does_not_change_where_the_token_lies(terminal: Terminal) -> None:
    """It is kept where the settings say, and it is told that the variable wins."""
    output = paste(terminal, TOKEN, CHATWORK_API_TOKEN=TOKEN)

    assert "file:token" == token_source(terminal)
    assert "Stored: the token of yamada" in output
    assert "The variable CHATWORK_API_TOKEN is set here and is used instead" in output
    assert "is set here" not in paste(terminal, TOKEN)


@pytest.mark.drawn
def test_a_stored_token_is_forgotten_while_a_variable_is_set(terminal: Terminal) -> None:
    """The file goes, and the variable is named."""
    process = subprocess.run(
        terminal.command("init", "token", "--forget"),
        env=terminal.environ | {"CHATWORK_API_TOKEN": TOKEN},
        capture_output=True,
        text=True,
    )

    assert (0, False) == (process.returncode, (terminal.home / "token").exists())
    assert ("removed" in process.stdout, "is set here" in process.stderr) == (True, True)


@pytest.mark.drawn
def test_forgetting_where_nothing_was_ever_stored_is_no_error(terminal: Terminal, tmp_path: Path) -> None:
    """A password store that cannot be opened is named, without the advice to store a token elsewhere."""
    terminal.environ["ARCHIVE_HOME"] = str(tmp_path / "nothing")
    process = subprocess.run(
        [sys.executable, "-m", "archiver", "init", "token", "--forget"],
        env=terminal.environ,
        capture_output=True,
        text=True,
    )

    assert (0, True, False) == (
        process.returncode,
        "nothing was removed" in process.stderr,
        "--where" in process.stderr,
    )


@pytest.mark.drawn
def test_a_refused_variable_is_named_where_another_token_would_be_stored_in_vain(terminal: Terminal) -> None:
    """401 alone would send the user to `init token`, again and again."""
    assert "is set here" in terminal.run("init", "token", "--test", code=10, CHATWORK_API_TOKEN=WRONG)
    (terminal.home / "token").write_text(WRONG, encoding="utf-8")
    assert "is set here" not in terminal.run("init", "token", "--test", code=10)


@pytest.mark.drawn
def test_the_place_that_is_asked_for_is_taken(terminal: Terminal) -> None:
    """Whatever the settings say; and one that keeps nothing is said."""
    paste(terminal, TOKEN, "--where", "file:other")
    refused = paste(terminal, TOKEN, "--where", "keyring", code=5)

    assert ("file:other", True) == (token_source(terminal), "password store" in refused)


@pytest.mark.drawn
def test_a_token_that_lies_there_and_works_is_taken_without_a_question(terminal: Terminal) -> None:
    """In a file or a variable, as of a service; one that Chatwork refuses is asked for, and of a variable said."""
    (terminal.home / "kept").write_text(TOKEN, encoding="utf-8")
    (terminal.home / "kept").chmod(0o600)
    (terminal.home / "old").write_text(WRONG, encoding="utf-8")
    (terminal.home / "old").chmod(0o600)

    taken = paste(terminal, "", "--where", "file:kept")
    kept = token_source(terminal)
    paste(terminal, "", "--where", "env:MY_TOKEN", MY_TOKEN=TOKEN)
    refused = paste(terminal, TOKEN, "--where", "env:MY_TOKEN", MY_TOKEN=WRONG, code=10)
    stored = paste(terminal, TOKEN, "--where", "file:old")
    wrong = paste(terminal, TOKEN, "--where", "nowhere", code=2)

    assert ("The token there is used from now on: yamada" in taken, "file:kept") == (True, kept)
    assert ("Stored: the token of yamada" in stored, TOKEN) == (True, (terminal.home / "old").read_text().strip())
    assert ("Chatwork" in refused, "--where" in wrong) == (True, True)


@pytest.mark.drawn
def test_the_token_of_another_account_is_not_called_good(terminal: Terminal) -> None:
    """As a run would refuse it."""
    with Chatwork(token=WRONG) as elsewhere:
        elsewhere.owner = elsewhere.add_account("sato")
        base = elsewhere.base_url
        output = terminal.run("init", "token", "--test", code=5, CHATWORK_API_TOKEN=WRONG, CHATWORK_API_BASE_URL=base)

    assert "belongs to account" in output
    assert "The token works: yamada" in terminal.run("init", "token", "--test")


@pytest.mark.drawn
def test_without_an_archive_it_is_said_how_to_begin(terminal: Terminal, tmp_path: Path) -> None:
    """With a token that works, and without any."""
    terminal.environ["ARCHIVE_HOME"] = str(tmp_path / "none")

    assert "archive init" in terminal.run("init", "token", "--test", CHATWORK_API_TOKEN=TOKEN)
    (tmp_path / "none").mkdir()
    file.write_settings(tmp_path / "none", language="en", token_source="file:token")
    missing = terminal.run("init", "token", "--test", code=5)
    assert ("archive init" in missing, "init token" in missing) == (True, False)


@pytest.mark.drawn
@pytest.mark.parametrize("text", ["0123 4567", "トークン", "\u3000", "a\u200bb"])
def test_what_no_token_can_be_is_said_as_that(terminal: Terminal, text: str) -> None:
    """And not as something that is wrong with a variable; nothing is asked and nothing stored."""
    output = paste(terminal, text, code=5)

    assert ("Copy" in output, "env:" in output) == (True, False)
    assert TOKEN == (terminal.home / "token").read_text(encoding="utf-8").strip()


def test_full_width_characters_are_folded() -> None:
    """They come from Japanese keyboards."""
    assert TOKEN == clean_token(f"  {FULL_WIDTH}\u3000")
    with pytest.raises(InvalidAnswer):
        clean_token(" ")


@pytest.mark.drawn
def test_a_missing_token_file_is_said_in_the_language_of_the_screen(terminal: Terminal) -> None:
    """Without the words of the operating system."""
    (terminal.home / "token").unlink()

    output = terminal.run("init", "token", "--test", code=5, ARCHIVE_LANG="ja")

    assert ("No such file" in output, "APIトークン" in output) == (False, True)
