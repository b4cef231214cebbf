"""What masking finds in two files of sentences: with names of third persons in them, and without any.

A sentence counts as covered if no name of it is left where it stands once what is known is masked and what is offered
is hidden.
"""

from __future__ import annotations

import itertools
import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archiver.export.mask.folding import fold, folded_text
from archiver.export.mask.leftovers import LeftoverFinder
from archiver.export.mask.names import third_persons
from archiver.export.mask.package_mask import PackageMask, masking_policy
from tests.benchmarks.instruments.measure import Figure

CORPUS = Path(__file__).parents[1] / "export" / "mask" / "corpus"
COVERAGE_BAR, FALSE_OFFERS_BAR = 0.99, 2.0
"""The least share of sentences with names, and the most false offers per 100 messages."""

CORPORA = {
    "": "first corpus",
    "second/": "second corpus",
    "third/": "third corpus",
    "fourth/": "fourth corpus",
    "fifth/": "fifth corpus",
    "sixth/": "sixth corpus",
    "seventh/": "seventh corpus",
    "eighth/": "eighth corpus",
    "ninth/": "ninth corpus",
    "tenth/": "tenth corpus",
    "eleventh/": "eleventh corpus",
    "twelfth/": "twelfth corpus",
    "thirteenth/": "thirteenth corpus",
}
"""Folder of each corpus, with a final slash. Each was measured blind once, and the rules mended by it afterwards."""

OWN = {"own/": "sentences of our own, surnames drawn at random"}
"""Written beside the rules, so never blind: forms in plenty, with surnames of which every fourth is in no list."""

LAST_BLIND: dict[str, str] = {}
"""A corpus that shows what a new author's names meet, by which nothing was mended; none since the thirteenth was."""

_OWNER, _CLIENT, _FIRST_MEMBER = 1234567, 7654321, 8000001
_PARTIES = {_OWNER: ["yamada"], _CLIENT: ["田中 一郎"]}
_OTHER_PARTIES = {_OWNER: ["受注者"], _CLIENT: ["発注者"]}
"""For sentences in which somebody else has the name of a party, which would stay."""


@dataclass(frozen=True, slots=True)
class Masking:
    """What masking made of one sentence."""

    result: str
    offered: tuple[str, ...]
    """What was offered as leftovers, and hidden."""
    masked_before: bool
    """Whether something was masked before anything was offered."""


def mask_sentence(text: str, members: Sequence[str] = (), names: Sequence[str] = ()) -> Masking:
    """Mask a text for a platform's office in a chat with these members, and hide every leftover.

    `names`: of third persons; if one is a party's too, the parties are called something else.
    """
    is_party = any(
        folded_text(name) in folded_text(one) for name in names for many in _PARTIES.values() for one in many
    )
    parties = _PARTIES if not is_party else _OTHER_PARTIES
    people = parties | {_FIRST_MEMBER + index: [name] for index, name in enumerate(members)}
    third = third_persons([people.keys()], owner=_OWNER, counterparts={_CLIENT})
    mask = PackageMask(masking_policy("support"), people, third)
    known = mask.mask_text(text)
    offered = tuple(piece for piece in LeftoverFinder(mask.open_names, mask.hidden_names).pieces(known))
    mask.cover_pieces(offered)
    return Masking(mask.mask_text(text), offered, known != text)


def uncovered(line: dict[str, Any]) -> list[str]:
    """The names of a sentence of which something is left where they stand: all, or two letters or digits in a row."""
    text, names = line["text"], [name for name in line["names"] if name]
    shown = _shown_characters(text, mask_sentence(text, line.get("members", ()), names).result)
    marked = [tuple(span) for span in line.get("spans", ())]
    places = {text[start:end]: [(start, end)] for start, end in marked} or {one: _places(text, one) for one in names}
    return [name for name, spans in places.items() if not spans or any(_is_left(text, shown, one) for one in spans)]


def _is_left(text: str, shown: Sequence[bool], span: tuple[int, int]) -> bool:
    letters = [shown[index] for index in range(*span) if unicodedata.category(text[index])[0] in "LN"]
    return all(letters) or any(map(all, itertools.pairwise(letters)))


def _places(text: str, name: str) -> list[tuple[int, int]]:
    """Where a name stands, in any width; one character within a longer word is a part of that word (原 in 原稿)."""
    folded, wanted = fold(text), folded_text(name)
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


def read_corpus(name: str) -> list[dict[str, Any]]:
    """The sentences of one file of the corpus; with where the names stand, if a file of `spans` lies beside it."""
    lines = _read_lines(CORPUS / name)
    spans = (CORPUS / name).with_suffix(".spans.jsonl")
    return [line | more for line, more in zip(lines, _read_lines(spans), strict=True)] if spans.is_file() else lines


def _read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]


def coverage(folder: str = "") -> float:
    """The share of sentences with names of which nothing is left."""
    lines = read_corpus(f"{folder}with.jsonl")
    return sum(not uncovered(line) for line in lines) / len(lines)


def false_offers(folder: str = "") -> float:
    """How many pieces are offered per 100 sentences without any name."""
    lines = read_corpus(f"{folder}without.jsonl")
    return 100 * sum(len(mask_sentence(line["text"]).offered) for line in lines) / len(lines)


def false_masks(folder: str = "") -> float:
    """In how many of 100 sentences without any name something is masked unasked."""
    lines = read_corpus(f"{folder}without.jsonl")
    return 100 * sum(mask_sentence(line["text"]).masked_before for line in lines) / len(lines)


def measure(folder: Path) -> list[Figure]:
    """Coverage, and false offers per 100 messages, of each of the strangers' corpora and of our own."""
    return [figure for name, title in (CORPORA | OWN | LAST_BLIND).items() for figure in _figures(name, title)]


def _figures(folder: str, title: str) -> list[Figure]:
    share, offers, masks = coverage(folder), false_offers(folder), false_masks(folder)
    return [
        Figure(
            f"{title}: sentences with names of third persons, masked, or offered and then hidden",
            f"≥ {COVERAGE_BAR:.0%}",
            f"{share:.1%} of {len(read_corpus(f'{folder}with.jsonl'))}",
            share >= COVERAGE_BAR,
            {"share": share},
        ),
        Figure(
            f"{title}: false offers per 100 messages without such names",
            f"≤ {FALSE_OFFERS_BAR:g}",
            f"{offers:.1f} ({masks:.1f} masked unasked)",
            offers <= FALSE_OFFERS_BAR,
            {"offers": offers, "masks": masks},
        ),
    ]
