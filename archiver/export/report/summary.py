"""Chapter 1, the one page that must be enough: who, which contract, what happened, what is requested."""

from __future__ import annotations

from collections.abc import Iterator

from archiver.claims.messages import last_reply, message_count
from archiver.claims.words import count_text, reply_label
from archiver.export.pdf.blocks import Chapter, FactList, Paragraph
from archiver.export.report.input import BLANK, ReportInput
from archiver.export.report.key_events import events_text, quoted_messages
from archiver.export.report.money import money_rows, reminder_rows, term_rows
from archiver.export.report.outside_contact_permission import permission_rows
from archiver.export.report.people import counterparts
from archiver.export.report.platform_words import on_text, platform_of
from archiver.export.report.request_to_office import end_request_text, opening_rows
from archiver.export.report.statistics import MessageStatistics
from archiver.export.report.truncation import shorten_line
from archiver.platforms.job_platform import Platform
from archiver.records import Contract
from archiver.render.gap_breaks import closing_pauses, interval_text
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
    rows = [
        *([(say("取得元"), _fact_text(case.other_service, _ADDRESS_LENGTH))] if case.other_service else []),
        *opening_rows(case, statistics),
        (say("仕事") if platform.elsewhere else say("{name}の契約", name=platform.name), _contract_text(case)),
        (say("当事者"), _parties_text(case)),
        (say("契約") if platform.elsewhere else say("契約・仮払い"), _money_text(case)),
        *money_rows(case, statistics),
        *term_rows(case, statistics),
        *reminder_rows(case, statistics),
        *permission_rows(case, statistics),
        (say("納品"), _deliveries_text(case)),
        (say("起きたこと"), events_text(case, statistics)),
        (say("この報告書の範囲"), _range_text(case, statistics)),
        (say("保存した時期"), _saved_text(statistics)),
        (say("報告者の立場"), say("本書は契約の一方当事者である報告者が作成したものです。")),
    ]
    row = [label for label, _text in rows].index(say("起きたこと"))
    facts = FactList(tuple(rows), fitted=True, quoted=quoted_messages(case, statistics), quoted_row=row)
    return Chapter(say(TITLE), (facts, Paragraph(say(_NOTE), "small")))


_NOTE = "契約に関する日付・金額・URLは報告者の入力によります。時刻はすべて日本時間です。"


def _fact_text(text: str | None, limit: int = _FACT_LENGTH) -> str:
    return stated_day(shorten_line(visible(text), limit)) if text else say(BLANK)


def _quoted_text(text: str | None, limit: int = _FACT_LENGTH) -> str:
    """A stated name in quotation marks; that nothing is stated has none, as it is no name."""
    return say("「{text}」", text=_fact_text(text, limit)) if text else f" {say(BLANK)}"


def _contract_text(case: ReportInput) -> str:
    contract = case.contract
    title = say("仕事名{quoted}", quoted=_quoted_text(contract.title, _TITLE_LENGTH))
    if platform_of(contract.platform).elsewhere:  # there is no number and no page of an office
        return title if contract.url is None else f"{title}\n{_fact_text(contract.url, _ADDRESS_LENGTH)}"
    address = (
        _fact_text(contract.url, _ADDRESS_LENGTH) if contract.url else say("契約ページのURL {blank}", blank=say(BLANK))
    )
    return say(
        "契約ID {platform_id}\n{title}\n{address}",
        platform_id=_fact_text(contract.platform_id),
        title=title,
        address=address,
    )


def _parties_text(case: ReportInput) -> str:
    platform = platform_of(case.contract.platform)
    people_shown = [
        f"{shorten_line(visible(person.name), _NAME_LENGTH)}{say('(ID {id})', id=account)}"
        for account, person in counterparts(case)
    ]
    more = " 他{n}名(第3章)" if case.has_chapters else " 他{n}名"
    others = say(more, n=len(people_shown) - 3) if len(people_shown) > 3 else ""
    contract = case.contract
    return say(
        "{client}: {name}{quoted}{profile}\n\u3000Chatworkでの相手 {join}{others}\n報告者("
        "{worker}): {owner_name}(ChatworkのID {owner_id}){profile2}{blank_profiles}",
        client=platform.client,
        name=say("名前") if platform.elsewhere else say("{name}での表示名", name=platform.name),
        quoted=_quoted_text(contract.client),
        profile=_profile_text(contract.client_url),
        join=say("、").join(people_shown[:3]) or say(BLANK),
        others=others,
        worker=platform.worker,
        owner_name=shorten_line(visible(case.owner_name), _NAME_LENGTH),
        owner_id=case.owner_id,
        profile2=_profile_text(contract.worker_url),
        blank_profiles=_blank_profiles_text(contract, platform),
    )


def _profile_text(address: str | None) -> str:
    """The address of a profile on the platform, on a line of its own, as it is long."""
    return say("\n\u3000プロフィール {address}", address=_fact_text(address, _ADDRESS_LENGTH)) if address else ""


def _blank_profiles_text(contract: Contract, platform: Platform) -> str:
    """Whose profile on the platform is not entered; where there is no platform, nobody has one."""
    addresses = {platform.client: contract.client_url, platform.worker: contract.worker_url}
    blank = [name for name, address in addresses.items() if not address]
    return (
        ""
        if platform.elsewhere or not blank
        else say("\nプロフィールのURL({join}) {blank}", join=say("、").join(blank), blank=say(BLANK))
    )


def _money_text(case: ReportInput) -> str:
    contract = case.contract
    escrow = say(" / 仮払い完了 {escrowed_at}", escrowed_at=_fact_text(contract.escrowed_at))
    if platform_of(contract.platform).elsewhere:
        escrow = (
            say(" / 支払期日 {payment_due_on}", payment_due_on=_fact_text(contract.payment_due_on))
            if contract.payment_due_on
            else ""
        )
    stated = say(
        "契約 {contracted_on}{escrow} / 契約金額 {amount}",
        contracted_on=_fact_text(contract.contracted_on),
        escrow=escrow,
        amount=_fact_text(contract.amount),
    )
    stated += say("\n納期 {due_on}", due_on=_fact_text(contract.due_on)) if contract.due_on else ""
    return stated + "".join(f"\n{line}" for line in _ending_lines(contract))


def _ending_lines(contract: Contract) -> Iterator[str]:
    """The client's request to end the contract early with the day for an answer, and the end; only what is stated."""
    if contract.end_request_at:
        yield f"{say(platform_of(contract.platform).end_request_name)} {end_request_text(contract)}"
    if contract.cancelled_on:
        yield say("契約の途中終了・キャンセル {cancelled_on}", cancelled_on=_fact_text(contract.cancelled_on))


def _deliveries_text(case: ReportInput) -> str:
    where = on_text(platform_of(case.contract.platform))
    if not case.deliveries:
        return f"{where} {say(BLANK)}".strip()
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
    more = "ほか{earlier}回(第2章)。" if case.has_chapters else "ほか{earlier}回。"
    return "\n".join([*lines, *([say(more, earlier=earlier)] if earlier else [])])


def _range_text(case: ReportInput, statistics: MessageStatistics) -> str:
    unread = [room for room in case.rooms if room.watch.begun is None]
    if unread:
        rooms = say("、").join(say("ルームID {room_id}", room_id=room.room_id) for room in unread[:3])
        more = say(" ほか{n}つ", n=len(unread) - 3) if len(unread) > 3 else ""
        unknown = say(
            "一度も取得できていないチャットがあります({rooms}{more})。発言の有無は分かりません。",
            rooms=rooms,
            more=more,
        )
        return unknown if statistics.first is None else f"{unknown}\n{_span_text(case, statistics)}"
    return say("発言はありません。") if statistics.first is None else _span_text(case, statistics)


def _span_text(case: ReportInput, statistics: MessageStatistics) -> str:
    assert statistics.first is not None
    assert statistics.last is not None
    files = case.attachments
    saved_count = sum(1 for one in files if one.sha256 is not None)
    gaps = sum(not gap.is_erased for room in case.rooms for gap in room.gaps)
    lacking = say(
        "取得できなかったファイル{n}点、未取得期間{gaps}か所{pauses}({chapter})。",
        n=len(files) - saved_count,
        gaps=gaps,
        pauses=_pauses_text(case),
        chapter=say("第9章") if case.has_chapters else say("この資料の５"),
    )
    return say(
        "{send_time} から {send_time2} まで、{count}・ファイル{n:,}点。{lacking}{next_line}{last_look}",
        send_time=local_time(statistics.first.send_time),
        send_time2=local_time(statistics.last.send_time),
        count=count_text(message_count(statistics.facts)),
        n=len(files),
        lacking=lacking,
        next_line=_next_line(case.part_sentence),
        last_look=_last_look_text(case),
    )


def _pauses_text(case: ReportInput) -> str:
    """How often nobody looked for longer than usual, before a closing too, and for how long at most; perhaps empty."""
    pauses = {pause for room in case.rooms for pause in (*room.pauses, *closing_pauses(room))}
    if not pauses:
        return ""
    longest = max(pause.end - pause.start for pause in pauses)
    return say("、未確認の時間帯{n:,}回(最長およそ{longest})", n=len(pauses), longest=interval_text(longest))


def _next_line(sentence: str) -> str:
    return f"\n{sentence}" if sentence else ""


def _last_look_text(case: ReportInput) -> str:
    at, looks = case.looked_at, {room.watch.last for room in case.rooms}
    if at is None:
        return ""
    if len(looks) > 1 and any(room.inaccessible_since for room in case.rooms):
        return say("\nすべてのチャットの一覧を確認できたのは {at} までです。", at=local_time(at))
    return say("\n最後に発言の一覧を確認した時刻 {at}(それより後の発言は、この資料にありません)。", at=local_time(at))


def _saved_text(statistics: MessageStatistics) -> str:
    reply = last_reply(statistics.facts)
    if reply.value is None:
        return say("保存した発言は{count:,}件です(各発言の「保存した時刻」)。", count=statistics.count)
    return say(
        "保存した{count:,}件のうち、{reply_label}より前に保存したもの {saved_before:,}件、"
        "後に保存したもの {saved_after:,}件(各発言の「保存した時刻」)。",
        count=statistics.count,
        reply_label=reply_label(reply),
        saved_before=statistics.saved_before,
        saved_after=statistics.saved_after,
    )
