"""Chapter 1, the one page that must be enough: who, which contract, what happened, what is requested."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver.claims.messages import last_reply, message_count
from archiver.claims.words import count_text, reply_label
from archiver.export.pdf.blocks import Chapter, FactList, Paragraph
from archiver.export.report.input import (
    BLANK,
    ReportInput,
    delivery_text,
    on_text,
    other_text,
    platform_of,
    reporter_text,
    shorten_line,
)
from archiver.export.report.key_events import descriptions_text, events_text, quoted_messages
from archiver.export.report.money import money_rows, reminder_rows, term_rows
from archiver.export.report.people_and_dates import counterparts, permission_rows
from archiver.export.report.request_to_office import end_request_text, opening_rows
from archiver.export.report.statistics import MessageStatistics
from archiver.platforms.job_platform import STRANGER, Platform
from archiver.records import Contract, Role
from archiver.render.gap_breaks import all_pauses, interval_text
from archiver.render.invisible_characters import visible
from archiver.render.times import local_time
from archiver.report_language import say, stated_day

TITLE = "１　要約(まずこのページだけご覧ください)"
_TITLE_LENGTH, _NAME_LENGTH, _FACT_LENGTH, _ADDRESS_LENGTH = 120, 40, 60, 200
"""Characters of a title, a name, another fact and an address at most, as all must fit on the page."""

_MAX_DELIVERIES = 3


def chapter(case: ReportInput, statistics: MessageStatistics) -> Chapter:
    """The chapter as a list of labels and texts that fits on one page."""
    platform = platform_of(case.contract.platform)
    rows: list[tuple[str, str]] = [
        *([(say("取得元"), _fact_text(case.other_service, _ADDRESS_LENGTH))] if case.other_service else []),
        *opening_rows(case, statistics),
        (_contract_label(case.contract, platform), _contract_text(case)),
        (say("当事者"), _parties_text(case)),
        (say("契約") if platform.elsewhere else say("契約・仮払い"), _money_text(case)),
        *money_rows(case, statistics),
        *term_rows(case, statistics),
        *reminder_rows(case, statistics),
        *permission_rows(case, statistics),
        (say("納品"), _deliveries_text(case)),
        (say("起きたこと"), events_text(case, statistics)),
        (say("チャットの概要"), descriptions_text(case)),
        (say("この報告書の範囲"), _range_text(case, statistics)),
        (say("保存した時期"), _saved_text(statistics)),
        (say(BLANK), say("、").join(_blank_names(case))),
        (say("報告者の立場"), _position_text(case)),
    ]
    rows = [one for one in rows if one[1]]
    row = [label for label, _text in rows].index(say("起きたこと"))
    facts = FactList(tuple(rows), fitted=True, quoted=quoted_messages(case, statistics), quoted_row=row)
    return Chapter(say(TITLE), (facts, Paragraph(say(_NOTE), "small")))


def _position_text(case: ReportInput) -> str:
    if case.contract.platform == STRANGER:
        return say("本書は、このアカウントとChatworkでやり取りした報告者が作成したものです。")
    return say("本書は契約の一方当事者である報告者が作成したものです。")


_NOTE = "契約に関する日付・金額・URLは報告者の入力によります。時刻はすべて日本時間です。"


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
    outside = (("{outside} 申請", contract.contact_requested_on), ("{outside} 承認", contract.contact_approved_on))
    asked = (*stated, *(() if platform.elsewhere else on_platform), *(outside if platform.outside else ()))
    yield from (say(name, outside=platform.outside) for name, fact in asked if not fact)
    if not case.deliveries:
        yield delivery_text(platform)


def _fact_text(text: str, limit: int = _FACT_LENGTH) -> str:
    return stated_day(shorten_line(visible(text), limit))


def _quoted_text(text: str | None, limit: int = _FACT_LENGTH) -> str:
    """A stated name in quotation marks."""
    return say("「{text}」", text=_fact_text(text, limit)) if text else ""


def _contract_label(contract: Contract, platform: Platform) -> str:
    if contract.platform == STRANGER:
        return platform.client
    return say("仕事") if platform.elsewhere else say("{name}の契約", name=platform.name)


def _contract_text(case: ReportInput) -> str:
    contract = case.contract
    if contract.platform == STRANGER:
        reasons = [shorten_line(visible(one.reason), 300) for one in case.mapped.values() if one.role is Role.CLIENT]
        return re.sub("([0-9a-f]{32})(?=[0-9a-f]{32})", r"\1 ", "\n".join(reasons))  # a digest is wider than the page
    number = say("契約ID {platform_id}", platform_id=_fact_text(contract.platform_id)) if contract.platform_id else ""
    title = say("仕事名{quoted}", quoted=_quoted_text(contract.title, _TITLE_LENGTH)) if contract.title else ""
    return "\n".join(filter(None, (number, title, _fact_text(contract.url or "", _ADDRESS_LENGTH))))


def _parties_text(case: ReportInput) -> str:
    platform = platform_of(case.contract.platform)
    people_shown = [
        f"{shorten_line(visible(person.name), _NAME_LENGTH)}{say('(ID {id})', id=account)}"
        for account, person in counterparts(case)
    ]
    contract, lines = case.contract, []
    if contract.client:
        name = say("名前") if platform.elsewhere else say("{name}での表示名", name=platform.name)
        stated = {"client": other_text(contract), "name": name, "quoted": _quoted_text(contract.client)}
        lines.append(say("{client}: {name}{quoted}{profile}", **stated, profile=_profile_text(contract.client_url)))
    if people_shown:
        others = say(" 他{n}名", n=len(people_shown) - 3) if len(people_shown) > 3 else ""
        people = say("\u3000Chatworkでの相手 {people}{others}", people=say("、").join(people_shown[:3]), others=others)
        lines.append(people if lines else people.lstrip())
    reporter = say(
        "{reporter}: {owner_name}(ChatworkのID {owner_id}){profile}",
        reporter=reporter_text(contract),
        owner_name=shorten_line(visible(case.owner_name), _NAME_LENGTH),
        owner_id=case.owner_id,
        profile=_profile_text(contract.worker_url),
    )
    return "\n".join([*lines, reporter])


def _profile_text(address: str | None) -> str:
    """The address of a profile on the platform, on a line of its own, as it is long."""
    return say("\n\u3000プロフィール {address}", address=_fact_text(address, _ADDRESS_LENGTH)) if address else ""


def _money_text(case: ReportInput) -> str:
    contract = case.contract
    facts = (
        ("契約 {fact}", contract.contracted_on),
        ("仮払い完了 {fact}", contract.escrowed_at),
        ("支払期日 {fact}", contract.payment_due_on if platform_of(contract.platform).elsewhere else None),
        ("契約金額 {fact}", contract.amount),
    )
    stated = " / ".join(say(words, fact=_fact_text(fact)) for words, fact in facts if fact)
    due = say("納期 {due_on}", due_on=_fact_text(contract.due_on)) if contract.due_on else ""
    return "\n".join(filter(None, (stated, due, *_ending_lines(contract))))


def _ending_lines(contract: Contract) -> Iterator[str]:
    """The client's request to end the contract early with the day for an answer, and the end; only what is stated."""
    if contract.end_request_at:
        yield f"{say(platform_of(contract.platform).end_request_name)} {end_request_text(contract)}"
    if contract.cancelled_on:
        yield say("契約の途中終了・キャンセル {cancelled_on}", cancelled_on=_fact_text(contract.cancelled_on))


def _deliveries_text(case: ReportInput) -> str:
    where = on_text(platform_of(case.contract.platform))
    files_by_digest = {one.sha256: one for one in case.attachments if one.sha256 is not None}
    lines = []
    for delivery in case.deliveries[-_MAX_DELIVERIES:]:
        file = files_by_digest.get(delivery.sha256 or "")
        sent_text = (
            say(
                " / Chatwork上 {uploaded_at}({number}。報告者が納品物とするファイルと同一)",
                uploaded_at=local_time(file.uploaded_at),
                number=file.number,
            )
            if file
            else ""
        )
        lines.append(f"{where} {_fact_text(delivery.at)}{sent_text}".strip())
    earlier = len(case.deliveries) - len(lines)
    return "\n".join([*lines, *([say("ほか{earlier}回。", earlier=earlier)] if earlier > 0 else [])])


def _range_text(case: ReportInput, statistics: MessageStatistics) -> str:
    unread = [room for room in case.rooms if room.watch.begun is None]
    if unread:
        rooms = say("、").join(say("ルームID {room_id}", room_id=room.room_id) for room in unread[:3])
        more = say(" ほか{n}つ", n=len(unread) - 3) if len(unread) > 3 else ""
        unknown = say(
            "一度も取得できていないチャットがあります({rooms}{more})。メッセージの有無は分かりません。",
            rooms=rooms,
            more=more,
        )
        return unknown if statistics.first is None else f"{unknown}\n{_span_text(case, statistics)}"
    return say("メッセージはありません。") if statistics.first is None else _span_text(case, statistics)


def _span_text(case: ReportInput, statistics: MessageStatistics) -> str:
    assert statistics.first is not None
    assert statistics.last is not None
    files = case.attachments
    saved_count = sum(1 for one in files if one.sha256 is not None)
    gaps = sum(not gap.is_erased and gap.missing != 0 for room in case.rooms for gap in room.gaps)
    unsaved = [say("取得できなかったファイル{n}点", n=len(files) - saved_count)] * (saved_count < len(files))
    unsaved += [say("保存できなかった期間{gaps}か所", gaps=gaps)] * (gaps > 0)
    return say(
        "{send_time} から {send_time2} まで、{count}{files}。{lacking}{pauses}{next_line}{last_look}",
        send_time=local_time(statistics.first.send_time),
        send_time2=local_time(statistics.last.send_time),
        count=count_text(message_count(statistics.facts)),
        files=say("・ファイル{n:,}点", n=len(files)) if files else "",
        lacking=say("{lacking}。", lacking=say("、").join(unsaved)) if unsaved else "",
        pauses=_pauses_text(case),
        next_line=f"\n{case.part_sentence}" if case.part_sentence else "",
        last_look=_last_look_text(case),
    )


def _pauses_text(case: ReportInput) -> str:
    """How often nobody looked for longer than usual, before a closing too, and for how long at most; perhaps empty."""
    pauses = all_pauses(case.rooms, case.ends_at)
    if not pauses:
        return ""
    longest = max(pause.end - pause.start for pause in pauses)
    return say(
        "Chatworkを確認していない時間が{n:,}回(最長およそ{longest})あります。"
        "その間に書かれ、その間に編集・削除された文面は分かりません。",
        n=len(pauses),
        longest=interval_text(longest),
    )


def _last_look_text(case: ReportInput) -> str:
    at, looks = case.looked_at, {room.watch.last for room in case.rooms}
    if at is None:
        return ""
    if len(looks) > 1 and any(room.inaccessible_since for room in case.rooms):
        return say("\nすべてのチャットの一覧を確認できたのは {at} までです。", at=local_time(at))
    return say(
        "\n最後にメッセージの一覧を確認した時刻 {at}(それより後のメッセージは、この資料にありません)。",
        at=local_time(at),
    )


def _saved_text(statistics: MessageStatistics) -> str:
    reply = last_reply(statistics.facts)
    if reply.value is None:
        return say("保存したメッセージは{count:,}件です(各メッセージの「保存した時刻」)。", count=statistics.count)
    words = {"count": statistics.count, "before": statistics.saved_before, "reply_label": reply_label(reply)}
    if not statistics.saved_before:
        return say("保存した{count:,}件は、どれも{reply_label}より後に保存しました。", **words)
    return say("保存した{count:,}件のうち{before:,}件は、{reply_label}より前に保存しました。", **words)
