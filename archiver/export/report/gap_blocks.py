"""Gaps and pauses between the messages of a room on paper, each at its place, so that no incomplete page looks
complete.
"""

from __future__ import annotations

from collections.abc import Iterator

from archiver.export.pdf.blocks import Interruption
from archiver.records import Conversation, Gap, Message
from archiver.render.gap_breaks import PAUSE, gap_text, gap_title, pause_text
from archiver.report_language import say


class GapBlocks:
    """Gives the gaps and pauses before each message, as the messages of a room go by in order."""

    def __init__(self, room: Conversation, *, pauses: bool) -> None:
        """Take the gaps of a room, and its pauses if asked for."""
        self._room = room
        self._gaps = sorted(room.gaps, key=lambda gap: (_after_id(gap), int(gap.before), gap.number))
        self._pauses = sorted(room.pauses, key=lambda one: (one.start, one.end)) if pauses else []

    def before(self, message: Message) -> Iterator[Interruption]:
        """The gaps and pauses before this message that were not given yet."""
        while self._pauses and self._pauses[0].start <= message.send_time:
            yield self._pause()
        while self._gaps and _after_id(self._gaps[0]) < int(message.message_id):
            yield Interruption(gap_line(self._gaps.pop(0)))

    def rest(self) -> Iterator[Interruption]:
        """The gaps and pauses after the last message."""
        while self._pauses:
            yield self._pause()
        yield from (Interruption(gap_line(gap)) for gap in self._gaps)
        self._gaps = []

    def _pause(self) -> Interruption:
        return Interruption(f"{say(PAUSE)} {pause_text(self._pauses.pop(0), self._room.gaps)}")


def gap_line(gap: Gap) -> str:
    """A gap in words, with its title."""
    return f"{gap_title(gap)} {gap_text(gap)}"


def _after_id(gap: Gap) -> int:
    return -1 if gap.after is None else int(gap.after)
