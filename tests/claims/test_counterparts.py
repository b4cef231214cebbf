"""Who of the people in a room the stated client is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from archiver.claims.counterparts import counterpart_bases, counterparts
from archiver.records import Basis, Sides
from tests.support.archives.maker import CLIENT, OWNER

PEOPLE = {OWNER: ["yamada"], CLIENT: ["田中 一郎", "田中 一郎(解約済)"], 999: ["佐藤"], 998: ["Tanaka Movie"]}


@pytest.mark.parametrize(
    ("client", "found"),
    [
        ("田中 一郎", {CLIENT}),
        ("田中一郎", {CLIENT}),
        ("田中\u3000一郎様", {CLIENT}),
        ("田中一郎さん", {CLIENT}),
        ("田中一郎(解約済)", {CLIENT}),
        ("TANAKA movie", {998}),
        ("田中", set()),
        ("yamada", set()),
        ("", set()),
        ("様", set()),
        (None, set()),
    ],
)
def test_the_clients_name_finds_the_account(client: str | None, found: set[int]) -> None:
    """The same but for width, case, spaces and titles; never the owner, never a part of a name."""
    assert found == counterparts(client, PEOPLE, owner=OWNER)


@pytest.mark.parametrize("names", [["佐藤様"], ["鈴木", "佐藤"]])
def test_a_name_that_another_one_has_or_took_names_nobody(names: list[str]) -> None:
    """Whoever came first: the user is asked, and neither is taken for the client."""
    assert set() == counterparts("佐藤", PEOPLE | {997: names}, owner=OWNER)
    assert set() == counterparts("佐藤", {997: names} | PEOPLE, owner=OWNER)
    assert set() == counterparts("佐藤", {999: ["佐藤"], OWNER: ["佐藤"]}, owner=OWNER)


def test_only_the_name_at_first_sight_counts() -> None:
    """It is what they were called before anybody could have a reason to be somebody else."""
    assert {5} == counterparts("旧名", {5: ["旧名", "新名"]}, owner=OWNER)
    assert set() == counterparts("新名", {5: ["旧名", "新名"]}, owner=OWNER)


@pytest.mark.parametrize(
    ("thirds", "found"), [(set(), {5: Basis.NAME}), ({5}, {6: Basis.NAME}), ({6}, {5: Basis.NAME})]
)
def test_whoever_alone_had_the_name_till_another_one_took_it_stays_the_client(
    thirds: set[int], found: dict[int, Basis]
) -> None:
    """Unless the user said that this is somebody else."""
    sides = Sides(OWNER, thirds=frozenset(thirds), twins={6: (5, datetime(2026, 11, 5, tzinfo=UTC))})
    people = {5: ["佐藤"], 6: ["佐藤"], 7: ["鈴木"]}

    assert found == counterpart_bases(sides, "佐藤", {1: people})[0]
