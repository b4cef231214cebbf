"""What a page of a PDF shows, as it is drawn: each run of text with its font and ink, each line, area and picture.

The drawing is read here and not by a library's own extraction, so that the same page says the same in years. What
a layer hides, and what a text under a picture looks like, is not known.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

Matrix = Sequence[float]

_IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_MOST_ITEMS, _MOST_FORMS = 50_000, 8

_STRING = rb"\((?>[^()\\]+|\\.)*+\)"
for _depth in range(40):  # brackets that balance stand in a string as they are
    _STRING = rb"\((?>[^()\\]+|\\.|" + _STRING + rb")*+\)"
_STRING += rb"|<[0-9A-Fa-f\s]*>"
_NAME = rb"/[^\s<>\[\](){}/%]*"
_NUMBER = rb"[-+]?(?>\d+\.?\d*|\.\d+)(?=[\s<>\[\](){}/%]|\Z)"
_OPERANDS = rb"((?>\s+|%[^\r\n]*|" + b"|".join((_STRING, _NAME, _NUMBER)) + rb"|<<|>>|[\[\]])*+)"
_WORK = re.compile(_OPERANDS + rb"([^\s<>\[\](){}/%]+|\Z)", re.DOTALL)
_OPERAND = re.compile(b"(%s)|(%s)|(%s)" % (_STRING, _NAME, _NUMBER), re.DOTALL)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r\n|.)", re.DOTALL)
_SHORT = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\n": b"", b"\r": b"", b"\r\n": b""}
_INLINE_END = re.compile(rb"\sEI(?=\s|$)")
_MAPPED = re.compile(rb"(?<=bfchar)[^g-z]+|(?<=bfrange)[^g-z]+")
_HEX = re.compile(rb"<\s*([0-9A-Fa-f]+)\s*>")

_INK = frozenset(b"g rg k sc scn".split())
_STYLE = frozenset(b"Tr Tc Tw Tz Ts".split()) | _INK
_MOVES = frozenset(b"Td TD T* ' \"".split())
_SHOWS = frozenset(b"Tj TJ ' \"".split())
_POINTS = frozenset(b"m l c v y re".split())
_PAINTS = frozenset(b"S s f F f* B B* b b* n".split())
_READ = _STYLE | _MOVES | _SHOWS | _POINTS | _PAINTS | frozenset(b"q Q cm BT Tm Tf TL W W* gs sh Do".split())


CLIP = "clip"
"""What stands for the font of an area outside which nothing is drawn."""


class Item(NamedTuple):
    """Something that a page shows."""

    place: Matrix
    """Of a text its whole matrix, else that which makes the unit square to what is covered."""
    text: str
    """Empty where it is no text."""
    font: str
    """The digest of the font of a text, else what is drawn."""
    style: str
    width: float = 1.0
    """How far a text goes, in sizes of its letters, rather too much than too little."""


class Page(NamedTuple):
    """A page with the corners of its paper."""

    paper: tuple[float, float, float, float]
    items: tuple[Item, ...]


def multiply(a: Matrix, b: Matrix) -> Matrix:
    """First `a`, then `b`."""
    (p, q, r, s, t, u), (v, w, x, y, e, f) = a, b
    return (p * v + q * x, p * w + q * y, r * v + s * x, r * w + s * y, t * v + u * x + e, t * w + u * y + f)


def read_pages(body: bytes, numbers: Sequence[int] | None = None, tail: int = 0) -> list[Page]:
    """The pages of a PDF, or those of these numbers from 0; with `tail` only what the last bytes of each draw.

    Raises whatever pypdf does for a file that is none.
    """
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(body))
    if reader.is_encrypted:
        reader.decrypt("")
    fonts: dict[Any, _Font] = {}
    chosen = range(len(reader.pages)) if numbers is None else numbers
    return [_read_page(reader.pages[one], fonts, tail) for one in chosen]


_Font = tuple[str, dict[int, str], int]
"""The digest, the signs, and how many bytes a sign has."""


def page_count(body: bytes) -> int:
    """How many pages a PDF has; 0 of a file that is none."""
    from pypdf import PdfReader

    try:
        return len(PdfReader(io.BytesIO(body)).pages)
    except Exception:  # noqa: BLE001 - whatever pypdf raises
        return 0


def _read_page(page: Any, fonts: dict[Any, _Font], tail: int) -> Page:
    box, drawing = page.cropbox, _Drawing(fonts)
    paper = (float(box.left), float(box.bottom), float(box.right), float(box.top))
    try:
        content = page.get_contents()
        data = b"" if content is None else content.get_data()
        data = data[data.find(b"\nq ", len(data) - tail) :] if len(data) > tail > 0 else data
        drawing.draw(data, inside(page, "/Resources"), _IDENTITY)
        for note in (one.get_object() for one in inside(page, "/Annots") or ()):
            if note.get("/Subtype") not in ("/Link", "/Popup"):
                x, y, right, top = (float(one) for one in note["/Rect"])
                drawing.items.append(Item((right - x, 0.0, 0.0, top - y, x, y), "", "note", ""))
    except Exception:  # noqa: BLE001 - whatever a broken page raises: nothing is known of it, and the others are read
        return Page(paper, ())
    return Page(paper, tuple(drawing.items))


class _Drawing:
    """A page while its works are followed."""

    def __init__(self, fonts: dict[Any, _Font]) -> None:
        self.items: list[Item] = []
        self._fonts = fonts

    def draw(self, data: bytes, resources: Any, matrix: Matrix, depth: int = 0) -> None:
        """Follow one stream. Raises ValueError and others for what is no drawing."""
        style: dict[bytes, Any] = {}
        saved: list[tuple[Matrix, dict[bytes, Any]]] = []
        text, points = _IDENTITY, list[tuple[float, float]]()
        for work, operands in _works(data):
            if work == b"q":
                saved.append((matrix, dict(style)))
            elif work == b"Q":
                matrix, style = saved.pop() if saved else (matrix, style)
            elif work == b"cm":
                matrix = multiply(operands, matrix)
            elif work in (b"BT", b"Tm"):
                text = tuple(operands) or _IDENTITY
            elif work in _MOVES:
                down = style.get(b"TL", [0.0])[0]
                x, y = (0.0, -down) if len(operands) != 2 else operands
                style |= {b"TL": [-y]} if work == b"TD" else {}
                text = multiply((1.0, 0.0, 0.0, 1.0, x, y), text)
            elif work in (b"Tf", b"TL"):
                style[work] = operands
            elif work in _STYLE:
                style[b"ink" if work in _INK else work] = [f"{one:.2f}" for one in operands if not isinstance(one, str)]
            elif work == b"gs":
                state = inside(inside(resources, "/ExtGState"), operands[0])
                style[work] = [f"{state[one]}" for one in ("/ca", "/CA", "/BM", "/SMask") if one in state]
            elif work in _POINTS:
                points += zip(operands[::2], operands[1::2], strict=True)
                if work == b"re":
                    points[-1] = (points[-2][0] + points[-1][0], points[-2][1] + points[-1][1])
            elif work in (b"W", b"W*") and points:
                self._add(multiply(_around(points), matrix), "", CLIP, {})
            elif work in _PAINTS:
                if points and work != b"n":
                    self._add(multiply(_around(points), matrix), "", work.decode(), style)
                points = []
            elif work in (b"sh", b"EI"):
                self._add(matrix if work == b"EI" else (1e6, 0.0, 0.0, 1e6, -5e5, -5e5), "", work.decode(), style)
            elif work == b"Do":
                self._draw_object(inside(inside(resources, "/XObject"), operands[0]), resources, matrix, depth)
            if work in _SHOWS:
                self._add_text(operands, resources, multiply(text, matrix), style)

    def _draw_object(self, found: Any, resources: Any, matrix: Matrix, depth: int) -> None:
        if found.get("/Subtype") != "/Form":
            self._add(matrix, "", "picture", {})
        elif depth < _MOST_FORMS:
            matrix = multiply([float(one) for one in found.get("/Matrix", _IDENTITY)], matrix)
            x, y, right, top = (float(one) for one in found["/BBox"])
            self._add(multiply((right - x, 0.0, 0.0, top - y, x, y), matrix), "", CLIP, {})
            self.draw(found.get_data(), inside(found, "/Resources") or resources, matrix, depth + 1)
        else:
            raise ValueError(depth)

    def _add_text(self, shown: Sequence[Any], resources: Any, matrix: Matrix, style: dict[bytes, Any]) -> None:
        name, size = style[b"Tf"]
        reference = inside(resources, "/Font").raw_get(name)
        key = (reference.idnum, reference.generation) if hasattr(reference, "idnum") else id(reference)
        if key not in self._fonts:
            self._fonts[key] = _read_font(reference.get_object())
        raw = b"".join(one for one in shown if isinstance(one, bytes))
        digest, texts, sign = self._fonts[key]
        codes = [int.from_bytes(raw[at : at + sign], "big") for at in range(0, len(raw), sign)]
        text = "".join(texts.get(one, "\ufffd" if sign > 1 else chr(one)) for one in codes)
        steps = [len(one) if isinstance(one, bytes) else round(one) for one in shown]
        width = sum(1.0 if sign > "\u02ff" else 0.5 for sign in text)
        width -= sum(one for one in shown if not isinstance(one, bytes) and one < 0) / 1000
        place = multiply((size, 0.0, 0.0, size, 0.0, 0.0), matrix)
        self._add(place, text, digest, {**style, b"TJ": steps}, width)

    def _add(self, place: Matrix, text: str, font: str, style: dict[bytes, Any], width: float = 1.0) -> None:
        if len(self.items) == _MOST_ITEMS:
            raise ValueError(_MOST_ITEMS)
        looks = sorted((name, value) for name, value in style.items() if name not in (b"Tf", b"TL"))
        if style.get(b"Tr") != ["3.00"]:  # such as the text that a program recognised under a scan
            self.items.append(Item(place, text, font, repr(looks), width))


def _works(data: bytes) -> Iterator[tuple[bytes, Any]]:
    """The operators of a stream that matter here, each with its operands. Raises ValueError."""
    at, work = 0, b"q"
    while work:
        found = _WORK.match(data, at)
        if found is None:
            raise ValueError(at)
        at, work = found.end(), found[2]
        if work in _READ:
            operands = _OPERAND.findall(found[1])
            yield work, [float(n) if n else name.decode("latin-1") or _string(s) for s, name, n in operands]
        elif work == b"ID":
            end = _INLINE_END.search(data, at)
            at = len(data) if end is None else end.end()
            yield b"EI", []


def _string(found: bytes) -> bytes:
    if found[:1] == b"<":
        digits = b"".join(found[1:-1].split())
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
    return _ESCAPE.sub(_unescaped, found[1:-1])


def _unescaped(found: re.Match[bytes]) -> bytes:
    return bytes([int(found[1], 8) & 255]) if found[1].isdigit() else _SHORT.get(found[1], found[1])


def _around(points: Sequence[tuple[float, float]]) -> Matrix:
    left, bottom = min(x for x, _y in points), min(y for _x, y in points)
    return (max(x for x, _y in points) - left, 0.0, 0.0, max(y for _x, y in points) - bottom, left, bottom)


def _read_font(font: Any) -> _Font:
    """How a font's signs are read, and the digest of what makes them readable and what draws them."""
    is_wide = font.get("/Subtype") == "/Type0"
    inner = inside(font, "/DescendantFonts")[0].get_object() if is_wide else font
    held = [inside(font, "/ToUnicode"), inside(font, "/Encoding"), inside(inner, "/CIDToGIDMap")]
    held += [inside(inside(inner, "/FontDescriptor"), f"/FontFile{one}") for one in ("", "2", "3")]
    parts = [one.get_data() if hasattr(one, "get_data") else str(one).encode() for one in held]
    digest = hashlib.sha256(b"".join(hashlib.sha256(one).digest() for one in parts)).hexdigest()
    return digest, _texts(parts[0]), 2 if is_wide else 1


def _texts(cmap: bytes) -> dict[int, str]:
    """The text of each sign by a ToUnicode map; a list in a range, which no program of ours writes, is left out."""
    texts: dict[int, str] = {}
    for part in _MAPPED.finditer(cmap):
        is_range, found = cmap[part.start() - 1 : part.start()] == b"e", _HEX.findall(part[0])
        firsts = found[:: 3 if is_range else 2]
        lasts, values = (found[1::3], found[2::3]) if is_range else (firsts, found[1::2])
        for first, last, value in zip(firsts, lasts, values, strict=False):
            start = bytes.fromhex(value.decode()).decode("utf-16-be", "replace")
            for step in range(min(int(last, 16) - int(first, 16), 0xFFFF) + 1):
                texts[int(first, 16) + step] = start[:-1] + chr(ord(start[-1]) + step)
    return texts


def inside(holder: Any, key: str) -> Any:
    """What stands under a key, wherever it lies in the file."""
    found = holder.get(key)
    return {} if found is None else found.get_object()
