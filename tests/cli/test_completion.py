"""Completion with the Tab key: by the protocol that the shells speak, and by real shells."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import BashComplete
from hypothesis import given, strategies

from archiver.cli.commands import COMMANDS, HIDDEN
from archiver.cli.main import build
from archiver.cli.output import columns
from archiver.cli.setup import commands
from tests.support.cases import cases_of
from tests.support.terminals.forked_program import run_program
from tests.support.terminals.pseudo_terminal import PseudoTerminal

ROOT = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A place where no archive is."""
    return tmp_path / "home"


def environ(home: Path, **more: str) -> dict[str, str]:
    """A terminal in Japanese, without a token and without a way to Chatwork."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home.parent),
        "ARCHIVE_HOME": str(home),
        "ARCHIVE_LANG": "ja",
        "CHATWORK_API_BASE_URL": "https://chatwork.invalid/v2",
        **more,
    }


def completions(home: Path, line: str, *, shell: str = "bash", cword: str | None = None) -> list[str]:
    """The completions that the program gives a shell for a line up to the cursor; stderr stays empty."""
    words = shlex.split(line)
    number = cword or str(len(words) - (not line.endswith(" ")))
    asking = {"COMP_WORDS": line, "COMP_CWORD": number, "_ARCHIVE_COMPLETE": f"{shell}_complete"}
    process = run_program([], environ(home, **asking))
    assert "" == process.stderr
    return process.stdout.strip("\n").splitlines()


@pytest.mark.drawn(but="archive --home -expected7")
@pytest.mark.parametrize(("line", "expected"), cases_of(__file__, "what_may_follow_is_told"))
def test_what_may_follow_is_told(home: Path, line: str, expected: list[str]) -> None:
    """Commands, options, profiles of readers, files and folders."""
    assert expected == completions(home, line.format(home=home))


def test_all_commands_are_told_with_their_japanese_texts(home: Path) -> None:
    """As on the help page, the everyday ones first; not to PowerShell, for which Japanese would be unreadable."""
    told, below = (completions(home, line, shell="zsh") for line in ("archive ", "archive job "))

    assert [name for name, one in COMMANDS.items() if one.group != HIDDEN] == told[1::3]
    assert "いまの状態とお知らせ" in told[2::3]
    assert all(not text.isascii() for text in below[2::3])  # a group of click's own, with our texts
    assert ["plain", "save", "_"] == completions(home, "archive sav", shell="powershell")


def test_a_question_that_no_shell_asks_completes_nothing(home: Path) -> None:
    """And says nothing in the middle of the line that somebody types."""
    assert [] == completions(home, "archive job ", cword="no number")
    assert [] == completions(home, "archive ", shell="nosuchshell")


def test_completing_loads_no_heavy_library(home: Path) -> None:
    """It answers between two key presses."""
    code = (
        "import sys; from archiver.cli.main import main; main([]);"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & set(sys.argv[1:])))"
    )
    heavy = ["msgspec", "tomlkit", "keyring", "sqlalchemy", "alembic", "requests", "rich", "jinja2", "flask"]
    asking = {"COMP_WORDS": "archive job sh", "COMP_CWORD": "2", "_ARCHIVE_COMPLETE": "bash_complete"}

    actual = subprocess.run(
        [sys.executable, "-c", code, *heavy],
        cwd=ROOT,
        env=environ(home, **asking),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert ["plain,show", "[]"] == actual.stdout.splitlines()


WORDS = (
    strategies.sampled_from(["job", "search", "export", "--home", "--for", "sync", "--chat", "-", "--"])
    | strategies.text()
)


@pytest.mark.drawn
@given(strategies.lists(WORDS), WORDS)
def test_no_line_is_a_fault(words: list[str], incomplete: str) -> None:
    """Whatever is typed; `answer` would hide it."""
    BashComplete(build(), {}, "archive", "_ARCHIVE_COMPLETE").get_completions(words, incomplete)


# --- the command ---------------------------------------------------------------------------------


def on_screen(home: Path, *arguments: str, **more: str) -> str:
    """What one call of `archive completion` prints on a terminal."""
    with PseudoTerminal([sys.executable, "-m", "archiver", "completion", *arguments], environ(home, **more)) as tty:
        tty.end()
    return tty.shown


def run_completion(home: Path, *arguments: str) -> str:
    """What a shell gets of one call of `archive completion`."""
    done = run_program(["completion", *arguments], environ(home))
    assert 0 == done.returncode, done.stderr
    return done.stdout + done.stderr


@pytest.mark.drawn(but=2)
@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize("shell", list(commands.SHELLS))
def test_the_line_for_each_shell_is_told(home: Path, shell: str, lang: str) -> None:
    """Which file it belongs into and the line, on 80 columns, and nothing is changed."""
    text = on_screen(home, shell, ARCHIVE_LANG=lang)

    assert commands.SHELLS[shell][0] in text
    assert f"archive completion {shell}" in text
    assert max(map(columns, text.splitlines())) <= 80


@pytest.mark.drawn(but=1)
@pytest.mark.parametrize("shell", list(commands.SHELLS))
def test_a_shell_that_reads_it_gets_the_script_alone(home: Path, shell: str) -> None:
    """As in `source <(archive completion bash)`: no sentence stands where the script is read."""
    assert f"{shell}_complete" in run_completion(home, shell)
    assert commands.SHELLS[shell][0] not in run_completion(home, shell)


# --- real shells -----------------------------------------------------------------------------------

SHELLS = {
    "bash": ("--noprofile", "--norc", "-i"),
    "zsh": ("-f", "-i"),
}


@pytest.mark.drawn(but="bash")
@pytest.mark.parametrize("shell", list(SHELLS))
def test_a_real_shell_completes(home: Path, tmp_path: Path, shell: str) -> None:
    """Tab after the beginning of a command makes a line that runs."""
    found = shutil.which(shell)
    if found is None:
        pytest.skip(f"{shell} is not installed")
    program = tmp_path / "archive"
    program.write_text(f'#!/bin/sh\nPYTHONPATH={shlex.quote(str(ROOT))} exec {sys.executable} -m archiver "$@"\n')
    program.chmod(0o755)
    variables = environ(home, PATH=f"{tmp_path}:{os.environ['PATH']}", PS1="> ", ARCHIVE_LANG="en")
    with PseudoTerminal([found, *SHELLS[shell]], variables) as tty:
        tty.answer("> ", commands.SHELLS[shell][1])
        tty.answer("> ", "archive jo\tsho\t--help; exit")
        tty.see("Usage: archive job show")
        tty.end()

    line = re.sub(".\b", "", tty.shown)  # zsh takes back the blank that it has put in
    assert "archive job show --help; exit" in line
