"""Which messages stand on a page of a conversation, and which breaks belong between them. Pure.

No break is lost where one page ends and the next begins: what lies between two pages stands on the later one, and a
gap that a page begins inside stands on it again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from archiver.records import Gap, Message, Pause
from archiver.render.gap_breaks import GapBreaks, overlaps, pause_html, pause_text
from archiver.render.times import local_time

BYTES_LIMIT = 280_000
"""Of the messages of a page; with what stands around them it stays below 0.4 MB. One message always fits."""

FOLDED_FROM = 3
"""Pauses between two messages from which on they are folded up."""


def places_outward(count: int, centre: int) -> Iterator[int]:
    """The places 0 to `count` from the centre on, those after it and before it by turns."""
    yield centre
    for step in range(1, count):
        if centre + step < count:
            yield centre + step
        if centre - step >= 0:
            yield centre - step


def fit_messages(
    messages: Sequence[Message], centre: int, made: Callable[[Message], str]
) -> tuple[range, dict[int, str]]:
    """The messages around one that fit on a page, and all that was made of them."""
    found: dict[int, str] = {}
    size = 0
    for place in places_outward(len(messages), centre) if messages else ():
        html = made(messages[place])
        size += len(html.encode())
        if found and size > BYTES_LIMIT:
            break
        found[place] = html
    return range(min(found, default=0), max(found, default=-1) + 1), found


def gaps_on_page(
    gaps: Sequence[Gap], before: Message | None, messages: Sequence[Message], *, is_last: bool
) -> list[Gap]:
    """The gaps that begin on a page, directly before it or earlier and end on it or later.

    `before` is the message in front of the page's first; `is_last`: none follows.
    """
    begin = -1 if before is None else int(before.message_id)
    end = int(messages[-1].message_id) if messages else -1
    return [gap for gap in gaps if begin < int(gap.before) and (is_last or int(gap.after or -1) < end)]


class PageBreaks:
    """Hands out the breaks of a page as the messages go by: pauses and gaps."""

    def __init__(self, gaps: Sequence[Gap], pauses: Sequence[Pause], every_gap: Sequence[Gap]) -> None:
        """Take those of the page, and every gap of the room, as what a pause cost depends on them."""
        self._breaks = GapBreaks(gaps, ())
        self._pauses = list(pauses)
        self._every_gap = every_gap

    def before(self, message: Message) -> str:
        """What stands directly before this message."""
        due = [one for one in self._pauses if one.start <= message.send_time]
        self._pauses = [one for one in self._pauses if one.start > message.send_time]
        return pauses_html(due, self._every_gap) + "".join(self._breaks.before(message))

    def rest(self) -> str:
        """What no message followed."""
        return pauses_html(self._pauses, self._every_gap) + "".join(self._breaks.rest())


def pauses_html(pauses: Sequence[Pause], gaps: Sequence[Gap]) -> str:
    """Times in which nobody looked, folded up where there are many of them on one place."""
    if len(pauses) <= FOLDED_FROM:
        return "".join(pause_html(pause_text(one, gaps)) for one in pauses)
    lines = "".join(f"<li>{_line(one, gaps)}</li>" for one in pauses)
    return (
        f'<details class="break"><summary><b>見ていない時間</b> {local_time(pauses[0].start)} から '
        f"{local_time(pauses[-1].end)} までに {len(pauses):,}回</summary>"
        "<p>この間に変えられた文面は、前の内容が分かりません。「空白」と書いたものを除き、発言は後で取得済みです。</p>"
        f"<ul>{lines}</ul></details>\n"
    )


def _line(pause: Pause, gaps: Sequence[Gap]) -> str:
    costly = any(overlaps(pause, gap.start, gap.end) for gap in gaps)
    return f"{local_time(pause.start)} から {local_time(pause.end)} まで{'(空白があります)' if costly else ''}"
