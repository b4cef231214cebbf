"""Every reader of bytes that others made, with samples to change and with what may come of it.

A reader ends with a result or with the program's own errors. Whatever else it raises, and a result that contradicts
itself, is a finding.
"""

from __future__ import annotations

import io
import multiprocessing
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

from PIL import Image

from archiver import errors
from archiver.chatwork.notation.parse import message_references, parse
from archiver.comparison.comparison_report import compare
from archiver.custody.verify import token_check, verify_path
from archiver.errors import ArchiverError
from archiver.evidence.stamps.reply_claims import fingerprints, read_reply, stamp_end
from archiver.evidence.stamps.roots import der_to_pem
from archiver.evidence.stamps.timestamp import request_stamp
from archiver.export import child_processes
from archiver.export.metadata_removal import NotRemovable, read_metadata, without_metadata
from archiver.render.message_body import html, plain_text
from archiver.render.thumbnail import SIDE, thumbnail
from archiver.sync.found_ids import FoundIds
from archiver.sync.id_files import take_file
from tests.support import recovery_files
from tests.support.byte_mutation import with_right_checksums
from tests.support.notation_pieces import PIECES, source_of
from tests.support.packages.files_with_metadata import document, office_file, picture
from tests.support.packages.sample_package import renew_lists, zip_package
from tests.support.stamps.authorities import authority_in_memory
from tests.support.stamps.simulated_authority import SimulatedAuthority
from tests.support.stamps.stamped_archives import stamped_package

NOW = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
DATA = b"the bytes that are stamped"
ROOM, MESSAGE = 388_277_412, "1920000000000000000"


@dataclass(frozen=True, slots=True)
class Reader:
    """One way in which bytes come in."""

    samples: Callable[[], Sequence[bytes]]
    """Good ones, to be changed."""
    read: Callable[[bytes, Path], None]
    """Reads bytes, for which a folder is there; raises AssertionError for a result that cannot be."""
    tokens: tuple[bytes, ...]
    """Words of the format."""
    inputs: int
    """How many the slow lane reads."""


# --- texts ----------------------------------------------------------------------------------------


def _read_notation(body: bytes, _folder: Path) -> None:
    text = body.decode("utf-8", "surrogateescape")  # lone surrogates, as JSON can hold them
    nodes = parse(text)
    assert source_of(nodes) == text
    list(message_references(text))
    plain_text(nodes)
    assert "<script" not in html(nodes)


def _notation_samples() -> list[bytes]:
    texts = (
        "".join(PIECES).replace("\ud83d", ""),
        "[info][title]件名[/title]本文[code]a[/code][/info] [rp aid=1 to=2-3]田中\n[qt][qtmeta aid=1 time=2]引用[/qt]",
        "[task aid=1 st=open lt=1767225600]見積り[/task] https://www.chatwork.com/#!rid1-2 [download:1]a[/download]",
    )
    return [text.encode() for text in texts]


def _read_recovered(body: bytes, folder: Path) -> None:
    found = FoundIds(frozenset([ROOM]), None, NOW)
    take_file(io.BytesIO(body), folder / "a.txt", found)
    assert all(room == ROOM for room, _position in found.places)


def _recovery_samples() -> list[bytes]:
    return [kind([(ROOM, MESSAGE), (1, MESSAGE)]) for kind in recovery_files.KINDS]


# --- files that leave in a copy -------------------------------------------------------------------


def _read_metadata(body: bytes, folder: Path) -> None:
    path = folder / "file"
    path.write_bytes(body)
    read_metadata("S-001", path)
    with suppress(NotRemovable):
        copy = without_metadata(path)
        path.write_bytes(copy)
        assert read_metadata("S-001", path).items == ()
    path.unlink()


def _read_document(body: bytes, folder: Path) -> None:
    with _quick_processes():
        _read_metadata(body, folder)


@contextmanager
def _quick_processes() -> Iterator[None]:
    """Processes that are forked, where the system can: a new one costs the import of the program, three for each file.

    What they do, and their limits of time and memory, stay the same.
    """
    if "fork" not in multiprocessing.get_all_start_methods():
        yield
        return
    forking = multiprocessing.get_context("fork")
    with (
        mock.patch(f"{child_processes.__name__}.multiprocessing.get_context", return_value=forking),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads, of which those of the test runner only wait
        yield


def _read_picture(body: bytes, folder: Path) -> None:
    _read_metadata(body, folder)
    small = thumbnail(io.BytesIO(body))
    if small is not None:
        with Image.open(io.BytesIO(small[0])) as drawn:
            assert drawn.format == "WEBP"
            assert max(drawn.size) <= SIDE


def _read_png(body: bytes, folder: Path) -> None:
    _read_picture(with_right_checksums(body), folder)


def _picture_samples() -> list[bytes]:
    return [picture(form) for form in ("JPEG", "PNG", "GIF", "WEBP")] + [_animated(form) for form in ("GIF", "WEBP")]


def _png_samples() -> list[bytes]:
    made = io.BytesIO()
    Image.new("P", (30, 20)).save(made, "PNG", transparency=1, dpi=(3, 3))
    return [picture("PNG"), _animated("PNG"), made.getvalue()]


def _animated(form: str) -> bytes:
    first, *others = (Image.new("RGB", (20, 10), colour) for colour in ("red", "green", "blue"))
    made = io.BytesIO()
    first.save(made, form, save_all=True, append_images=others, duration=30, loop=0)
    return made.getvalue()


def _office_samples() -> list[bytes]:
    body = office_file()
    stored = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as packed, zipfile.ZipFile(stored, "w") as anew:
        for info in packed.infolist():
            anew.writestr(info.filename, packed.read(info))
    return [body, stored.getvalue()]


@cache
def _content_types() -> bytes:
    with zipfile.ZipFile(io.BytesIO(office_file())) as packed:
        return packed.read("[Content_Types].xml")


def _read_office_part(body: bytes, folder: Path) -> None:
    """The first line says which part of a good document the rest stands in for."""
    name, _end, part = body.partition(b"\n")
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as anew:
        anew.writestr("[Content_Types].xml", _content_types())
        anew.writestr(name.decode("latin-1").replace("\0", "") or "a", part)
    _read_metadata(made.getvalue(), folder)


def _office_part_samples() -> list[bytes]:
    with zipfile.ZipFile(io.BytesIO(office_file())) as packed:
        return [
            name.encode() + b"\n" + packed.read(name) for name in packed.namelist() if not name.startswith("[Content")
        ]


# --- packages -------------------------------------------------------------------------------------


COMPARED = 4
"""Of one package in so many `compare` is asked too, which verifies it twice more."""


@cache
def _package() -> bytes:
    """The zip of a package that one authority stamped, without its pages, which nothing reads."""
    with TemporaryDirectory() as folder:
        package = Path(stamped_package(Path(folder), silent=["b"], enclosed=True).path)
        for path in package.rglob("*"):
            if path.suffix in (".html", ".pdf", ".py", ".js", ".css") and path.is_file():
                path.unlink()
        renew_lists(package)
        return zip_package(package, Path(folder) / "P.zip").read_bytes()


def _read_package(body: bytes, folder: Path) -> None:
    path = folder / "P.zip"
    path.write_bytes(body)
    with suppress(errors.NothingThere):
        verification = verify_path(path, now=NOW)
        assert verification.checked["entries"] or not verification.ok or verification.unchecked
    if zlib.crc32(body) % COMPARED == 0:
        with suppress(ArchiverError):
            compare(path, path, folder=None, at=NOW)
    path.unlink()


def _read_package_file(body: bytes, folder: Path) -> None:
    """The first line says which file of a good package the rest stands in for."""
    name, _end, content = body.partition(b"\n")
    replaced = name.decode("utf-8", "replace").replace("\0", "")
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_package())) as packed, zipfile.ZipFile(made, "w") as anew:
        for info in packed.infolist():
            if info.filename != replaced and not info.is_dir():
                anew.writestr(info.filename, packed.read(info))
        anew.writestr(replaced or "a", content)
    _read_package(made.getvalue(), folder)


def _package_file_samples() -> list[bytes]:
    with zipfile.ZipFile(io.BytesIO(_package())) as packed:
        files = [(info.filename, packed.read(info)) for info in packed.infolist() if not info.is_dir()]
    return [name.encode() + b"\n" + content for name, content in files if len(content) < 60_000]


# --- time stamps ----------------------------------------------------------------------------------


@cache
def _authority() -> SimulatedAuthority:
    return SimulatedAuthority(now=lambda: NOW)


@cache
def _reply() -> bytes:
    return request_stamp(DATA, authority_in_memory(_authority()), now=lambda: NOW).reply


def _read_stamp(body: bytes, _folder: Path) -> None:
    pem = der_to_pem(_authority().root_der).encode()
    read_reply(body)
    stamp_end(body, pem)
    check = token_check()
    if check is not None:
        result = check(body, DATA, pem)
        assert (result.time is None) != (result.problem is None)


def _read_roots(body: bytes, _folder: Path) -> None:
    stamp_end(_reply(), body)
    check = token_check()
    if check is not None and fingerprints(body):
        check(_reply(), DATA, body)


# --- all ------------------------------------------------------------------------------------------

_DER = tuple(
    bytes.fromhex(one)
    for one in ("30", "31", "a0", "a1", "02", "04", "06", "17", "18", "0c", "80", "3080", "308200ff", "020100", "3000")
)
_XML = (
    *(b"<!DOCTYPE a>", b"<!--", b"<![CDATA[", b"&amp;", b"&#0;", b"<a>", b"</a>"),
    *(b' w:author="', b"<author>", b"\xff\xfe", b' displayName="'),
)
_ZIP = (b"PK\1\2", b"PK\3\4", b"PK\5\6", b"PK\6\6", b"PK\6\7", b"\x75\x70", b"../", b"\x0e\0", b"\x0c\0")
_PICTURE = (
    *(b"\xff\xd8", b"\xff\xd9", b"\xff\xda", b"\xff\xe1", b"\xff\xc0", b"\xff\xc2", b"Exif\0\0", b"MM\0*"),
    *(b"II*\0", b"\x01\x12", b"\x88\x25", b"\x87\x69", b"GIF89a", b"\x21\xf9\x04", b"\x2c", b"NETSCAPE2.0"),
    *(b"RIFF", b"WEBP", b"VP8 ", b"VP8L", b"VP8X", b"ANIM", b"ANMF", b"ALPH", b"EXIF", b"XMP ", b"ICCP"),
    *(b"<x:xmpmeta", b"</x:xmpmeta>", b"<dc:creator>", b"</dc:creator>"),
)
_PNG = (
    *(b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"pHYs"),
    *(b"acTL", b"fcTL", b"fdAT", b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"Raw profile type exif", b"XML:com.adobe.xmp"),
)
_JSON = (
    *(b"{", b"}", b"[", b"]", b'"', b"null", b"1e999", b"-1", b"9" * 30, b"true", b'"seq":'),
    *(b"\\ud83d", b"\\u0000", b"\n"),
)

READERS = {
    "notation": Reader(
        _notation_samples, _read_notation, tuple(one.encode("utf-8", "replace") for one in PIECES), 40_000
    ),
    "recover": Reader(
        _recovery_samples,
        _read_recovered,
        (b"boundary=", b"--", b"charset=", b"utf-7", b"base64", b"data-mid=", b"data-rid=", b"\xff\xfe", *_JSON),
        20_000,
    ),
    "picture": Reader(_picture_samples, _read_picture, _PICTURE, 20_000),
    "png": Reader(_png_samples, _read_png, _PNG, 20_000),
    "office": Reader(_office_samples, _read_metadata, (*_ZIP, *_XML), 10_000),
    "office part": Reader(_office_part_samples, _read_office_part, (*_XML, *_PICTURE), 10_000),
    "pdf": Reader(
        lambda: [document()], _read_document, (b"obj", b"endobj", b"/Length", b"stream", b"R", b"<<", b">>"), 3_000
    ),
    "package": Reader(lambda: [_package()], _read_package, _ZIP, 3_000),
    "package file": Reader(_package_file_samples, _read_package_file, (*_JSON, *_DER), 3_000),
    "stamp": Reader(lambda: [_reply()], _read_stamp, _DER, 20_000),
    "roots": Reader(
        lambda: [_authority().root_pem.encode()], _read_roots, (b"-----BEGIN CERTIFICATE-----", b"\n", b"="), 5_000
    ),
}
"""Every reader, by name."""
