"""Prints on a terminal: lines of at most 80 columns with nothing hidden in them, long results in a pager, progress."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from contextvars import ContextVar
from datetime import timedelta
from gettext import gettext as _
from typing import TYPE_CHECKING, Any, Self

import click

from archiver.render.invisible_characters import character_width, shorten, visible_line
from archiver.render.invisible_characters import columns as columns

if TYPE_CHECKING:
    from archiver.store.queries.room_holdings import WantedFile
    from archiver.sync.plan import PlanStep
    from archiver.sync.run_start import ProgressCallbacks

visible = visible_line
"""One line for the screen: what a terminal would obey or not show is marked."""

WIDTH = 80
"""Columns of the screen that everything is made for."""

#: Characters that begin no line, and characters that end none (kinsoku; JIS X 4051, JLREQ §3.1.7 and §3.1.8).
_NOT_FIRST = set(
    "、。,.・:;?!゛゜ヽヾゝゞ々ー’”)〕]}〉》」』】〜ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ%)]},.:;!?…"
)
_NOT_LAST = set("‘“(〔[{〈《「『【([{")

_HIRAGANA = re.compile("[\u3041-\u3096]")
_KATAKANA = re.compile("[\u30a1-\u30fa\u30fc]")
_KANJI = re.compile("[\u3400-\u9fff々]")
_WORD_CHARACTERS = re.compile("[\u3041-\u3096\u30a1-\u30fa\u30fc\u3400-\u9fff々]")


_COMMAND = re.compile(
    r"""((?: '[^']*[/\\]archive' | (?<![\w./\\-])[\w./\\:~-]*archive ) (?:[.]exe)?
        (?= [ ] [a-z-] )
        (?: [ ] --home [ ] (?: '[^']*' | "[^"]*" | \S+ ) )?
        (?: [ ] [a-z][a-z-]*\b ){0,4}
        (?: [ ] (?: '[^']*' | "[^"]*" | (?=\S*[^a-z\s]) [^\s、。()\uff08\uff09ぁ-ん]+ (?<![.,:;」”]) )
            (?: [ ] [a-z]+\b(?![.:=]\w) )? )*)""",
    re.ASCII | re.VERBOSE,
)
"""A command as it is typed: the program by its name or place, a few plain words, options, numbers and other values."""


def pad(text: str, width: int) -> str:
    """The text with spaces up to `width` columns; a longer one stays as it is."""
    return text + " " * (width - columns(text))


def beside(head: str, texts: Iterable[str]) -> Iterator[str]:
    """Lines of the screen's width: the texts at the right of a head, broken below each other.

    A command too wide for its place begins further to the left, if it then fits.
    """
    margin = columns(head)
    for line in (line for text in texts for line in wrap(text, WIDTH - margin)):
        is_wide = columns(line) > WIDTH - margin
        if is_wide and head.strip():
            yield head.rstrip()
        yield " " * max(0, WIDTH - columns(line)) + line if is_wide else head + line
        head = " " * margin


def side_by_side(rows: Sequence[tuple[str, ...]]) -> str:
    """Two aligned columns of text, one line for each row."""
    width = max(columns(left) for left, _right in rows) + 2
    return "\n".join(pad(left, width) + right for left, right in rows)


def wrap(text: str, width: int, *, cuts_words: bool = True) -> list[str]:
    """Lines of at most `width` columns: broken at spaces, and between Japanese characters where that is allowed.

    A command to be typed, such as `archive init schedule`, stays whole, on a line of its own if it is too wide. Another
    word wider than a line, such as an address or a path, is cut, or else keeps a line of its own. What follows three
    spaces begins a line, unless it fits into the one before.
    """
    lines: list[str] = []
    for part in _WIDE_GAP.split(text):
        if lines and columns(lines[-1] + _GAP + part) <= width:
            lines[-1] += _GAP + part
        else:
            lines += _wrap_part(part, width, cuts_words=cuts_words)
    return lines


_GAP = " " * 3
_WIDE_GAP = re.compile(rf"(?<=\S){_GAP} *(?=\S)")


def _wrap_part(text: str, width: int, *, cuts_words: bool) -> list[str]:
    lines: list[str] = []
    line, spaces = "", ""
    parts = enumerate(_COMMAND.split(text))  # every second one is a command, which stays whole
    characters = [one for number, part in parts for one in ([part] if number % 2 else part)]
    for unit in _fitting_pieces(characters, width):
        piece = "".join(unit)
        if piece.isspace():
            spaces += piece
        elif columns(line + spaces + piece) <= width:
            line, spaces = line + spaces + piece, ""
        else:
            lines += [line] if line else []
            *whole, line = _cut_unit(unit, width) if cuts_words and len(unit) == len(piece) else [piece]
            lines += whole
            spaces = ""
    return [*lines, line] if line else lines


def paragraph(text: str) -> str:
    """Several lines as one; a space joins them except between Japanese characters."""
    joined = ""
    for line in filter(None, map(str.strip, text.splitlines())):
        is_joined = joined and character_width(joined[-1]) == 2 and character_width(line[0]) == 2
        joined += line if is_joined or not joined else f" {line}"
    return joined


def _fitting_pieces(characters: Sequence[str], width: int) -> Iterator[list[str]]:
    """Words that fit into a line; a longer one in the smallest pieces between which a line may end."""
    for word in _units(characters, lambda before, after: _is_inseparable(before, after) or _is_one_word(before, after)):
        yield from (word,) if columns("".join(word)) <= width else _units(word, _is_inseparable)


def _units(characters: Sequence[str], are_joined: Callable[[str, str], bool]) -> Iterator[list[str]]:
    """The characters, or commands, in pieces whose neighbours are joined by `are_joined`."""
    unit: list[str] = []
    for character in characters:
        if unit and not are_joined(unit[-1][-1], character[0]):
            yield unit
            unit = []
        unit.append(character)
    if unit:
        yield unit


def _is_inseparable(before: str, after: str) -> bool:
    if before.isspace() or after.isspace():
        return before.isspace() and after.isspace()
    if after in _NOT_FIRST or before in _NOT_LAST or character_width(after) == 0:
        return True
    return character_width(before) != 2 and character_width(after) != 2


def _is_one_word(before: str, after: str) -> bool:
    """Whether two characters belong to one word: hiragana after any Japanese, a run of katakana or kanji, 1週間.

    「コピーしてください」 stays whole.
    """
    if before.isdecimal() and _KANJI.fullmatch(after):
        return True
    if _HIRAGANA.fullmatch(after):
        return _WORD_CHARACTERS.fullmatch(before) is not None
    return any(kind.fullmatch(before) and kind.fullmatch(after) for kind in (_KATAKANA, _KANJI))


def _cut_unit(unit: Sequence[str], width: int) -> list[str]:
    """A unit wider than a line, such as a long address, in pieces that fit."""
    pieces = [""]
    for character in unit:
        if pieces[-1] and columns(pieces[-1] + character) > width:
            pieces.append("")
        pieces[-1] += character
    return pieces


RULE = "-" * WIDTH
"""The line between the parts of a screen."""
_PARTS = re.compile(r"( *)((?:(?!  ).)+)")
"""The gap before a part of a line, and the part."""
_CONTINUED = 2
"""Columns by which the rest of a line that was too wide stands further in."""
_held: ContextVar[dict[bool, list[str]] | None] = ContextVar("held", default=None)


def echo(text: str = "", /, *, err: bool = False, **words: object) -> None:
    """Print lines on stdout or stderr; on a terminal too wide ones are broken, elsewhere they stay whole.

    `words` stand in place of the text's fields, with control characters made visible.
    """
    if words:
        text = text.format(**{name: visible(str(word)) for name, word in words.items()})
    if (held := _held.get()) is not None:
        held[err].append(text)
        return
    stream = sys.stderr if err else sys.stdout
    is_paged = isinstance(sys.stdout, _CollectedOutput) and stream.isatty()
    click.echo(fit_lines(text) if stream.isatty() else text, err=err and not is_paged)


def echo_lines(lines: Iterable[str], *, err: bool = False) -> None:
    """Print each of these lines."""
    for line in lines:
        echo(line, err=err)


def echo_json(document: object) -> None:
    """Print one JSON document."""
    click.echo(json.dumps(document, ensure_ascii=False))


@contextmanager
def told_under(heading: str) -> Iterator[None]:
    """Print what this thread says inside at its end: together, under a heading, and nothing if nothing was said.

    So the sentences of threads that speak at the same time stay apart.
    """
    said: dict[bool, list[str]] = {False: [], True: []}
    token = _held.set(said)
    try:
        yield
    finally:
        _held.reset(token)
        for err, texts in said.items():
            if texts:
                echo("\n".join([heading, *texts]), err=err)


def fit_lines(text: str) -> str:
    """The text with lines of at most 80 columns; what is broken goes on a little further in.

    Only one long word, such as an address or a path, may be wider, so that it can be copied.
    """
    return "\n".join(part for line in text.split("\n") for part in _fit_line(line))


def _fit_line(line: str) -> list[str]:
    """The line broken between its parts, which two spaces or more separate, and within a part that is too wide."""
    line = line.rstrip(" ") if columns(line) > WIDTH else line
    if columns(click.unstyle(line)) <= WIDTH:
        return [line]
    margin = len(line) - len(line.lstrip(" "))
    indentation = " " * (margin + _CONTINUED)
    lines = [" " * margin]
    first, *others = _PARTS.findall(line.lstrip(" "))
    for gap, part in [("", first[1]), *others]:
        if columns(lines[-1] + gap + part) <= WIDTH:
            lines[-1] += gap + part
            continue
        broken = wrap(part, WIDTH - len(indentation), cuts_words=False)
        if not lines[-1].strip():
            lines[-1] += broken.pop(0)
        lines += [indentation + piece for piece in broken]
    return lines


class _CollectedOutput(io.StringIO):
    """What is printed for the pager; lines are made for a terminal."""

    def isatty(self) -> bool:
        """Whether lines are broken as on a terminal: yes."""
        return True


@contextmanager
def paged_output(*, is_wanted: bool = True) -> Iterator[None]:
    """Show what is printed on stdout inside in a pager if it is longer than the screen. Ask no question inside.

    Nothing changes without a terminal. On Windows only a program named by PAGER is used, as its `more` cannot show
    UTF-8.
    """
    is_terminal = sys.stdin.isatty() and sys.stdout.isatty() and not isinstance(sys.stdout, _CollectedOutput)
    if not (is_wanted and is_terminal and (sys.platform != "win32" or os.environ.get("PAGER"))):
        yield
        return
    collected = _CollectedOutput()
    try:
        with redirect_stdout(collected):
            yield
    finally:
        _show(collected.getvalue())


def _show(text: str) -> None:
    if text.count("\n") < shutil.get_terminal_size((WIDTH, 24)).lines:
        click.echo(text, nl=False)
        return
    prompt = re.sub(r"([?:.%\\])", r"\\\1", _("(Space: next page   q: close)"))
    # -R shows bold text, -X leaves the text on the screen, -e closes at the second try to go past the end.
    os.environ.setdefault("LESS", f"-RXePs{prompt}$")
    os.environ.setdefault("LESSCHARSET", "utf-8")
    click.echo_via_pager(text)


BIG_FILE_BYTES = 1_000_000
"""Size from which a file has its own bar."""


class ProgressScreen:
    """Shows steps, files and waits: no bars without a terminal, and nothing at all when quiet."""

    def __init__(self, *, quiet: bool) -> None:
        """Show bars only if stderr is a terminal and the call is not quiet."""
        self._quiet = quiet
        self._bars = sys.stderr.isatty() and not quiet
        self._progress: Any = None
        self._task: Any = None
        self._file: tuple[int, int] | None = None

    def __enter__(self) -> Self:
        """Return the screen; bars appear with the first step."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Remove the bars, so that the result stands alone."""
        self.clear()

    def clear(self) -> None:
        """Remove the bars, so that a question or the result stands alone; the next step begins new ones."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = self._task = None

    def callbacks(self) -> ProgressCallbacks:
        """The callbacks by which a sync run reports its progress."""
        from archiver.sync.run_start import ProgressCallbacks

        return ProgressCallbacks(self._step, self._bytes) if self._bars else ProgressCallbacks()

    def wait(self, time: timedelta) -> None:
        """Print that the run waits because of Chatwork's limit of calls."""
        if not self._quiet:
            seconds = round(time.total_seconds())
            sentence = _("Chatwork allows only so many calls in 5 minutes. Going on in {seconds} s …")
            echo(sentence, err=True, seconds=seconds)

    def show_part(self, text: str, done: int, total: int) -> None:
        """Show how much of one part of the work is done."""
        if not self._bars:
            return
        if self._progress is None:
            self._task = self._begin().add_task(text, total=total)
        self._progress.update(self._task, description=text, completed=done, total=total)

    def _begin(self, *more: str) -> Any:
        """New bars; `more`: columns of rich after the bar."""
        from rich import progress
        from rich.console import Console

        text, bar = progress.TextColumn("{task.description}", markup=False), progress.BarColumn(bar_width=20)
        columns = [getattr(progress, name)() for name in more]
        console = Console(stderr=True, highlight=False)
        self._progress = progress.Progress(text, bar, *columns, console=console, transient=True)
        self._progress.start()
        return self._progress

    def _step(self, step: PlanStep, name: str) -> None:
        words = {"messages": _("Messages"), "files": _("List of files"), "people": _("People and tasks")}
        self._line(f"{words[step.kind]}  {shorten(name)}", total=None)

    def _bytes(self, file: WantedFile, have: int) -> None:
        if file.size < BIG_FILE_BYTES:
            return
        if self._file != (file.room_id, file.file_id):
            self._file = (file.room_id, file.file_id)
            self._line(_("File {number}").format(number=file.file_id), total=file.size)
        self._progress.update(self._task, completed=have)

    def _line(self, text: str, *, total: int | None) -> None:
        if self._progress is None:
            self._begin("DownloadColumn", "TimeRemainingColumn")
        if self._task is not None:
            self._progress.remove_task(self._task)
        self._task = self._progress.add_task(text, total=total)
