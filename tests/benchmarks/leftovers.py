"""What masking finds in two files of sentences: with names of third persons in them, and without any.

A sentence counts as covered if no name of it is left once what is known is masked and what is offered is hidden.
"""

from __future__ import annotations

import itertools
import json
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archiver.export.mask.folding import folded_text
from archiver.export.mask.leftovers import LeftoverFinder
from archiver.export.mask.names import third_persons
from archiver.export.mask.package_mask import PackageMask, masking_policy
from tests.benchmarks.measure import Figure

CORPUS = Path(__file__).parents[1] / "export" / "mask" / "corpus"
COVERAGE_BAR, FALSE_OFFERS_BAR = 0.99, 2.0
"""The least share of sentences with names, and the most false offers per 100 messages."""

CORPORA = {"": "first corpus", "second/": "second corpus"}
"""Folder of each corpus, with a final slash. The rules were mended by the first one; the second was not looked at."""

_OWNER, _CLIENT, _FIRST_MEMBER = 1234567, 7654321, 8000001
_PARTIES = {_OWNER: ["yamada"], _CLIENT: ["田中 一郎"]}


@dataclass(frozen=True, slots=True)
class Masking:
    """What masking made of one sentence."""

    result: str
    offered: tuple[str, ...]
    """What was offered as leftovers, and hidden."""
    masked_before: bool
    """Whether something was masked before anything was offered."""


def mask_sentence(text: str, members: Sequence[str] = ()) -> Masking:
    """Mask a text for a platform's office in a chat with these members, and hide every leftover."""
    people = _PARTIES | {_FIRST_MEMBER + index: [name] for index, name in enumerate(members)}
    third = third_persons([people.keys()], owner=_OWNER, counterparts={_CLIENT})
    mask = PackageMask(masking_policy("support"), people, third)
    known = mask.mask_text(text)
    offered = tuple(piece for piece, _kind, _sentence in LeftoverFinder(mask.open_names).pieces(known))
    mask.hide_pieces(offered)
    return Masking(mask.mask_text(text), offered, known != text)


def uncovered(line: dict[str, Any]) -> list[str]:
    """The names of a sentence of which something is left: all of it, or two neighbouring letters or digits."""
    result = folded_text(mask_sentence(line["text"], line.get("members", ())).result)
    rest = folded_text(line["text"])
    for name in line["names"]:
        rest = rest.replace(folded_text(name), "\0")
    return [name for name in line["names"] if any(part in result for part in _parts(name) if part not in rest)]


def _parts(name: str) -> Iterator[str]:
    """A name whole, and its pairs of neighbouring letters or digits, folded."""
    folded = folded_text(name)
    yield folded
    pairs = map("".join, itertools.pairwise(folded))
    yield from (pair for pair in pairs if all(unicodedata.category(one)[0] in "LN" for one in pair))


def read_corpus(name: str) -> list[dict[str, Any]]:
    """The sentences of one file of the corpus."""
    return [json.loads(line) for line in (CORPUS / name).read_text("utf-8").splitlines() if line]


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
    """Coverage, and false offers per 100 messages, of each of the two strangers' corpora."""
    return [figure for name, title in CORPORA.items() for figure in _figures(name, title)]


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
