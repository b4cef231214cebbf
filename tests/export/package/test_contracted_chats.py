"""A chat that leaves a contract takes along what was entered for its messages and files; later packages know none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from archiver.export.package.make_package import export
from archiver.export.package.order import ExportOrder
from archiver.records import (
    Contract,
    ContractRoom,
    Delivery,
    Enclosure,
    FileId,
    Invoice,
    MessageId,
    Payment,
    RoomId,
    SentReminder,
    StatedTerm,
)
from archiver.setup.contracted_chats import called_apart, change_rooms
from archiver.store.queries.contracts import deliveries, enclosures, find_contract
from archiver.store.user_statements import add_delivery, add_enclosure, state_contract
from tests.support.archives.byte_search import package_files_with
from tests.support.archives.maker import OTHER_ROOM, ROOM, ArchiveMaker, at, file_object, message_object

OWN, FOREIGN = MessageId("71234501"), MessageId("79876503")
FOREIGN_FILE = FileId(7654399)
WORDS = ("フクロウ", "ラッコ", "カワウソ", "イタチ", "ヒバリ", "81234", "81,234", FOREIGN, str(FOREIGN_FILE))


@pytest.fixture(params=[OTHER_ROOM])
def maker(request: pytest.FixtureRequest, tmp_path: Path) -> ArchiveMaker:
    """A contract with what two clients wrote, in two chats or in one; of the second money and a file were entered."""
    maker, other = ArchiveMaker(tmp_path / "home"), request.param
    maker.me()
    for room in dict.fromkeys((ROOM, other)):
        maker.room("チャット", room=room)
    maker.sync([message_object(int(OWN), "お願いします", sent=1)], room=ROOM, minutes=5)
    listed = file_object(FOREIGN_FILE, "ラッコ.txt", 2, sent=3, message_id=int(FOREIGN))
    maker.file(listed, b"ab", room=other, minutes=6)
    maker.sync([message_object(int(FOREIGN), "お願いします", sent=3)], room=other, minutes=6)
    contract = maker.contract("job1", list(dict.fromkeys((ROOM, other))))
    with maker.archive.writing() as writing:
        drafts = (
            Enclosure(0, "other", "own.txt", 1, "1" * 64, at(7), message_id=OWN),
            Enclosure(0, "other", "ラッコ.txt", 1, "2" * 64, at(7), message_id=FOREIGN, note="カワウソ"),
            Enclosure(0, "invoice", "フクロウ.txt", 1, "3" * 64, at(7)),
        )
        for draft in drafts:
            add_enclosure(writing, "job1", draft, at=at(7))
        add_delivery(writing, "job1", Delivery(0, "2026-11-01", file_id=FOREIGN_FILE, note="イタチ"), at=at(7))
    money = replace(
        contract,
        invoices=(
            Invoice(1, 5_000, "2026-11-01", message_id=OWN),
            Invoice(2, 81_234, "2026-11-01", name="フクロウ", message_id=FOREIGN, enclosure=3),
        ),
        payments=(Payment(1, 5_000, "2026-11-02", 1), Payment(2, 81_234, "2026-11-02", 2)),
        reminders=(SentReminder(1, "2026-11-03", message_id=FOREIGN),),
        terms=(StatedTerm("amount", FOREIGN, note="ヒバリ"), StatedTerm("work", None, FOREIGN_FILE)),
    )
    state_contract(maker.archive, money, at=at(8))
    return maker


@pytest.mark.drawn
@pytest.mark.parametrize("profile", ["lawyer", "support", "consult", "court"])
@pytest.mark.parametrize("maker", [OTHER_ROOM, ROOM], indirect=True)
def test_a_package_knows_nothing_that_was_entered_for_a_chat_that_left(maker: ArchiveMaker, profile: str) -> None:
    """Not the number of a message, not an amount, not a note, not the name of an attached file."""
    with maker.archive.reading() as reading:
        every = find_contract(reading, "job1")
    parted = [ContractRoom(RoomId(ROOM), end=at(2))], [ContractRoom(RoomId(ROOM), start=at(2))]
    own, others = parted if len(every.rooms) == 1 else (every.rooms[:1], every.rooms[1:])
    changed = [replace(every, rooms=tuple(own)), Contract("job2", tuple(others))]
    said = change_rooms(maker.archive, changed, at=at(9))
    with maker.archive.reading() as reading:
        left, got = find_contract(reading, "job1"), find_contract(reading, "job2")
        files = [[one.name for one in enclosures(reading, name)] for name in ("job1", "job2")]
        delivered = [len(deliveries(reading, name)) for name in ("job1", "job2")]
    report = export(
        maker.archive, ExportOrder(contract="job1", profile=profile, out=maker.home.parent / "out"), now=lambda: at(300)
    )

    assert "about its messages and files moved with it to “job2”: 8" in said[-1]
    assert [[1], [1]] == [[one.number for one in found] for found in (left.invoices, left.payments)]
    assert (Invoice(1, 81_234, "2026-11-01", None, "フクロウ", FOREIGN, 2),) == got.invoices
    assert (Payment(1, 81_234, "2026-11-02", 1),) == got.payments
    assert (1, 2, 0, 0) == (len(got.reminders), len(got.terms), len(left.reminders), len(left.terms))
    assert ([["own.txt"], ["ラッコ.txt", "フクロウ.txt"]], [0, 1]) == (files, delivered)
    assert set() == package_files_with(Path(report.path), *WORDS)


def test_what_was_entered_for_a_chat_that_no_contract_has_leaves_too(maker: ArchiveMaker) -> None:
    """It stays on record, and the user is told."""
    with maker.archive.reading() as reading:
        every = find_contract(reading, "job1")
    said = change_rooms(maker.archive, [replace(every, rooms=(ContractRoom(RoomId(ROOM)),))], at=at(9))
    with maker.archive.reading() as reading:
        left = find_contract(reading, "job1")
    back = change_rooms(maker.archive, [replace(left, rooms=every.rooms)], at=at(10))

    assert said[-1].startswith("Entries about its messages and files taken out with it: 8 (")
    put = f"The chat “チャット” ({OTHER_ROOM}) is put into “job1”. Saved of it so far: messages 1, files 1."
    assert [put] == back
    assert ([1], ()) == ([one.number for one in left.invoices], left.terms)


def test_two_jobs_of_one_title_are_told_apart() -> None:
    """By the client where that is another one, else by the id."""
    one, same, other = Contract("job1", (), title="動画"), Contract("job2", (), title="動画"), Contract("job3", ())
    known = [replace(one, client="田中"), replace(same, client="佐藤"), other]

    assert ["動画 (job1)", "動画 (job2)", "job3"] == [
        called_apart(each, [one, same, other]) for each in (one, same, other)
    ]
    assert ["動画 (田中)", "動画 (佐藤)", "job3"] == [called_apart(each, known) for each in known]
