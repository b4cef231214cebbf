"""What looks like a person and is not masked, as a form: forms of one name are hidden or left together."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from gettext import gettext as _

from werkzeug.datastructures import MultiDict

from archiver.records import Leftover, LeftoverKind
from archiver.render.invisible_characters import visible
from archiver.setup.leftover_groups import grouped_leftovers

SHOWN_LIMIT = 300
"""Questions on one page; the next ones come when these are answered."""

HIDE, LEAVE = "hide", "leave"


@dataclass(frozen=True, slots=True)
class LeftoverPiece:
    """One form of what is asked about."""

    piece: str
    shown: str
    """With what cannot be seen made visible."""
    sentence: str
    places: int


@dataclass(frozen=True, slots=True)
class LeftoverQuestion:
    """One name, in all its forms, about which the user decides."""

    number: int
    pieces: tuple[LeftoverPiece, ...]
    kind: str
    """Empty for what was decided before."""
    answer: str


@dataclass(frozen=True, slots=True)
class LeftoverSection:
    """The questions about what looks alike."""

    kind: str
    words: str
    questions: tuple[LeftoverQuestion, ...]


def open_sections(leftovers: Sequence[Leftover]) -> list[LeftoverSection]:
    """The questions by kind, as many as one page holds; hidden unless the user says otherwise."""
    words = _kind_words()
    questions = [
        LeftoverQuestion(number, tuple(map(_shown_piece, group)), group[0].kind.value, HIDE)
        for number, group in enumerate(grouped_leftovers(leftovers)[:SHOWN_LIMIT])
    ]
    by_kind = itertools.groupby(questions, key=lambda one: one.kind)
    return [LeftoverSection(kind, words[LeftoverKind(kind)], tuple(ones)) for kind, ones in by_kind]


def _shown_piece(leftover: Leftover) -> LeftoverPiece:
    return LeftoverPiece(leftover.piece, visible(leftover.piece), visible(leftover.sentence), leftover.places)


def decided_questions(answers: Mapping[str, bool], first: int) -> list[LeftoverQuestion]:
    """What was decided before, which can be decided anew piece by piece; numbered from `first`."""
    return [
        LeftoverQuestion(number, (LeftoverPiece(piece, visible(piece), "", 0),), "", HIDE if is_hidden else LEAVE)
        for number, (piece, is_hidden) in enumerate(list(answers.items())[:SHOWN_LIMIT], first)
    ]


def read_answers(fields: MultiDict[str, str]) -> dict[str, bool]:
    """Piece → whether it is hidden. A kind that was ticked is hidden wherever it stands."""
    alike = set(fields.getlist("alike"))
    return {
        piece: fields[f"answer-{number}"] != LEAVE or fields.get(f"kind-{number}", "") in alike
        for number in (name.removeprefix("answer-") for name in fields if name.startswith("answer-"))
        for piece in fields.getlist(f"piece-{number}")
        if piece
    }


def _kind_words() -> dict[LeftoverKind, str]:
    return {
        LeftoverKind.NAME: _("looks like a name"),
        LeftoverKind.ACCOUNT_HOLDER: _("looks like the holder of an account"),
        LeftoverKind.HANDLE: _("looks like a name on a service"),
        LeftoverKind.CONTACT: _("looks like a way to reach somebody"),
        LeftoverKind.METADATA: _("stands in a file beside its content"),
    }
