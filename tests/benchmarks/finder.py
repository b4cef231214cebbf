"""What the finder of names covers and marks in messages that a stranger wrote: `finder --file FILE`.

A file has one JSON object a line: `text`; `names`, those of third persons that stand in it, empty if there are none;
`members`, if wanted, the display names of third persons in its chat; `spans`, if wanted, where the names stand. A
message counts as found if of none of its names two letters in a row are neither covered nor marked.
"""

from __future__ import annotations

import itertools
import json
import math
import re
import time
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from archiver.export.mask.likely_names_and_contacts import NameFinder
from archiver.export.mask.package_mask import PackageMask
from archiver.export.mask.policy_and_covers import masking_policy
from archiver.letter_folding import fold_letters, folded_text
from tests.benchmarks.instruments.measure import Figure

CORPUS = Path(__file__).parents[1] / "export" / "mask" / "corpus"
FOUND_BAR, COVERS_BAR, MARKS_BAR = 0.90, 30, 130
"""The least share of messages with names; the most covers and marks per 100 messages that name nobody."""

_OWNER, _CLIENT, _FIRST_MEMBER = 1234567, 7654321, 8000001
_PARTIES = {_OWNER: ["yamada"], _CLIENT: ["田中 一郎"]}
_OTHER_PARTIES = {_OWNER: ["受注者"], _CLIENT: ["発注者"]}
"""For messages in which somebody else has the name of a party, which would stay."""


class Drawn(NamedTuple):
    """A message as its reader sees it."""

    text: str
    covers: int
    marks: tuple[str, ...]


def drawn(text: str, members: Sequence[str] = (), names: Sequence[str] = ()) -> Drawn:
    """A text for a platform's office in a chat with these members, as it is drawn for its reader.

    `names`: of third persons; if one is a party's too, the parties are called something else.
    """
    folded = [folded_text(one) for many in _PARTIES.values() for one in many]
    parties = _OTHER_PARTIES if any(folded_text(name) in one for name in names for one in folded) else _PARTIES
    people = parties | {_FIRST_MEMBER + index: [name] for index, name in enumerate(members)}
    mask = PackageMask(masking_policy("support"), people, people.keys() - {_OWNER, _CLIENT})
    finder = NameFinder(mask.open_names, mask.hidden_names)
    mask.cover_pieces(list(finder.proposals(text, mask.mask_text)))
    shown = mask.mask_text(text)
    covers = sum(bool(word) for _shown, word in mask.drawn_parts(text, ()))
    return Drawn(shown, covers, tuple(dict.fromkeys(finder.marks(shown))))


def left(line: dict[str, Any], seen: Drawn, *, with_marks: bool) -> list[str]:
    """The names of a message of which two letters or digits in a row, or all, are not covered (nor marked)."""
    text, names = line["text"], line["names"]
    shown = _shown_characters(text, seen.text)
    for match in (match for one in seen.marks if with_marks for match in re.finditer(re.escape(one), text)):
        shown[match.start() : match.end()] = [False] * len(match[0])
    spans = [tuple(span) for span in line.get("spans", ())]
    places = {text[start:end]: [(start, end)] for start, end in spans} or {one: _places(text, one) for one in names}
    return [name for name, found in places.items() if not found or any(_is_left(text, shown, one) for one in found)]


def _is_left(text: str, shown: Sequence[bool], span: tuple[int, int]) -> bool:
    letters = [shown[index] for index in range(*span) if unicodedata.category(text[index])[0] in "LN"]
    return all(letters) or any(map(all, itertools.pairwise(letters)))


def _places(text: str, name: str) -> list[tuple[int, int]]:
    """Where a name stands, in any width; one character within a longer word is a part of that word (原 in 原稿)."""
    folded, wanted = fold_letters(text), folded_text(name)
    starts = [match.start() for match in re.finditer(f"(?={re.escape(wanted)})", folded.text)]
    places = [folded.span(start, start + len(wanted)) for start in starts]
    alone = [span for span in places if not _is_within_word(text, span)]
    return alone if len(name) == 1 and alone else places


def _is_within_word(text: str, span: tuple[int, int]) -> bool:
    start, end = span
    return any(
        unicodedata.name(one, "").startswith("CJK") for one in (text[start - 1 : start], text[end : end + 1]) if one
    )


def _shown_characters(text: str, result: str) -> list[bool]:
    """Of each character of a text whether it is still there: the rest of the result are labels and numbers in tags."""
    kept = re.split(r"■■\([^()\n]{1,12}\)|参加者(?:[A-Z]{1,3}|\(不明\))|(?<=:)[0-9]+(?=\])|(?<=aid=)[0-9]+", result)
    match = re.fullmatch("(.+?)".join(map(re.escape, kept)), text, re.DOTALL)
    assert match, f"{result} was not made from {text}"
    hidden = {index for group in range(1, len(kept)) for index in range(*match.span(group))}
    return [index not in hidden for index in range(len(text))]


def read_corpus(file: Path) -> list[dict[str, Any]]:
    """The messages of a file."""
    return [json.loads(line) for line in file.read_text("utf-8").splitlines() if line]


class Result(NamedTuple):
    """What was found in the messages of a file."""

    naming: int
    covered: int
    """Of the naming messages, those of whose names nothing is left."""
    found: int
    """Of the naming messages, those of whose names nothing is left that is not marked either."""
    covers: float
    """Per 100 messages that name nobody; like the next."""
    marks: float
    all_covers: float
    """Per 100 of all messages; like the next."""
    all_marks: float
    seconds: float
    """Of CPU for 1,000 messages."""


def result_of(lines: Sequence[dict[str, Any]]) -> Result:
    """What is covered and marked in these messages."""
    seen = [drawn(line["text"], line.get("members", ()), line["names"]) for line in lines]
    finder = NameFinder([name for many in _PARTIES.values() for name in many])
    begun = time.process_time()
    for line in lines:
        list(finder.pieces(line["text"]))
        list(finder.marks(line["text"]))
    seconds = 1000 * (time.process_time() - begun) / len(lines)
    named = [(line, one) for line, one in zip(lines, seen, strict=True) if line["names"]]
    others = [one for line, one in zip(lines, seen, strict=True) if not line["names"]] or [Drawn("", 0, ())]
    covered, found = (sum(not left(*one, with_marks=marks) for one in named) for marks in (False, True))
    return Result(len(named), covered, found, *_rates(others), *_rates(seen), seconds)


def _rates(seen: Sequence[Drawn]) -> tuple[float, float]:
    """Covers and marks per 100 messages."""
    return 100 * sum(one.covers for one in seen) / len(seen), 100 * sum(len(one.marks) for one in seen) / len(seen)


def interval(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share, by Wilson."""
    share, z = hits / of, 1.96
    middle, width = share + z * z / (2 * of), z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return (middle - width) / (1 + z * z / of), (middle + width) / (1 + z * z / of)


def measure(folder: Path, file: str = "") -> list[Figure]:
    """Each corpus that is kept, or the messages of a file."""
    files = [Path(file)] if file else sorted(CORPUS.glob("*.jsonl"))
    return [figure for one in files for figure in _figures(one.stem, result_of(read_corpus(one)))]


def _figures(name: str, result: Result) -> Iterator[Figure]:
    for what, hits, bar in (("covered", result.covered, None), ("covered or marked", result.found, FOUND_BAR)):
        low, high = interval(hits, result.naming)
        share = hits / result.naming
        yield Figure(
            f"{name}: messages with names, every name {what}",
            "–" if bar is None else f"≥ {bar:.0%}",
            f"{share:.1%} of {result.naming} ({low:.0%} to {high:.0%})",
            None if bar is None else share >= bar,
        )
    yield Figure(
        f"{name}: covers and marks per 100 messages that name nobody (all messages)",
        f"≤ {COVERS_BAR} and {MARKS_BAR}",
        f"{result.covers:.0f} and {result.marks:.0f} ({result.all_covers:.0f} and {result.all_marks:.0f})",
        result.covers <= COVERS_BAR and result.marks <= MARKS_BAR,
    )
    yield Figure(f"{name}: CPU for 1,000 messages", "–", f"{result.seconds:.2f} s", None)
