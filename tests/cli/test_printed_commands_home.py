"""Every command that is printed for an archive named by `--home` names that archive; no other words are changed."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver import errors
from archiver.cli.commands import COMMANDS
from archiver.cli.context import banner_line, complete_own_text, completion_for
from archiver.cli.output import fit_lines, wrap
from archiver.cli.saving.daemon import named_messages
from archiver.rounds.scheduled_duties import DaemonMessages
from archiver.wording import Completion, own_completion, typed
from tests.support.cases import cases_of
from tests.support.chatwork.simulator import Chatwork
from tests.support.terminals.forked_program import run_command
from tests.support.terminals.terminal import TOKEN, Terminal
from tests.support.terminals.terminal_world import TerminalWorld, running_terminal_world

WORDS = "次は archive save を実行、または archive export です"
"""Of a message: no command of the program."""
_OF_AN_ARCHIVE = [name for name in COMMANDS if name not in ("app", "completion", "demo", "guide", "help")]
_WITHOUT_HOME = re.compile(rf"(?<![\w/.-])archive (?:{'|'.join(_OF_AN_ARCHIVE)})\b[^\n]*")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TerminalWorld]:
    """An archive of one contract in a folder whose name needs quotation marks."""
    with running_terminal_world(tmp_path_factory.mktemp("home") / "my archive {1}") as world:
        world.post(f"{WORDS}、よろしく")
        world.sync()
        yield world


def typed_elsewhere(world: TerminalWorld, *words: object, language: str = "en") -> subprocess.CompletedProcess[str]:
    """A command that is typed where nothing else names the archive."""
    environ = {name: value for name, value in world.terminal.environ.items() if name != "ARCHIVE_HOME"}
    return run_command(world.terminal.command(*words), environ | {"ARCHIVE_LANG": language})


def printed_for_home(world: TerminalWorld, *words: object, language: str = "en") -> str:
    """What a command prints where the archive is named by `--home` and by nothing else, whatever its exit code."""
    process = typed_elsewhere(world, "--home", world.terminal.home, *words, language=language)
    return process.stdout + process.stderr


@pytest.mark.drawn(but=5)
@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("words", cases_of(__file__, "each_command_names_the_home"), ids=" ".join)
def test_each_command_names_the_home(world: TerminalWorld, words: tuple[str, ...], language: str) -> None:
    """The next step, hints of errors, sentences of health and of contracts, in both languages."""
    printed = printed_for_home(world, *(world.room if word == "ROOM" else word for word in words), language=language)

    assert [] == _WITHOUT_HOME.findall(printed.replace(WORDS, ""))
    assert f"archive --home '{world.terminal.home}' " in printed


@pytest.mark.drawn(but=2)
@pytest.mark.parametrize(
    "words", [("status",), ("search", "よろしく"), ("job", "show", "job1"), ("job", "chats")], ids=" ".join
)
def test_a_printed_command_works_as_it_is_printed(world: TerminalWorld, words: tuple[str, ...]) -> None:
    """Its words as a shell divides them, where nothing else names the archive."""
    for line in re.findall(r"archive --home '[^'\n]+'(?: [a-z0-9-]+)+", printed_for_home(world, *words)):
        program, *arguments = shlex.split(line)
        asked = typed_elsewhere(world, *arguments, "--help")
        assert (program, 0, ["--home", str(world.terminal.home)]) == ("archive", asked.returncode, arguments[:2]), line


def test_the_hint_of_an_error_works_as_it_is_printed(world: TerminalWorld) -> None:
    """The whole line, typed where nothing else names the archive."""
    (hint,) = re.findall(r"(?m): (archive .* job)$", printed_for_home(world, "export", "nothing"))

    assert "job1" in typed_elsewhere(world, *shlex.split(hint)[1:]).stdout


def test_an_error_about_another_archive_names_that_one(world: TerminalWorld, tmp_path: Path) -> None:
    """As where an archive is to be entered in a ledger that is not there yet."""
    other = tmp_path / "other"

    refused = printed_for_home(world, "team", "adopt", other, "--ledger", "host=nowhere")

    assert f"Set one up with: archive --home {other} init" in refused


def test_the_banner_keeps_a_sentence_where_the_program_has_a_long_name() -> None:
    """What tells of the others goes onto the next line then."""
    program = "/home/taro/archiver/.venv/bin/archive --home /home/taro/saved"
    sentence = "Job 12345678: something big changed in its chat."

    with own_completion(Completion(complete_own_text, program)):
        line = banner_line([f"{sentence} Don't leave the chat; see: archive", "more"])

    assert [sentence, f"  (1 more: {program})"] == fit_lines(line).splitlines()


def test_every_module_whose_texts_name_a_command_takes_them_completed() -> None:
    """Of those whose texts are printed; pages turn commands into links, and packages name no archive."""
    elsewhere = ("comparison", "console", "demo", "evidence", "export", "web")
    root = Path(errors.__file__).parents[1]
    paths = [path for path in root.rglob("*.py") if path.relative_to(root).parts[0] not in elsewhere]

    assert [] == [path for path in paths if "from gettext import" in path.read_text("utf-8") and _names_command(path)]


def _names_command(path: Path) -> bool:
    """Whether a text that is translated there names a command of an archive."""
    calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
    texts = [
        argument.value
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id in ("_", "ngettext")
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    ]
    return any(complete_own_text(text, "x") != text for text in texts)


def test_a_path_with_braces_is_no_field(tmp_path: Path) -> None:
    """Texts are filled in after their commands were completed."""
    home = tmp_path / "{0} {name}"

    with own_completion(completion_for(home)):
        filled = typed("{name}: archive save   {{}}").format(name="job1")

    assert f"job1: archive --home '{home}' save   {{}}" == filled


def test_where_one_process_saves_all_archives_each_is_named(tmp_path: Path) -> None:
    """A hint under the path of an archive is about that one; what is said afterwards names none."""
    told: list[str] = []
    messages = DaemonMessages(trouble=lambda error: told.append(error.advice()))
    for name in ("first", "second"):
        named_messages(messages, tmp_path / name).trouble(errors.TokenMissing(source="x"))
    first, second = told

    assert f"archive --home {tmp_path / 'first'} init token" in first
    assert f"archive --home {tmp_path / 'second'} init token" in second
    assert "archive save" == typed("archive save")


def test_what_others_wrote_is_shown_as_it_is(world: TerminalWorld) -> None:
    """A message with the words of a command is evidence, also where the home is named."""
    assert WORDS in printed_for_home(world, "search", "--chat", world.room)
    assert WORDS in printed_for_home(world, "search", "よろしく")


def test_a_home_of_the_environment_is_not_named(world: TerminalWorld) -> None:
    """The variable is set in the terminal in which the command is typed."""
    assert "--home" not in "".join(world.both("status"))


def test_nothing_is_changed_for_the_next_call_in_the_process(tmp_path: Path) -> None:
    """As where a program calls the command twice."""
    with Chatwork(token=TOKEN) as chatwork:
        terminal = Terminal(tmp_path / "home", chatwork)
        terminal.environ["ARCHIVE_LANG"] = "en"

        first = terminal.both("--home", tmp_path / "other", "status", code=5)
        second = terminal.both("status", code=5)

    assert f"archive --home {tmp_path / 'other'} init" in "".join(first)
    assert "Set one up with: archive init" in "".join(second)


def test_a_command_with_its_home_stays_on_one_line() -> None:
    """A line end would end the command that is copied."""
    command = "archive --home '/srv/my archive' init schedule"

    assert ["To set it up:", command] == wrap(f"To set it up: {command}", 50)
