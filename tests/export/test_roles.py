"""Who the user said is who decides the other side of a package, what is covered, and chapter 3."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from archiver import errors
from archiver.claims.counterparts import judge_counterparts
from archiver.cli.contracts.contract_page import page_rows
from archiver.export.mask.policy_and_covers import masking_policy
from archiver.export.package.order import ExportOrder
from archiver.export.package.recipe_from_order import make_recipe
from archiver.export.pdf.blocks import TableBlock
from archiver.export.report import people_and_dates
from archiver.records import AccountId, MappedAccount, Role, Sides
from archiver.store import seals, user_statements
from archiver.store.queries import contracts
from archiver.store.queries.contract_activity import case_sides
from archiver.store.queries.contracts import mapped_accounts
from archiver.store.queries.entries import last_seq
from tests.support.archives.maker import CLIENT, OTHER_ROOM, ROOM, ArchiveMaker, at, message_object, story
from tests.support.reports import report_inputs

ME, HELPER = 5_000_001, 5_000_002
REASON = "クラウドワークスのメッセージでIDを伝えられた"


@pytest.fixture
def maker(tmp_path: Path) -> ArchiveMaker:
    """The story, in whose room two more people are; its contract names a client whom nobody is called."""
    archive_maker = story(tmp_path / "home")
    archive_maker.contract("job1", (ROOM,), client="movie_maker")
    for account, name in ((ME, "yamada(旧)"), (HELPER, "補助の佐藤")):
        archive_maker.account(account, name, minutes=2)
        archive_maker.member(account, name, minutes=2)
    archive_maker.sync([message_object(90, "補助の佐藤です", sent=100, account=HELPER)], minutes=101)
    return archive_maker


def say(maker: ArchiveMaker, account: int, part: Role, reason: str = REASON) -> None:
    """Map an account."""
    with maker.archive.writing() as writing:
        user_statements.state_role(writing, "job1", account, part, reason, at=at(200))


def counterparts(maker: ArchiveMaker, contract_id: str = "job1", **answers: Any) -> set[int]:
    """Whom a package would take for the other side."""
    seals.close_seals(maker.archive, now=at(250))
    with maker.archive.reading() as reading:
        order = ExportOrder(profile="support", policy=masking_policy("support"), **answers)
        contract = contracts.find_contract(reading, contract_id)
        (*_before, last) = all_seals = seals.seals(reading)
        found = make_recipe(reading, all_seals, order, contract, name="x", stamping=None, at=at(260), upto=last.last)
    return set(found.bases)


def test_the_client_of_a_package_is_the_one_that_was_mapped(maker: ArchiveMaker) -> None:
    """Before that there is no package; third persons and one's own other account never count."""
    with pytest.raises(errors.CounterpartUnknown):
        counterparts(maker)
    say(maker, ME, Role.ME)
    say(maker, HELPER, Role.THIRD)
    others = counterparts(maker)
    say(maker, CLIENT, Role.CLIENT)

    assert {CLIENT} == others
    assert {CLIENT} == counterparts(maker)


def test_who_wrote_last_without_an_entered_side_is_asked_about_once(maker: ArchiveMaker) -> None:
    """Beside the client who is known; where nobody can answer, the package tells of them as unknown."""
    say(maker, CLIENT, Role.CLIENT)
    say(maker, ME, Role.ME)

    with pytest.raises(errors.CounterpartUnknown) as asked:
        counterparts(maker, asks_who_wrote_last=True)

    (room,) = asked.value.rooms
    assert {CLIENT: True, HELPER: False} == {int(one.account_id): one.is_known for one in room.candidates}
    answer: dict[str, Any] = {"counterparts": frozenset({CLIENT}), "thirds": frozenset({HELPER})}
    assert {CLIENT} == counterparts(maker, asks_who_wrote_last=True, **answer) == counterparts(maker)


def test_what_was_stated_up_to_an_entry_is_what_counts(maker: ArchiveMaker) -> None:
    """An earlier state of the archive knows what was stated then; what was taken back is gone since."""
    say(maker, CLIENT, Role.THIRD)
    with maker.archive.reading() as reading:
        last = last_seq(reading)
    say(maker, CLIENT, Role.CLIENT)
    with maker.archive.writing() as writing:
        first, second = (user_statements.withdraw_role(writing, "job1", CLIENT, at=at(400)) for _ in range(2))

    with maker.archive.reading() as reading:
        assert [(CLIENT, Role.THIRD)] == [
            (mapping.account_id, mapping.role) for mapping in mapped_accounts(reading, "job1", upto=last)
        ]
        assert () == mapped_accounts(reading, "job1")
    assert (True, False) == (first, second)


def test_chapter_3_prints_the_reason() -> None:
    """Beside each person that was mapped, marked as the user's own words; the role follows the mapping."""
    stated = {
        int(CLIENT): MappedAccount(AccountId(CLIENT), Role.CLIENT, REASON),
        42: MappedAccount(AccountId(42), Role.ME, "以前のアカウント"),
    }
    case = report_inputs.case(mapped=stated)

    (table,) = (block for block in people_and_dates.chapters(case)[1].blocks if isinstance(block, TableBlock))

    by_account = {row[table.heads.index("アカウントID")]: row for row in table.rows}
    assert ("相手", f"{REASON}\n(報告者入力)") == (by_account[str(CLIENT)][0], by_account[str(CLIENT)][-1])
    assert "報告者" == case.side(42)
    assert 42 not in case.bases


@pytest.mark.parametrize(
    ("sides", "named", "rooms", "found", "undecided"),
    [
        (Sides(1), (), {7: {1, 2}}, {2}, {}),
        (Sides(1), (), {7: {1, 2, 3}}, set(), {7: {2, 3}}),
        (Sides(1), ({3},), {7: {1, 2}}, set(), {7: {2}}),  # somebody else is named, whom no list has shown
        (Sides(1), (), {7: {1, 2}, 8: {1, 2}, 9: {1}}, {2}, {}),
        (Sides(1), (), {7: {1, 2}, 8: {1, 2, 3}}, set(), {7: {2}, 8: {2, 3}}),
        (Sides(1), (), {7: {1, 2}, 8: {1, 3}}, set(), {7: {2}, 8: {3}}),
        (Sides(1), ({2},), {7: {1, 2}, 8: {1, 3}}, {2}, {8: {3}}),
        (Sides(1, thirds=frozenset({3})), ({2},), {7: {1, 2}, 8: {1, 3}}, {2}, {}),
        (Sides(1), ({2},), {7: {1, 2, 3}, 8: {1, 4, 5}}, {2}, {8: {4, 5}}),
        (Sides(1), ({3}, {2}), {7: {1, 2, 3}, 8: {1, 2, 4}}, {2, 3}, {}),
        (Sides(1, thirds=frozenset({3})), (), {7: {1, 2, 3}}, {2}, {}),
        (Sides(1, thirds=frozenset({3})), (), {7: {1, 2, 3, 4}}, set(), {7: {2, 4}}),
        (Sides(1, mine=frozenset({1, 3})), (), {7: {1, 2, 3}}, {2}, {}),
        (Sides(1, thirds=frozenset({2, 3})), (), {7: {1, 2, 3}}, set(), {}),
        (Sides(1), (), {7: {1}}, set(), {}),
    ],
)
def test_one_person_in_all_rooms_is_the_other_side(
    sides: Sides,
    named: tuple[set[int], ...],
    rooms: dict[int, set[int]],
    found: set[int],
    undecided: dict[int, set[int]],
) -> None:
    """Of two or more in the rooms together it is who was named in a room; a room where nobody was is undecided."""
    assert (found, undecided) == tuple(judge_counterparts(sides, named, rooms))


def test_nobody_is_the_client_of_a_contract_unasked_where_two_can_be(maker: ArchiveMaker) -> None:
    """A direct chat with one person beside a chat with another: neither is told as the client, in any page or claim."""
    maker.contract("job4", (ROOM, OTHER_ROOM))
    for account, name, room in ((CLIENT, "田中", ROOM), (777, "佐藤", OTHER_ROOM)):
        maker.account(account, name, room=room)
        maker.member(account, name, room=room, minutes=3)

    with maker.archive.reading() as reading:
        contract = contracts.find_contract(reading, "job4")
        assert {} == case_sides(reading, contract).bases
        said = [text for row in page_rows(reading, contract, now=at(10), ids=False) for text in row.texts]
    assert not [text for text in said if "is the client" in text]
    with pytest.raises(errors.CounterpartUnknown, match=r"who in chat “[^”]+”, “[^”]+” is") as refused:
        counterparts(maker, "job4")
    assert [True, True] == [name in refused.value.advice() for name in ("田中", "佐藤")]


def test_a_direct_chat_that_became_a_group_of_two_needs_no_name(maker: ArchiveMaker) -> None:
    """The kind of a room does not matter, nor that the other person has gone; how many people it ever had does."""
    maker.contract("job3", (OTHER_ROOM,))
    maker.account(CLIENT, "田中", room=OTHER_ROOM)
    maker.member(CLIENT, "田中", room=OTHER_ROOM, minutes=3)
    maker.member(CLIENT, "田中", state="gone", room=OTHER_ROOM, minutes=4)

    assert {CLIENT} == counterparts(maker, "job3")
