"""Chapter 3: everybody in the rooms, with every name they had. Chapter 4: the dates of the contract."""

from __future__ import annotations

from collections.abc import Iterable

from archiver.export.pdf.blocks import Chapter, Paragraph, Subheading, TableBlock
from archiver.export.report.input import BLANK, STATED, ReportInput
from archiver.export.report.outside_contact import BEFORE, begun
from archiver.export.report.people import PersonSummary, people
from archiver.export.report.request import last_delivery, review_due
from archiver.export.report.statistics import MessageStatistics
from archiver.platforms.platform import platform_of
from archiver.records import MembershipPeriod, Message, PersonName
from archiver.render.times import stamp
from archiver.render.visible import visible

_PEOPLE = (
    "呼び方",
    "Chatworkの表示名(変遷)",
    "Chatwork ID\nアカウントID",
    "組織・部署",
    "チャット(ルームID)と、参加者の一覧にある期間",
    "対応の根拠",
)
_TOLD = (
    "期間は、参加者の一覧に表示されるのを最初に確認した時刻から、表示されないのを最初に確認した時刻までです。"
    "Chatwork ID・組織・部署は、その一覧の内容です(一覧にないものは「-」)。"
)
_LAWYERS = frozenset({"lawyer", "court"})
"""Profiles whose readers ask whether the terms were put in writing."""

_TERMS = ("業務委託をした日", "給付の内容", "報酬の額", "支払期日", "受領日・場所", "検査を完了する日", "支払方法")


def parties(case: ReportInput, _found: MessageStatistics) -> Chapter:
    """One row a person; until the user mapped them, everybody but the owner counts as the other side."""
    rows = tuple(
        (
            case.role(account),
            _names(one),
            f"{_words(one.chatwork_ids)}\n{account}",
            _words(one.organisations),
            "\n".join(line for room, listed in one.rooms for line in (f"{room}", *map(_stay, listed.stays))),
            _reason(case, account),
        )
        for account, one in people(case).items()
    )
    where = [f"チャット「{visible(room.room_name)}」(ルームID {room.room_id})" for room in case.rooms]
    blocks = (
        Paragraph("\n".join(where)),
        TableBlock(_PEOPLE, (0, 1.8, 1.5, 1.3, 1.7, 1.2), rows),
        Paragraph(_TOLD, "small"),
    )
    return Chapter("３　当事者", blocks)


def _names(one: PersonSummary) -> str:
    """Every name, the later ones with the time at which they were noticed."""
    first, *later = one.names or (PersonName("-", None),)
    return " →\n".join([visible(first.text), *(f"{visible(name.text)}{_noticed(name)}" for name in later)])


def _noticed(name: PersonName) -> str:
    return "" if name.at is None else f" ({stamp(name.at)[:16]} に確認)"


def _words(told: Iterable[PersonName]) -> str:
    return " → ".join(visible(one.text) for one in told) or "-"


def _stay(one: MembershipPeriod) -> str:
    since = [] if one.since is None else [f"{stamp(one.since)[:16]}から"]
    return "\n".join([*since, *([] if one.until is None else [f"{stamp(one.until)[:16]}まで"])])


def _reason(case: ReportInput, account: int) -> str:
    """Why somebody is called what they are: the user's own words, if any."""
    if account == case.owner_id:
        return "APIトークンの持ち主"
    stated = case.mapped.get(account)
    if stated is not None:
        return f"{visible(stated.reason)}\n({STATED})"
    return STATED if case.counterparts else BLANK


def _begun(case: ReportInput, found: MessageStatistics) -> tuple[str, str]:
    """When the talk began, and the number of that message or why it has none here."""
    sent = begun(case, found)
    if sent is None or (found.first is not None and sent == found.first.send_time):
        return _sent(found.first), _number(found.first)
    return stamp(sent), BEFORE


def dates(case: ReportInput, found: MessageStatistics) -> Chapter:
    """The dated steps of the contract, in the order in which they belong, blank ones too."""
    one, words = case.contract, platform_of(case.contract.platform)
    delivered, due = last_delivery(case), review_due(case)
    rows = [("契約", one.contracted_on or BLANK, STATED), ("仮払い完了", one.escrowed_at or BLANK, STATED)]
    if words.outside:
        rows += [
            (f"{words.outside} 申請", one.contact_requested_on or BLANK, STATED),
            (f"{words.outside} 承認", one.contact_approved_on or BLANK, STATED),
        ]
    rows.append(("Chatworkでの最初の発言", *_begun(case, found)))
    rows.append(("納期", one.due_on or BLANK, STATED))
    rows.append((f"{words.where}での納品(最後)", BLANK if delivered is None else stamp(delivered), STATED))
    if due is not None:
        rows.append((f"検収期限の目安(納品+{words.review_days}日)", due.isoformat(), "納品日からの計算"))
    rows.append(("相手の最後の発言", _sent(found.last_reply), _number(found.last_reply)))
    blocks = [TableBlock(("できごと", "日時(日本時間)", "根拠"), (2, 2, 1.5), tuple(rows))]
    if case.profile not in _LAWYERS:
        return Chapter("４　契約と仮払いの日付", tuple(blocks))
    terms = tuple((term, BLANK, "") for term in _TERMS)
    told = Paragraph(
        "該当する発言の番号を記入してください。記録中に見当たらない項目は、そのままにしてください。", "small"
    )
    table = TableBlock(("項目", "本記録の番号", "備考"), (2, 1, 2), terms)
    return Chapter(
        "４　契約と仮払いの日付", (*blocks, Subheading("取引条件の明示(フリーランス法3条)の有無"), told, table)
    )


def _sent(message: Message | None) -> str:
    return "発言なし" if message is None else stamp(message.send_time)


def _number(message: Message | None) -> str:
    return "-" if message is None else f"No.{message.no}"
