"""A package of one contract shows nothing of the other chats but digests, and a digest gives nothing away."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
import urllib.parse
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.evidence import chain
from archiver.evidence.masked_and_erased import masked_digest
from archiver.export.mask.policy_and_covers import masking_policy
from archiver.export.package.daily_copy import write_daily_copy
from archiver.export.package.make_package import export
from archiver.export.package.order import ExportOrder
from archiver.records import Delivery, Enclosure, Observation
from archiver.store import seals, user_statements, writer
from tests.support.archives.maker import ArchiveMaker
from tests.support.cases import cases_of
from tests.support.reports.pdf_reader import plain_objects
from tests.support.stamps.stamped_archives import authority, stamp_seals, stamp_service
from tests.support.world import World, running_world

TEXTS = tuple(cases_of(__file__, "texts"))
NAMES = ("児島 律子", "倉敷映像室", "瀬戸大橋.mov", "kojima_ritsuko", "玉野ルーム", "丸亀.png", "鷲羽山.mov")
CONTRACT = ("job-kurashiki", "5550917734")
PROFILES = ("lawyer", "support", "consult", "court")


def fill(world: World) -> list[str]:
    """A second contract with everything that a chat can hold, and a third chat without one; every secret of both."""
    chat = world.chatwork
    ritsuko = chat.add_account(NAMES[0], organization=NAMES[1])
    other = chat.add_room(NAMES[4], members=[ritsuko], description=TEXTS[5])
    unsaved = chat.add_room(NAMES[3], members=[ritsuko])
    world.contract(CONTRACT[0], other, title=NAMES[1], client=NAMES[0], platform="crowdworks", platform_id=CONTRACT[1])
    posts = [chat.post(other, ritsuko, text) for text in TEXTS[:4]]
    files = [chat.upload(other, ritsuko, NAMES[2], data=b"setouchi" * 50)]
    tasks = [chat.add_task(other, ritsuko, ritsuko, TEXTS[4])]
    hidden = chat.post(unsaved, ritsuko, "契約のないチャット")
    world.posts(3, "この仕事の話")
    chat.upload(world.room, world.tanaka, "画面.png", data=b"png bytes")
    world.sync()
    chat.edit(posts[1], "見積りは 9,876,544円")
    chat.delete(posts[3])
    chat.rename_account(ritsuko, "児島(解約済)")
    world.clock.pass_by(hours=7)
    world.post("続き")
    world.sync()
    state_facts(world)
    replies = [row["digest"] for row in world.rows("reply") if row["room_id"] == other]
    assert len(replies) >= 2
    digests = [hashlib.sha256(b"setouchi" * 50).hexdigest(), *replies]
    ids = [ritsuko, other, unsaved, *posts, *files, *tasks, hidden]
    return [*TEXTS, *NAMES, *CONTRACT, "契約のないチャット", "9,876,544", "児島(解約", *digests, *map(str, ids)]


def state_facts(world: World) -> None:
    """What the user states of the other contract, and a package of it that was handed out before."""
    with world.archive.writing() as writing:
        delivery = Delivery(0, "2026-07-01 10:00", name=NAMES[6], note=TEXTS[6])
        user_statements.add_delivery(writing, CONTRACT[0], delivery, at=world.clock())
        enclosure = Enclosure(0, "screenshot", NAMES[5], 4, "ab" * 32, world.clock(), note=TEXTS[7])
        user_statements.add_enclosure(writing, CONTRACT[0], enclosure, at=world.clock())
        note = Observation("note", f"note/{CONTRACT[0]}", {"text": TEXTS[7]})
        writer.append(writing, [note], account_id=None, at=world.clock())
    export(
        world.archive, ExportOrder(contract=CONTRACT[0], profile="lawyer", out=world.home / "other"), now=world.clock
    )
    world.clock.pass_by(days=2)
    seals.close_seals(world.archive, now=world.clock())


def forms(secret: str) -> set[bytes]:
    """How a text can be written: characters, escapes of JSON, HTML and addresses, other encodings, base64, hex."""
    plain = secret.encode()
    made = {plain, secret.encode("utf-16-le"), secret.encode("utf-16-be"), secret.encode("cp932")}
    made |= {json.dumps(secret)[1:-1].encode(), json.dumps(secret)[1:-1].upper().encode()}
    made |= {urllib.parse.quote(secret).encode(), "".join(f"&#{ord(one)};" for one in secret).encode()}
    made |= {plain.hex().encode(), plain.hex().upper().encode()}
    for before in range(3):  # a base64 group is three bytes: what stands before it shifts the letters
        whole = base64.b64encode(b"\0" * before + plain + b"\0" * 3)
        made.add(whole[(before * 8 + 5) // 6 : (before + len(plain)) * 8 // 6])
    return {one for one in made if len(one) >= 6}


def layers(path: Path) -> Iterator[bytes]:
    """Everything that can be read out of a file: bytes, what a zip and a PDF hold, letters of its pages."""
    body = path.read_bytes()
    yield path.name.encode()
    yield body
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            for name in packed.namelist():
                yield name.encode()
                yield packed.read(name)
                if name.endswith(".pdf"):
                    yield from pdf_layers(packed.read(name))
    elif path.suffix == ".pdf":
        yield from pdf_layers(body)


def pdf_layers(body: bytes) -> Iterator[bytes]:
    """Text without the spaces and line ends of a page, and the objects laid open."""
    text = subprocess.run(["pdftotext", "-raw", "-", "-"], input=body, capture_output=True, check=True).stdout
    yield re.sub(rb"\s", b"", text)
    yield text
    if shutil.which("qpdf"):
        yield plain_objects(body)


needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="Debian: poppler-utils")


@pytest.mark.drawn
@needs_poppler
def test_nothing_of_another_chat_is_in_any_byte_of_a_package(tmp_path: Path) -> None:
    """Records, sweeps, exports, replies, seals, pages, reports, zips and names, of every profile and the daily copy."""
    with running_world(tmp_path / "home") as world:
        secrets = fill(world)
        stamp_authority = authority(now=world.clock)
        stamp_seals(world.archive, [stamp_authority], at=world.clock())
        for profile in PROFILES:
            export(
                world.archive,
                ExportOrder(
                    contract="job1",
                    profile=profile,
                    out=tmp_path / "out" / profile,
                    policy=masking_policy(profile),
                    counterparts={world.tanaka},
                ),
                now=world.clock,
                stamping=stamp_service(world.archive, stamp_authority),
            )
        world.clock.pass_by(days=1)
        copy = write_daily_copy(world.archive, "job1", now=world.clock, file_limit_bytes=10**9, at_once=True)
        assert copy is not None
        shutil.copy(copy, tmp_path / "out")

    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    haystack = b"\n".join(layer for path in files for layer in layers(path))
    found = {secret for secret in secrets for form in forms(secret) if form in haystack}

    assert set() == found
    for own in ("この仕事の話", "画面.png", "job1"):
        assert own.encode() in haystack
    pages = b"\n".join(layer for path in files if path.suffix == ".pdf" for layer in pdf_layers(path.read_bytes()))
    assert "この仕事の話".encode() in pages
    assert {".pdf", ".zip", ".tsr", ".jsonl", ".csv", ".html"} <= {path.suffix for path in files}


def test_the_search_finds_what_is_there(tmp_path: Path) -> None:
    """In each of the forms, and in the middle of a base64 text."""
    secret = TEXTS[0]
    for number, form in enumerate(sorted(forms(secret))):
        path = tmp_path / f"{number}.bin"
        path.write_bytes(b"x" + form + b"y")
        assert any(form in layer for layer in layers(path))
    encoded = base64.b64encode(b"ab" + secret.encode() + b"c")
    assert any(form in encoded for form in forms(secret))


def test_a_salt_stands_in_every_record_and_never_twice(tmp_path: Path) -> None:
    """Sixteen bytes, so that two equal texts have two digests."""
    maker = ArchiveMaker(tmp_path / "home")
    maker.me()
    maker.contract("job1")
    for minutes in (1, 2, 3):
        maker.append([Observation("note", "note/job1", {"text": "はい"})], minutes=minutes)
    with maker.archive.reading() as reading:
        lines = [line for (line,) in reading.sql.exec_driver_sql("SELECT line FROM entry")]

    salts = [json.loads(line)["salt"] for line in lines]

    assert len(salts) == len(set(salts))
    assert {16} == {len(bytes.fromhex(salt)) for salt in salts}
    assert len(lines) == len({chain.digest(line) for line in lines})
    assert not any(masked_digest(line.encode()) for line in lines)
