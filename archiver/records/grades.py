"""The grade of what is observed of the archive and its computer, and the word for it."""

from __future__ import annotations

from enum import StrEnum
from gettext import gettext as _

from archiver.gettext_mark import N_


class Grade(StrEnum):
    """How things stand; the values are those of the JSON documents."""

    GOOD = "good"
    ATTENTION = "attention"
    """It works, but something should be done."""
    ACTION = "action"
    """Something that unattended work needs is not there."""


GRADE_WORDS = {Grade.ACTION: N_("Action needed"), Grade.ATTENTION: N_("Check"), Grade.GOOD: N_("OK")}
"""In the order in which a screen lists them: what has to be done comes first."""


def grade_word(grade: Grade) -> str:
    """The word for a grade, in the language of the process."""
    return _(GRADE_WORDS[grade])
