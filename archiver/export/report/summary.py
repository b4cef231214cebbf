"""Chapter 1, the one page that must be enough: who, which contract, what happened, what is requested."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import chain, starmap

from archiver.chatwork.notation.parse import parse
from archiver.claims.acceptance_and_terms import judges_work, names_decision, names_terms
from archiver.claims.messages import DELETIONS, changed_sides, closed_account, days_waiting, turn
from archiver.claims.quotations import Quotation, excerpts, quotation_head, quotation_line, quotation_parts
from archiver.claims.sentences import change_lines, closed_text, noticed_text, own_changes_text, twin_lines
from archiver.claims.table import word
from archiver.contract_dates import delivery_matches
from archiver.evidence.acts_seen_in_lists import ListedStep
from archiver.evidence.history import is_system_post, removed_files
from archiver.evidence.tables.cells import message_cell
from archiver.evidence.tables.events import EVENT_WORDS, ChangeRow, EventKind
from archiver.export.pdf.blocks import Chapter, FactList, MessageText, QuotedMessage
from archiver.export.report.excerpt import references_of
from archiver.export.report.message_statistics import MessageStatistics, ReportInput
from archiver.export.report.money import stated_rows
from archiver.export.report.people_and_dates import counterparts, permission_rows
from archiver.export.report.report_sources import (
    about_text,
    other_text,
    platform_of,
    reporter_text,
    shorten_line,
    shown,
)
from archiver.export.report.request_to_office import (
    end_request_text,
    is_news,
    opening_rows,
    reply_line,
    shown_name,
    texts_beside,
)
from archiver.export.report.templated import chapters
from archiver.platforms.job_platform import STRANGER
from archiver.records import Attachment, CaseSide, ChangeKind, Role, State
from archiver.render.gap_breaks import all_pauses, interval_text, refusal_text
from archiver.render.invisible_characters import visible
from archiver.render.message_body import plain_text
from archiver.render.snippet import one_line, own_words
from archiver.render.times import date_text, local_time, minute_text, short_date
from archiver.report_language import days_in_words, is_covered, say

MAX_LINES = 12
"""Lines about what happened at most; chapter 8 has all changes."""

_LEFT, _DESCRIBED = "参加者の一覧に表示されなくなった", "チャットの概要が変わった"
_TURNS = {"表示名が変わった": "name", "ファイル名が変わった": "file", _DESCRIBED: "description", _LEFT: "left"}
_CUT, _MOST_FILES = 45, 3
_NAME_LENGTH, _QUOTED_LENGTH, _ASKED_LENGTH, _HEARD_LENGTH = 40, 76, 60, 50
"""Characters of a name, of a text in half the width, four lines of it, of one in two lines, and in a sentence."""


@days_in_words()
def chapter(case: ReportInput, title: str) -> Chapter:
    """The chapter as a list of labels and texts that fits on one page, below the title of the whole."""
    contract, is_heard = case.contract, case.profile == "consult"
    pauses = all_pauses(case.rooms, case.ends_at, case.created_at)
    lacking = sum(one.sha256 is None for one in case.attachments)
    unlisted = len(case.statistics.unlisted)
    gaps = [gap for room in case.rooms for gap in room.gaps if not gap.is_erased and gap.missing != 0]
    days = [(date_text(one.start), date_text(one.end)) for one in gaps if one.start and one.end]
    between = say("、").join(say("{start}から{value}まで", start=start, value=end) for start, end in days[:_MOST_FILES])
    between = word("noted", text="", notes=between) * bool(between)
    shut = sorted(room.inaccessible_since for room in case.rooms if room.inaccessible_since)
    reasons = [shown(one.reason, 300) for one in case.mapped.values() if one.role is Role.CLIENT]
    closed = closed_text(closed_account(case.statistics.facts))
    shut_lines = [_shut_text(shut), refusal_text(case.rooms)]
    own, gone = own_change_lines(case, _HEARD_LENGTH), [*gone_lines(case)]
    changes = [*departures_and_terms(case, _NAME_LENGTH), *gone, *own]
    seen = [closed, *twin_lines(case.statistics.facts), *changes]
    noticed = [say("{line}。", line=one) for one in filter(None, seen)]
    noticed = [*unquoted_changes(case.statistics, DELETIONS), *noticed, *shut_lines]
    (page,) = chapters(
        "report_summary.txt",
        case,
        title=title,
        opening=opening_rows(case, [*chain(*quotation_lines(case, _HEARD_LENGTH)[:2]), *noticed] if is_heard else ()),
        is_stranger=contract.platform == STRANGER,
        reasons=re.sub("([0-9a-f]{32})(?=[0-9a-f]{32})", r"\1 ", "\n".join(reasons)),  # wider than the page
        other=other_text(contract),
        reporter=reporter_text(contract),
        people=[
            f"{shown(one.name, _NAME_LENGTH)}{say('(ID {id})', id=account)}" for account, one in counterparts(case)
        ],
        end_request=end_request_text(contract),
        stated=[*stated_rows(case), *permission_rows(case)],
        delivered=list(delivery_matches(case.deliveries[-3:], case.attachments)),
        shown_name=shown_name,
        asked=asked_text(case),
        reply_line=partial(reply_line, case, _ASKED_LENGTH, local_time),
        changed=[*_changed_lines(case.statistics), *own, *gone],
        shut=shut_lines,
        changes=list(dict.fromkeys(map(_change_line, _told_changes(case)))),  # a person may be in several chats
        most=MAX_LINES,
        descriptions=list(_descriptions(case)),
        unread=[say("ルームID {room_id}", room_id=one.room_id) for one in case.rooms if one.watch.begun is None],
        unsaved=[
            *([say("取得できなかったファイル{n}点", n=lacking)] if lacking else []),
            *([say("メッセージにあって、この資料にないファイル{n}点", n=unlisted)] if unlisted else []),
            *([say("保存できなかった期間{gaps}か所", gaps=len(gaps)) + between] if gaps else []),
        ],
        pauses=pauses,
        longest=max((pause.end - pause.start for pause in pauses), default=timedelta()),
        interval_text=interval_text,
        is_closed=bool(shut) and len({room.watch.last for room in case.rooms}) > 1,
        blank=list(_blank_names(case)),
    )
    facts, note = page.blocks
    assert isinstance(facts, FactList)
    row = [label for label, _text in facts.rows].index(say("起きたこと"))
    quoted = tuple(_quoted_message(case, one) for one in case.statistics.quotations.value)
    return replace(page, blocks=(replace(facts, fitted=True, quoted=quoted, quoted_row=row), note))


def _shut_text(shut: Sequence[datetime]) -> str:
    if not shut:
        return ""
    many = say("{n}つの", n=len(shut)) if len(shut) > 1 else ""
    since = local_time(shut[0])
    return say("{since} {many}チャットが開けなくなっていることを確認(理由不明)。", since=since, many=many)


def _blank_names(case: ReportInput) -> Iterator[str]:
    """What a reader looks for and nobody entered."""
    contract, platform = case.contract, platform_of(case.contract.platform)
    if contract.platform == STRANGER:
        return
    stated = (
        ("仕事名", contract.title),
        ("相手の名前", contract.client),
        ("Chatworkでの相手", case.bases),
        ("契約日", contract.contracted_on),
        ("契約金額", contract.amount),
    )
    on_platform = (
        ("契約ID", contract.platform_id),
        ("契約ページのURL", contract.url),
        ("相手のプロフィールのURL", contract.client_url),
        ("報告者のプロフィールのURL", contract.worker_url),
        ("仮払い完了", contract.escrowed_at),
    )
    outside = (("{outside}の提出", contract.contact_requested_on), ("{outside}の承認", contract.contact_approved_on))
    asked = (*stated, *(() if platform.elsewhere else on_platform), *(outside if platform.outside else ()))
    delivered = ("納品", case.deliveries)
    yield from (say(name, outside=platform.outside) for name, fact in (*asked, delivered) if not fact)


def _quoted_message(case: ReportInput, quoted: Quotation) -> QuotedMessage:
    """A message of the other side, before and after its change."""
    texts = excerpts(_shown_texts(case, quoted), _QUOTED_LENGTH) if quoted.message.texts else []
    parts = tuple(MessageText(label, text) for label, text in quotation_parts(quoted, texts))
    answered = texts_beside(case, quoted, _ASKED_LENGTH)
    return QuotedMessage(quotation_head(quoted, shown(quoted.message.name, _NAME_LENGTH), answered), parts)


def quotation_lines(case: ReportInput, limit: int, *, is_letter: bool = False) -> tuple[list[str], ...]:
    """The same in one sentence each: changed terms, what was accepted or found wrong; other deletions; and the others.

    Where the other side has several people, each has its author. Where it has one, the last message, if it stands as
    it was, is not among them: the line about it quotes it. A letter speaks to the author, has the last message if it
    names money or days, and quotes nothing that is covered.
    """
    lines: tuple[list[str], ...] = ([], [], [])
    told, heard = case.statistics.quotations.value, case.statistics.heard
    last = heard.message if heard is not None else None
    if is_letter and heard is not None and names_terms(heard.before.body) and last not in [one.message for one in told]:
        told = (*told, heard)
    tasks = case.statistics.task_posts.values() if is_letter else ()
    for quoted in (*told, *(one for one in tasks if one.message.account_id in case.bases)):
        who = word("quote.who", name=shown(quoted.message.name, _NAME_LENGTH)) if len(case.bases) > 1 else None
        texts = _shown_excerpts(case, quoted, limit)
        if not texts if is_letter else who is None and quoted.message == last:
            continue
        line = quotation_line(quoted, texts, time=short_date, who=who, is_letter=is_letter)
        if answered := texts_beside(case, quoted, limit, is_letter=is_letter):
            line = word("noted", text=line, notes=answered)
        is_answer = any(one.send_time < quoted.message.send_time for one in quoted.beside)
        is_yes = is_answer and not names_decision(quoted.message)  # it decides by what it answers
        is_decisive = is_yes or judges_work(quoted.before.body)
        is_decisive = quoted.rank[0] > 0 if quoted.became is not State.PRESENT else is_decisive
        is_grave = quoted.change in DELETIONS and not is_news(case, quoted)
        lines[0 if is_decisive else 1 if is_grave else 2].append(say("{line}。", line=line))
    return lines


def own_change_lines(case: ReportInput, limit: int) -> list[str]:
    """The same of the reporter's own change that weighs most; nothing of it where its words are covered."""
    change = case.statistics.own_change
    texts = [] if change is None else _shown_excerpts(case, change, limit)
    return [quotation_line(change, texts, time=short_date, who=say("報告者"))] if change and texts else []


def _shown_excerpts(case: ReportInput, quoted: Quotation, limit: int) -> list[str]:
    is_hidden = any(is_covered(one.body) for one in quoted.shown)
    return [] if is_hidden or not quoted.message.texts else excerpts(_shown_texts(case, quoted), limit)


def _shown_texts(case: ReportInput, quoted: Quotation) -> Sequence[str]:
    references = references_of(case, quoted.message)
    return [visible(own_words(one.body, references)) for one in quoted.shown]


def _descriptions(case: ReportInput) -> Iterator[tuple[str, datetime]]:
    """The descriptions of the chats that name money or days, as they were seen last."""
    for room in case.rooms:
        text = visible(own_words(room.description))
        if room.watch.last is not None and names_terms(text):
            yield excerpts([text], _QUOTED_LENGTH)[0], room.watch.last


def asked_text(case: ReportInput) -> str:
    """The words to which the other side gave no answer; empty where they are covered."""
    asked = case.statistics.asked
    texts = [] if asked is None else [one.body for one in asked.texts if not is_system_post(one.body)]
    if asked is None or is_covered(texts[-1]) or not days_waiting(turn(case.statistics.facts), case.created_at):
        return ""
    body = visible(own_words(texts[-1], references_of(case, asked)))
    return word("quote.asked", text=excerpts([body], _ASKED_LENGTH)[0])


def _changed_lines(statistics: MessageStatistics) -> Iterator[str]:
    """A closed account, and how many messages of whom changed; the reporter's own beside quotations, also none."""
    yield from filter(None, (closed_text(closed_account(statistics.facts)),))
    yield from (line for _kind, line in change_lines(statistics.facts.changed))
    if has_changed(statistics):
        yield own_changes_text(statistics.facts)


def unquoted_changes(statistics: MessageStatistics, kinds: Collection[ChangeKind]) -> Iterator[str]:
    """The changes of these kinds, unless all are quoted, or told as those of the reporter's own messages alone."""
    changed = statistics.facts.changed
    told = [one for one in statistics.quotations.value if not one.message.is_notice]
    quoted = Counter(one.change for one in told)
    for kind, line in change_lines(changed):
        sides = changed_sides(changed, kind)
        is_own = sides.keys() == {CaseSide.REPORTER} and kind is not ChangeKind.HIDDEN
        if kind in kinds and sides.total() != quoted[kind] and not is_own:
            yield line + say("。")


def has_changed(statistics: MessageStatistics) -> bool:
    """Whether a message is quoted that changed."""
    return any(one.became is not State.PRESENT for one in statistics.quotations.value)


def gone_lines(case: ReportInput) -> Iterator[str]:
    """Whose files and tasks are not shown any more, since when, with the words of a task, which may have changed only,
    and whether a file's content is kept; the other side's first.
    """
    attachments: dict[int, Attachment] = {one.file_id: one for one in case.attachments}
    gone: dict[Attachment, ChangeRow] = {}
    for event in case.events:
        files = []
        if event.kind == EVENT_WORDS[EventKind.FILE_REMOVED]:
            files = removed_files(event.before, event.after)
        elif event.kind == EVENT_WORDS[EventKind.FILE_GONE]:
            files = [int(one) for one in re.findall("^ファイルID ([0-9]+)", event.about)]
        for file in filter(None, map(attachments.get, files)):
            # Else its list shows it again, or another message than its own showed it.
            if event.about == message_cell(file.message_id or "") or (event.no is None and file.gone_since is not None):
                gone.setdefault(file, event)
    ranked = sorted(gone, key=lambda one: (one.account_id not in case.bases, one.number))
    for file in ranked[:_MOST_FILES]:
        yield _gone_file_line(case, file, gone[file])
    if ranked[_MOST_FILES:]:
        yield word("file.more", n=len(ranked) - _MOST_FILES)
    told = [*dict.fromkeys(starmap(partial(_task_line, case), case.told_tasks))]
    yield from told[:_MOST_FILES]
    if told[_MOST_FILES:]:
        yield word("task.more", n=len(told) - _MOST_FILES)


def _task_line(case: ReportInput, event: ChangeRow | None, given: ListedStep, ended: ListedStep) -> str:
    before, what = excerpts([one_line(plain_text(parse(one.what))) for one in (given, ended)], _HEARD_LENGTH)
    key = "task.reworded" if event is None else "task.gone" if before == what else "task.gone.reworded"
    seen = date_text(ended.at if event is None else datetime.fromisoformat(event.at))
    line = word(key, what=what, before=before, side=say(case.side(given.account)), seen=seen)
    post = case.statistics.task_posts.get(given.message_id)
    answered = texts_beside(case, post, _HEARD_LENGTH) if post else ""
    return word("noted", text=line, notes=answered) if answered else line


def _gone_file_line(case: ReportInput, file: Attachment, event: ChangeRow) -> str:
    seen, side = date_text(datetime.fromisoformat(event.at)), say(case.side(file.account_id))
    line = word("file.gone", side=side, name=shown(file.name, _NAME_LENGTH), number=file.number, seen=seen)
    if event.last_before is not None:
        last = minute_text(datetime.fromisoformat(event.last_before))
        line = word("noted", text=line, notes=word("file.last", last=last))
    if words := case.statistics.gone_words.get(file.message_id or ""):
        text = excerpts([visible(own_words(words))], _CUT)[0]
        line = word("noted.and", before=line, after=word("file.words", text=text))
    known = (one for one in case.attachments if (one.account_id, one.name) == (file.account_id, file.name))
    for other in [one for one in known if one.sha256 and file.sha256 and one.sha256 != file.sha256][:1]:
        values = {"number": other.number, "sent": minute_text(other.uploaded_at), "size": other.size, "was": file.size}
        line = word("noted.and", before=line, after=word("file.namesake", **values))
    is_packed = case.profile == "lawyer" and file.stored_as
    kept = "file.lost" if file.sha256 is None else "file.packed" if is_packed else "file.kept"
    return word("noted.and", before=line, after=word(kept, path=f"data/{file.stored_as}"))


def departures_and_terms(case: ReportInput, limit: int, *, is_letter: bool = False) -> Iterable[str]:
    """Of the same changes those that weigh most: descriptions, and but for a letter their people who left."""
    people = () if is_letter else tuple(f"(ID {account})" for account in case.bases)
    told = (one for one in _told_changes(case) if one.kind == _DESCRIBED or one.about.endswith(people))
    return dict.fromkeys(_change_line(one, limit) for one in told if one.kind in (_LEFT, _DESCRIBED))


def _told_changes(case: ReportInput) -> Iterator[ChangeRow]:
    """The changes of names, members and of a description that names terms; a closed account has its own line."""
    closed = closed_account(case.statistics.facts).value
    for event in case.events:
        is_told = event.kind in _TURNS and (event.kind != _DESCRIBED or names_terms(event.before + event.after))
        if is_told and (closed is None or event.seq != closed.sign.seq):
            yield event


def _change_line(event: ChangeRow, limit: int = _NAME_LENGTH) -> str:
    before, after = excerpts([own_words(one) for one in (event.before, event.after)], limit)
    values = {"before": before, "after": after, "who": shorten_line(about_text(event), _CUT)}
    return noticed_text(_TURNS[event.kind], datetime.fromisoformat(event.at), **values)
