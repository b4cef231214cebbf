"""Chapter 1, the one page that must be enough: who, which contract, what happened, what is requested."""

from __future__ import annotations

from collections.abc import Iterator

from archiver.claims.messages import last_reply, message_count
from archiver.claims.words import count_text, reply_label
from archiver.export.pdf.blocks import Chapter, FactList, Paragraph
from archiver.export.report.input import BLANK, ReportInput
from archiver.export.report.key_events import events_text
from archiver.export.report.money import money_rows
from archiver.export.report.outside_contact_permission import permission_rows
from archiver.export.report.people import counterparts
from archiver.export.report.request_to_office import end_request_text, opening_rows
from archiver.export.report.statistics import MessageStatistics
from archiver.export.report.truncation import shorten_line
from archiver.platforms.job_platform import Platform, platform_of
from archiver.records import Contract
from archiver.render.gap_breaks import PAUSE, interval_text
from archiver.render.invisible_characters import visible
from archiver.render.times import local_time

TITLE = "１　要約(まずこのページだけご覧ください)"
_TITLE_LENGTH, _NAME_LENGTH, _FACT_LENGTH, _ADDRESS_LENGTH = 120, 40, 60, 200
"""Characters of a title, a name, another fact and an address at most, as all must fit on the page."""

_MAX_DELIVERIES = 3


def chapter(case: ReportInput, statistics: MessageStatistics) -> Chapter:
    """The chapter as a list of labels and texts that fits on one page."""
    platform = platform_of(case.contract.platform)
    rows = [
        *opening_rows(case, statistics),
        ("仕事" if platform.elsewhere else f"{platform.name}の契約", _contract_text(case)),
        ("当事者", _parties_text(case)),
        ("契約" if platform.elsewhere else "契約・仮払い", _money_text(case)),
        *money_rows(case),
        *permission_rows(case, statistics),
        ("納品", _deliveries_text(case)),
        ("起きたこと", events_text(case, statistics)),
        ("この報告書の範囲", _range_text(case, statistics)),
        ("保存した時期", _saved_text(statistics)),
        ("報告者の立場", "本書は契約の一方当事者である報告者が作成したものです。"),
    ]
    return Chapter(TITLE, (FactList(tuple(rows), fitted=True), Paragraph(_NOTE, "small")))


_NOTE = "契約に関する日付・金額・URLは報告者の入力によります。時刻はすべて日本時間です。"


def _fact_text(text: str | None, limit: int = _FACT_LENGTH) -> str:
    return shorten_line(visible(text), limit) if text else BLANK


def _quoted_text(text: str | None, limit: int = _FACT_LENGTH) -> str:
    """A stated name in quotation marks; that nothing is stated has none, as it is no name."""
    return f"「{_fact_text(text, limit)}」" if text else f" {BLANK}"


def _contract_text(case: ReportInput) -> str:
    contract = case.contract
    title = f"仕事名{_quoted_text(contract.title, _TITLE_LENGTH)}"
    if platform_of(contract.platform).elsewhere:  # there is no number and no page of an office
        return title if contract.url is None else f"{title}\n{_fact_text(contract.url, _ADDRESS_LENGTH)}"
    address = _fact_text(contract.url, _ADDRESS_LENGTH) if contract.url else f"契約ページのURL {BLANK}"
    return f"契約ID {_fact_text(contract.platform_id)}\n{title}\n{address}"


def _parties_text(case: ReportInput) -> str:
    platform = platform_of(case.contract.platform)
    people_shown = [
        f"{shorten_line(visible(person.name), _NAME_LENGTH)}(ID {account})" for account, person in counterparts(case)
    ]
    others = f" 他{len(people_shown) - 3}名(第3章)" if len(people_shown) > 3 else ""
    contract = case.contract
    return (
        f"{platform.client}: {platform.where}での表示名{_quoted_text(contract.client)}"
        f"{_profile_text(contract.client_url)}\n"
        f"　Chatworkでの相手 {'、'.join(people_shown[:3]) or 'なし'}{others}\n"
        f"報告者({platform.worker}): {shorten_line(visible(case.owner_name), _NAME_LENGTH)}"
        f"(ChatworkのID {case.owner_id})"
        f"{_profile_text(contract.worker_url)}"
        f"{_blank_profiles_text(contract, platform)}"
    )


def _profile_text(address: str | None) -> str:
    """The address of a profile on the platform, on a line of its own, as it is long."""
    return f"\n　プロフィール {_fact_text(address, _ADDRESS_LENGTH)}" if address else ""


def _blank_profiles_text(contract: Contract, platform: Platform) -> str:
    """Whose profile on the platform is not entered; where there is no platform, nobody has one."""
    addresses = {platform.client: contract.client_url, platform.worker: contract.worker_url}
    blank = [name for name, address in addresses.items() if not address]
    return "" if platform.elsewhere or not blank else f"\nプロフィールのURL({'、'.join(blank)}) {BLANK}"


def _money_text(case: ReportInput) -> str:
    contract = case.contract
    escrow = f" / 仮払い完了 {_fact_text(contract.escrowed_at)}"
    if platform_of(contract.platform).elsewhere:
        escrow = f" / 支払期日 {_fact_text(contract.payment_due_on)}" if contract.payment_due_on else ""
    stated = f"契約 {_fact_text(contract.contracted_on)}{escrow} / 契約金額 {_fact_text(contract.amount)}"
    stated += f"\n納期 {_fact_text(contract.due_on)}" if contract.due_on else ""
    return stated + "".join(f"\n{line}" for line in _ending_lines(contract))


def _ending_lines(contract: Contract) -> Iterator[str]:
    """The client's request to end the contract early with the day for an answer, and the end; only what is stated."""
    if contract.end_request_at:
        yield f"{platform_of(contract.platform).end_request_name} {end_request_text(contract)}"
    if contract.cancelled_on:
        yield f"契約の途中終了・キャンセル {_fact_text(contract.cancelled_on)}"


def _deliveries_text(case: ReportInput) -> str:
    where = platform_of(case.contract.platform).on
    if not case.deliveries:
        return f"{where} {BLANK}"
    files_by_digest = {one.sha256: one for one in case.attachments if one.sha256 is not None}
    lines = []
    for delivery in case.deliveries[-_MAX_DELIVERIES:]:
        file = files_by_digest.get(delivery.sha256 or "")
        sent_text = f" / Chatwork上 {local_time(file.uploaded_at)}(同一ファイル {file.number})" if file else ""
        lines.append(f"{where} {_fact_text(delivery.at)}{sent_text}")
    earlier = len(case.deliveries) - len(lines)
    return "\n".join([*lines, *([f"ほか{earlier}回(第2章)。"] if earlier else [])])


def _range_text(case: ReportInput, statistics: MessageStatistics) -> str:
    unread = [room for room in case.rooms if room.watch.begun is None]
    if unread:
        rooms = "、".join(f"ルームID {room.room_id}" for room in unread[:3])
        more = f" ほか{len(unread) - 3}つ" if len(unread) > 3 else ""
        unknown = f"一度も取得できていないチャットがあります({rooms}{more})。発言の有無は分かりません。"
        return unknown if statistics.first is None else f"{unknown}\n{_span_text(case, statistics)}"
    return "発言はありません。" if statistics.first is None else _span_text(case, statistics)


def _span_text(case: ReportInput, statistics: MessageStatistics) -> str:
    assert statistics.first is not None
    assert statistics.last is not None
    files = case.attachments
    saved_count = sum(1 for one in files if one.sha256 is not None)
    gaps = sum(not gap.is_erased for room in case.rooms for gap in room.gaps)
    lacking = f"取得できなかったファイル{len(files) - saved_count}点、未取得期間{gaps}か所{_pauses_text(case)}(第9章)。"
    return (
        f"{local_time(statistics.first.send_time)} から {local_time(statistics.last.send_time)} まで、"
        f"{count_text(message_count(statistics.facts))}・ファイル{len(files):,}点。{lacking}{_next_line(case.part_sentence)}{_last_look_text(case)}"
    )


def _pauses_text(case: ReportInput) -> str:
    """How often nobody looked for longer than usual, and for how long at most; empty if that did not happen."""
    pauses = {pause for room in case.rooms for pause in room.pauses}
    if not pauses:
        return ""
    longest = max(pause.end - pause.start for pause in pauses)
    return f"、{PAUSE}{len(pauses):,}回(最長およそ{interval_text(longest)})"


def _next_line(sentence: str) -> str:
    return f"\n{sentence}" if sentence else ""


def _last_look_text(case: ReportInput) -> str:
    at = case.looked_at
    return (
        f"\n最後に発言の一覧を確認した時刻 {local_time(at)}(それより後の発言は、この資料にありません)。" if at else ""
    )


def _saved_text(statistics: MessageStatistics) -> str:
    reply = last_reply(statistics.facts)
    if reply.value is None:
        return f"保存した発言は{statistics.count:,}件です(各発言の「保存した時刻」)。"
    return (
        f"保存した{statistics.count:,}件のうち、{reply_label(reply)}より前に保存したもの "
        f"{statistics.saved_before:,}件、"
        f"後に保存したもの {statistics.saved_after:,}件(各発言の「保存した時刻」)。"
    )
