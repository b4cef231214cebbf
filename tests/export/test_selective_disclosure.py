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

from archiver.custody.verify import verify_path
from archiver.evidence import chain
from archiver.evidence.replaced_records import masked_digest
from archiver.export.mask.package_mask import masking_policy
from archiver.export.package.daily_copy import write_daily_copy
from archiver.export.package.make_package import export
from archiver.export.package.order import ExportOrder
from archiver.records import Delivery, Enclosure, Observation
from archiver.store import seals, statements, writer
from tests.support.archives.maker import CLIENT, ArchiveMaker, at, message_object
from tests.support.cases import cases_of
from tests.support.packages.exported_archives import read_all
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
        statements.add_delivery(writing, CONTRACT[0], delivery, at=world.clock())
        enclosure = Enclosure(0, "screenshot", NAMES[5], 4, "ab" * 32, world.clock(), note=TEXTS[7])
        statements.add_enclosure(writing, CONTRACT[0], enclosure, at=world.clock())
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
    assert {".pdf", ".zip", ".tsr", ".jsonl", ".csv", ".html"} <= {path.suffix for path in files}


@needs_poppler
def test_the_search_finds_what_is_there(tmp_path: Path) -> None:
    """In each of the forms, in a zip, and on a page of a report."""
    secret = TEXTS[0]
    for number, form in enumerate(sorted(forms(secret))):
        path = tmp_path / f"{number}.bin"
        path.write_bytes(b"x" + form + b"y")
        assert any(form in layer for layer in layers(path))
    encoded = base64.b64encode(b"ab" + secret.encode() + b"c")
    assert any(form in encoded for form in forms(secret))
    maker = ArchiveMaker(tmp_path / "home")
    maker.me()
    maker.contract("job1", platform="crowdworks")
    maker.sync([message_object(1, secret)])
    order = ExportOrder(contract="job1", profile="support", out=tmp_path / "out")
    export(maker.archive, read_all(maker.archive, order), now=lambda: at(300))
    (report,) = (tmp_path / "out").rglob("01_report.pdf")
    assert any(secret.encode() in layer for layer in layers(report))


# --- guessing ---------------------------------------------------------------------------------

SHORT = ("はい", "いいえ", "了解", "承知しました", "OK", "ありがとうございます", "払いません", "090-1234-5678")


def masked_package(folder: Path) -> tuple[Path, list[str]]:
    """A package in which a telephone number is covered, and the lines as the archive holds them."""
    maker = ArchiveMaker(folder / "home")
    maker.me()
    maker.contract("job1", platform="crowdworks")
    maker.account(CLIENT, "田中")
    maker.sync([message_object(1, "はい"), message_object(2, "090-1234-5678", sent=1)])
    report = export(
        maker.archive,
        ExportOrder(
            contract="job1",
            profile="lawyer",
            out=folder / "out",
            policy=masking_policy("support"),
            counterparts={CLIENT},
        ),
        now=lambda: at(300),
    )
    with maker.archive.reading() as reading:
        lines = [line for (line,) in reading.sql.exec_driver_sql("SELECT line FROM entry ORDER BY seq")]
    maker.archive.close()
    return Path(report.path), lines


@pytest.mark.drawn
def test_a_digest_can_be_guessed_with_the_salt_and_not_without(tmp_path: Path) -> None:
    """Who has everything of a covered record but its salt and its text tries a dictionary in vain."""
    package, lines = masked_package(tmp_path)
    assert [] == verify_path(package).findings
    masked_lines = [json.loads(line) for line in (package / "data/masked.jsonl").read_text("utf-8").splitlines()]
    (entry,) = [told["shown"] for told in masked_lines if told["shown"]["key"] == "message/2"]
    (truth,) = [json.loads(line) for line in lines if '"key":"message/2"' in line]
    seals = [json.loads(path.read_bytes()) for path in package.glob("data/seals/*.json")]
    sealed = {digest for told in seals for digest in told["entries"]}
    salts = {json.loads(line).get("salt") for line in (package / "data/entries.jsonl").read_text("utf-8").splitlines()}
    tried = ["", "0" * 32, *sorted(salts - {None})]

    without = {text for text in SHORT for salt in tried if guess(entry, text, salt) in sealed}
    bare = {text for text in SHORT if chain.digest(text) in sealed}
    with_it = {text for text in SHORT if guess(entry, text, truth["salt"]) in sealed}

    assert (set(), set()) == (without, bare)
    assert {"090-1234-5678"} == with_it
    assert truth["salt"].encode() not in b"".join(path.read_bytes() for path in package.rglob("*") if path.is_file())


def guess(entry: dict[str, object], text: str, salt: str) -> str:
    """The digest that the covered record would have with this text and this salt."""
    whole = json.loads(json.dumps(entry))
    whole["payload"]["object"]["body"] = text
    return chain.digest(chain.canonical(whole | {"salt": salt}))


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
