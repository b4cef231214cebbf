"""Tokens sealed for workers: only the installation's key opens them, each for its own account alone."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.team import sealed_tokens
from archiver.team.ledger.service import SealedRow

SECRET = sealed_tokens.new_secret_key()
PUBLIC = sealed_tokens.public_half(SECRET)
TOKEN = "0123456789abcdef0123456789abcdef"
ROW = sealed_tokens.seal_token(TOKEN, 42, PUBLIC)


@given(
    token=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=64), account=st.integers(1)
)
def test_what_is_sealed_opens_with_the_secret_half(token: str, account: int) -> None:
    """Sealing needs the public half only."""
    row = sealed_tokens.seal_token(token, account, PUBLIC)

    assert token == sealed_tokens.open_token(row, account, SECRET)
    assert row.key_id == sealed_tokens.key_id(PUBLIC)


def test_the_same_token_is_never_sealed_alike() -> None:
    """Nobody sees in the ledger that two accounts have one token, or that one was given again."""
    again = sealed_tokens.seal_token(TOKEN, 42, PUBLIC)

    assert ROW.sealed != again.sealed
    assert ROW.wrapped_key != again.wrapped_key


@pytest.mark.parametrize(
    ("row", "account", "secret"),
    [
        (ROW, 43, SECRET),
        (ROW, 42, sealed_tokens.new_secret_key()),
        (SealedRow(b"", b"", "x"), 42, SECRET),
        (SealedRow(b"x" * 60, b"\0" * 92, "x"), 42, SECRET),
    ],
    ids=["another account", "another installation", "empty", "points of low order"],
)
def test_a_row_opens_for_its_account_with_its_key_alone(row: SealedRow, account: int, secret: str) -> None:
    """Whoever can write to the ledger cannot let a worker use one person's token for another's archive."""
    with pytest.raises(sealed_tokens.NotOpened):
        sealed_tokens.open_token(row, account, secret)


def test_wrapped_anew_it_opens_with_the_new_key_alone() -> None:
    """The sealed token is the same; who has neither key wraps nothing."""
    secret = sealed_tokens.new_secret_key()
    again = sealed_tokens.wrap_anew(ROW, 42, SECRET, sealed_tokens.public_half(secret))

    assert (ROW.sealed, TOKEN) == (again.sealed, sealed_tokens.open_token(again, 42, secret))
    for row, account, key in ((again, 42, SECRET), (ROW, 43, SECRET), (ROW, 42, secret)):
        with pytest.raises(sealed_tokens.NotOpened):
            sealed_tokens.wrap_anew(row, account, key, PUBLIC)


@given(place=st.integers(0), is_key=st.booleans())
def test_no_changed_byte_is_opened(place: int, is_key: bool) -> None:
    """A row that somebody changed gives nothing, and the error holds nothing of it."""
    data = bytearray(ROW.wrapped_key if is_key else ROW.sealed)
    data[place % len(data)] ^= 1
    changed = ROW._replace(wrapped_key=bytes(data)) if is_key else ROW._replace(sealed=bytes(data))

    with pytest.raises(sealed_tokens.NotOpened) as raised:
        sealed_tokens.open_token(changed, 42, SECRET)

    assert TOKEN not in str(raised.value)
    assert raised.value.__context__ is None


@pytest.mark.parametrize("key", ["", "x", "é" * 44, base64.b64encode(b"short").decode()])
def test_what_is_no_key_is_refused_without_its_text(key: str) -> None:
    """A key that somebody mistyped is not shown again."""
    with pytest.raises(ValueError, match="not 32 bytes in base64"):
        sealed_tokens.public_half(key)
