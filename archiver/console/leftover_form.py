"""What looks like a person and is not masked, as a form: each piece is hidden, left, or hidden with all of its kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from gettext import gettext as _

from werkzeug.datastructures import MultiDict

from archiver.records import Leftover, LeftoverKind
from archiver.render.invisible_characters import visible

SHOWN_LIMIT = 300
"""Pieces on one page; the next ones come when these are answered."""

HIDE, LEAVE, ALIKE = "hide", "leave", "alike"


@dataclass(frozen=True, slots=True)
class LeftoverQuestion:
    """One piece about which the user decides."""

    number: int
    piece: str
    shown: str
    """The piece with what cannot be seen made visible."""
    kind: str
    """Empty for what was decided before."""
    kind_words: str
    sentence: str
    places: int
    answer: str


def open_questions(leftovers: Sequence[Leftover]) -> list[LeftoverQuestion]:
    """A question for each piece, as many as one page holds; hidden unless the user says otherwise."""
    words = _kind_words()
    return [
        LeftoverQuestion(
            number,
            one.piece,
            visible(one.piece),
            one.kind.value,
            words[one.kind],
            visible(one.sentence),
            one.places,
            HIDE,
        )
        for number, one in enumerate(leftovers[:SHOWN_LIMIT])
    ]


def decided_questions(answers: Mapping[str, bool], first: int) -> list[LeftoverQuestion]:
    """What was decided before, which can be decided anew; numbered from `first`."""
    return [
        LeftoverQuestion(number, piece, visible(piece), "", "", "", 0, HIDE if is_hidden else LEAVE)
        for number, (piece, is_hidden) in enumerate(list(answers.items())[:SHOWN_LIMIT], first)
    ]


def read_answers(fields: MultiDict[str, str]) -> dict[str, bool]:
    """Piece → whether it is hidden. A kind that was answered once with “all alike” is hidden wherever it stands."""
    numbers = [name.removeprefix("answer-") for name in fields if name.startswith("answer-")]
    rows = [(fields.get(f"piece-{n}", ""), fields.get(f"kind-{n}", ""), fields.get(f"answer-{n}")) for n in numbers]
    alike = {kind for _piece, kind, answer in rows if answer == ALIKE and kind}
    return {piece: answer != LEAVE or kind in alike for piece, kind, answer in rows if piece}


def _kind_words() -> dict[LeftoverKind, str]:
    return {
        LeftoverKind.NAME: _("looks like a name"),
        LeftoverKind.ACCOUNT_HOLDER: _("looks like the holder of an account"),
        LeftoverKind.HANDLE: _("looks like a name on a service"),
        LeftoverKind.CONTACT: _("looks like a way to reach somebody"),
        LeftoverKind.METADATA: _("stands in a file beside its content"),
    }
