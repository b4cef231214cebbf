"""What a page of a PDF shows, as it is drawn: each run of text with its font and ink, each line, area and picture.

The drawing is read here and not by a library's own extraction, so that the same page says the same in years. Clips and
what a text under a picture looks like are not known.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

Matrix = tuple[float, float, float, float, float, float]

_IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_MOST_ITEMS, _MOST_FORMS = 50_000, 8

_STRING = rb"\((?>[^()\\]+|\\.)*+\)"
for _depth in range(40):  # brackets that balance stand in a string as they are
    _STRING = rb"\((?>[^()\\]+|\\.|" + _STRING + rb")*+\)"
_STRING += rb"|<[0-9A-Fa-f\s]*>"
_NAME = rb"/[^\s<>\[\](){}/%]*"
_NUMBER = rb"[-+]?(?>\d+\.?\d*|\.\d+)(?=[\s<>\[\](){}/%]|\Z)"
_WORK = re.compile(
    rb"((?>\s+|%[^\r\n]*|" + rb"|".join((_STRING, _NAME, _NUMBER)) + rb"|<<|>>|[\[\]])*+)([^\s<>\[\](){}/%]+|\Z)",
    re.DOTALL,
)
_OPERAND = re.compile(rb"(" + _STRING + rb")|(" + _NAME + rb")|(" + _NUMBER + rb")|([\[\]])", re.DOTALL)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r\n|.)", re.DOTALL)
_SHORT = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\n": b"", b"\r": b"", b"\r\n": b""}
_INLINE_END = re.compile(rb"\sEI(?=\s|$)")

_CMAP_PART = re.compile(rb"begin(bfchar|bfrange)(.*?)end\1", re.DOTALL)
_HEX = re.compile(rb"<([0-9A-Fa-f\s]*)>|(\[)|(\])")

_STYLE = frozenset({b"Tr", b"Tc", b"Tw", b"Tz", b"Ts", b"gs"})
_INK = frozenset({b"g", b"rg", b"k", b"sc", b"scn"})
_POINTS = {b"m": 0, b"l": 0, b"c": 0, b"v": 0, b"y": 0, b"re": 1}
_PAINTS = frozenset({b"S", b"s", b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*"})


_READ = (
    _STYLE
    | _INK
    | _PAINTS
    | _POINTS.keys()
    | frozenset(
        {
            b"q",
            b"Q",
            b"cm",
            b"BT",
            b"Tm",
            b"Td",
            b"TD",
            b"T*",
            b"'",
            b'"',
            b"Tf",
            b"TL",
            b"n",
            b"sh",
            b"Do",
            b"Tj",
            b"TJ",
        }
    )
)


class Item(NamedTuple):
    """Something that a page shows."""

    place: Matrix
    """Of a text its whole matrix, else that which makes the unit square to what is covered."""
    text: str
    """Empty where it is no text."""
    font: str
    """The digest of the font of a text, else what is drawn."""
    style: str


class Page(NamedTuple):
    """A page with the corners of its paper."""

    paper: tuple[float, float, float, float]
    items: tuple[Item, ...]


class _Font(NamedTuple):
    digest: str
    texts: dict[int, str]
    width: int
    """Bytes of a sign."""


def multiply(a: Matrix, b: Matrix) -> Matrix:
    """First `a`, then `b`."""
    return (
        a[0] * b[0] + a[1] * b[2],
        a[0] * b[1] + a[1] * b[3],
        a[2] * b[0] + a[3] * b[2],
        a[2] * b[1] + a[3] * b[3],
        a[4] * b[0] + a[5] * b[2] + b[4],
        a[4] * b[1] + a[5] * b[3] + b[5],
    )


def read_pages(body: bytes, numbers: Sequence[int] | None = None, tail: int = 0) -> list[Page]:
    """The pages of a PDF, or those of these numbers from 0; with `tail` only what the last bytes of each draw.

    Raises whatever pypdf does for a file that is none.
    """
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(body))
    if reader.is_encrypted:
        reader.decrypt("")
    fonts: dict[tuple[int, int], _Font] = {}
    chosen = range(len(reader.pages)) if numbers is None else numbers
    return [_read_page(reader.pages[one], fonts, tail) for one in chosen]


def _read_page(page: Any, fonts: dict[tuple[int, int], _Font], tail: int) -> Page:
    box, drawing = page.cropbox, _Drawing(fonts)
    paper = (float(box.left), float(box.bottom), float(box.right), float(box.top))
    try:
        content = page.get_contents()
        data = b"" if content is None else content.get_data()
        data = data[data.find(b"\nq ", len(data) - tail) :] if len(data) > tail > 0 else data
        drawing.draw(data, _inside(page, "/Resources"), _IDENTITY)
        for note in (one.get_object() for one in _inside(page, "/Annots") or ()):
            if note.get("/Subtype") not in ("/Link", "/Popup"):
                x, y, right, top = (float(one) for one in note["/Rect"])
                drawing.items.append(Item((right - x, 0.0, 0.0, top - y, x, y), "", "note", ""))
    except Exception:  # noqa: BLE001 - whatever a broken page raises: nothing is known of it, and the others are read
        return Page(paper, ())
    return Page(paper, tuple(drawing.items))


class _Drawing:
    """A page while its works are followed."""

    def __init__(self, fonts: dict[tuple[int, int], _Font]) -> None:
        self.items: list[Item] = []
        self._fonts = fonts

    def draw(self, data: bytes, resources: Any, matrix: Matrix, depth: int = 0) -> None:
        """Follow one stream. Raises ValueError for what is no drawing."""
        style: dict[bytes, Any] = {}
        saved: list[tuple[Matrix, dict[bytes, Any]]] = []
        text = line = _IDENTITY
        points: list[tuple[float, float]] = []
        for work, operands in _works(data):
            if work == b"q":
                saved.append((matrix, dict(style)))
            elif work == b"Q":
                matrix, style = saved.pop() if saved else (matrix, style)
            elif work == b"cm":
                matrix = multiply(_matrix(operands), matrix)
            elif work == b"BT":
                text = line = _IDENTITY
            elif work == b"Tm":
                text = line = _matrix(operands)
            elif work in (b"Td", b"TD", b"T*", b"'", b'"'):
                if work == b"TD":
                    style[b"TL"] = -operands[1]
                x, y = operands[:2] if work in (b"Td", b"TD") else (0.0, -style.get(b"TL", 0.0))
                text = line = multiply((1.0, 0.0, 0.0, 1.0, x, y), line)
            elif work in _STYLE or work in _INK:
                name = b"ink" if work in _INK else work
                style[name] = (
                    [one for one in operands if not isinstance(one, str)]
                    if work != b"gs"
                    else _veil(resources, operands)
                )
            elif work in (b"Tf", b"TL"):
                style[work] = operands if work == b"Tf" else operands[0]
            elif work in _POINTS:
                points += zip(operands[::2], operands[1::2], strict=True)
                if work == b"re":
                    points[-1] = (points[-2][0] + points[-1][0], points[-2][1] + points[-1][1])
            elif work in _PAINTS or work == b"n":
                if points and work != b"n":
                    self._add(multiply(_around(points), matrix), "", work.decode(), style)
                points = []
            elif work in (b"sh", b"EI"):
                self._add(matrix if work == b"EI" else (1e6, 0.0, 0.0, 1e6, -5e5, -5e5), "", work.decode(), style)
            elif work == b"Do":
                self._draw_object(_inside(_inside(resources, "/XObject"), str(operands[0])), resources, matrix, depth)
            if work in (b"Tj", b"TJ", b"'", b'"'):
                self._add_text(operands[-1], resources, multiply(text, matrix), style)

    def _draw_object(self, found: Any, resources: Any, matrix: Matrix, depth: int) -> None:
        if found.get("/Subtype") != "/Form":
            self._add(matrix, "", "picture", {})
        elif depth < _MOST_FORMS:
            own = _matrix([float(one) for one in found.get("/Matrix", _IDENTITY)])
            self.draw(found.get_data(), _inside(found, "/Resources") or resources, multiply(own, matrix), depth + 1)
        else:
            raise ValueError(depth)

    def _add_text(self, shown: Any, resources: Any, matrix: Matrix, style: dict[bytes, Any]) -> None:
        name, size = style[b"Tf"]
        font = self._font(_inside(resources, "/Font"), name)
        raw = b"".join(one for one in (shown if isinstance(shown, list) else [shown]) if isinstance(one, bytes))
        codes = [int.from_bytes(raw[at : at + font.width], "big") for at in range(0, len(raw), font.width)]
        text = "".join(font.texts.get(one, "\ufffd" if font.width > 1 else chr(one)) for one in codes)
        self._add(multiply((size, 0.0, 0.0, size, 0.0, 0.0), matrix), text, font.digest, style)

    def _add(self, place: Matrix, text: str, font: str, style: dict[bytes, Any]) -> None:
        if len(self.items) == _MOST_ITEMS:
            raise ValueError(_MOST_ITEMS)
        if style.get(b"Tr") == [3.0]:  # such as the text that a program recognised under a scan
            return
        looks = sorted((name, value) for name, value in style.items() if name not in (b"Tf", b"TL"))
        self.items.append(Item(place, text, font, repr(looks)))

    def _font(self, named: Any, name: str) -> _Font:
        reference = named.raw_get(name)
        key = (reference.idnum, reference.generation) if hasattr(reference, "idnum") else (id(reference), -1)
        if key not in self._fonts:
            self._fonts[key] = _read_font(reference.get_object())
        return self._fonts[key]


def _works(data: bytes) -> Iterator[tuple[bytes, list[Any]]]:
    """The operators of a stream that matter here, each with its operands. Raises ValueError."""
    at = 0
    while True:
        found = _WORK.match(data, at)
        if found is None:
            raise ValueError(at)
        at, work = found.end(), found[2]
        if work in _READ:
            yield work, _operands(found[1])
        elif work == b"ID":
            end = _INLINE_END.search(data, at)
            if end is None:
                raise ValueError(at)
            at = end.end()
            yield b"EI", []
        elif not work:
            return


def _operands(written: bytes) -> list[Any]:
    operands: list[Any] = []
    inner: list[Any] | None = None
    for string, name, number, bracket in _OPERAND.findall(written):
        if bracket:
            inner = [] if bracket == b"[" else None
            operands += [inner] if inner is not None else []
            continue
        value = round(float(number), 4) if number else name.decode("latin-1") if name else _string(string)
        (operands if inner is None else inner).append(value)
    return operands


def _string(found: bytes) -> bytes:
    if found[:1] == b"<":
        digits = re.sub(rb"\s", b"", found[1:-1])
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
    if b"\\" not in found:
        return found[1:-1]
    return _ESCAPE.sub(
        lambda one: bytes([int(one[1], 8) & 255]) if one[1][:1] in b"01234567" else _SHORT.get(one[1], one[1]),
        found[1:-1],
    )


def _matrix(operands: Sequence[float]) -> Matrix:
    a, b, c, d, e, f = operands
    return (a, b, c, d, e, f)


def _around(points: Sequence[tuple[float, float]]) -> Matrix:
    left, bottom = min(x for x, _y in points), min(y for _x, y in points)
    return (max(x for x, _y in points) - left, 0.0, 0.0, max(y for _x, y in points) - bottom, left, bottom)


def _veil(resources: Any, operands: Sequence[str]) -> list[str]:
    """What a graphics state hides: anything but full opacity."""
    state = _inside(_inside(resources, "/ExtGState"), operands[0])
    usual = {"/ca": "1", "/CA": "1", "/SMask": "/None", "/BM": "/Normal"}
    return [
        f"{name} {state[name]}"
        for name, value in usual.items()
        if str(state.get(name, value)).removesuffix(".0") != value
    ]


def _read_font(font: Any) -> _Font:
    """How a font's signs are read, and the digest of what makes them readable and what draws them."""
    is_wide = font.get("/Subtype") == "/Type0"
    inner = _inside(font, "/DescendantFonts")[0].get_object() if is_wide else font
    held = [_inside(font, "/ToUnicode"), _inside(font, "/Encoding"), _inside(inner, "/CIDToGIDMap")]
    held += [_inside(_inside(inner, "/FontDescriptor"), f"/FontFile{one}") for one in ("", "2", "3")]
    parts = [one.get_data() if hasattr(one, "get_data") else str(one).encode() for one in held]
    digest = hashlib.sha256(b"".join(hashlib.sha256(one).digest() for one in parts)).hexdigest()
    return _Font(digest, _texts(parts[0]), 2 if is_wide else 1)


def _texts(cmap: bytes) -> dict[int, str]:
    """The text of each sign by a ToUnicode map."""
    texts: dict[int, str] = {}
    for part in _CMAP_PART.finditer(cmap):
        found = [one[1] if one[1] is not None else one[0] for one in _HEX.finditer(part[2])]
        if part[1] == b"bfchar":
            texts |= {int(code, 16): _unicode(text) for code, text in zip(found[::2], found[1::2], strict=False)}
            continue
        values = iter(found)
        for first in values:
            last, to = int(next(values), 16), next(values)
            for code in range(int(first, 16), min(last, int(first, 16) + 0xFFFF) + 1):
                if to == b"[":
                    texts[code] = _unicode(next(values))
                else:
                    start = _unicode(to)
                    texts[code] = start[:-1] + chr(ord(start[-1]) + code - int(first, 16))
            if to == b"[":
                next(values)
    return texts


def _unicode(found: bytes) -> str:
    return bytes.fromhex(re.sub(rb"\s", b"", found).decode()).decode("utf-16-be", "replace")


def _inside(holder: Any, key: str) -> Any:
    """What stands under a key, wherever it lies in the file."""
    found = holder.get(key)
    return {} if found is None else found.get_object()
