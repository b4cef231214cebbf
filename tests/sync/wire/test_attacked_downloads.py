"""Attacks on the answer with a file's bytes that `test_attacks` does not play there: time and codings.

As with those on lists, a run ends in time and nothing false is held; once the attack is over the file is held as it was
uploaded. The answer with its address comes by the same calls as the lists; which addresses are followed is in
`sync.files.test_transfer`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from archiver.sync import transfer
from tests.support.chatwork.wire_attacks import ATTACKS
from tests.sync.wire.test_attacks import LONGEST, Wire, behind_socket

pytestmark = pytest.mark.slow

STILL_THE_FILE = (
    "gzip in two members",
    "gzip with something behind it",
    "deflate without its frame",
    "deflate with its frame",
    "a coding that nobody knows",
)
"""Codings that nobody asked for, out of which the bytes come that were uploaded."""

TIMES_AND_CODINGS = ("silence", "byte by byte", "never ending", "gzip", "deflate", "a coding", "a thousand", "a bomb")
"""How the names of the attacks begin that can be played on any answer."""

LATER_ENDED = ("never ending: size of a chunk", "never ending: trailers")
"""They last as long as a slice of a download, which `sync.files.test_transfer` plays."""

PLAYED = {
    name: attack
    for name, attack in ATTACKS.items()
    if name.startswith(TIMES_AND_CODINGS) and attack.file is None and name not in LATER_ENDED
}

SAMPLE = ("silence", "gzip with a wrong sum")


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
    file, begun = wire.upload(), time.monotonic()

    wire.attacked_sync("^/uploadfile/", PLAYED[name])

    lasted, is_held = time.monotonic() - begun, wire.has_saved(file)
    assert lasted < LONGEST
    assert is_held or name not in STILL_THE_FILE
    wire.world.clock.pass_by(days=10)
    wire.sync()
    assert wire.world.blob(file) == b"".join(wire.world.chatwork.files[file].content.chunks())
