"""Chapter 1: the one page that must be enough. Who, which contract, what happened, what is asked."""

from __future__ import annotations

from archiver.export.report.case import BLANK, Case, day_of
from archiver.export.report.platform import platform_of
from archiver.export.report.request import days_since, request
from archiver.export.report.survey import Survey
from archiver.export.report.values import Chapter, Facts, Paragraph
from archiver.records import State
from archiver.render.times import date, stamp

TITLE = "１　要約(まずこのページだけご覧ください)"
MOST_LINES = 8
"""Events told on page 1; chapter 8 has all."""


def chapter(case: Case, found: Survey) -> Chapter:
    """Labels and what they say."""
    rows = [
        ("お願いしたいこと", request(case, found)),
        (f"{platform_of(case.contract.platform).name}の契約", _contract(case)),
        ("当事者", _parties(case)),
        ("契約・仮払い", _money(case)),
        *_permission(case, found),
        ("納品", _deliveries(case)),
        ("起きたこと", _happened(case, found)),
        ("この報告書の範囲", _range(case, found)),
        ("保存した時期", _saved(found)),
        ("報告者の立場", "本書は契約の一方当事者である報告者が作成したものです。"),
    ]
    return Chapter(TITLE, (Facts(tuple(rows)), Paragraph(_STATED, "small")))


_STATED = "契約に関する日付・金額・URLは報告者の入力によります。時刻はすべて日本時間です。"


def _contract(case: Case) -> str:
    one = case.contract
    return f"契約ID {one.platform_id or BLANK}\n仕事名「{one.title or BLANK}」\n{one.url or f'契約ページのURL {BLANK}'}"


def _parties(case: Case) -> str:
    words = platform_of(case.contract.platform)
    people = {account: person for room in case.rooms for account, person in room.people.items()}
    shown = [
        f"{person.names[-1]}(ID {account})"
        for account, person in sorted(people.items())
        if case.is_counterpart(account) and person.names
    ]
    others = f" 他{len(shown) - 3}名" if len(shown) > 3 else ""
    client = case.contract.client or BLANK
    return (
        f"{words.client}: {words.name}での表示名「{client}」\n"
        f"　Chatworkでの相手 {'、'.join(shown[:3]) or 'なし'}{others}\n"
        f"報告者({words.worker}): {case.owner_name}(ChatworkのID {case.owner_id})"
    )


def _money(case: Case) -> str:
    one = case.contract
    return (
        f"契約 {one.contracted_on or BLANK} / 仮払い完了 {one.escrowed_at or BLANK} / 契約金額 {one.amount or BLANK}"
        + (f" / 納期 {one.due_on}" if one.due_on else "")
    )


def _permission(case: Case, found: Survey) -> list[tuple[str, str]]:
    """The row about contact outside the platform; it is not optional where the platform asks for a permission."""
    words = platform_of(case.contract.platform)
    if words.outside is None:
        return []
    first = "発言なし" if found.first is None else f"Chatworkでの最初の発言 {stamp(found.first.send_time)}"
    asked, approved = case.contract.contact_requested_on, case.contract.contact_approved_on
    if not approved:
        stated = f"申請 {asked or '記録なし(報告者の申告)'} / 承認の記録なし(報告者の申告)"
        return [(words.outside, f"{stated}\n{first}{_against_escrow(case, found)}")]
    return [(words.outside, f"申請 {asked or BLANK} / 承認 {approved}\n{first}{_against_approval(case, found)}")]


def _against_approval(case: Case, found: Survey) -> str:
    approved = day_of(case.contract.contact_approved_on)
    if approved is None or found.first is None:
        return ""
    days = days_since(found.first.send_time, approved)
    if days > 0:
        return f"(承認日の{days}日前)"
    return "(承認と同じ日)" if days == 0 else "(承認後)"


def _against_escrow(case: Case, found: Survey) -> str:
    escrowed = day_of(case.contract.escrowed_at)
    if escrowed is None or found.first is None:
        return ""
    days = days_since(found.first.send_time, escrowed)
    if days > 0:
        return f"(仮払い完了の{days}日前)"
    return "(仮払い完了と同じ日)" if days == 0 else "(仮払い完了後)"


def _deliveries(case: Case) -> str:
    name = platform_of(case.contract.platform).name
    if not case.deliveries:
        return f"{name}上 {BLANK}"
    sent = {one.sha256: one for one in case.attachments}
    lines = []
    for delivery in case.deliveries[-3:]:
        same = sent.get(delivery.sha256) if delivery.sha256 else None
        also = f" / Chatwork上 {stamp(same.uploaded_at)}(同一ファイル {same.number})" if same else ""
        lines.append(f"{name}上 {delivery.at}{also}")
    return "\n".join(lines)


def _happened(case: Case, found: Survey) -> str:
    lines = []
    if found.last_reply is not None:
        days = days_since(found.last_reply.send_time, case.created_at)
        since = f"{days}日前({date(case.created_at)} 現在)"
        lines.append(f"相手の最後の発言は {stamp(found.last_reply.send_time)}(No.{found.last_reply.no})。{since}。")
    for state, words in _STATES.items():
        if found.states[state]:
            lines.append(f"{words} {found.states[state]}件(第8章)。")
    for event in case.events:
        if event.kind in _TURNS:
            lines.append(f"{event.at[:10]} {event.kind}: {_short(event.after or event.about)}")
    lines += [
        f"{stamp(room.inaccessible_since)} チャットが開けなくなっていることを確認(理由不明)。"
        for room in case.rooms
        if room.inaccessible_since
    ]
    more = len(lines) - MOST_LINES
    return (
        "\n".join([*lines[:MOST_LINES], *([f"ほか{more}件(第8章)。"] if more > 0 else [])])
        or "変更・削除の記録はありません。"
    )


_STATES = {
    State.DELETED: "「削除」表示に変わった発言",
    State.EDITED: "編集された発言",
    State.MISSING: "表示されなくなった発言(理由不明)",
    State.HIDDEN: "プランの制限で見えなくなった発言",
}
_TURNS = ("表示名が変わった", "参加者の一覧に表示されなくなった")


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:60] + "(以下略)"


def _range(case: Case, found: Survey) -> str:
    if found.first is None or found.last is None:
        return "発言はありません。"
    files = case.attachments
    held = sum(1 for one in files if one.sha256 is not None)
    gaps = sum(len(room.gaps) for room in case.rooms)
    lacking = f"取得できなかったファイル{len(files) - held}点、空白{gaps}か所(第9章)。"
    return (
        f"{stamp(found.first.send_time)} から {stamp(found.last.send_time)} まで、"
        f"全{found.count:,}件・ファイル{len(files):,}点。{lacking}"
    )


def _saved(found: Survey) -> str:
    if found.last_reply is None:
        return f"相手の発言はありません。全{found.count:,}件を保存済み。"
    return (
        f"全{found.count:,}件のうち、相手の最後の発言より前に保存したもの {found.before:,}件、"
        f"後に保存したもの {found.after:,}件(各発言の「保存した時刻」)。"
    )
