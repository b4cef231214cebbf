"""The style of the pages: every text can be read on every ground, in light and in dark."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest

import archiver.render

STYLE = (Path(archiver.render.__file__).parent / "templates" / "style.css").read_text(encoding="utf-8")
WORDS = ("ink", "soft", "link")
GROUNDS = ("paper", "box", "old")


def schemes() -> dict[str, dict[str, str]]:
    """The colours by name: light, dark, print."""
    roots = [dict(re.findall(r"--([a-z]+):(#[0-9a-f]{3,6})", one)) for one in re.findall(r":root\{([^}]*)\}", STYLE)]
    return dict(zip(("light", "dark", "print"), roots, strict=True))


def brightness(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    digits = colour[1:] if len(colour) == 7 else "".join(one * 2 for one in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(color: str, other_color: str) -> float:
    dark, light = sorted((brightness(color), brightness(other_color)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_texts_stand_out_from_their_ground(scheme: str) -> None:
    """At least 4.5 to 1, as WCAG asks of small text."""
    colours = schemes()[scheme]
    pairs = [
        *product(WORDS, GROUNDS),
        ("ink", "own"),
        ("link", "own"),
        ("soft", "own"),
        ("mark", "box"),
        ("ink", "hit"),
    ]

    assert [] == [pair for pair in pairs if contrast(*(colours[name] for name in pair)) < 4.5]


def test_white_letters_stand_out_from_every_face() -> None:
    """The first character of a name, whatever the person's colour."""
    faces = re.findall(r"\.(?:f[0-9]|face|own \.face)\{[^}]*background:(#[0-9a-f]{6})", STYLE)

    assert 7 == len(faces)
    assert [] == [face for face in faces if contrast("#fff", face) < 4.5]


def test_a_page_fetches_nothing_by_its_style() -> None:
    """Neither fonts nor pictures."""
    assert "url(" not in STYLE
    assert "@import" not in STYLE
