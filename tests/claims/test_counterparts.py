"""Who of the people in a room the stated client is."""

from __future__ import annotations

import pytest

from archiver.claims.counterparts import counterparts
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


def test_a_name_that_two_bear_is_both() -> None:
    """Nobody is covered who may be the client."""
    people = PEOPLE | {997: ["佐藤様"]}

    assert {999, 997} == counterparts("佐藤", people, owner=OWNER)


def test_a_name_that_is_no_more_counts() -> None:
    """What they were called when the user stated it."""
    assert {5} == counterparts("旧名", {5: ["旧名", "新名"]}, owner=OWNER)
