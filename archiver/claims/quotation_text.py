"""The words of a quotation: one line for a text or a screen, and the head and labels of the two texts on paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from archiver.claims.quotations import Quotation
from archiver.claims.table import word
from archiver.claims.words import moment
from archiver.records import State, Version

Time = Callable[[datetime], str]


def _minute(at: datetime) -> str:
    return moment(at, seconds=False)


def quotation_line(
    quoted: Quotation, texts: Sequence[str], lang: str | None = None, *, time: Time, who: str | None = None
) -> str:
    """The change in one sentence without its end; `texts`: what is shown of the quotation's texts."""
    name = who or word("quote.the_client", lang)
    sent, seen = time(quoted.message.send_time), time(seen_at(quoted))
    # A text that was seen only after an edit is not what was said on that day.
    said = word(
        "quote.said.edited" if quoted.before.update_time > 0 else "quote.said",
        lang,
        who=name,
        before=texts[0],
        sent=sent,
    )
    between = "edited_" if quoted.after is not None and quoted.became is not State.EDITED else ""
    return word(f"quote.line.{between}{quoted.became}", lang, said=said, after=texts[-1], seen=seen)


def quotation_head(quoted: Quotation, name: str, lang: str | None = None, *, time: Time = _minute) -> str:
    """Who wrote it when, and what became of it."""
    message = quoted.message
    what = "".join(_happened(quoted, lang, time)).rstrip()
    return word("quote.head", lang, sent=time(message.send_time), name=name, no=message.no, what=what)


def quotation_parts(
    quoted: Quotation, texts: Sequence[str], lang: str | None = None, *, time: Time = _minute
) -> Iterator[tuple[str, str]]:
    """The texts with their labels, what stands there now last."""
    yield word("quote.label.before", lang, seen=time(quoted.before.last_seen)), texts[0]
    if quoted.after is not None:
        last = quoted.after.last_seen if quoted.became is State.EDITED else quoted.after.first_seen
        yield _label("after", lang, time(quoted.after.first_seen), time(last)), texts[-1]
    elif quoted.became is State.DELETED:
        last = quoted.message.versions[-1].last_seen
        yield _label("gone", lang, time(seen_at(quoted)), time(last)), word("quote.gone", lang)


def _label(kind: str, lang: str | None, seen: str, last: str) -> str:
    return word(f"quote.label.{kind}" if seen == last else f"quote.label.{kind}.still", lang, seen=seen, last=last)


def _happened(quoted: Quotation, lang: str | None, time: Time) -> Iterator[str]:
    if quoted.message.texts[0].update_time > 0:
        yield word("quote.was_edited", lang)
    if quoted.after is not None:
        updated = _update_time(quoted.after)
        yield word("quote.edited", lang) if updated is None else word("quote.edited.at", lang, updated=time(updated))
    if quoted.edits > 1:
        yield word("quote.edits", lang, n=quoted.edits)
    if quoted.became is not State.EDITED:
        yield word(f"quote.{quoted.became}", lang, seen=time(seen_at(quoted)))


def seen_at(quoted: Quotation) -> datetime:
    """When its present standing was first seen; of an unchanged message when it was last seen."""
    if quoted.became is State.PRESENT:
        return quoted.before.last_seen
    if quoted.became is State.EDITED and quoted.after is not None:
        return quoted.after.first_seen
    return quoted.message.versions[-1].first_seen if quoted.is_deleted else quoted.message.changed_at


def _update_time(version: Version) -> datetime | None:
    """Chatwork's own time of an edit, as far as a calendar holds it."""
    return datetime.fromtimestamp(version.update_time, UTC) if 0 < version.update_time < 2**36 else None
