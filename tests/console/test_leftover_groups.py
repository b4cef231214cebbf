"""Pieces that are forms of one name are decided about together."""

from __future__ import annotations

from archiver.records import Leftover, LeftoverKind
from archiver.setup.leftover_groups import grouped_leftovers


def groups(*pieces: str, kind: LeftoverKind = LeftoverKind.NAME) -> list[list[str]]:
    """The pieces of each group."""
    leftovers = [Leftover(piece, kind, f"{piece}に確認", 1) for piece in pieces]
    return [[one.piece for one in group] for group in grouped_leftovers(leftovers)]


def test_forms_of_one_name_stand_together() -> None:
    """With a title, a variant of a kanji, a given name behind it; in the order first found."""
    assert [["高木", "髙木さん", "高木 翔太"], ["栗本"]] == groups("高木", "栗本", "髙木さん", "高木 翔太")
    assert [["@hanako", "Hanako"]] == groups("@hanako", "Hanako", kind=LeftoverKind.HANDLE)


def test_what_only_begins_alike_stays_apart() -> None:
    """One character, or Latin letters, begin too many names."""
    assert [["森"], ["森本"], ["ken"], ["kenji"]] == groups("森", "森本", "ken", "kenji")


def test_kinds_stand_apart() -> None:
    """A name and the handle made of it are two questions."""
    name = Leftover("hanako", LeftoverKind.NAME, "hanakoに", 1)
    handle = Leftover("@hanako", LeftoverKind.HANDLE, "@hanakoに", 1)

    assert [(name,), (handle,)] == grouped_leftovers([handle, name])
