"""A code on each page of a court's PDFs, made of the text on it, its number and the package; and what two pages show.

What counts is what stands between the two lines of a page. It is placed as seen from the code, so a page that was
stamped, moved, split, merged or saved anew by another program is the same page. The same works and fonts make the same
text whatever library reads the file: `drawn_pages` knows the drawing itself.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from archiver.export.pdf.drawn_pages import CLIP, Item, Matrix, Page, multiply

SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without 0, 1, I and O, which are taken for one another on paper."""

PLACE = "22222-22222-2222"
"""What stands for the code of a page while it is laid out."""

_CODE = re.compile(f"[{SIGNS}]{{5}}-[{SIGNS}]{{5}}-[{SIGNS}]{{4}}")
_ALMOST, _NO_SIGN = re.compile("[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]{4}"), re.compile("[01IO]")
_LENGTH = 13
_MM = 72 / 25.4
_BESIDE, _RIGHT, _TOP, _BOTTOM = 16 * _MM, 18 * _MM, 24 * _MM, 20 * _MM
"""From the code to the left edge of what counts, and from the edges of the paper: see `templates/report.typ`."""

_NEAR, _ALIKE, _OFF, _LEAST_AREA, _MOST_LINES = 0.2, 0.03, 8.0, 0.4, 20
"""Places and sizes, in sizes of the code; in points; as a share of the paper; lines that are shown of a page."""


_NOWHERE: Matrix = (0.0,) * 6


class Comparison(NamedTuple):
    """What became of a page: `same`, `look`, `differs`, `unknown` or `unreadable`, and what made it so."""

    status: str
    reason: str = ""
    lines: tuple[tuple[str, str], ...] = ()
    """As printed, and as here."""


def page_codes(pages: Iterable[Page], package: str) -> list[str]:
    """The code of each page of a PDF that is laid out with PLACE where its codes will stand.

    A page that cannot be read gets one too: it is found again by it, and nothing more.
    """
    texts = [_text(_inside(one, PLACE)[0]) if _holds(one, PLACE) else "" for one in pages]
    return [_code(f"{package}\n{number}\n{text}") for number, text in enumerate(texts, 1)]


def _code(facts: str) -> str:
    number = int.from_bytes(hashlib.sha256(facts.encode()).digest()[:8], "big")
    signs = "".join(SIGNS[number >> 5 * place & 31] for place in reversed(range(_LENGTH)))
    signs += _check_sign(signs)
    return f"{signs[:5]}-{signs[5:10]}-{signs[10:]}"


def _check_sign(signs: str) -> str:
    """The last sign: another one if one sign is wrong, or two neighbours change places (powers of 2 in GF(32))."""
    total = 0
    for sign in f"{signs}{SIGNS[0]}":
        total = (total << 1 ^ (37 if total & 16 else 0)) ^ SIGNS.index(sign)
    return SIGNS[total]


def typed_code(text: str) -> str | None:
    """The code that somebody typed in from paper; None if it has not the form of one, but for a sign."""
    signs = re.sub(r"[\s\-‐−–—ー]", "", unicodedata.normalize("NFKC", text)).upper()
    code = f"{signs[:5]}-{signs[5:10]}-{signs[10:]}"
    return code if _is_almost(code) else None


def _is_almost(text: str) -> bool:
    return _ALMOST.fullmatch(text) is not None and len(_NO_SIGN.findall(text)) < 2


def is_whole(code: str) -> bool:
    """Whether the last sign belongs to the others."""
    signs = code.replace("-", "")
    return not _NO_SIGN.search(code) and _check_sign(signs[:-1]) == signs[-1]


def printed_codes(page: Page) -> list[str]:
    """What has the form of a code on a page, but for a sign; where no run of text has it, in the text as a whole."""
    runs = [one.text for one in page.items if _is_almost(one.text)]
    return list(dict.fromkeys(runs or filter(is_whole, _CODE.findall(_text(page.items)))))


def judge_page(page: Page, own: Mapping[str, Page]) -> tuple[str, Comparison]:
    """The code of a page, and what became of the page that had it; `own`: the pages of exports by their codes."""
    found = printed_codes(page)
    known = [code for code in found if code in own]
    if len(known) == 1:
        return known[0], compare_pages(own[known[0]], page, known[0])
    if known:
        return "", Comparison("unreadable", "several")
    if found:
        return found[0], Comparison("unknown", "" if is_whole(found[0]) else "sign")
    return "", Comparison("unreadable", "no_code" if any(one.text.strip() for one in page.items) else "no_text")


def _holds(page: Page, code: str) -> bool:
    return any(one.text == code for one in page.items)


def compare_pages(own: Page, here: Page, code: str) -> Comparison:
    """Hold a page against that of the package which has the same code."""
    if not _holds(own, code):
        return Comparison("unreadable", "export")
    printed, frame = _inside(own, code)
    if not {one.font for one in own.items if one.text} & {one.font for one in here.items if one.text}:
        return Comparison("look" if _text(printed) in _text(here.items) else "unreadable", "fonts")
    if not _is_shown(here, code, frame):
        return Comparison("unreadable", "cut")
    found, _frame = _inside(here, code, frame)
    missing, added = _unmatched(printed, found), _unmatched(found, printed)
    if any(one.text for one in (*missing, *added)):
        return Comparison("differs", "text", tuple(_lines(printed, found, (*missing, *added))))
    return Comparison("look", "drawn") if missing or added else Comparison("same")


# --- the frame, as seen from the code ------------------------------------------------------------------


def _inside(page: Page, code: str, frame: Matrix | None = None) -> tuple[list[Item], Matrix]:
    """What stands in the frame of a page, placed as seen from its code; left out, the frame is that of our own page."""
    place = next(one.place for one in page.items if one.text == code)
    seen = _inverse(place)
    if frame is None:
        left, bottom, right, top = page.paper
        x, y, right, top = place[4] - _BESIDE, bottom + _BOTTOM, right - _RIGHT, top - _TOP
        frame = multiply((right - x, 0.0, 0.0, top - y, x, y), seen)
    x0, y0, x1, y1 = _corners(frame)
    items = []
    for one in page.items:
        moved = one._replace(place=multiply(one.place, seen))
        left, bottom, right, top = _corners(multiply((one.width, 0.0, 0.0, 1.0, 0.0, 0.0), moved.place))
        is_whole_frame = left <= x0 and right >= x1 and bottom <= y0 and top >= y1
        is_in = left < x1 and right > x0 and bottom < y1 and top > y0 and one.text != code
        if is_in and not (is_whole_frame and one.font == CLIP):
            items.append(moved)
    return items, frame


def _is_shown(page: Page, code: str, frame: Matrix) -> bool:
    """Whether the frame lies on the paper, and takes up so much of it that it is what a reader sees."""
    place = next((one.place for one in page.items if one.text == code), _NOWHERE)
    x0, y0, x1, y1 = _corners(multiply(frame, place))
    left, bottom, right, top = page.paper
    is_on = x0 > left - _OFF and y0 > bottom - _OFF and x1 < right + _OFF and y1 < top + _OFF
    return is_on and (x1 - x0) * (y1 - y0) > _LEAST_AREA * (right - left) * (top - bottom)


def _corners(place: Matrix) -> tuple[float, float, float, float]:
    """The edges of what a matrix makes of the unit square."""
    a, b, c, d, e, f = place
    xs, ys = (e, e + a, e + c, e + a + c), (f, f + b, f + d, f + b + d)
    return min(xs), min(ys), max(xs), max(ys)


def _inverse(place: Matrix) -> Matrix:
    a, b, c, d, e, f = place
    area = a * d - b * c
    return (d / area, -b / area, -c / area, a / area, (c * f - d * e) / area, (b * e - a * f) / area)


# --- what differs --------------------------------------------------------------------------------------


def _unmatched(items: Iterable[Item], others: Iterable[Item]) -> list[Item]:
    """The items that are not among the others at the same place."""
    places: dict[Item, list[Matrix]] = {}
    for one in others:
        places.setdefault(one._replace(place=_NOWHERE), []).append(one.place)
    unmatched = []
    for one in items:
        free = places.get(one._replace(place=_NOWHERE), [])
        near = next((at for at in free if _is_near(at, one.place)), None)
        if near is None:
            unmatched.append(one)
        else:
            free.remove(near)
    return unmatched


def _is_near(a: Matrix, b: Matrix) -> bool:
    return all(abs(x - y) < limit for x, y, limit in zip(a, b, (*[_ALIKE] * 4, _NEAR, _NEAR), strict=True))


def _lines(printed: Sequence[Item], found: Sequence[Item], unmatched: Iterable[Item]) -> Iterator[tuple[str, str]]:
    """The lines on which something is other, from the top: as printed, and as here."""
    heights = sorted({round(one.place[5], 1) for one in unmatched if one.text}, reverse=True)
    for height in heights[:_MOST_LINES]:
        yield _line(printed, height), _line(found, height)


def _line(items: Iterable[Item], height: float) -> str:
    on_it = [one for one in items if one.text and abs(one.place[5] - height) < _NEAR]
    return "".join(one.text for one in sorted(on_it, key=lambda one: one.place[4]))


def _text(items: Iterable[Item]) -> str:
    return "".join(unicodedata.normalize("NFKC", "".join(one.text for one in items)).split())
