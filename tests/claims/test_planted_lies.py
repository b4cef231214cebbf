"""A claim made wrong on purpose is caught: at least one for each row of the table of claims, and for each odd world."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from archiver import contract_dates
from archiver.claims import acceptance_and_terms, counterparts, messages, quotations, sentences
from archiver.claims.messages import NOTHING_MISSING, Claim, Knowledge
from archiver.contract_dates import received_for
from archiver.evidence import history
from archiver.evidence.tables import events, files_and_tasks
from archiver.export.report import changes_and_limits, excerpt, people_and_dates, request_to_office, timeline
from archiver.platforms.job_platform import platform_of
from archiver.records import (
    Basis,
    CaseFacts,
    CaseSide,
    ChangedMessages,
    ChangeKind,
    ContractRoom,
    Message,
    MessageKind,
    ObservedBy,
    State,
    facts_for_claims,
)
from archiver.render import page_templates
from archiver.render.gap_breaks import closing_pauses, refusal_text, usual_interval_lines
from archiver.store import time_text
from archiver.store.archive import Archive, Writing
from archiver.store.queries import authors_and_changes
from archiver.store.time_text import to_text
from tests.claims.artifact_judge import falsehoods
from tests.claims.artifacts import after, sealed, told_at_once
from tests.claims.dispute import ODDS, Circumstances, Dispute, blank_archive, report_of
from tests.claims.test_truth import SMALL, judge, play
from tests.support.archives.maker import CLIENT, OWNER

Function = Callable[..., Any]

SEEDS = (386, 9, 1114, 1144, 41)
"""All kinds of changes, a gap and a recovery; a small one; something missing before the first; and after the last; a
task as an answer, and people of no entered side."""


def _whole(claim: Claim[Any]) -> Claim[Any]:
    return replace(claim, knowledge=Knowledge.WHOLE, missing=NOTHING_MISSING)


def _known_as(knowledge: Knowledge, true: Function, *given: Any) -> Claim[Any]:
    return replace(true(*given), knowledge=knowledge)


def _is_whole(true: Function, *given: Any) -> Claim[Any]:
    return _whole(true(*given))


def _of_anybody(true: Function, facts: CaseFacts) -> Claim[Any]:
    """The last message of anybody, whatever its kind."""
    posts = [post for author in facts.authors.values() for post in author.last.values()]
    return replace(true(facts), value=max(posts, key=lambda post: post.at, default=None))


def _kinds_mixed(
    first: ChangeKind, second: ChangeKind, true: Function, changed: ChangedMessages, kind: ChangeKind
) -> Counter[CaseSide]:
    """Both kinds of a change told as the first one."""
    mixed = {first: (first, second), second: ()}
    return sum((true(changed, one) for one in mixed.get(kind, (kind,))), Counter[CaseSide]())


def _sides_mixed(true: Function, changed: ChangedMessages, kind: ChangeKind) -> Counter[CaseSide]:
    """Every change is of the other side."""
    count = true(changed, kind).total()
    return Counter({CaseSide.COUNTERPART: count} if count else {})


def _without_lower_bound(true: Function, *given: Any) -> list[Any]:
    """A change is told as if the state before had been seen just then."""
    return [one._replace(last_before=one.at) if one.last_before else one for one in true(*given)]


def _of_other_words(true: Function, *given: Any, **options: Any) -> Any:
    quoted = true(*given, **options)
    return quoted and replace(quoted, before=quoted.before._replace(body="メッセージ0"))


def _of_another_message(true: Function, *given: Any, **options: Any) -> Any:
    quoted = true(*given, **options)
    return quoted and replace(quoted, message=quoted.message._replace(no=quoted.message.no % 3 + 1))


def _by_day(true: Function, *given: Any) -> tuple[Any, ...]:
    return (0, 0, *true(*given)[2:])


def _unasked(true: Function, body: str) -> str:
    return str(true(body)).replace("ありませんか", "ありません")


def _a_day_longer(true: Function, *given: Any, **options: Any) -> Any:
    quoted = true(*given, **options)
    later = quoted and quoted.before._replace(last_seen=quoted.before.last_seen + timedelta(days=1))
    return quoted and replace(quoted, before=later)


def _changed_later(true: Function, message: Message, **options: Any) -> Any:
    *earlier, last = message.versions
    later = last._replace(first_seen=last.first_seen + timedelta(days=1))
    return true(message._replace(versions=(*earlier, later)), **options)


def _seen_now(true: Function, message: Message, *given: Any, **options: Any) -> Any:
    """A quoted message is told as seen later than it was."""
    *earlier, last = message.versions
    later = last._replace(last_seen=last.last_seen + timedelta(days=1))
    return true(message._replace(versions=(*earlier, later)), *given, **options)


def _name_of_today(true: Function, message: Message, *given: Any, **options: Any) -> Any:
    paper = given[0]
    name = paper.references.name_of(message.account_id) or message.name
    return true(message._replace(name=getattr(name, "text", name)), *given, **options)


def _all_listed(true: Function, facts: CaseFacts, *given: Any, **options: Any) -> str:
    total = Counter({ObservedBy.LIST: facts.sources.total()})
    return str(true(replace(facts, sources=total), *given, **options))


def _all_entered(true: Function, *given: Any, **options: Any) -> tuple[dict[int, Basis], Any]:
    bases, undecided = true(*given, **options)
    return dict.fromkeys(bases, Basis.ENTERED), undecided


def _later(true: Function, *given: Any) -> Any:
    day = true(*given)
    return None if day is None else day + timedelta(days=1)


def _a_line_each(true: Function, *given: Any) -> list[Any]:
    """Each change of a message is told twice."""
    return [event for one in true(*given) for event in (one, one)]


def nothing(result: Any, _true: Function, *_given: Any, **_options: Any) -> Any:
    return result


def _closed_when_told(true: Function, facts: CaseFacts) -> Claim[Any]:
    """The time of the last look as the time at which the cancellation was noticed."""
    claim = true(facts)
    return (
        claim
        if claim.value is None
        else replace(claim, value=claim.value._replace(sign=claim.value.sign._replace(at=facts.known_until)))
    )


def _rows_with(pattern: str, lie: Callable[[re.Match[str]], str], true: Function, *given: Any, **values: Any) -> Any:
    """The rows of a template, with what is told in them made wrong."""
    rows = true(*given, **values)
    return [row._replace(cells=[re.sub(pattern, lie, cell) for cell in row.cells]) for row in rows]


def _one_up(number: re.Match[str]) -> str:
    return f"{int(number[0]) + 1}"


def _a_day_more(true: Function, *given: Any) -> int | None:
    days = true(*given)
    return None if days is None else days + 1


def nobody_else(true: Function, facts: CaseFacts, *given: Any, **options: Any) -> Iterable[str]:
    """Nobody wrote after the other side's last act whose side is not entered."""
    return true(replace(facts, strangers=Counter()), *given, **options)  # type: ignore[no-any-return]


def _waits_since_their_answer(true: Function, facts: CaseFacts) -> Claim[Any]:
    claim = true(facts)
    return replace(claim, value=claim.value._replace(asked=claim.value.last))


def _counted(change: Callable[[Counter[MessageKind]], Counter[MessageKind]], true: Function, facts: CaseFacts) -> Any:
    """Something else is counted, of which none is missing in numbers."""
    claim = true(facts)
    return replace(claim, value=change(claim.value), missing=replace(claim.missing, estimate=0))


def _in_2030(true: Function, *given: Any, **options: Any) -> str:
    return str(true(*given, **options)).replace("2026", "2030")


def _one_more(true: Function, *given: Any) -> str:
    """The first number in the sentence is too high by one."""
    return re.sub(r"\d+", lambda number: f"{int(number[0]) + 1}", true(*given), count=1)


Lie = tuple[Function, Callable[..., Any]]

LIES: dict[str, dict[str, Lie]] = {
    "first message on Chatwork": {
        "the first saved one is the first": (messages.first_message, _is_whole),
        "contact began a day earlier": (sentences.contact_text, _one_more),
        "contact began after the approval": (sentences.contact_text, partial(nothing, "承認後")),
        "chapter 2 counts a day more": (sentences.order_text, _one_more),
        "chapter 2 compares a day that nothing proves": (
            sentences.order_text,
            partial(nothing, "最初のメッセージは同じ日"),
        ),
        "a point of chapter 2 is left out": (people_and_dates._compared_rows, partial(nothing, ())),
    },
    "last reply of the other side": {
        "the last saved one is the last": (messages.last_reply, _is_whole),
        "more was saved before it": (
            page_templates.text_rows,
            partial(_rows_with, "[0-9]+(?=件は、|件は、どれも|件を保存)", _one_up),
        ),
        "a notice, or anybody, answers": (messages.last_reply, _of_anybody),
    },
    "whose turn it is": {
        "the reporter waits a day more": (messages.days_waiting, _a_day_more),
        "nobody else wrote": (sentences.turn_lines, nobody_else),
        "the reporter waits since the other side's answer": (messages.turn, _waits_since_their_answer),
    },
    "an act": {"no file and no task is an answer": (messages.last_act, partial(nothing, None))},
    "how many messages": {
        "what was saved is all": (messages.message_count, _is_whole),
        "nothing is missing in numbers": (messages.message_count, partial(_counted, Counter)),
        "notices are speech": (
            messages.message_count,
            partial(_counted, lambda count: Counter({MessageKind.SPEECH: count.total()})),
        ),
        "some of it may be missing": (messages.message_count, partial(_known_as, Knowledge.SAVED)),
    },
    "deletions": {
        "all came after the saving": (
            messages.changed_sides,
            partial(_kinds_mixed, ChangeKind.DELETED, ChangeKind.DELETED_BEFORE),
        ),
        "all are of the other side": (messages.changed_sides, _sides_mixed),
    },
    "edits": {
        "all texts before are known": (
            messages.changed_sides,
            partial(_kinds_mixed, ChangeKind.EDITED, ChangeKind.EDITED_BEFORE),
        ),
        "the reporter changed nothing": (
            sentences.own_changes_text,
            partial(nothing, "報告者自身のメッセージの変更: なし"),
        ),
        "a change without its lower bound": (events.message_events, _without_lower_bound),
    },
    "a quoted or excerpted message": {"it was seen a day later": (excerpt.message_block, _seen_now)},
    "the dispute itself": {
        "words that nobody saved are quoted": (quotations.quotation, _of_other_words),
        "another message is quoted": (quotations.quotation, _of_another_message),
        "the change was seen a day later": (quotations.quotation, _changed_later),
        "a deletion is pasted a year later": (quotations.quotation_line, _in_2030),
        "nothing is quoted": (quotations.best, partial(nothing, ())),
        "the newest is quoted, whatever it decides": (quotations.rank, _by_day),
        "what others said is their word": (acceptance_and_terms._own_words, lambda _true, body: body),
        "another one wrote it": (
            quotations.quotation_head,
            lambda true, quoted, _name, *looked: true(quoted, "佐藤", *looked),
        ),
        "it stood there a day longer": (quotations.quotation, _a_day_longer),
        "their first letter is cut off": (quotations.excerpts, lambda _true, texts, _limit: [one[1:] for one in texts]),
    },
    "times when nobody looked": {
        "none is named": (changes_and_limits.named_pauses, partial(nothing, frozenset())),
        "there was one more": (page_templates.text_rows, partial(_rows_with, "(?<=時間が)[0-9]+", _one_up)),
        "the longest was short": (
            page_templates.text_rows,
            partial(_rows_with, "(?<=最長)およそ[^)]*", lambda _: "およそ1分"),
        ),
        "the last look was later": (
            page_templates.text_rows,
            partial(_rows_with, "(?<=確認した時刻 )2026", lambda _: "2030"),
        ),
        "the saving began later": (
            page_templates.text_rows,
            partial(_rows_with, "(?<=保存開始: )2026", lambda _: "2030"),
        ),
    },
    "what was recovered": {
        "everything came by lists": (sentences.sources_text, _all_listed),
        "nothing was refused": (changes_and_limits._refusal_rows, partial(nothing, ())),
    },
    "who is who": {"the reporter entered it": (counterparts.counterpart_bases, _all_entered)},
    "a cancelled account": {
        "nothing was seen": (messages.closed_account, partial(nothing, Claim(None, Knowledge.UNKNOWN))),
        "it was seen at the end": (messages.closed_account, _closed_when_told),
    },
    "other people's names in old messages": {"the name of today": (excerpt.message_block, _name_of_today)},
    "deadlines": {
        "the review ends a day later": (contract_dates.review_due, _later),
        "its source is left out": (sentences.deadline_basis, partial(nothing, "")),
    },
    "a course of events (chapter 5)": {"one act is two": (events.message_events, _a_line_each)},
}
"""Fact of the table → what is said of it falsely → the function, and what it says in the place of the truth."""


Played = list[tuple[Dispute, Archive]]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """Some disputes, each with its archive."""
    folder = tmp_path_factory.mktemp("disputes")
    found: Played = []
    for seed in SEEDS:
        dispute = Dispute(seed)
        maker = blank_archive(folder / "blank", folder / str(seed))
        dispute.play(maker)
        sealed(maker, dispute)
        found.append((dispute, maker.archive))
    yield found
    for _dispute, archive in found:
        archive.close()


def _found(dispute: Dispute, archive: Archive) -> list[str]:
    with archive.reading() as reading:
        return list(falsehoods(dispute, told_at_once(reading, dispute, report_of(reading, at=after(dispute)))))


def plant(monkeypatch: pytest.MonkeyPatch, true: Function, lie: Callable[..., Any]) -> None:
    """Let every module of the program that calls a function call the lie in its place."""
    planted = partial(lie, true)
    for name, module in list(sys.modules.items()):
        if name.startswith("archiver.") and vars(module).get(true.__name__) is true:
            monkeypatch.setattr(module, true.__name__, planted)


@pytest.mark.drawn
def test_the_disputes_are_told_truly(played: Played) -> None:
    """Without a lie nothing is found."""
    assert {} == {dispute.seed: found for dispute, archive in played if (found := _found(dispute, archive))}


@pytest.mark.drawn(but=12)
@pytest.mark.parametrize(
    ("row", "lie"), [pytest.param(row, lie, id=f"{row}: {lie}") for row, lies in LIES.items() for lie in lies]
)
def test_each_planted_lie_is_caught(row: str, lie: str, played: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the artifacts of at least one dispute."""
    plant(monkeypatch, *LIES[row][lie])

    assert any(_found(dispute, archive) for dispute, archive in played)


def test_every_row_of_the_table_has_a_lie() -> None:
    """The facts that a reader may rely on, of which a sentence is read back."""
    assert 16 == len([row for row, lies in LIES.items() if lies])


# --- worlds ------------------------------------------------------------------------------------


def _of_one_chat(true: Function, *given: Any, **options: Any) -> dict[int, Any]:
    return dict([*true(*given, **options).items()][:1])


def _of_all_times(true: Function, rooms: Sequence[ContractRoom], **options: Any) -> Any:
    return true([ContractRoom(one.room_id) for one in rooms], **options)


def _on_monday(true: Function, *given: Any) -> Any:
    """The end of a review at a weekend is told as the Monday after it."""
    day = true(*given)
    return day if day is None or day.weekday() < 5 else day + timedelta(days=7 - day.weekday())


def _not_paid(true: Function, invoices: Any, _payments: Any) -> Any:
    return true(invoices, ())


def _hidden_is_missing(true: Function, *given: Any, **options: Any) -> set[ChangeKind]:
    kinds = true(*given, **options)
    return {ChangeKind.MISSING if one is ChangeKind.HIDDEN else one for one in kinds}


def _own_time(true: Function, writing: Writing, at: Any, *, dated: bool) -> tuple[str, str | None]:
    """The time of this computer, whatever Chatwork's is."""
    told = true(writing, at, dated=dated)
    return (to_text(writing.clock.own()), None) if writing.clock is not None and writing.clock.offset else told


def _first_words(true: Function, message: Any, **options: Any) -> Any:
    """Where a text was edited twice, what stood there in between is told as the last one."""
    return true(message._replace(versions=message.versions[:2]), **options)


def _changes_first(true: Function, quoted: Iterable[Any], *given: Any, unchanged: Iterable[Any] = ()) -> Any:
    changed = [*quoted]
    return true(changed, *given, unchanged=() if len(changed) == quotations.QUOTED else unchanged)


def _swapped(true: Function, entry: Any, change: Any) -> Any:
    return true(entry, change._replace(before=change.after, after=change.before))


def _never_replaced(true: Function, *given: Any) -> Any:
    return true(*given)._replace(replaced_at=None)


FILES, REMOVES = replace(SMALL, files=True), replace(SMALL, files=True, removes=True)
WORLD_LIES: dict[str, tuple[Circumstances, Lie]] = {
    "platform": (
        replace(SMALL, platform="coconala"),
        (platform_of, lambda true, _name: true("crowdworks")),
    ),
    "chats": (replace(SMALL, chats="two"), (authors_and_changes.by_room, _of_one_chat)),
    "closes": (replace(SMALL, closes=True), (closing_pauses, partial(nothing, ()))),
    "closes: it was never shut": (replace(SMALL, closes=True), (refusal_text, partial(nothing, ""))),
    "period": (replace(SMALL, period=True), (authors_and_changes.by_room, _of_all_times)),
    "names": (
        replace(SMALL, names="shared"),
        (counterparts.counterparts, partial(nothing, frozenset({CLIENT}))),
    ),
    "colleagues": (replace(SMALL, colleagues=True), (sentences.turn_lines, nobody_else)),
    "silent": (
        replace(SMALL, silent=True),
        (request_to_office._silence_text, partial(nothing, "相手からの返信がない")),
    ),
    "is_client": (
        replace(SMALL, is_client=True),
        (counterparts.counterparts, partial(nothing, frozenset({OWNER}))),
    ),
    "many_edits": (replace(SMALL, many_edits=True), (quotations.quotation, _first_words)),
    "edges": (replace(SMALL, edges=True), (contract_dates.review_due, _on_monday)),
    "is_restored": (
        replace(SMALL, is_restored=True),
        (usual_interval_lines, partial(nothing, ("おおむね5分ごと。",))),
    ),
    "clock": (replace(SMALL, clock=9), (time_text.entry_times, _own_time)),
    "plan_days": (replace(SMALL, plan_days=40), (facts_for_claims.change_kinds, _hidden_is_missing)),
    "money": (replace(SMALL, money=True), (received_for, _not_paid)),
    "files": (FILES, (files_and_tasks.name_first_listed, lambda _true, row, _listed: row)),
    "files: what replaced it was sent": (FILES, (files_and_tasks.name_first_listed, _never_replaced)),
    "files: its names are swapped": (FILES, (events._other_event, _swapped)),
    "removes": (REMOVES, (events._listed_changes, partial(nothing, ()))),
    "removes: its post was edited": (REMOVES, (history.is_box_removal, partial(nothing, False))),
    "removes: what was said with it stands there still": (
        REMOVES,
        (history.words_gone_with_file, partial(nothing, "")),
    ),
    "takes_back": (
        replace(SMALL, takes_back=True),
        (sentences.theirs_text, lambda true, claim, _deleted, **options: true(claim, None, **options)),
    ),
    "purges": (replace(SMALL, closes=True, purges=True), (quotations.quotation, _a_day_longer)),
    "accounts": (
        replace(SMALL, accounts=True),
        (sentences.closed_sign, lambda true, closed: true(closed._replace(accounts=1))),
    ),
    "forges": (
        replace(SMALL, forges=True),
        (history.is_box_removal, lambda _true, _before, after, _updated: history.REMOVED_BOX.search(after) is not None),
    ),
    "often": (
        replace(SMALL, often=True),
        (timeline._change_lines, lambda true, case: (one._replace(whole_day=False) for one in true(case))),
    ),
    "other_job": (replace(SMALL, other_job="direct"), (sentences.shared_text, partial(nothing, ""))),
    "edges: a denial at the end is cut off": (
        replace(SMALL, edges=True),
        (quotations.excerpts, lambda _true, texts, limit: [one[:limit] for one in texts]),
    ),
    "edges: a question is quoted as an acceptance": (
        replace(SMALL, edges=True),
        (acceptance_and_terms._own_words, _unasked),
    ),
    "money: the agreed amount is as any other": (
        replace(SMALL, money=True, many_edits=True),
        (acceptance_and_terms._agreed, partial(nothing, ())),
    ),
    "many_edits: there and back is a change": (
        replace(SMALL, many_edits=True),
        (
            acceptance_and_terms.terms_weight,
            lambda true, bodies, **options: true([*bodies, f"{bodies[0]}。"], **options),
        ),
    ),
    "many_edits: each takes a place": (replace(SMALL, many_edits=True), (quotations.quotations, _changes_first)),
    "plan_days: what it hides was not agreed": (
        replace(SMALL, plan_days=40),
        (acceptance_and_terms.names_decision, lambda true, one: one.state is State.PRESENT and true(one)),
    ),
}
"""What is unusual about a world, and what of it is told falsely → that world, and a lie that it shows."""


@pytest.mark.drawn(but="closes")
@pytest.mark.parametrize("kind", WORLD_LIES)
def test_a_lie_is_caught_in_the_world_that_shows_it(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And without the lie that world is told truly."""
    so, lie = WORLD_LIES[kind]
    plant(monkeypatch, *lie)
    seed = next(seed for seed in range(100) if judge(play(seed, tmp_path, so)))
    monkeypatch.undo()

    assert [] == judge(play(seed, tmp_path, so))


def test_each_kind_of_world_has_a_lie() -> None:
    """So has each new one."""
    assert ODDS.keys() == {kind.partition(":")[0] for kind in WORLD_LIES}
