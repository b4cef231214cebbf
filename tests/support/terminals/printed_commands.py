"""Finds the commands that texts print (catalogue, code, documentation) and calls them as far as their arguments go."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click

from archiver.cli.main import build

ROOT = Path(__file__).parents[3]

_CALL = re.compile(r"(?<![\w/.~-])archive ((?:--home \S+ |-[a-z-]+ )*[a-z][^\n]*)")
_END = re.compile(r"[“”`|;「」。、()（）]|[.:,](?= |$)| {2,}|\\n")
_WORD = re.compile(r'"[^"]*"|[^\s"]+')
"""A word of a command line; a quoted value is one."""
_PLACEHOLDER = re.compile(r"\[?[A-Z][A-Z_-]*…?\]?|\{[a-z_]+\}|<[^>]+>")
_GLOBAL_OPTIONS = {"-q", "-v", "--home"}

NUMBER = "3"
"""What stands for a number."""


def texts() -> Iterator[tuple[str, str]]:
    """Every text that a user may read, with where it stands."""
    for path in sorted((ROOT / "archiver").rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        if not re.search(r"\barchive [-a-z\"']", source):
            continue
        nodes = [*ast.walk(ast.parse(source))]
        parts = {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
        for node in nodes:
            if isinstance(node, ast.JoinedStr):
                texts_and_values = (part.value if isinstance(part, ast.Constant) else "{value}" for part in node.values)
                yield f"{path.relative_to(ROOT)}:{node.lineno}", "".join(map(str, texts_and_values))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node.value
    catalogue = ROOT / "archiver" / "locale" / "ja" / "LC_MESSAGES" / "messages.po"
    for number, line in enumerate(catalogue.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith(("msgstr", '"')):
            yield f"messages.po:{number}", line.partition('"')[2].removesuffix('"').replace('\\"', '"')
    made = ROOT / "docs" / "reference" / "commands.md"  # of the code's own texts
    for path in sorted({*ROOT.glob("README*.md"), *(ROOT / "docs").rglob("*.md")} - {made}):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not line.startswith("#"):  # a heading is a command's name
                yield f"{path.relative_to(ROOT)}:{number}", line


_root = cache(build)


@cache
def _below(group: click.Group, name: str) -> click.Command | None:
    """A command of a group, put into words once."""
    return group.get_command(click.Context(group), name)


@cache
def printed_commands() -> dict[tuple[str, ...], str]:
    """The words of each command after `archive`, as far as they belong to it, and a place where it stands."""
    found: dict[tuple[str, ...], str] = {}
    for place, text in texts():
        for match in _CALL.finditer(text):
            words = _command_words(_WORD.findall(_END.split(match[1], maxsplit=1)[0]))
            if words:
                found.setdefault(tuple(words), place)
    return found


def usage_error(words: tuple[str, ...]) -> str | None:
    """What click has against a call with these words, placeholders filled in; None: it would begin its work.

    The command itself is not run. Files need not be there.
    """
    command: click.Command = _root()
    context = click.Context(command, info_name="archive")
    rest = list(words)
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        found = _below(command, rest[0])
        if found is None:
            return f"no command {rest[0]}"
        command, rest = found, rest[1:]
        context = click.Context(command, info_name=found.name, parent=context)
    if isinstance(command, click.Group) and not command.invoke_without_command:
        return None if not rest or rest == ["--help"] else "a group takes no arguments"
    try:
        command.parse_args(context, _filled(command, rest))
    except click.exceptions.Exit:
        return None  # its help
    except click.FileError:
        return None
    except click.UsageError as error:
        is_path = isinstance(error, click.BadParameter) and error.param and isinstance(error.param.type, click.Path)
        return None if is_path else error.format_message()
    return None


def filled_words(words: tuple[str, ...]) -> list[str]:
    """The words of a printed command with a value in place of each placeholder."""
    command: click.Command = _root()
    taken: list[str] = []
    rest = list(words)
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        found = _below(command, rest[0])
        if found is None:
            break
        command, taken, rest = found, [*taken, rest[0]], rest[1:]
    return [*taken, *_filled(command, rest)]


def _command_words(words: list[str]) -> list[str]:
    """The words up to the first one that belongs to the sentence and not to the command."""
    command: click.Command = _root()
    taken: list[str] = []
    rest = list(words)
    while rest and rest[0] in _GLOBAL_OPTIONS:
        rest = rest[2 if rest[0] == "--home" else 1 :]
    while isinstance(command, click.Group) and rest:
        found = _below(command, rest[0])
        if found is None:
            break
        command, rest, taken = found, rest[1:], [*taken, found.name or ""]
    if not taken:  # behind --home no sentence goes on: it is a command that there is not
        return rest[:1] if rest != words else []
    options = {name: one for one in command.params if isinstance(one, click.Option) for name in one.opts}
    arguments = [one for one in command.params if isinstance(one, click.Argument)]
    while rest:
        word, rest = rest[0].rstrip("….,") or "…", rest[1:]
        missing = next((one for one in arguments if one.required), None)
        if not word.startswith("-") and arguments:
            choice = arguments.pop(0).type
            if isinstance(choice, click.Choice) and word in choice.choices:
                taken.append(word)
                continue
            if missing is not None and not word.isascii():
                taken.append("X")
                continue
        if word == "--help" or (word in options and options[word].is_flag):
            taken.append(word)
        elif word in options and rest:
            taken += [word, rest[0]]
            rest = rest[1:]
        elif word.startswith("--") or _PLACEHOLDER.fullmatch(word) or re.search(r"\d|[=/_\\]|\.[a-z]+$", word):
            taken.append(word)
        else:
            break
    return taken


def _filled(command: click.Command, words: list[str]) -> list[str]:
    """The words with a value in place of each placeholder."""
    options = {name: one for one in command.params if isinstance(one, click.Option) for name in one.opts}
    arguments = [one for one in command.params if isinstance(one, click.Argument)]
    filled: list[str] = []
    previous: click.Parameter | None = None
    for word in words:
        optional = word.startswith("[") and word.endswith("]")
        word = word.strip('"')
        if _PLACEHOLDER.fullmatch(word) or word == "…" or not word.isascii():
            parameter = previous or (arguments.pop(0) if arguments else None)
            if not optional:
                filled.append(_value(parameter, word))
            previous = None
            continue
        filled.append(word)
        option = options.get(word)
        if previous is None and option is None and not word.startswith("-") and arguments:
            arguments.pop(0)
        previous = option if option is not None and not option.is_flag and not option.count else None
    return filled


def _value(parameter: click.Parameter | None, word: str) -> str:
    if parameter is None:
        return word
    kind = parameter.type.types[0] if isinstance(parameter.type, click.Tuple) else parameter.type
    if isinstance(kind, click.Choice):
        return str(kind.choices[0])
    return NUMBER if isinstance(kind, click.types.IntParamType) else word
