"""`archive`: its options, its one error handler, its exit codes, on every terminal."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import click
import pytest

from archiver.cli.commands import COMMANDS, HIDDEN, SECOND_NAMES
from archiver.cli.main import build, main
from archiver.cli.output import columns
from tests.support.cases import cases_of
from tests.support.terminals.tiny_commands import TABLE

ROOT = Path(__file__).parents[2]
TINY = (
    "import sys; from archiver.cli.main import main; from tests.support.terminals.tiny_commands import TABLE;"
    "sys.exit(main(table=TABLE))"
)


def run(
    *arguments: str, tiny: bool = False, environ: Mapping[str, str] = MappingProxyType({})
) -> subprocess.CompletedProcess[bytes]:
    """`archive` in a process of its own, with only these variables."""
    program = ["-c", TINY] if tiny else ["-m", "archiver"]
    return subprocess.run(
        [sys.executable, *program, *arguments],
        cwd=ROOT,
        env={"COLUMNS": "80", "HOME": "/nonexistent", **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )


def tiny(home: Path, *arguments: str, lang: str = "en") -> int:
    """One of the tiny commands, in this process."""
    return main(["--home", str(home), "--lang", lang, *arguments], table=TABLE)


# --- the program's own options ---------------------------------------------------------------


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_help_fits_80_columns_and_shows_every_command(lang: str) -> None:
    """Everyday things first; no line is longer than a narrow terminal."""
    actual = run("--help", environ={"ARCHIVE_LANG": lang})

    text = actual.stdout.decode("utf-8")
    assert (0, b"") == (actual.returncode, actual.stderr)
    assert max(map(columns, text.splitlines())) <= 80
    groups = {
        "ja": ("はじめる", "ふだん", "渡す", "守る", "ほか"),
        "en": ("Start", "Every day", "Hand over", "Keep safe", "More"),
    }[lang]
    rows = text.partition(f"\n{groups[0]} ")[2].partition("\n\n")[0]
    listed = re.findall(rf"(?m)^(?:{'|'.join(groups)})? +([a-z]+) +\S", f"{groups[0]} {rows}")
    assert [name for name, one in COMMANDS.items() if one.group != HIDDEN] == listed
    last = {"ja": "試す(準備なしで): archive demo", "en": "Try it without setup: archive demo"}[lang]
    assert (last, 22) == (text.splitlines()[-1].partition("export -h      ")[2], text.count("\n"))
    places = [text.index(f"\n{group} ") for group in groups]
    assert sorted(places) == places


def test_what_services_and_scripts_call_is_accepted_and_not_listed() -> None:
    """And the first two begin."""
    groups: dict[str, list[str]] = {}
    for name, listed in COMMANDS.items():
        groups.setdefault(listed.group, []).append(name)

    assert ["app", "init"] == next(iter(groups.values()))
    assert ["demo", "seal", "upkeep", "daemon", "mcp", "completion", "help"] == groups[HIDDEN]
    assert build().get_command(build().make_context("archive", [], resilient_parsing=True), "daemon").hidden  # type: ignore[union-attr]


def test_few_options_are_listed() -> None:
    """A newcomer has at most 110 to read of, without those of a team."""

    def listed(command: click.Command) -> int:
        commands = command.commands.values() if isinstance(command, click.Group) else ()
        options = [one for one in command.params if isinstance(one, click.Option) and not one.hidden]
        return len(options) + sum(map(listed, commands))

    root = build()
    context = click.Context(root)
    shown = [name for name, one in COMMANDS.items() if one.group != HIDDEN and name != "team"]

    assert listed(root) + sum(listed(command) for name in shown if (command := root.get_command(context, name))) <= 110


def test_names_in_schedules_and_scripts_stay_accepted() -> None:
    """They are the new commands, and no list names them."""
    root = build()
    context = root.make_context("archive", [], resilient_parsing=True)

    for old, new in SECOND_NAMES.items():
        _name, command, rest = root.resolve_command(context, [*old, "--json"])
        assert (new[0], [*new[1:], "--json"]) == (command and command.name, rest)
        assert old[0] not in COMMANDS


def test_help_loads_no_command_and_no_heavy_library() -> None:
    """It is there at once: what a command needs is imported when it is called."""
    code = (
        "import sys; from archiver.cli.main import main; main(['--home', '/nonexistent', '--help']);"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & set(sys.argv[1:])),"
        " 'archiver.cli.setup.commands' in sys.modules, 'archiver.settings.file' in sys.modules,"
        " 'archiver.records' in sys.modules)"
    )
    heavy = ["msgspec", "tomlkit", "keyring", "sqlalchemy", "alembic", "requests", "rich", "jinja2"]

    actual = subprocess.run(
        [sys.executable, "-c", code, *heavy], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )

    assert "[] False False False" == actual.stdout.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "environ", "begin"),
    [
        (["--help"], {"LANG": "C"}, "使い方: archive "),
        (["--help"], {"LC_ALL": "POSIX"}, "使い方: archive "),
        (["--help"], {}, "使い方: archive "),
        (["--help"], {"LANG": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}, "使い方: archive "),
        (["--home", "HOME", "--help"], {}, "Usage: archive"),
        (["--version"], {}, "archive "),
    ],
)
def test_help_and_version_are_there_whatever_is_broken(
    tmp_path: Path, arguments: list[str], environ: dict[str, str], begin: str
) -> None:
    """A bare machine has no locale: Japanese in UTF-8. The language is read from what stands above a fault."""
    (tmp_path / "archive.toml").write_bytes(b'language = "en"\n[[[\n\xff\xfe')

    actual = run(*(str(tmp_path) if one == "HOME" else one for one in arguments), environ=environ)

    assert (0, b"") == (actual.returncode, actual.stderr)
    assert actual.stdout.decode("utf-8").startswith(begin)


@pytest.mark.parametrize("encoding", ["cp932", "ascii", "utf-8"])
def test_any_text_can_be_printed_on_any_terminal(encoding: str) -> None:
    """A code page has no emoji, no encoding has lone surrogates: neither ends the program."""
    actual = run("hostile", tiny=True, environ={"PYTHONIOENCODING": encoding, "LANG": "C"})

    expected = "保存 a\u202eb\\ud83d\nc🎉\n".encode()
    assert (0, expected, expected) == (actual.returncode, actual.stdout, actual.stderr)


# --- what a command is given -----------------------------------------------------------------


@pytest.mark.parametrize(("flags", "verbose"), [([], 0), (["-v"], 1), (["-vv"], 2), (["-q"], -1)])
def test_a_command_gets_home_verbosity_and_settings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], flags: list[str], verbose: int
) -> None:
    """The settings are read when the command asks for them."""
    (tmp_path / "archive.toml").write_text('language = "en"', encoding="utf-8")

    code = tiny(tmp_path, *flags, "say", "--room", "7")

    assert (0, f"{tmp_path} {verbose} en 7\n") == (code, capsys.readouterr().out)


def test_a_command_says_its_exit_code(tmp_path: Path) -> None:
    """As what it returns, or by leaving."""
    assert (4, 3) == (tiny(tmp_path, "status"), tiny(tmp_path, "fail", "exit"))


def test_alone_it_is_the_status(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The one word to remember shows how things stand."""
    (tmp_path / "archive.sqlite3").touch()

    code = tiny(tmp_path)

    assert (4, "the state\n") == (code, capsys.readouterr().out)


@pytest.mark.parametrize(("lang", "word"), [("ja", "データベース"), ("en", "The database of the archive in")])
def test_alone_it_says_of_a_home_with_seals_that_the_database_is_gone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lang: str, word: str
) -> None:
    """And not that nothing is set up yet."""
    (tmp_path / "seals").mkdir()
    (tmp_path / "seals" / "000001-2026-11-24.json").touch()

    code = tiny(tmp_path, lang=lang)

    captured = capsys.readouterr()
    assert (5, "") == (code, captured.out)
    assert word in captured.err


@pytest.mark.parametrize(("lang", "word"), [("ja", "まだ準備ができていません"), ("en", "Nothing is set up yet")])
def test_alone_without_an_archive_it_shows_where_to_begin(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lang: str, word: str
) -> None:
    """An invitation, no error."""
    code = tiny(tmp_path, lang=lang)

    text = capsys.readouterr().out
    home = shlex.quote(str(tmp_path))
    assert (0, True) == (code, word in text)
    assert [True, True] == [f"archive --home {home} {command}" in text for command in ("app", "init")]
    assert "Chatwork" in text.splitlines()[0]  # what this is, before where it would lie
    assert [] == [line for line in text.splitlines() if columns(line) > 80 and str(tmp_path) not in line]


# --- errors ----------------------------------------------------------------------------------


def test_an_error_of_ours_is_a_line_a_hint_and_its_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Foreign text in it cannot move the cursor, turn the line or end it."""
    code = tiny(tmp_path, "fail", "ours")

    captured = capsys.readouterr()
    assert (5, "") == (code, captured.out)
    path = "a[U+001B][2J[U+202E]b[U+D83D] c🎉"
    sentence = (
        f"Error: This token belongs to account 1, but the archive in {path} belongs to account 2. Nothing was saved."
    )
    hint = "Use the token of account 2; another account needs an archive of its own, in another folder."
    assert [sentence, hint] == captured.err.splitlines()


@pytest.mark.parametrize(
    ("kind", "code", "sentence"),
    [
        ("full", 1, "エラー: ディスクの空きがありません(/somewhere)。前に保存したものは残っています。"),
        ("forbidden", 1, "エラー: このパソコンでは /somewhere の使用が許可されていません: 権限がありません"),
        ("interrupt", 130, "中断しました。保存したものは残っています。"),
    ],
)
def test_what_the_system_does_to_us_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str, code: int, sentence: str
) -> None:
    """A full disk, a closed folder and Ctrl-C are nobody's bug."""
    actual = tiny(tmp_path, "fail", kind, lang="ja")

    assert (code, sentence) == (actual, capsys.readouterr().err.splitlines()[0])


def test_a_question_that_nobody_can_answer_is_an_error(tmp_path: Path) -> None:
    """An unattended run ends at once."""
    actual = run("--home", str(tmp_path), "--lang", "en", "fail", "question", tiny=True)

    assert (2, True) == (actual.returncode, b"nobody can answer here" in actual.stderr)


@pytest.mark.parametrize(("arguments", "expected"), cases_of(__file__, "a_mistake_in_the_call_is_exit_2_in_japanese"))
def test_a_mistake_in_the_call_is_exit_2_in_japanese(
    capsys: pytest.CaptureFixture[str], arguments: list[str], expected: str
) -> None:
    """What is wrong, near names, and where to read on: click's own sentences too."""
    code = main(["--lang", "ja", *arguments], table=TABLE)

    assert (2, expected) == (code, capsys.readouterr().err.splitlines()[0])


@pytest.mark.parametrize(
    ("words", "line"),
    [("several below too much", "How to use it: archive several below --help"), ("several", "  below  One of them.")],
)
def test_a_mistake_leads_to_the_help_of_its_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: str, line: str
) -> None:
    """The second line is the call to make; a group alone shows its help, as wrong usage: nothing was done."""
    code = tiny(tmp_path, *words.split())

    assert (2, True) == (code, line in capsys.readouterr().err.splitlines())


def test_broken_settings_are_exit_5(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The file and the key are named."""
    (tmp_path / "archive.toml").write_text("sync.every = 5", encoding="utf-8")

    code = tiny(tmp_path, "say", "--room", "1")

    sentence = (
        f"Error: The settings file {tmp_path}/archive.toml has a mistake: sync.every must be a text in quotation marks."
    )
    assert (5, sentence) == (code, capsys.readouterr().err.splitlines()[0])


@pytest.mark.parametrize(("kind", "expected"), [("bug", ZeroDivisionError), ("other", FileNotFoundError)])
def test_a_bug_shows_its_trace(tmp_path: Path, kind: str, expected: type[Exception]) -> None:
    """What nobody thought of is not made to look like something the user did."""
    with pytest.raises(expected):
        tiny(tmp_path, "fail", kind)


def test_a_reader_that_goes_away_is_no_error() -> None:
    """`archive … | head` ends quietly."""
    with subprocess.Popen(
        [sys.executable, "-c", TINY, "much"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        error_output = process.stderr.read()
        code = process.wait(timeout=60)

    assert (1, b"") == (code, error_output)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a folder in use cannot be removed so")
def test_a_folder_that_cannot_be_used_is_said_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """For the demo's folder, and where the folder was removed in which the command is typed."""
    (tmp_path / "file").touch()
    codes = [main(["--lang", "en", "demo", "--dir", place]) for place in ("/proc/x", f"{tmp_path}/file/d")]
    told = capsys.readouterr().err
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    codes += [main(["--lang", "en", "demo", *given]) for given in ([], ["--dir", "x"])]

    assert [1, 1, 1, 1] == codes
    assert 2 == told.count("cannot be written to")
    assert 2 == capsys.readouterr().err.count("The folder in which you typed this is no longer there.")


def test_the_program_is_named_as_the_terminal_knows_it(tmp_path: Path) -> None:
    """Where the terminal knows no `archive` they name the file that was started, as by uvx, which adds its own."""
    own = Path(sys.executable).parent
    code = "import sys; from archiver.cli.context import program_name; sys.argv[0] = sys.argv[1];print(program_name())"
    (tmp_path / "archive").touch(mode=0o755)
    words = [
        subprocess.run(
            [sys.executable, "-c", code, str(own / "archive")], cwd=ROOT, env=environ, capture_output=True, check=True
        )
        .stdout.decode()
        .strip()
        for environ in ({"PATH": f"{own}"}, {"PATH": f"{own}:{tmp_path}"}, {"PATH": "", "VIRTUAL_ENV": sys.prefix})
    ]

    assert [str(own / "archive"), "archive", "archive"] == words


@pytest.mark.parametrize("words", [(), ("status",), ("stauts",), ("job", "enter", "--so")], ids=" ".join)
def test_every_recommended_line_works_as_it_is_printed(tmp_path: Path, words: tuple[str, ...]) -> None:
    """The first words, errors and mistakes in the call name the program's place where no terminal finds it."""
    program = Path(sys.executable).with_name("archive")
    environ = {"HOME": str(tmp_path), "PATH": str(program.parent), "ARCHIVE_LANG": "en"}

    ended = subprocess.run([program, *words], env=environ, capture_output=True, text=True, check=False)

    named = re.findall(r"\S*archive(?= (?!in )(?:[a-z]|--?[a-z]))", ended.stdout + ended.stderr)
    assert {str(program)} == set(named)
