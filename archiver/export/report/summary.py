"""Chapter 1: the one page that must be enough. Who, which contract, what happened, what is asked."""

from __future__ import annotations

from archiver.export.pdf.blocks import Chapter, FactList, Paragraph
from archiver.export.report.course import happened
from archiver.export.report.input import BLANK, ReportInput
from archiver.export.report.outside_contact import permission
from archiver.export.report.people import counterparts
from archiver.export.report.request import opening
from archiver.export.report.statistics import MessageStatistics
from archiver.export.report.truncate import flat
from archiver.platforms.platform import platform_of
from archiver.render.times import stamp
from archiver.render.visible import visible

TITLE = "１　要約(まずこのページだけご覧ください)"
_TITLE, _NAME, _FACT, _ADDRESS = 120, 40, 60, 200
"""Signs of a title, a name, another fact and an address at most: the page must hold them all."""

_DELIVERIES = 3


def chapter(case: ReportInput, found: MessageStatistics) -> Chapter:
    """Labels and what they say."""
    words = platform_of(case.contract.platform)
    rows = [
        opening(case, found),
        ("契約" if words.elsewhere else f"{words.name}の契約", _contract(case)),
        ("当事者", _parties(case)),
        ("契約・仮払い", _money(case)),
        *permission(case, found),
        ("納品", _deliveries(case)),
        ("起きたこと", happened(case, found)),
        ("この報告書の範囲", _range(case, found)),
        ("保存した時期", _saved(found)),
        ("報告者の立場", "本書は契約の一方当事者である報告者が作成したものです。"),
    ]
    return Chapter(TITLE, (FactList(tuple(rows), fitted=True), Paragraph(_STATED, "small")))


_STATED = "契約に関する日付・金額・URLは報告者の入力によります。時刻はすべて日本時間です。"


def _stated(text: str | None, most: int = _FACT) -> str:
    return flat(visible(text), most) if text else BLANK


def _contract(case: ReportInput) -> str:
    one = case.contract
    address = _stated(one.url, _ADDRESS) if one.url else f"契約ページのURL {BLANK}"
    return f"契約ID {_stated(one.platform_id)}\n仕事名「{_stated(one.title, _TITLE)}」\n{address}"


def _parties(case: ReportInput) -> str:
    words = platform_of(case.contract.platform)
    shown = [f"{flat(visible(one.name), _NAME)}(ID {account})" for account, one in counterparts(case)]
    others = f" 他{len(shown) - 3}名(第3章)" if len(shown) > 3 else ""
    one = case.contract
    return (
        f"{words.client}: {words.where}での表示名「{_stated(one.client)}」{_profile(one.client_url)}\n"
        f"　Chatworkでの相手 {'、'.join(shown[:3]) or 'なし'}{others}\n"
        f"報告者({words.worker}): {flat(visible(case.owner_name), _NAME)}(ChatworkのID {case.owner_id})"
        f"{_profile(one.worker_url)}"
    )


def _profile(address: str | None) -> str:
    """The page by which the office finds somebody; on its own line, as it is long."""
    return f"\n　プロフィール {_stated(address, _ADDRESS)}"


def _money(case: ReportInput) -> str:
    one = case.contract
    stated = (
        f"契約 {_stated(one.contracted_on)} / 仮払い完了 {_stated(one.escrowed_at)} / 契約金額 {_stated(one.amount)}"
    )
    return stated + (f" / 納期 {_stated(one.due_on)}" if one.due_on else "")


def _deliveries(case: ReportInput) -> str:
    where = platform_of(case.contract.platform).on
    if not case.deliveries:
        return f"{where} {BLANK}"
    sent = {one.sha256: one for one in case.attachments if one.sha256 is not None}
    lines = []
    for delivery in case.deliveries[-_DELIVERIES:]:
        same = sent.get(delivery.sha256 or "")
        also = f" / Chatwork上 {stamp(same.uploaded_at)}(同一ファイル {same.number})" if same else ""
        lines.append(f"{where} {_stated(delivery.at)}{also}")
    earlier = len(case.deliveries) - len(lines)
    return "\n".join([*lines, *([f"ほか{earlier}回(第2章)。"] if earlier else [])])


def _range(case: ReportInput, found: MessageStatistics) -> str:
    never = [room for room in case.rooms if room.watch.begun is None]
    if never:
        rooms = "、".join(f"ルームID {room.room_id}" for room in never[:3])
        more = f" ほか{len(never) - 3}つ" if len(never) > 3 else ""
        unknown = f"一度も取得できていないチャットがあります({rooms}{more})。発言の有無は分かりません。"
        return unknown if found.first is None else f"{unknown}\n{_span(case, found)}"
    return "発言はありません。" if found.first is None else _span(case, found)


def _span(case: ReportInput, found: MessageStatistics) -> str:
    assert found.first is not None
    assert found.last is not None
    files = case.attachments
    held = sum(1 for one in files if one.sha256 is not None)
    gaps = sum(len(room.gaps) for room in case.rooms)
    lacking = f"取得できなかったファイル{len(files) - held}点、空白{gaps}か所(第9章)。"
    return (
        f"{stamp(found.first.send_time)} から {stamp(found.last.send_time)} まで、"
        f"全{found.count:,}件・ファイル{len(files):,}点。{lacking}{_after(case.part)}{_looked(case)}"
    )


def _after(sentence: str) -> str:
    return f"\n{sentence}" if sentence else ""


def _looked(case: ReportInput) -> str:
    at = case.looked_at
    return f"\n最後にChatworkを確認した時刻 {stamp(at)}(それより後の発言は、この資料にありません)。" if at else ""


def _saved(found: MessageStatistics) -> str:
    if found.last_reply is None:
        return f"相手の発言はありません。全{found.count:,}件を保存済み。"
    return (
        f"全{found.count:,}件のうち、相手の最後の発言より前に保存したもの {found.before:,}件、"
        f"後に保存したもの {found.after:,}件(各発言の「保存した時刻」)。"
    )
