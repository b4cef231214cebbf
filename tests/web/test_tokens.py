"""The tokens of the pages' style: what is written in one of them can be read on each of its grounds."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest

import archiver.web

STYLE = (Path(archiver.web.__file__).parent / "static" / "app.css").read_text(encoding="utf-8")
LIGHT, DARK = (
    dict(re.findall(r"--([\w-]+):(#[0-9a-f]{6})", one)) for one in re.findall(r":root\{([^}]*)\}", STYLE)[:2]
)
GROUNDS = ("bg", "card", "sunk")
TEXTS = [
    *product(("ink", "soft", "link"), GROUNDS),
    *product(("ink", "soft"), ("safe-ground", "look-ground", "lose-ground")),
    *((one, f"{one}-ground") for one in ("safe", "look", "lose")),
    *(
        ("link", "act-ground"),
        ("lose", "card"),
        ("act-ink", "act"),
        ("act-ink", "act-hover"),
        ("ink", "take"),
        ("ink", "add"),
    ),
]


def contrast(*colours: str) -> float:
    """How much two colours differ (WCAG 2.2)."""
    dark, light = sorted(map(_luminance, colours))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [LIGHT, LIGHT | DARK])
def test_every_token_stands_out_from_its_ground(scheme: dict[str, str]) -> None:
    """Texts at 4.5 and more, borders of controls at 3 and more; white letters on every face."""
    texts = [pair for pair in TEXTS if contrast(scheme[pair[0]], scheme[pair[1]]) < 4.5]
    faces = [f"f{number}" for number in range(1, 7) if contrast("#ffffff", scheme[f"f{number}"]) < 4.5]
    borders = [one for one in GROUNDS if contrast(scheme["edge"], scheme[one]) < 3]

    assert ([], [], []) == (texts, faces, borders)
    assert len(STYLE.encode()) <= 36 * 1024
