"""Attacks on what a file is fetched by: the answer with its address, and the answer with its bytes.

As with those on lists (`test_attacks`), a run ends in time and nothing false is held; once the attack is over the file
is held as it was uploaded. Here are the attacks that those tests do not play on downloads: time, codings, JSON.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from archiver.sync import transfer
from tests.support.chatwork.attacked_chatwork import Answer
from tests.support.chatwork.scripted_server import reply
from tests.support.chatwork.wire_attacks import ATTACKS, Attack
from tests.sync.wire.test_attacks import LONGEST, Wire, behind_socket

pytestmark = pytest.mark.slow

ADDRESS, BYTES = r"/files/\d+\?create_download_url=1", "^/uploadfile/"

STILL_THE_FILE = (
    "gzip in two members",
    "gzip with something behind it",
    "deflate without its frame",
    "deflate with its frame",
    "a coding that nobody knows",
)
"""Codings that nobody asked for, out of which the bytes come that were uploaded."""


def told(**fields: Any) -> Attack:
    """The true answer with the address, with other fields."""

    def answer(body: bytes) -> bytes:
        return reply(body=json.dumps(json.loads(body) | fields).encode(), connection="close")

    changed: Answer = answer
    return Attack(changed, "")


OF_ADDRESSES = {
    "no address": told(download_url=None),
    "an address that is a list": told(download_url=["https://example.com/"]),
    "an address without a host": told(download_url="https:///a"),
    "an address without TLS": told(download_url="http://example.com/a"),
    "a file of this computer": told(download_url="file:///etc/passwd"),
    "an address with a password": told(download_url="https://a:b@example.com/"),
    "half a character in the address": told(download_url="https://example.com/\ud83d"),
    "a size that is a text": told(filesize="x"),
    "a size below nothing": told(filesize=-1),
    "a size past all numbers": told(filesize=10**30),
    "a name that is a number": told(filename=5),
    "an id that is true": told(file_id=True),
}

TIMES_AND_CODINGS = ("silence", "byte by byte", "never ending", "gzip", "deflate", "a coding", "a thousand", "a bomb")
"""How the names of the attacks begin that can be played on any answer."""

LATER_ENDED = ("never ending: size of a chunk", "never ending: trailers")
"""They last as long as a slice of a download, which `sync.files.test_transfer` plays."""

OF_JSON = (
    *("another type at the top", "null at the top", "null within a list", "100,000 levels", "33 levels"),
    *("a number of 100,000 digits", "a number past all numbers", "NaN", "a mark before the JSON", "UTF-16"),
    *("something behind the JSON", "a page that leads elsewhere"),
)

ON_ANY = {name: one for name, one in ATTACKS.items() if name.startswith(TIMES_AND_CODINGS) and one.file is None}

PLAYED: dict[str, tuple[str, Attack]] = {
    **{f"the bytes: {name}": (BYTES, one) for name, one in ON_ANY.items() if name not in LATER_ENDED},
    **{f"the address: {name}": (ADDRESS, one) for name, one in ON_ANY.items()},
    **{f"the address: {name}": (ADDRESS, ATTACKS[name]) for name in OF_JSON},
    **{f"the address: {name}": (ADDRESS, one) for name, one in OF_ADDRESSES.items()},
}

SAMPLE = (
    *("the bytes: silence", "the bytes: gzip with a wrong sum"),
    *("the address: NaN", "the address: a file of this computer"),
)


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    """One world for all attacks, whose downloads are hurried; after the last one everything is held and verifies."""
    with pytest.MonkeyPatch.context() as hurried:
        hurried.setattr(transfer, "TIMEOUT_SECONDS", (0.3, 0.3))
        with behind_socket(tmp_path_factory.mktemp("downloads") / "home") as made:
            yield made
            made.world.clock.pass_by(days=10)
            made.sync()
            assert made.holds_all()
            assert not made.world.chatwork.leaked


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.drawn] if name in SAMPLE else []) for name in PLAYED]
)
def test_an_attack_on_a_download_ends_in_time_and_the_file_comes_later(wire: Wire, name: str) -> None:
    """The file waits, or is held as it was uploaded; no other bytes ever are."""
    path, attack = PLAYED[name]
    file, begun = wire.upload(), time.monotonic()

    wire.attacked_sync(path, attack)

    lasted, is_held = time.monotonic() - begun, wire.has_saved(file)
    assert lasted < LONGEST
    if name.partition(": ")[2] in STILL_THE_FILE:
        assert is_held
    wire.world.clock.pass_by(days=10)
    wire.sync()
    assert wire.world.blob(file) == b"".join(wire.world.chatwork.files[file].content.chunks())
