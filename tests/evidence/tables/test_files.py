"""Entries → the files of a package."""

from __future__ import annotations

import pytest

from archiver.evidence.tables.files_and_tasks import FILE_HEADER, NOT_YET, extension, file_cells, files
from tests.support.archives.entries import blob, file, time

A, B = "ab" * 32, "cd" * 32


def test_files_are_numbered_by_upload_time_and_id() -> None:
    """The order in which they were seen does not matter."""
    other = [
        file(1, 30, "c.txt", upload_time=20),
        file(2, 20, "b.txt", upload_time=10),
        file(3, 10, "a.txt", upload_time=20),
    ]

    actual = [(row.number, row.file_id) for row in files(other)]

    assert [("F-0001", 20), ("F-0002", 10), ("F-0003", 30)] == actual


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ([file(1, 10, "a.txt")], NOT_YET),
        ([file(1, 10, "a.txt"), blob(2, 10, None, reason="404")], "404"),
        ([file(1, 10, "a.txt"), blob(2, 10, "../../etc/passwd")], NOT_YET),
    ],
)
def test_a_file_without_bytes_says_why(other: list[dict[str, object]], reason: str) -> None:
    """Not yet, given up, or a digest that is none: nothing of it is in the package."""
    row = files(other)[0]

    assert (None, None, reason) == (row.stored_as, row.sha256, row.reason)


def test_a_file_replaced_under_its_id_keeps_both_contents() -> None:
    """The earlier bytes are a row of their own, under the name they had."""
    other = [
        file(1, 10, "v1.doc", size=5),
        blob(2, 10, A, size=5),
        file(3, 10, "v2.pdf", size=7, upload_time=1793850000),
        blob(4, 10, B, size=7, upload_time=1793850000),
    ]

    actual = [(row.number, row.name, row.sha256, row.state, row.stored_as) for row in files(other)]

    assert [
        ("F-0001", "v1.doc", A, "replaced", "F-0001.doc"),
        ("F-0002", "v2.pdf", B, "present", "F-0002.pdf"),
    ] == actual


def test_a_later_name_is_not_that_of_bytes_sent_before() -> None:
    """Under the same id and upload time: another name alone, and then another size, which was not sent at that time."""
    renamed = [file(1, 10, "100.pdf", size=5), blob(2, 10, A, size=5), file(3, 10, "50.doc", size=5)]
    replaced = [*renamed, file(4, 10, "20.txt", size=7), blob(5, 10, B, size=7), file(6, 10, "10.txt", size=7)]

    alone, both = (
        [(row.name, row.sha256, row.stored_as, row.replaced_at) for row in files(other)]
        for other in (renamed, replaced)
    )

    first = ("100.pdf", A, "F-0001.pdf", None)
    assert ([first], [first, ("20.txt", B, "F-0002.txt", time(4))]) == (alone, both)


def test_bytes_of_an_earlier_content_are_not_taken_for_the_present_one() -> None:
    """As long as the new content is not saved, its row says so."""
    other = [file(1, 10, "v1.doc"), blob(2, 10, A), file(3, 10, "v2.doc", size=9, upload_time=1793850000)]

    actual = [(row.name, row.sha256, row.reason) for row in files(other)]

    assert [("v1.doc", A, None), ("v2.doc", None, NOT_YET)] == actual


def test_a_file_that_is_gone_says_since_when() -> None:
    """Its bytes stay."""
    row = files([file(1, 10, "a.txt"), blob(2, 10, A), file(7, 10, "a.txt", state="gone")])[0]

    assert ("gone", time(7), A) == (row.state, row.gone_since, row.sha256)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("画面.PNG", ".png"),
        ("archive.tar.gz", ".gz"),
        ("../../etc/passwd", ".bin"),
        ("CON", ".bin"),
        ("漢" * 300, ".bin"),
        ("漢" * 300 + ".pdf", ".pdf"),
        ("a.png\n", ".bin"),
        ("\u202egnp.exe", ".exe"),
        ("a.p/ng", ".bin"),
        ("a.", ".bin"),
        ("a.abcdefghijk", ".bin"),
        ("a.\uff50\uff4e\uff47", ".bin"),
        ("", ".bin"),
    ],
)
def test_an_extension_is_short_and_plain(name: str, expected: str) -> None:
    """ASCII letters and digits, at most ten, lower case; else `.bin`."""
    assert expected == extension(name)


def test_the_table_tells_whether_bytes_are_in_the_package() -> None:
    """A file that is held but not in the package has no place in it."""
    row = files([file(1, 10, "a.txt"), blob(2, 10, A)])[0]
    here, elsewhere = file_cells(row, packed=True), file_cells(row, packed=False)

    assert ["files/F-0001.txt", "保存済み"] == [here[1], here[13]]
    assert ["", "保存済み(この資料には入っていません)"] == [elsewhere[1], elsewhere[13]]
    assert len(FILE_HEADER) == len(here)
