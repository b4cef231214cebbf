"""The messages that fit on a page of a conversation, and the breaks between them. Pure.

No break is lost between two pages: a break between them is on the later one, and a gap in which a page begins is
repeated on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from archiver.records import Gap, Message, Pause
from archiver.render.gap_breaks import PAUSE, GapBreaks, overlaps, pause_html, pause_text
from archiver.render.times import local_time
from archiver.report_language import say

BYTES_LIMIT = 280_000
"""The limit for the messages of a page, so that the whole page stays below 0.4 MB. One message always fits."""

FOLDED_FROM = 3
"""More pauses than this between two messages are folded up."""


def places_outward(count: int, centre: int) -> Iterator[int]:
    """The indexes below `count` from the centre outwards, after and before it by turns."""
    yield centre
    for distance in range(1, count):
        if centre + distance < count:
            yield centre + distance
        if centre - distance >= 0:
            yield centre - distance


def fit_messages(
    messages: Sequence[Message], centre: int, render: Callable[[Message], str]
) -> tuple[range, dict[int, str]]:
    """The range of messages around one that fit on a page, and the rendered HTML by index."""
    found: dict[int, str] = {}
    size = 0
    for place in places_outward(len(messages), centre) if messages else ():
        html = render(messages[place])
        size += len(html.encode())
        if found and size > BYTES_LIMIT:
            break
        found[place] = html
    return range(min(found, default=0), max(found, default=-1) + 1), found


def gaps_on_page(
    gaps: Sequence[Gap], before: Message | None, messages: Sequence[Message], *, is_last: bool
) -> list[Gap]:
    """The gaps that begin on a page or before it, and end on it or after it.

    `before` is the message before the page's first; `is_last` means that no message follows the page.
    """
    begin = -1 if before is None else int(before.message_id)
    end = int(messages[-1].message_id) if messages else -1
    return [gap for gap in gaps if begin < int(gap.before) and (is_last or int(gap.after or -1) < end)]


class PageBreaks:
    """Returns the breaks of a page (pauses and gaps) in the order of its messages."""

    def __init__(self, gaps: Sequence[Gap], pauses: Sequence[Pause], every_gap: Sequence[Gap]) -> None:
        """Take the gaps and pauses of the page, and every gap of the room, which decides what is said of a pause."""
        self._breaks = GapBreaks(gaps, (), names_ids=False)
        self._pauses = list(pauses)
        self._every_gap = every_gap

    def before(self, message: Message) -> str:
        """The breaks directly before this message as HTML."""
        due = [one for one in self._pauses if one.start <= message.send_time]
        self._pauses = [one for one in self._pauses if one.start > message.send_time]
        return pauses_html(due, self._every_gap) + "".join(self._breaks.before(message))

    def rest(self) -> str:
        """The breaks after the last message as HTML."""
        return pauses_html(self._pauses, self._every_gap) + "".join(self._breaks.rest())


def pauses_html(pauses: Sequence[Pause], gaps: Sequence[Gap]) -> str:
    """Pauses as HTML, folded up if there are many in one place."""
    if len(pauses) <= FOLDED_FROM:
        return "".join(pause_html(pause_text(one, gaps)) for one in pauses)
    lines = "".join(f"<li>{_line(one, gaps)}</li>" for one in pauses)
    span = say(
        "{first} から {last} までに {count:,}回",
        first=local_time(pauses[0].start),
        last=local_time(pauses[-1].end),
        count=len(pauses),
    )
    unknown = say(
        "この間に書かれて変えられたメッセージの元の文面と、この間に重ねて変えられた途中の文面は、分かりません。"
        "「保存できなかった期間」と書いたものを除き、メッセージは後で取得済みです。"
    )
    return (
        f'<details class="break"><summary><b>{say(PAUSE)}</b> {span}</summary>'
        f"<p>{unknown}</p><ul>{lines}</ul></details>\n"
    )


def _line(pause: Pause, gaps: Sequence[Gap]) -> str:
    costly = any(overlaps(pause, gap.start, gap.end) for gap in gaps)
    gap = say("(保存できなかった期間があります)") if costly else ""
    return say("{start} から {end} まで", start=local_time(pause.start), end=local_time(pause.end)) + gap
