"""The messages of the reading step as rows: texts in parts, with covers that can be pressed and words to be covered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from archiver.records import JST, OpenedMessage, ReadState, State
from archiver.render.invisible_characters import visible
from archiver.store.archive import Reading
from archiver.store.queries.viewing.message_summaries import message_summaries

Row = dict[str, Any]

PAGE = 50
"""Messages on a page."""

LEFT_OPEN = 2
"""Messages before the one to be read next that are not folded up."""

_TAGS = re.compile(
    r"\[/?(?:To|rp|返信|Reply|qt|qtmeta|引用|info|title|code|toall|picon|piconname|pname|dtext|preview|task|download|cc)"
    r"\b[^\[\]\n]{0,200}\]",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[一-鿿々]+[ぁ-ん]{0,2}|[ァ-ヶー]+|[ぁ-ん]+|[\w.@+-]+|\s+|.")
_LABEL = re.compile(r"■■\((.+)\)")


def read_rows(reading: Reading, opened: Sequence[OpenedMessage], at: str, words: str, page: str) -> Row:
    """A page of those to be read in order, the first of them folded.

    `at`: decided last, so that the page of the next one comes; `words`: whose words can be pressed.
    """
    unread = [one.id for one in opened if one.state is ReadState.UNREAD]
    order, last = {one.id: place for place, one in enumerate(opened)}, max(0, len(opened) - 1)
    now = next((one for one in unread if order[one] >= order.get(at, 0)), next(iter(unread), ""))
    next_at = order.get(now, last)
    asked = min(int(page[:9]) * PAGE, last) if page.isdecimal() else next_at
    begin = (next_at if at else order.get(words, asked)) // PAGE * PAGE
    listed = opened[begin : begin + PAGE]
    first = max(0, next_at - LEFT_OPEN - begin) if now in {one.id for one in listed} else 0 if now else len(listed)
    places = [(one.room, int(one.id)) for one in listed if one.no]
    known = {one.message_id: one for one in message_summaries(reading, places)}
    rows = [_row(one, known.get(one.id), has_words=one.id == words) | {"is_next": one.id == now} for one in listed]
    for before, row in pairwise([{"day": None}, *rows]):
        row["is_new_day"] = row["day"] is not None and row["day"] != before["day"]
    number = begin // PAGE
    return {
        "folded": rows[:first],
        "rows": rows[first:],
        "is_moved": bool(at),
        "earlier": f"{number - 1}" if begin else "",
        "later": f"{number + 1}" if begin + PAGE < len(opened) else "",
    }


def _row(one: OpenedMessage, known: Any, *, has_words: bool) -> Row:
    covers, texts = {word: number for number, word in enumerate(one.covers)}, len(one.texts)
    marks = _WORDS if has_words else re.compile("|".join(map(re.escape, sorted(one.marks, key=len, reverse=True))))
    parts = [_trimmed(_parts(part, covers, marks if has_words or one.marks else None)) for part in one.parts]
    fate = None if known is None else known.state
    sent = known.sent.astimezone(JST) if known is not None and known.sent else None
    return {
        "id": one.id,
        "no": one.no,
        "day": sent.date() if sent else None,
        "clock": f"{sent:%H:%M}" if sent else "",
        "name": visible(one.name),
        "account": known.account_id if known else 0,
        "state": one.state,
        "digest": one.digest,
        "fate": str(fate) if fate in (State.DELETED, State.EDITED, State.MISSING) or texts > 1 else "",
        "before": parts[: texts - 1],
        "words": parts[texts - 1] if texts else [],
        "files": parts[texts:],
        "has_words": has_words,
    }


def _trimmed(parts: Iterable[Row]) -> list[Row]:
    """Without the empty lines at the ends, where only tags stood."""
    kept = list(parts)
    if kept:
        kept[0]["text"] = kept[0]["text"].lstrip()
        kept[-1]["text"] = kept[-1]["text"].rstrip()
    return kept


def _parts(parts: Iterable[tuple[str, str]], covers: dict[str, int], pressed: re.Pattern[str] | None) -> Iterator[Row]:
    """What stands there, in parts: text, a word that can be covered, or a cover with its number in the message."""
    kind = "word" if pressed is _WORDS else "mark"
    for shown, word in parts:
        if word:
            label = _LABEL.fullmatch(shown)
            yield {"kind": "cover", "text": label[1] if label else shown, "number": covers[word]}
            continue
        text = _TAGS.sub("", shown.replace("[hr]", "\n"))
        last = 0
        for found in pressed.finditer(text) if pressed else ():
            if any(map(str.isalnum, found[0])):
                yield {"kind": "text", "text": visible(text[last : found.start()], lines=True)}
                yield {"kind": kind, "text": visible(found[0], lines=True), "word": found[0]}
                last = found.end()
        yield {"kind": "text", "text": visible(text[last:], lines=True)}
