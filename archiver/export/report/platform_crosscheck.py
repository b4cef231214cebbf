"""Chapter 2: the facts that the reader can compare with the platform's own records, and on which screen.

A support agent cannot check a digest but can open the contract, so these rows convince first.
"""

from __future__ import annotations

from collections.abc import Iterator

from archiver.claims.messages import first_message
from archiver.claims.words import basis_text, first_label, order_text
from archiver.contract_dates import Agreement, DeliveryMatch, delivery_matches
from archiver.export.enclosure_names import exhibit_number, label
from archiver.export.pdf.blocks import Block, Bullets, Chapter, Paragraph, TableBlock
from archiver.export.report.input import BLANK, STATED, ReportInput, platform_of, side_text
from archiver.export.report.people_and_dates import PersonSummary, counterparts, first_message_cells
from archiver.export.report.statistics import MessageStatistics
from archiver.platforms.job_platform import Platform
from archiver.records import Basis, Enclosure
from archiver.render.invisible_characters import visible
from archiver.render.times import local_time
from archiver.report_language import say, stated_day

_HEADS = ("番号", "照合項目", "{name}の記録(日時)", "本記録(番号)", "照合の結果")
_AGREEMENTS = {
    Agreement.SAME_BYTES: "サイズ・SHA-256とも同じ",
    Agreement.STATED: "報告者による対応づけ",
    Agreement.NONE: "一致なし",
}
_MAX_PEOPLE = 5
KINDS = {
    "screenshot": "スクリーンショット",
    "notice": "サービスの通知",
    "mail": "メール",
    "invoice": "請求書",
    "other": "その他",
}


def chapter(case: ReportInput, statistics: MessageStatistics) -> Chapter:
    """The table of points that were compared, and the list of the user's own evidence."""
    platform = platform_of(case.contract.platform)
    rows = [(f"K-{number}", *row) for number, row in enumerate(_point_rows(case, statistics, platform), 1)]
    shown_by = say("確認できる書面") if platform.elsewhere else say("確認できる画面")
    heads = (*(say(head, name=platform.where) for head in _HEADS), shown_by)
    screen = say("右端の列の書面などで") if platform.elsewhere else say("右端の列の画面で")
    note = say(
        "「{where}の記録」の列は{stated}です。{screen}確認できます。",
        where=platform.where,
        stated=say(STATED),
        screen=screen,
    )
    blocks: list[Block] = [Paragraph(note), TableBlock(heads, (0, 1.2, 2, 2, 1.4, 1.3), tuple(rows))]
    if not rows:
        blocks = [Paragraph(say("照合できる点は入力されていません。"))]
    is_court = case.profile == "court"
    enclosed = [
        _enclosure_line(one, say("甲{number}", number=exhibit_number(one)) if is_court else label(one))
        for one in case.enclosures
    ]
    if enclosed:
        blocks += [Paragraph(say("報告者が足した資料"), "strong"), Bullets(tuple(enclosed))]
    return Chapter(say("２\u3000{side}の記録と照合できる点", side=side_text(platform)), tuple(blocks), new_page=True)


def _point_rows(
    case: ReportInput, statistics: MessageStatistics, platform: Platform
) -> Iterator[tuple[str, str, str, str, str]]:
    """A row for each point of which the user stated what the platform shows; others would compare nothing."""
    if case.contract.client:
        shown = say("表示名「{client}」", client=case.contract.client)
        yield say("相手の同一性"), shown, _counterpart_text(case), _bases_text(case), platform.message_screen
    for clue, answer in case.clues.items():
        if answer:
            yield say(clue), answer, _counterpart_text(case), _bases_text(case), platform.message_screen
    yield from _date_rows(case, statistics, platform)
    for point in delivery_matches(case.deliveries, case.attachments):
        if point.is_compared:
            yield _delivery_row(point, platform)


def _date_rows(
    case: ReportInput, statistics: MessageStatistics, platform: Platform
) -> Iterator[tuple[str, str, str, str, str]]:
    """The stated days that the first message is compared with; the first row has it in full."""
    contract = case.contract
    permission = say(
        "申請 {contact_requested_on}\n承認 {contact_approved_on}",
        contact_requested_on=stated_day(contract.contact_requested_on or say(BLANK)),
        contact_approved_on=stated_day(contract.contact_approved_on or say(BLANK)),
    )
    dated = [
        (say("契約日"), contract.contracted_on, None, platform.contract_screen),
        (say("仮払い完了"), contract.escrowed_at, None, platform.contract_screen),
        (
            platform.outside or "",
            contract.contact_approved_on if platform.outside else None,
            permission,
            say("{message_screen}の申請ステータス", message_screen=platform.message_screen),
        ),
    ]
    first = _first_message_text(statistics)
    for name, stated, shown, screen in dated:
        compared = order_text(first_message(statistics.facts), stated)
        if stated and compared:
            yield name, shown or stated_day(stated), first, compared, screen
            first = _first_message_again(statistics)


def _delivery_row(point: DeliveryMatch, platform: Platform) -> tuple[str, str, str, str, str]:
    delivery = point.delivery
    size = "" if delivery.size is None else say(" {size:,}バイト", size=delivery.size)
    stated = f"{stated_day(delivery.at)} {visible(delivery.name or say('ファイル名は不明'))}{size}"
    return say("納品物"), stated, _record_text(point), say(_AGREEMENTS[point.agreement]), platform.delivery_screen


def _record_text(point: DeliveryMatch) -> str:
    """The matching file of the record, or that there is none."""
    if point.file is not None:
        return f"{point.file.number} {local_time(point.file.uploaded_at)}"
    return say("本記録に同じファイルはありません")


def _counterpart_text(case: ReportInput) -> str:
    others = counterparts(case)
    lines = [f"{visible(one.name)}{_ids_text(account, one)}" for account, one in others[:_MAX_PEOPLE]]
    more = len(others) - len(lines)
    return "\n".join([*lines, *([say("ほか{more}名(第3章)", more=more)] if more else [])]) or say(BLANK)


def _bases_text(case: ReportInput) -> str:
    """Whose statement it is who the other side is."""
    return say("、").join(dict.fromkeys(map(basis_text, case.bases.values()))) or basis_text(Basis.NONE)


def _ids_text(account: int, person: PersonSummary) -> str:
    """Chatwork ID and account id; the former first, as people exchange it on the platform."""
    known = say("\n\u3000Chatwork ID {text}", text=visible(person.chatwork_ids[-1].text)) if person.chatwork_ids else ""
    return say("{known}\n\u3000アカウントID {account}", known=known, account=account)


def _first_message_text(statistics: MessageStatistics) -> str:
    """The first message, as far as it is known, with its number."""
    time, number = first_message_cells(statistics)
    return f"{first_label(first_message(statistics.facts))} {'' if number == '-' else f'{number} '}{time}"


def _first_message_again(statistics: MessageStatistics) -> str:
    """The first message in short, as the row above has it in full."""
    number = first_message_cells(statistics)[1]
    return say("同上") if number == "-" else say("同上({number})", number=number)


def _enclosure_line(enclosure: Enclosure, called: str) -> str:
    """A piece of the user's evidence in one line, under the number of its file in the package."""
    words = [
        f"{called} {say(KINDS.get(enclosure.kind, visible(enclosure.kind)))} {visible(enclosure.name)}",
        stated_day(enclosure.dated or ""),
        enclosure.note,
    ]
    return " ".join(word for word in words if word)
