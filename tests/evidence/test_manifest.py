"""Lists of digests: written, read, compared; and stored files read for their digests, large ones ahead by threads."""

from __future__ import annotations

import hashlib
import io
import subprocess
from pathlib import Path
from random import Random

import pytest
from hypothesis import example, given, strategies

from archiver.evidence.chain import (
    CHUNK_BYTES,
    FileDifference,
    ManifestError,
    compare_manifest,
    difference_text,
    digest_file,
    digest_stream,
    is_canonical,
    is_safe,
    manifest_lines,
    parse_manifest,
    write_manifest,
)
from archiver.evidence.verify.saved_files import LARGE, LEAST, read_files

ONE, OTHER = "1" * 64, "2" * 64

NAMES = strategies.lists(
    strategies.text(strategies.characters(exclude_categories=["Cs"]), min_size=1, max_size=8).filter(
        lambda part: part not in (".", "..") and part[0] not in " \t" and "/" not in part and "\0" not in part
    ),
    min_size=1,
    max_size=3,
).map("/".join)


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES + 7])
def test_a_file_is_hashed_in_pieces(tmp_path: Path, size: int) -> None:
    """The digest is that of the whole, whatever its size."""
    body = bytes(range(256)) * (size // 256 + 1)
    (tmp_path / "x").write_bytes(body[:size])

    actual = digest_file(tmp_path / "x")

    assert hashlib.sha256(body[:size]).hexdigest() == actual


def test_a_stream_is_hashed_from_where_it_stands() -> None:
    """What was read before does not count."""
    file = io.BytesIO(b"abcdef")
    file.read(3)

    actual = digest_stream(file)

    assert hashlib.sha256(b"def").hexdigest() == actual


def test_a_list_is_sorted_with_lf_and_without_byte_order_mark(tmp_path: Path) -> None:
    """A byte order mark would make `sha256sum -c` skip the first line."""
    write_manifest(tmp_path / "list", {"b.txt": OTHER, "a/日本.txt": ONE})

    actual = (tmp_path / "list").read_bytes()

    assert f"{ONE}  a/日本.txt\n{OTHER}  b.txt\n".encode() == actual


def test_sha256sum_reads_the_list(tmp_path: Path) -> None:
    """Whoever has no program of ours can check it."""
    (tmp_path / "a b.txt").write_bytes(b"x")
    write_manifest(tmp_path / "list", {"a b.txt": digest_file(tmp_path / "a b.txt")})

    done = subprocess.run(["sha256sum", "-c", "list"], cwd=tmp_path, capture_output=True, check=False)

    assert (0, b"a b.txt: OK\n") == (done.returncode, done.stdout)


@example({"%25": ONE, "%0A": OTHER, "*a": ONE})
@given(strategies.dictionaries(NAMES, strategies.sampled_from([ONE, OTHER]), max_size=5))
def test_what_was_written_is_read(digests: dict[str, str]) -> None:
    """Line ends and percent signs in names survive (RFC 8493 §2.1.3)."""
    body = b"".join(manifest_lines(digests))

    assert (digests, True) == (parse_manifest(body), is_canonical(body, digests))


def test_line_ends_in_names_are_escaped() -> None:
    """`%0A`, `%0D` and, so that these are told from names that look so, `%25`."""
    actual = list(manifest_lines({"a\nb\rc%0A": ONE}))

    assert [f"{ONE}  a%0Ab%0Dc%250A\n".encode()] == actual


@pytest.mark.parametrize("body", [f"{ONE}  ./a\n", f"{ONE}  a", f"{ONE}  a\n\n", f"{ONE}  a\r\n", f"{ONE} *a\n", ""])
def test_a_list_that_is_written_otherwise_is_not_canonical(body: str) -> None:
    """It says the same, but no program of ours wrote it."""
    assert not is_canonical(body.encode(), {"a": ONE})


@pytest.mark.parametrize(
    "line",
    [f"{ONE.upper()} *a", f"{ONE}  ./a", f"{ONE}\ta", f"{ONE} a\r", f"\n{ONE}  a"],
)
def test_what_other_programs_write_is_read(line: str) -> None:
    """Binary marks, `./`, tabs, CRLF, empty lines; digits in capitals."""
    actual = parse_manifest(line.encode() + b"\n")

    assert {"a": ONE.lower()} == actual


@pytest.mark.parametrize(
    ("body", "line"),
    [
        (b"junk", 1),
        (f"{ONE}  a\n{OTHER}  a\n".encode(), 2),
        (f"{ONE}  a\n{ONE[1:]}  b\n".encode(), 2),
        (ONE.encode() + b"  \xff\n", 1),
        (ONE.encode() + b"  \n", 1),
    ],
)
def test_a_list_that_is_none_names_its_line(body: bytes, line: int) -> None:
    """No digest, a path named twice, bytes that are no text."""
    with pytest.raises(ManifestError) as raised:
        parse_manifest(body)

    assert line == raised.value.line


def test_a_folder_is_compared_with_its_list() -> None:
    """Missing, changed, unreadable, extra and unsafe paths, in order."""
    listed = {"same": ONE, "gone": ONE, "other": ONE, "unread": ONE, "../out": ONE}
    there = {"same": ONE, "other": OTHER, "unread": None, "more": ONE}

    actual = list(compare_manifest(listed, there))

    expected = [
        ("unsafe", "../out"),
        ("missing", "gone"),
        ("extra", "more"),
        ("changed", "other"),
        ("changed", "unread"),
    ]
    assert [FileDifference(*one) for one in expected] == actual


def test_a_difference_is_a_sentence() -> None:
    """It names the list."""
    actual = [difference_text(FileDifference(kind, "x"), "LIST") for kind in ("missing", "changed", "extra", "unsafe")]

    assert 4 == len(set(actual))
    assert all("LIST" in one for one in actual)


@pytest.mark.parametrize("path", ["a", "data/a.txt", "日本/語", "a..b", "...", "a b", "data/x:y"])
def test_ordinary_paths_are_safe(path: str) -> None:
    """They stay inside."""
    assert is_safe(path)


@pytest.mark.parametrize(
    "path", ["", "/a", "../a", "a/../b", "a/..", "./a", "a//b", "a/", "\\a", "a\\..\\b", "C:/a", "C:a", "~/a", "a\0b"]
)
def test_paths_that_lead_out_somewhere_are_not_safe(path: str) -> None:
    """On any system."""
    assert not is_safe(path)


SIZES = (0, 1, LEAST - 1, LEAST, LEAST + 1, LARGE - 1, LARGE, 2 * LARGE + 3)


def test_files_of_each_size_are_read_whole_and_in_order(tmp_path: Path) -> None:
    """Also where another size is told than they have."""
    expected, files = [], []
    for told in (None, 0, 5, 3 * LARGE):
        for number, size in enumerate(SIZES):
            body, path = Random(number).randbytes(size), tmp_path / str(number)
            path.write_bytes(body)
            files.append((str(path), size if told is None else told))
            expected.append((size, hashlib.sha256(body).hexdigest()))

    assert expected == [reading() for reading in read_files(files)]


@pytest.mark.parametrize("size", [10, LARGE])
def test_a_file_that_is_not_there_is_an_error_of_its_own_reading(tmp_path: Path, size: int) -> None:
    """The files after it are read."""
    (tmp_path / "there").write_bytes(b"abc")

    lost, there = read_files([(str(tmp_path / "lost"), size), (str(tmp_path / "there"), 3)])

    with pytest.raises(FileNotFoundError):
        lost()
    assert (3, hashlib.sha256(b"abc").hexdigest()) == there()
