"""What the commands print on a terminal of 80 columns, on the archive of a whole story."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from archiver.cli.commands import COMMANDS
from archiver.cli.output import columns
from archiver.demo.story import play, set_stage
from tests.support.terminals.pseudo_terminal import CTRL_D, PseudoTerminal
from tests.support.terminals.terminal import Terminal

COMMAND_LINES = """
status
status --full
status --alerts
job
job show
job show --phone
export --list
job chats
init schedule --show
verify --deep
guide
guide trouble
help
init token --test
completion zsh
search 動画
search from:田中
search has:delete
search before:2100-01-01
search 無い
search --chat 動画
export job1 --preview
export job1 --for lawyer --yes
sync --dry-run
sync
seal
job enter file
backup
export --handed 1 --whom クラウドワークスのお問い合わせ窓口のご担当者さま --on 2026-01-01 --how お問い合わせ
status --done 1
save --all
sync --chat 1
search --from 昨日のいつか
""".splitlines()
"""What is typed: nothing at first, and in the end mistakes."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    """The archive of the story, while its simulated Chatwork still runs."""
    home = tmp_path_factory.mktemp("w") / "a"
    with set_stage(home, lambda _line: None) as story:
        play(story)
        terminal = Terminal(home, story.chatwork)
        terminal.environ |= {"CHATWORK_API_TOKEN": story.chatwork.token, "PAGER": "cat", "LINES": "24"}
        screen(terminal, "ja", "status", "--full", keys=[""] * 6)  # what it asks once a month
        yield terminal


def screen(desk: Terminal, language: str, *words: str, keys: Sequence[str] = (CTRL_D,)) -> str:
    """What a command prints on a terminal, where a question gets the end of input, or what is typed ahead."""
    environ = desk.environ | {"ARCHIVE_LANG": language}
    with PseudoTerminal([sys.executable, "-m", "archiver", *words], environ) as terminal:
        terminal.answer("", *keys)
        terminal.end()
        return terminal.shown


def wide_lines(text: str) -> list[str]:
    """Lines of more than 80 columns that could be broken: they are not one word such as an address or a path."""
    lines = [line.rstrip() for line in re.split(r"[\r\n]", text)]
    return [line for line in lines if columns(line) > 80 and (" " in line.strip() or not line.isascii())]


@pytest.mark.slow
@pytest.mark.parametrize("language", [pytest.param("ja", marks=pytest.mark.drawn), "en"])
def test_no_line_is_wider_than_80_columns(desk: Terminal, language: str) -> None:
    """Whatever is asked for, in both languages, full-width characters counted as two."""
    shown = {line: screen(desk, language, *shlex.split(line)) for line in COMMAND_LINES}

    assert {} == {line: wide for line, text in shown.items() if (wide := wide_lines(text))}
    assert [] == [line for line, text in shown.items() if not text.strip() or "Traceback" in text]


@pytest.mark.slow
@pytest.mark.parametrize("language", ["ja", "en"])
def test_no_help_page_is_wider_than_80_columns(desk: Terminal, language: str) -> None:
    """`-h`, `--help` and `help` show the same page of each command."""
    for name in COMMANDS:
        page = screen(desk, language, "help", name)

        assert [] == wide_lines(page)
        assert f"archive {name} " in page
        assert page == screen(desk, language, name, "-h")


def test_what_is_longer_than_the_screen_goes_to_the_pager(tmp_path: Path) -> None:
    """The pager gets the page as it is; a short page and a pipe need none."""
    pager = tmp_path / "pager"
    pager.write_text("#!/bin/sh\necho BEGIN; cat; echo END\n")
    pager.chmod(0o755)
    environ = {"ARCHIVE_LANG": "en", "HOME": str(tmp_path), "PAGER": str(pager), "LINES": "20", "PATH": "/usr/bin:/bin"}

    pages = []
    for words in (["help"], ["help", "seal"]):
        with PseudoTerminal([sys.executable, "-m", "archiver", *words], environ) as terminal:
            assert terminal.end() == 0
            pages.append(terminal.shown)

    assert pages[0].startswith("BEGIN\nUsage: archive ")
    assert pages[0].endswith("END\n")
    assert pages[1].startswith("Usage: archive seal ")
