"""Masked text cannot be guessed back: whoever tries every value of its form meets no digest that was handed out."""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.evidence.chain import canonical
from archiver.export.mask.policy_and_covers import masking_policy
from archiver.export.package.make_package import export
from archiver.export.package.order import ExportOrder
from tests.support.archives.byte_search import files_with
from tests.support.world import World

SECRET = "0312-34-5678"
"""A telephone number, of which the last four digits are tried."""

_DIGEST = re.compile(rb"[0-9a-f]{64}")


def play(world: World) -> None:
    """The number in every kind of thing that a reply can hold: a list, a single message, file, task, room, person."""
    chat = world.chatwork
    message = world.post(f"電話は{SECRET}です")
    chat.upload(world.room, world.tanaka, f"{SECRET}.txt", data=b"bytes")
    chat.add_task(world.room, world.tanaka, world.tanaka, f"{SECRET}に電話")
    world.sync()
    chat.edit(message, f"電話は{SECRET}です!")
    world.clock.pass_by(hours=7)
    world.posts(101)
    world.sync()
    world.clock.pass_by(days=2)
    chat.edit(message, f"電話は{SECRET}ですね")
    world.sync()


def guessable(world: World) -> Iterator[bytes]:
    """What somebody could hash who knows everything but the number, and no random bytes."""
    for row in world.rows("reply"):
        body = zlib.decompress(row["body"])
        yield body
        for received in _objects(json.loads(body or b"[]")):
            yield canonical(received).encode()
    for entry in world.entries():
        if SECRET in json.dumps(entry, ensure_ascii=False):
            yield canonical({name: value for name, value in entry.items() if name != "salt"}).encode()
            yield canonical(entry | {"salt": ""}).encode()
            yield canonical(entry["payload"]).encode()
            yield str(entry["payload"]["object"].get("body", "")).encode()


def _objects(document: object) -> Iterator[object]:
    yield from document if isinstance(document, list) else [document]


def handed_out(folder: Path) -> set[bytes]:
    """Every digest in any byte of a folder, the digests of its files included."""
    found: set[bytes] = set()
    for path in folder.rglob("*"):
        if path.is_file():
            found |= set(_DIGEST.findall(path.read_bytes()))
    return found


@pytest.mark.drawn
def test_no_digest_of_a_masked_package_is_met_by_trying_every_number(world: World, tmp_path: Path) -> None:
    """Neither of a list, a single reply, a record nor a text; the bytes are searched, whatever field they stand in."""
    play(world)
    order = ExportOrder(
        contract="job1",
        profile="lawyer",
        out=tmp_path / "out",
        policy=masking_policy("support"),
        counterparts={world.tanaka},
    )
    report = export(world.archive, order, now=world.clock)
    digests = handed_out(Path(report.path))
    salts = [one["salt"] for one in world.entries() if SECRET in json.dumps(one, ensure_ascii=False)]
    assert len(salts) == 5, "of the message and its edits, the file and the task"
    assert set() == files_with(Path(report.path), SECRET, *salts)
    templates = {text for text in guessable(world) if SECRET.encode() in text}
    assert len(templates) > 10, "the number stands in replies and records"

    met = [
        (number, template)
        for template in templates
        for number in _numbers()
        if hashlib.sha256(template.replace(SECRET.encode(), number)).hexdigest().encode() in digests
    ]

    assert [] == met


def _numbers() -> Iterator[bytes]:
    prefix = SECRET[:-4]
    return (f"{prefix}{number:04}".encode() for number in range(10_000))


def test_what_is_tried_would_meet_a_digest_without_random_bytes(world: World) -> None:
    """The test above would have found the digest of a list as it was before."""
    play(world)
    unsalted = {hashlib.sha256(zlib.decompress(row["body"])).hexdigest() for row in world.rows("reply")}

    met = {hashlib.sha256(text).hexdigest() for text in guessable(world) if SECRET.encode() in text}

    assert met & unsalted
