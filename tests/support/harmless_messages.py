"""Five hundred messages of ordinary work between a client and a freelancer, put together of hand-written sentences."""

from __future__ import annotations

import tomllib
from itertools import islice, product
from pathlib import Path

WORDS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def messages() -> list[str]:
    """Every single sentence, then sentences about things and days in a fixed but mixed order."""
    pairs = list(product(WORDS["about"], WORDS["things"], WORDS["days"]))
    mixed = (pairs[number * 577 % len(pairs)] for number in range(len(pairs)))
    sentences = (sentence.format(thing=thing, day=day) for sentence, thing, day in mixed)
    return [*WORDS["alone"], *islice(dict.fromkeys(sentences), 500)]
