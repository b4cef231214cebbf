"""Ids out of whatever people keep: every planted one is found, nothing else is, and nothing makes it fail."""

from __future__ import annotations

import base64
import io
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given, strategies

from archiver.errors import FileTooLarge, NotAllowed, NothingThere
from archiver.records.conversation import first_id_after
from archiver.standing.outcome_words import cut_mail_text
from archiver.sync.found_ids import IDS_LIMIT, FoundIds
from archiver.sync.id_files import LARGEST_BYTES, take_file, take_files
from tests.support import recovery_files

NOW = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
ROOM, OTHER = 388_277_412, 1_234
ONE = str(first_id_after(datetime(2026, 5, 1, tzinfo=UTC)) + 0x5000)
TWO = str(first_id_after(datetime(2026, 5, 2, tzinfo=UTC)) + 0xA001)
OLD = "394380493"

MESSAGES = strategies.integers(first_id_after(datetime(2017, 1, 1, tzinfo=UTC)), first_id_after(NOW)).map(str)


def found_in(
    content: bytes | BinaryIO, *, rooms: Iterable[int] = (ROOM,), fallback: int | None = None, name: str = "a.txt"
) -> FoundIds:
    """What one file gives."""
    found = FoundIds(frozenset(rooms), fallback, NOW)
    file = io.BytesIO(content) if isinstance(content, bytes) else content
    take_file(file, Path(name), found)
    return found


def ids(found: FoundIds) -> set[str]:
    """The messages of the contracted rooms."""
    return {str(position) for _, position in found.places}


# --- every kind -----------------------------------------------------------------------------------


@pytest.mark.drawn(but=5)
@pytest.mark.parametrize("kind", recovery_files.KINDS, ids=lambda kind: kind.__name__)
@given(messages=strategies.lists(MESSAGES, min_size=1, max_size=5, unique=True))
def test_every_planted_id_is_found_with_its_room(kind: recovery_files.FileBuilder, messages: list[str]) -> None:
    """And no other."""
    found = found_in(kind([(ROOM, message) for message in messages]), rooms=(ROOM, OTHER))

    assert {(ROOM, int(message)) for message in messages} == found.places
    assert (set(), set(), set()) == (found.elsewhere, found.roomless, found.implausible)


@pytest.mark.parametrize("kind", recovery_files.KINDS, ids=lambda kind: kind.__name__)
def test_ids_of_other_rooms_are_counted_and_not_taken(kind: recovery_files.FileBuilder) -> None:
    """A page may show more than one room; a list of another room's pairs gives nothing at all."""
    found = found_in(kind([(999_999, ONE)]))

    assert set() == found.places
    assert found.elsewhere <= {(999_999, int(ONE))}


@pytest.mark.drawn(but=5)
@pytest.mark.parametrize("kind", recovery_files.KINDS, ids=lambda kind: kind.__name__)
@given(cut=strategies.floats(0, 1), noise=strategies.binary(max_size=40))
def test_no_damage_makes_it_fail(kind: recovery_files.FileBuilder, cut: float, noise: bytes) -> None:
    """Cut anywhere, with anything in between: at most fewer ids, never others of a room that is not there."""
    whole = kind([(ROOM, ONE), (ROOM, TWO)])
    place = int(len(whole) * cut)

    found = found_in(whole[:place] + noise + whole[place:])

    assert {room for room, _ in found.places} <= {ROOM}


@given(strategies.binary(max_size=400))
def test_no_bytes_make_it_fail(content: bytes) -> None:
    """Whatever the first bytes promise."""
    for head in (b"", b"{", b"[[", b"From ", b"Subject: a\n", b"<html", b"message_id,a\n", b"\xff\xfe", b"\x1b$B"):
        found = found_in(head + content, fallback=ROOM)
        assert not found.is_cut


# --- without a room -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        f"{ONE}\n",
        f"m{ONE}",
        f"\ufeffm{ONE},田中",
        f'[{{"message_id": "{ONE}"}}]',
        f'[{{"id": {ONE}, "msg": "あ"}}]',
        f'{{"message_id": "{ONE}", "broken": ',
        f"メッセージID,本文\n{ONE},あ\n",
        f'<html><p id="_messageId{ONE}">',
    ],
)
def test_an_id_alone_needs_the_users_word_or_a_single_room(content: str) -> None:
    """Else it is counted, so that the user can be told."""
    found_ids = found_in(content.encode(), rooms=(ROOM, OTHER), fallback=ROOM)
    untold = found_in(content.encode(), rooms=(ROOM, OTHER))

    assert ({(ROOM, int(ONE))}, set()) == (found_ids.places, found_ids.roomless)
    assert (set(), {int(ONE)}) == (untold.places, untold.roomless)


@pytest.mark.parametrize(
    "name", [f"{ROOM}_messages.json", f"messages/{ROOM}.json", f"動画編集({ROOM})/messages.csv", f"{ROOM}/log.txt"]
)
def test_the_name_of_the_file_may_tell_the_room(name: str) -> None:
    """As other tools name them; only a contracted room counts."""
    content = f'[{{"message_id": "{ONE}"}}]'.encode()

    found_ids = found_in(content, rooms=(ROOM, OTHER), name=name)
    foreign = found_in(content, rooms=(OTHER, 5), name=name)

    assert ({(ROOM, int(ONE))}, {int(ONE)}) == (found_ids.places, foreign.roomless)


def test_what_the_page_says_of_its_room_counts_more_than_the_user(tmp_path: Path) -> None:
    """Files of several rooms can be given at once."""
    found = found_in(recovery_files.html_without_rooms([(ROOM, ONE)]), rooms=(ROOM, OTHER), fallback=OTHER)

    assert {(ROOM, int(ONE))} == found.places


def test_mails_of_a_mailbox_do_not_lend_each_other_their_rooms() -> None:
    """Each mail is a page of its own."""
    first = recovery_files.mail([(ROOM, ONE)])
    second = b"Subject: b\n\n_messageId" + TWO.encode()
    box = b"From a\n" + first + b"\nFrom b\n" + second

    found = found_in(box, rooms=(ROOM, OTHER))

    assert ({int(TWO)}, {ONE}) == (found.roomless, ids(found))


LINK = f"#!rid{ROOM}-{ONE}\n"


@pytest.mark.parametrize(
    "mail",
    [
        f"Content-Type: multipart/mixed; boundary=X\n\n{LINK}--X\n\na\n--X--\n",
        f"Content-Type: multipart/mixed; boundary=X\n\n--X\n\na\n--X--\n{LINK}",
        f"Content-Transfer-Encoding: base64;\n\n{base64.encodebytes(LINK.encode()).decode()}",
        f"Content-Transfer-Encoding:\n base64 (of old)\n\n{base64.encodebytes(LINK.encode()).decode()}",
    ],
    ids=["before the first part", "a list's footer", "semicolon", "comment"],
)
def test_what_a_careless_program_sent_is_read_too(mail: str) -> None:
    """Text around the parts, and headers with more in them than there should be."""
    assert {ONE} == ids(found_in(b"From: a\nSubject: b\n" + mail.encode()))


def test_of_a_mail_above_the_limit_the_beginning_is_read_and_its_neighbours_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A large attachment costs no other mail its ids."""
    monkeypatch.setattr("archiver.sync.id_files.MAIL_BYTES", 5_000)
    first, second, third = (int(ONE) + number for number in range(3))
    attachment = b"--b2\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\n"
    large = recovery_files.mailbox([(ROOM, str(second))]).replace(
        b"--b2--", attachment + base64.encodebytes(b"a" * 9_000) + b"--b2--"
    )

    found = found_in(recovery_files.mailbox([(ROOM, ONE)]) + large + recovery_files.mailbox([(ROOM, str(third))]))

    assert {(ROOM, first), (ROOM, second), (ROOM, third)} == found.places
    assert "1 mail is larger than 16 MB" in cut_mail_text(found)


# --- what is no id --------------------------------------------------------------------------------


def test_old_small_ids_count_only_where_something_marks_them() -> None:
    """A number of nine digits may be anything."""
    found = found_in(f"{OLD} 20261124 #!rid{ROOM}-{OLD}".encode(), fallback=ROOM)
    bare = found_in(f"{OLD}\n20261124\n1764000000\n1764000000123".encode(), fallback=ROOM)

    assert ({OLD}, set()) == (ids(found), ids(bare))


def test_numbers_of_the_future_and_of_before_chatwork_are_counted() -> None:
    """They cost no call."""
    future = first_id_after(NOW + timedelta(days=400))
    content = f"#!rid{ROOM}-{future} #!rid{ROOM}-1764000000123 #!rid{ROOM}-0 #!rid{ROOM}-{ONE}".encode()

    found = found_in(content)

    assert ({ONE}, 3) == (ids(found), len(found.implausible))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 1000,
        "ただの文章です。電話 0312345678 口座 1234567".encode(),
        b'{"a": 1e999, "b": NaN, "message_id": {"message_id": [[]]}}',
        b'{"message_id": ' + b"9" * 10_000 + b"}",
        b'[{"message_id": 1.5, "room_id": true}]',
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"message_id\n" + b"x" * 300_000,
        f'"message_id"\n"{ONE}x"\n"-{ONE}"\n'.encode(),
    ],
)
def test_what_is_no_id_gives_nothing(content: bytes) -> None:
    """Nesting, huge numbers and other nonsense included."""
    found = found_in(content, fallback=ROOM)

    assert set() == found.places


def test_an_id_in_a_deeply_nested_document_is_found_all_the_same() -> None:
    """Such a document is looked through as text."""
    content = b"[" * 100_000 + f'"#!rid{ROOM}-{ONE}"'.encode() + b"]" * 100_000

    assert {ONE} == ids(found_in(content))


# --- size -----------------------------------------------------------------------------------------


def sparse(path: Path, head: bytes, *, megabytes: int, tail: bytes = b"\0") -> Path:
    """A file of so many megabytes of zeros between its head and its tail."""
    with path.open("wb") as file:
        file.write(head)
        file.seek(megabytes * 2**20, io.SEEK_CUR)
        file.write(tail)
    return path


@pytest.mark.parametrize("head", [b"<html>", b"list\n", b"\xff\xfe"])
def test_the_last_id_of_a_large_file_is_found(tmp_path: Path, head: bytes) -> None:
    """Of a page, a list and a text in UTF-16."""
    link = f"\n#!rid{ROOM}-{ONE}\n"
    tail = link.encode("utf-16-le" if head == b"\xff\xfe" else "ascii")
    found = FoundIds(frozenset({ROOM}), None, NOW)

    take_files([sparse(tmp_path / "a", head, megabytes=5, tail=tail)], found)

    assert {ONE} == ids(found)


@pytest.mark.parametrize("head", [b"[", b"message_id,text\n", b"<html>"])
def test_a_file_that_is_too_large_is_refused_with_a_sentence(tmp_path: Path, head: bytes) -> None:
    """It would have to be held in memory whole."""
    path = sparse(tmp_path / "a", head, megabytes=LARGEST_BYTES // 2**20)

    with pytest.raises(FileTooLarge):
        take_files([path], FoundIds(frozenset({ROOM}), None, NOW))


def test_base64_inside_base64_is_not_unpacked() -> None:
    """A part is decoded once; nothing grows."""
    inner = base64.encodebytes(b"A" * 100_000)
    content = b"Subject: a\nContent-Type: text/html\nContent-Transfer-Encoding: base64\n\n" + base64.encodebytes(inner)

    assert set() == found_in(content).places


@pytest.mark.drawn(but=4)
@pytest.mark.parametrize(
    "content",
    [
        b"<a " * 100_000,
        b"[rp " * 100_000,
        b"rid=1" * 100_000,
        b"mid=1 rid=" * 100_000,
        b"#!rid" * 100_000,
        b"saved from url=(1)http://" * 50_000,
        b'<a data-mid="' * 50_000,
        b"Subject: a\n" + b"Content-Type: multipart/mixed; boundary=a\n\n--a\n" * 20_000,
        b"Subject: a\n" + b"Content-Type: message/rfc822\n\n" * 20_000,
        b"1234-" * 100_000,
        b"m1" * 200_000,
    ],
)
def test_no_text_makes_it_slow(content: bytes) -> None:
    """The patterns are bounded."""
    begun = time.process_time()

    found_in(content, fallback=ROOM)

    assert time.process_time() - begun < 3


@pytest.mark.drawn
def test_more_ids_than_can_be_read_are_cut_and_that_is_said() -> None:
    """Reading two hundred thousand takes three days."""
    first = first_id_after(datetime(2020, 1, 1, tzinfo=UTC))
    content = "\n".join(str(first + number) for number in range(IDS_LIMIT + 10)).encode()

    found = found_in(content, fallback=ROOM)

    assert (IDS_LIMIT, True) == (len(found.places), found.is_cut)


# --- files on disk --------------------------------------------------------------------------------


def test_several_files_are_one_set_of_ids(tmp_path: Path) -> None:
    """What stands in two of them counts once."""
    for name, places in (("a.html", [(ROOM, ONE)]), ("b.txt", [(ROOM, ONE), (ROOM, TWO)])):
        (tmp_path / name).write_bytes(recovery_files.plain_list(places))
    found = FoundIds(frozenset({ROOM}), None, NOW)

    take_files([tmp_path / "a.html", tmp_path / "b.txt"], found)

    assert {ONE, TWO} == ids(found)
    for path in (tmp_path / "none", tmp_path):  # one that is not there is said; a folder is none either
        with pytest.raises(NothingThere):
            take_files([path], found)


@pytest.mark.skipif(not Path("/proc/self/mem").is_file(), reason="a file that can be opened and not read")
def test_a_file_that_cannot_be_read_is_said() -> None:
    """With the system's own words."""
    with pytest.raises(NotAllowed):
        take_files([Path("/proc/self/mem")], FoundIds(frozenset({ROOM}), None, NOW))
