"""Pure: whether this computer's clock, or the time of Chatwork's replies, is so wrong that the user must be told."""

from __future__ import annotations

from archiver.wording import gettext as _

WRONG_CLOCK_MS = 60_000


def is_clock_wrong(offset_ms: int) -> bool:
    """Whether an offset to Chatwork's clock, in milliseconds, must be told."""
    return abs(offset_ms) > WRONG_CLOCK_MS


def doubtful_sentence(hours: float) -> str:
    """What is said of a run in which Chatwork's replies were so many hours ahead of this computer's clock."""
    text = _(
        "In the last save, Chatwork's replies were dated {hours} hours behind this computer's clock. One of the two "
        "is wrong: the time of that save is doubtful, and the records say so."
    )
    if hours > 0:
        text = _(
            "In the last save, Chatwork's replies were dated {hours} hours ahead of this computer's clock. One of the "
            "two is wrong: the time of that save is doubtful, and the records say so."
        )
    return text.format(hours=f"{abs(hours):,.1f}")
