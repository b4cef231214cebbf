"""Answers that are not valid, and the keys of the first run's questions."""

from __future__ import annotations

BEGUN, FINISHED = "begun", "finished"
"""Keys that say that the first run was begun, and that it was finished."""

ORGANISATION = "organisation"
"""Key of the answer whether a client owns the organisation."""

SCHEDULE, STAMPS, TRIED = "schedule", "stamps", "tried"
"""Keys of what is remembered: the answer yes or no, the answer on or off, and that the job was tried."""

FAILED = "failed"
"""What is remembered of a job that was tried and does not save by itself."""

NOTICE = "notice"
"""Key of the answer whether a test notice was seen."""

FACTS_DONE = "facts"
"""Key, before the name of a contract, that says that the page of its facts was left."""

FACT_PREFIX = "fact/"
"""Before a contract and the name of its fact: that it was asked for."""


class InvalidAnswer(Exception):
    """An answer that is not valid; its text is the sentence to show."""
