"""Masked records: what stands in their place, and what a verification can still say about them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from hypothesis import given, strategies

from archiver.evidence import chain
from archiver.evidence.masked_and_erased import masked_digest, masked_line, shown_record
from archiver.evidence.tables import build
from archiver.evidence.verify.findings import Verification
from archiver.evidence.verify.package_entries import HOPELESS_LINES, PackageLines
from archiver.evidence.verify.seals import SealedRange
from archiver.evidence.verify.tables_and_enclosures import TableCheck, compare_tables
from archiver.export.mask.policy_and_covers import masking_policy
from archiver.export.mask.records import MaskedRecord, is_unmasked, make_mask, mask_record
from archiver.letter_folding import folded_text
from tests.support.archives.entries import ROOM, blob, file, message_entry, object_entry, window

SECRETS = ("090-1234-5678", "foo@example.com", "佐藤")
THIRD, PARTY = 999, 7654321
STAND_IN = 2
"""The number that stands for the third person in the package."""


def person(account: int, name: str) -> dict[str, Any]:
    """Somebody as Chatwork shows them."""
    return {"account_id": account, "name": name, "avatar_image_url": f"https://x/{account}.png", "chatwork_id": "cw_id"}


def entries() -> list[dict[str, Any]]:
    """A room with something to cover in every kind of record, and with something that stays."""
    edited = "電話 090-1234-9999"
    task = {"account": person(THIRD, "佐藤 花子"), "assigned_by_account": person(PARTY, "田中"), "body": "佐藤さんへ"}
    room = {"name": "佐藤さんの件", "description": "foo@example.comへ https://x.jp/?token=佐藤", "room_id": ROOM}
    written = message_entry(9, 4, "了解")
    written["payload"]["object"]["account"] = person(THIRD, "佐藤 花子")
    return [
        object_entry(1, "account", f"account/{ROOM}/{PARTY}", person(PARTY, "田中")),
        object_entry(2, "account", f"account/{ROOM}/{THIRD}", person(THIRD, "佐藤 花子")),
        object_entry(3, "member", f"member/{ROOM}/{THIRD}", person(THIRD, "佐藤 花子") | {"role": "member"}),
        object_entry(4, "room", f"room/{ROOM}", room),
        window(5, 1, 4, reply="a" * 64),
        message_entry(6, 1, "お支払いは検収後で。50,000円", reply="a" * 64),
        message_entry(7, 2, "電話 090-1234-5678", reply="a" * 64),
        message_entry(8, 3, "佐藤さんに聞いて", reply="a" * 64),
        written,
        file(10, 11, "佐藤の見積.pdf"),
        blob(11, 11, "b" * 64),
        object_entry(12, "task", "task/55", task),
        window(13, 1, 4, reply="c" * 64),
        message_entry(14, 2, edited, state="edited", update_time=1793850000, reply="c" * 64),
    ]


class Sent:
    """A package's records as they are handed out, and the seal over all that there were."""

    def __init__(self, made: Iterable[dict[str, Any]]) -> None:
        """Mask what a support package masks."""
        self.lines: list[str] = []
        self.shown: list[str] = []
        self.told: list[dict[str, Any]] = []
        self.masked: list[MaskedRecord] = []
        made = list(made)
        cover = make_mask(masking_policy("support"), made, owner=1, counterparts={PARTY})
        self.digests = [chain.digest(chain.canonical(one)) for one in made]
        for entry, digest in zip(made, self.digests, strict=True):
            found = mask_record(entry, digest, cover)
            self.lines.append(chain.canonical(entry) if found is None else found.line)
            self.told.append(entry if found is None else dict(found.entry))
            if found is not None:
                self.shown.append(found.shown_line)
                self.masked.append(found)
        self.rows = rows(self.told)

    def verified(self, *, shown_lines: Sequence[str] | None = None) -> Verification:
        """What a verification says, perhaps of other lines of `masked.jsonl`."""
        verification = Verification()
        shown_file = text(self.shown if shown_lines is None else shown_lines)
        lines = PackageLines(verification, text(self.lines), shown_file)
        lines.check(iter([SealedRange(1, 1, len(self.digests), self.digests)]))
        if lines.is_readable:
            files = {name: io.BytesIO(body.encode()) for name, body in self.rows.items()}
            checks = {name: TableCheck(verification, name, file) for name, file in files.items()}
            compare_tables(verification, table_lines(lines.groups(), lines.other, lines.readings), checks)
        return verification


def text(lines: Iterable[str]) -> io.BytesIO:
    """Lines as a file."""
    return io.BytesIO("".join(f"{line}\n" for line in lines).encode())


def table_lines(groups: Any, other: Any, readings: Any) -> Any:
    """Every row of every table."""
    return build.table_lines(groups, other, readings, seal_of=build.seal_numbers([(1, 1, 99)]))


def rows(entries: list[dict[str, Any]]) -> dict[str, str]:
    """The tables that these records give, by name."""
    found: dict[str, str] = {}
    groups: dict[int, list[dict[str, Any]]] = {}
    for entry in entries:
        if entry["kind"] == "message":
            groups.setdefault(int(entry["key"].partition("/")[2]), []).append(entry)
    other = [one for one in entries if one["kind"] not in ("message", "window")]
    for name, line in table_lines((groups[one] for one in sorted(groups)), other, build.sightings(entries)):
        found[name] = found.get(name, "") + line
    return found


# --- the lines ---------------------------------------------------------------------------------


def test_a_masked_line_is_canonical_and_read_again() -> None:
    """Whoever reads it needs nothing but JSON."""
    line = masked_line("a" * 64, "電話番号")

    assert f'{{"digest":"{"a" * 64}","masked":true,"reason":"電話番号"}}' == line
    assert "a" * 64 == masked_digest(line.encode())


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"[]",
        b'{"digest":"a","masked":true,"reason":""}',
        b'{"digest":"' + b"a" * 64 + b'","masked":1,"reason":""}',
        b"\xff",
        b"[" * 99_999,
    ],
)
def test_what_is_no_masked_line_is_none(line: bytes) -> None:
    """Never an exception."""
    assert masked_digest(line) is None
    assert shown_record(line) is None


def test_what_is_shown_does_not_hold_the_salt() -> None:
    """With it every telephone number could be tried until it fits; the digest of the reply has a salt of its own."""
    single = message_entry(7, 2, "電話 090-1234-5678", reply="d" * 64)
    single["payload"]["source"] = "single"
    single["salt"] = "5a" * 16

    sent = Sent([single])

    (line,) = sent.shown
    assert "5a5a" not in line
    assert "salt" not in line
    found = shown_record(line.encode())
    assert found is not None
    assert (sent.digests[0], 7) == (found[0], found[1]["seq"])


# --- what is masked ----------------------------------------------------------------------------


def test_exactly_the_records_with_something_to_cover_are_masked() -> None:
    """By kind: people, the room, messages, files, tasks; not windows, bytes, or what the parties said plainly.

    Of somebody hidden only id and role are left.
    """
    sent = Sent(entries())

    assert [2, 3, 4, 7, 8, 9, 10, 12, 14] == [one.entry["seq"] for one in sent.masked]
    member = next(one.entry for one in sent.masked if one.entry["kind"] == "member")
    hidden = {"name": "参加者A", "avatar_image_url": "■■", "chatwork_id": "■■", "role": "member"}
    assert {"account_id": STAND_IN, **hidden} == member["payload"]["object"]
    assert sent.digests == [masked_digest(line.encode()) or chain.digest(line) for line in sent.lines]


def test_ids_of_messages_order_and_times_of_rows_stay() -> None:
    """Only texts, names and the numbers that stand for third persons differ from the rows of the uncovered records."""
    plain, sent = rows(entries()), Sent(entries())

    assert [one["message_id"] for one in jsonl(plain)] == [one["message_id"] for one in jsonl(sent.rows)]
    for before, after in zip(jsonl(plain), jsonl(sent.rows), strict=True):
        texts = ("body", "name", "versions")
        account = STAND_IN if before["account_id"] == THIRD else before["account_id"]
        assert {**before, **dict.fromkeys(texts), "account_id": account} == {**after, **dict.fromkeys(texts)}
    inquiry = plain["operator_inquiry.csv"].replace(f'"{THIRD}"', f'"{STAND_IN}"')
    assert inquiry == sent.rows["operator_inquiry.csv"]
    assert "編集された" in sent.rows["events.csv"]


def jsonl(made: dict[str, str]) -> list[dict[str, Any]]:
    """The lines of `messages.jsonl`."""
    return [json.loads(line) for line in made["messages.jsonl"].splitlines()]


@given(
    strategies.lists(strategies.text(max_size=20), min_size=1, max_size=5),
    strategies.sampled_from(SECRETS[:2]),
    strategies.sampled_from(["", "\u200b", "\u3000", "[hr]", "。"]),
)
def test_whatever_stands_around_a_secret_it_leaves_no_trace(around: list[str], secret: str, between: str) -> None:
    """In every version and every table, and the package still verifies."""
    made = [window(1, 1, 9)]
    for number, body in enumerate(around, 2):
        made.append(message_entry(number, number, f"{body}。{between}{secret}{between}。{body}"))

    sent = Sent(made)

    body = folded_text("\n".join([*sent.lines, *sent.shown, *sent.rows.values()]))
    assert folded_text(secret) not in body
    assert [] == sent.verified().findings


def test_a_reply_is_handed_out_only_if_nothing_in_it_is_covered() -> None:
    """Its bytes cannot be changed, so it stays or goes as a whole."""
    cover = make_mask(masking_policy("support"), entries(), owner=1, counterparts={PARTY})
    open_, closed = [{"body": "はい"}], [{"body": "はい"}, {"body": "090-1234-5678"}]

    assert is_unmasked(json.dumps(open_).encode(), cover)
    assert is_unmasked(b"", cover)
    assert not is_unmasked(json.dumps(closed).encode(), cover)
    assert not is_unmasked(json.dumps([{"account": person(THIRD, "x")}]).encode(), cover)
    assert not is_unmasked(b"{", cover)


# --- verification ------------------------------------------------------------------------------


def test_a_package_without_masked_records_has_no_such_note() -> None:
    """Nothing is said about what is not there."""
    verification = Sent([message_entry(1, 1, "はい")]).verified()

    assert ([], []) == (verification.findings, verification.notes)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda lines: [], "masked"),
        (lambda lines: lines[:-1], "masked"),
        (lambda lines: [lines[1], lines[0], *lines[2:]], "masked"),
        (lambda lines: [*lines, lines[0]], "masked"),
        (lambda lines: [lines[0].replace('"seq":2', '"seq":6'), *lines[1:]], "entry-sealed"),
        (lambda lines: ["{}", *lines[1:]], "masked"),
    ],
)
def test_what_stands_in_place_must_be_there_for_each_masked_record(change: Any, expected: str) -> None:
    """In order, under the number at which the seal has the digest, and no more."""
    sent = Sent(entries())

    verification = sent.verified(shown_lines=change(sent.shown))

    assert expected in {one.check for one in verification.findings}


@pytest.mark.drawn(but=1)
@pytest.mark.parametrize("line", [b"\n", b'{"seq": 1, "kind": "' + b"x" * 60 + b'"}\n'])
def test_lines_without_end_are_not_all_read(line: bytes) -> None:
    """A zip of 3 MB can hold 400 million of them; they are found to be none, and the file is left."""
    file, verification = io.BytesIO(line * (3 * HOPELESS_LINES)), Verification()
    told: list[int] = []
    PackageLines(verification, file).check(iter([]), told.append)

    assert not verification.ok
    assert 0 < max(told) <= (HOPELESS_LINES + 1_000) * len(line)
