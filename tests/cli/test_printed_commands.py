"""Every command that a text prints works as printed: it comes to its work or to its first question."""

from __future__ import annotations

import re

from archiver.cli.commands import COMMANDS
from tests.support.terminals.printed_commands import printed_commands, texts, usage_error

_GLUED = re.compile(rf": archive (?:{'|'.join(COMMANDS)})(?: [\w{{}}=:/-]+)*[.。]$", re.ASCII)


def test_no_printed_command_is_wrong_usage() -> None:
    """In the code's texts and their translations, README and the documentation, with anything for a placeholder."""
    commands = printed_commands()

    assert {} == {
        f"archive {' '.join(words)}": f"{place}: {error}"
        for words, place in commands.items()
        if (error := usage_error(words)) is not None
    }


def test_a_command_at_the_end_of_a_text_is_followed_by_nothing() -> None:
    """Who copies it to the end of its line copies no full stop."""
    assert [] == [(place, text) for place, text in texts() if not place.endswith(".md") and _GLUED.search(text)]


def test_the_commands_are_found_where_they_stand() -> None:
    """With the words that belong to them, options and quoted values included, and nothing of the sentence after."""
    commands = printed_commands()

    assert {
        ("init", "token", "--where", "file:token"),
        ("job", "who", "job1", "7654321", "client", "--reason", '"told me on CrowdWorks"'),
        ("save", "FILE"),
        ("init", "schedule", "--with", "cron"),
        ("status", "--done", "NUMBER"),
    } <= set(commands)
    assert len(commands) > 100


def test_a_wrong_command_is_found() -> None:
    """An option that there is not, an argument that is missing, a word too many."""
    assert usage_error(("status", "--full")) is None
    wrong = ("status --nothing", "job who", "status now", "nothing", "job enter --kind")
    assert [] == [text for text in wrong if usage_error(tuple(text.split())) is None]
