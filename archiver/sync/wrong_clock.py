"""Pure: whether this computer's clock, or the time of Chatwork's replies, is so wrong that the user must be told."""

from __future__ import annotations

from datetime import timedelta

from archiver.wording import gettext as _

WRONG_CLOCK_MS = 60_000


def is_clock_wrong(offset_ms: int) -> bool:
    """Whether an offset to Chatwork's clock, in milliseconds, must be told."""
    return abs(offset_ms) > WRONG_CLOCK_MS


def doubtful_sentence(doubtful: timedelta) -> str:
    """What is said of a run whose replies had a doubtful time, given minus this computer's."""
    text = _(
        "Chatwork's replies are dated {hours} hours behind this computer's clock, which agrees with the last "
        "save: that time is doubtful and does not count. What was saved now has this computer's time."
    )
    if doubtful > timedelta():
        text = _(
            "Chatwork's replies are dated {hours} hours ahead of this computer's clock, which agrees with the last "
            "save: that time is doubtful and does not count. What was saved now has this computer's time."
        )
    return text.format(hours=f"{abs(doubtful) / timedelta(hours=1):,.1f}")
