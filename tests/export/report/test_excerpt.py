"""Chapter 6: who chose is said, every text of a chosen message is printed, gaps are not passed over in silence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, strategies

from archiver.chatwork.notation.parse import parse
from archiver.export.pdf.blocks import Interruption, MessageBlock, Paragraph, Subheading, printable
from archiver.export.report import excerpt
from archiver.export.report.excerpt import (
    CONTEXT,
    EMPTY_TEXT,
    MAX_BY_RULE,
    MAX_FOR_OFFICE,
    PaperReferences,
    chapter,
    chosen_messages,
    message_block,
    select_excerpt,
)
from archiver.export.report.message_statistics import ReportInput
from archiver.records import Gap, Invoice, Message, MessageId, RoomId, State
from archiver.render.message_body import plain_text
from tests.support.reports import pdf_reader, report_inputs, sample_conversation
from tests.support.reports.sample_conversation import at, message_id


def blocks(case: ReportInput) -> list[object]:
    return list(chapter(case).blocks)


def starred(case: ReportInput) -> list[str]:
    """The numbers of the chosen messages."""
    return [one.number for one in blocks(case) if isinstance(one, MessageBlock) and "★" in one.head]


def breaks(case: ReportInput) -> list[str]:
    return [one.text for one in blocks(case) if isinstance(one, Interruption)]


def elided(case: ReportInput) -> list[str]:
    """The numbers of what is left out."""
    return [one.partition("　")[2].rstrip(")") for one in breaks(case)]


def test_a_name_cannot_forge_a_line() -> None:
    """Line feeds and direction marks in the name of a person are shown, not obeyed; an empty text is said to be so."""
    case = report_inputs.case()
    forged = report_inputs.plain_message("", 1, name="田中\nNo.9 報告者 \u202eadamay")

    made = message_block(forged, PaperReferences(case, case.rooms[0]), star=False)

    assert "田中[U+000A]No.9 報告者 [U+202E]adamay" in made.head
    assert (1, [EMPTY_TEXT]) == (len(made.head.split("\n")), [one.text for one in made.parts])


def quiet(count: int) -> list[str]:
    return [f"メッセージ{number}" for number in range(1, count + 1)]


def test_without_a_choice_the_rule_chooses() -> None:
    """Changed messages, messages with files and the last two of each side are chosen, and that it was the rule."""
    messages = [report_inputs.plain_message("本文", number) for number in range(1, 101)]
    messages[9] = messages[9]._replace(state=State.EDITED)
    messages[29] = messages[29]._replace(state=State.DELETED)
    messages[49] = messages[49]._replace(state=State.MISSING)
    file = report_inputs.file(1, message_id(70))
    case = report_inputs.case([report_inputs.room_of_messages(messages, attachments=(file,))], profile="lawyer")

    excerpt = blocks(case)

    assert isinstance(excerpt[0], Paragraph)
    assert "自動選択" in excerpt[0].text
    assert ["No.10", "No.30", "No.50", "No.70", "No.97", "No.98", "No.99", "No.100"] == starred(case)
    assert ["No.1から4", "No.16から24", "No.36から44", "No.56から64", "No.76から91"] == elided(case)


def test_an_office_gets_what_page_1_quotes_what_facts_name_the_changed_and_the_last_ten() -> None:
    """In all so many as leave ten pages; the newest of the changed, and long texts beside them cut."""
    messages = [report_inputs.plain_message("本文" * 200, number) for number in range(1, 301)]
    for number in range(11, 100, 2):
        texts = messages[number - 1].versions + messages[0].versions
        body = "検収OKです" if number == 21 else "別の文"
        changed = (texts[0]._replace(body=body), texts[1]._replace(first_seen=at(400), last_seen=at(401)))
        messages[number - 1] = messages[number - 1]._replace(state=State.EDITED, versions=changed)
    invoice = Invoice(1, 50_000, "2026-11-20", message_id=message_id(150))
    contract = replace(report_inputs.CONTRACT, invoices=(invoice,))
    case = report_inputs.case([report_inputs.room_of_messages(messages)], contract=contract)

    chosen, left = chosen_messages(case)

    assert {message_id(21), message_id(150), message_id(99)} <= set(chosen)
    assert {message_id(number) for number in range(291, 301)} <= set(chosen)
    assert (MAX_FOR_OFFICE, 45 + 1 + 10 - MAX_FOR_OFFICE) == (len(chosen), left)
    beside = next(one for one in blocks(case) if isinstance(one, MessageBlock) and one.number == "No.149")
    assert beside.parts[0].text.endswith("(以下略)")


def test_a_choice_of_the_users_takes_the_place_of_the_rule() -> None:
    """Only the named messages have a star, and the report says who chose."""
    messages = [report_inputs.plain_message("本文", number, state=State.EDITED) for number in range(1, 41)]
    case = report_inputs.case([report_inputs.room_of_messages(messages)], chosen=(message_id(20),))

    excerpt = blocks(case)

    assert isinstance(excerpt[0], Paragraph)
    assert "報告者が選びました" in excerpt[0].text
    assert "自動選択" not in excerpt[0].text
    assert ["No.20"] == starred(case)
    assert ["(中略 14件　No.1から14)", "(中略 15件　No.26から40)"] == breaks(case)


def test_several_rooms_stand_one_after_the_other() -> None:
    """Each room has its heading, and what one leaves out is not counted in another."""
    early, late = (
        [report_inputs.plain_message("本文", number)._replace(room_id=RoomId(room)) for number in range(at, at + 20)]
        for room, at in ((1, 1), (2, 101))
    )
    first = report_inputs.room_of_messages(early, room_id=RoomId(1), room_name="甲\n乙")
    case = report_inputs.case(
        [first, report_inputs.room_of_messages(late, room_id=RoomId(2))], chosen=(message_id(20), message_id(101))
    )

    headings = [one.text for one in blocks(case) if isinstance(one, Subheading)]

    assert "チャット「甲[U+000A]乙」(ルームID 1)" == headings[0]
    assert 2 == len(headings)
    assert ["(中略 14件　No.1から14)", "(中略 14件　No.107から120)"] == breaks(case)


def test_a_gap_between_shown_messages_is_shown() -> None:
    """Where the record has a hole, the excerpt has one too; a hole in what is left out is counted."""
    messages = [report_inputs.plain_message("本文", number) for number in range(1, 41)]
    gaps = (gap(1, 19), gap(2, 35))
    case = report_inputs.case([report_inputs.room_of_messages(messages, gaps=gaps)], chosen=(message_id(20),))

    interruptions = breaks(case)

    assert interruptions[0] == "(中略 14件　No.1から14)"
    assert interruptions[1].startswith("保存できなかった期間 ")
    assert "およそ7件" in interruptions[1]
    assert interruptions[2] == "(中略 15件　No.26から40。この間に保存できなかった期間1か所(第9章))"


def gap(number: int, after: int) -> Gap:
    ends = message_id(after), message_id(after + 1), at(after), at(after + 1)
    return Gap(sample_conversation.ROOM, number, *ends, 7, "window")


def test_too_many_are_cut_to_the_changed_and_the_youngest() -> None:
    """The rule takes at most its number; changed messages go first, and what is left out is counted."""
    messages = [report_inputs.plain_message("本文", number) for number in range(1, MAX_BY_RULE + 102)]
    messages[0] = messages[0]._replace(state=State.DELETED)
    files = tuple(report_inputs.file(number, one.message_id) for number, one in enumerate(messages[1:], 1))
    case = report_inputs.case([report_inputs.room_of_messages(messages, attachments=files)], profile="lawyer")

    chosen, left = chosen_messages(case)

    assert MAX_BY_RULE == len(chosen)
    assert 101 == left
    assert {message_id(1), message_id(MAX_BY_RULE + 101)} <= set(chosen)
    assert message_id(2) not in chosen


def test_an_id_that_is_in_no_room_chooses_nothing() -> None:
    """A choice that names other messages leaves everything out, counted."""
    case = report_inputs.case([report_inputs.room(quiet(3))], chosen=(MessageId("42"),))

    assert [] == starred(case)
    assert ["(中略 3件　No.1001から1003)"] == breaks(case)


@pdf_reader.needs_poppler
@pytest.mark.parametrize("profile", ["support", "court"])
def test_every_text_is_on_paper(profile: str) -> None:
    """Each text that each shown message ever had, with its number, id and time, can be copied from the PDF."""
    case = report_inputs.case(profile=profile, chosen=(message_id(7),))
    (room,) = case.rooms
    around = PaperReferences(case, room)

    text = pdf_reader.without_spaces(
        pdf_reader.text(pdf_reader.pdf_bytes(pdf_reader.report(*excerpt.room_blocks(case, room, {message_id(7)}))))
    )

    for message in list(room.messages())[1:12]:
        assert f"No.{message.no}2026" in text
        assert f"メッセージID{message.message_id}保存" in text or profile == "support"
        for version in message.texts:
            for line in plain_text(parse(version.body), around.references_of(message)).split("\n"):
                assert pdf_reader.without_spaces(printable(line)) in text


def test_of_what_is_left_out_the_first_and_the_last_are_read() -> None:
    """And every message that is shown; once the messages were counted, no other is read."""
    read: list[int] = []
    plain = report_inputs.room(["了解"] * 1000)
    listed = [*plain.messages()]

    def messages(start: int = 0) -> Iterator[Message]:
        for one in plain.messages(start):
            read.append(one.no)
            yield one

    case = report_inputs.case(
        [replace(plain, messages=messages)], chosen={listed[place].message_id for place in (199, 200, 699)}
    )
    assert case.statistics
    read.clear()
    found = chapter(case).blocks

    shown = [int(one.number.removeprefix("No.")) for one in found if isinstance(one, MessageBlock)]
    assert [one.no for one in (*listed[194:206], *listed[694:705])] == shown
    assert sorted([*shown, *(listed[place].no for place in (0, 193, 206, 693, 705, 999))]) == sorted(read)


Piece = tuple[int, bool] | tuple[int, int, int]


def pieces(items: list[int], chosen: set[int], context: int = CONTEXT) -> list[Piece]:
    """The pieces as plain tuples: (item, star), or (first, last, count) of what is left out."""
    places = {place for place, item in enumerate(items) if item in chosen}
    found: list[Piece] = []
    for stretch, is_shown in select_excerpt(places, len(items), context=context):
        told = [items[place] for place in stretch]
        found += [(one, one in chosen) for one in told] if is_shown else [(told[0], told[-1], len(told))]
    return found


def plainly(items: list[int], chosen: set[int], context: int) -> list[Piece]:
    """The same, worked out again with the whole list at hand."""
    near = {
        place
        for centre, item in enumerate(items)
        if item in chosen
        for place in range(max(0, centre - context), min(len(items), centre + context + 1))
    }
    pieces: list[Piece] = []
    hidden: list[int] = []
    for place, item in enumerate(items):
        if place not in near:
            hidden.append(item)
            continue
        if hidden:
            pieces.append((hidden[0], hidden[-1], len(hidden)))
            hidden = []
        pieces.append((item, item in chosen))
    return [*pieces, (hidden[0], hidden[-1], len(hidden))] if hidden else pieces


@given(
    count=strategies.integers(0, 60),
    chosen=strategies.sets(strategies.integers(0, 59), max_size=8),
    context=strategies.integers(0, 6),
)
def test_it_is_what_a_plain_account_gives(count: int, chosen: set[int], context: int) -> None:
    """Whatever is chosen, every message is shown once or counted once, as the whole list tells."""
    items = list(range(count))

    assert plainly(items, chosen, context) == pieces(items, chosen, context)
