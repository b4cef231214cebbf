"""Chapter 3: everybody in the rooms, with every name they had. Chapter 4: the dates of the contract."""

from __future__ import annotations

from archiver.export.report.case import BLANK, STATED, Case
from archiver.export.report.request import last_delivery, review_due
from archiver.export.report.survey import Survey
from archiver.export.report.values import Chapter, Paragraph, Subheading, Table
from archiver.platforms.platform import platform_of
from archiver.records import Message
from archiver.render.times import stamp
from archiver.render.visible import visible

_PEOPLE = ("呼び方", "Chatworkの表示名(変遷)", "アカウントID", "チャット(ルームID)", "対応の根拠")
_LAWYERS = frozenset({"lawyer", "court"})
"""Profiles whose readers ask whether the terms were put in writing."""

_TERMS = ("業務委託をした日", "給付の内容", "報酬の額", "支払期日", "受領日・場所", "検査を完了する日", "支払方法")


def parties(case: Case, _found: Survey) -> Chapter:
    """One row a person; until the user mapped them, everybody but the owner counts as the other side."""
    rows = []
    rooms: dict[int, list[str]] = {}
    names: dict[int, list[str]] = {}
    for room in case.rooms:
        for account, person in room.people.items():
            rooms.setdefault(account, []).append(f"{room.room_id}")
            known = names.setdefault(account, [])
            known += [name for name in person.names if name not in known]
    for account in sorted(names, key=lambda one: (one != case.owner_id, not case.is_counterpart(one), one)):
        rows.append(
            (
                case.role(account),
                " → ".join(visible(name) for name in names[account]),
                f"{account}",
                "\n".join(rooms[account]),
                _reason(case, account),
            )
        )
    where = [f"チャット「{visible(room.room_name)}」(ルームID {room.room_id})" for room in case.rooms]
    return Chapter("３　当事者", (Paragraph("\n".join(where)), Table(_PEOPLE, (0, 2, 1, 1, 1.5), tuple(rows))))


def _reason(case: Case, account: int) -> str:
    """Why somebody is called what they are: the user's own words, if any."""
    if account == case.owner_id:
        return "APIトークンの持ち主"
    stated = case.mapped.get(account)
    if stated is not None:
        return f"{visible(stated.reason)}\n({STATED})"
    return STATED if case.counterparts else BLANK


def dates(case: Case, found: Survey) -> Chapter:
    """The dated steps of the contract, in the order in which they belong, blank ones too."""
    one, words = case.contract, platform_of(case.contract.platform)
    delivered, due = last_delivery(case), review_due(case)
    rows = [("契約", one.contracted_on or BLANK, STATED), ("仮払い完了", one.escrowed_at or BLANK, STATED)]
    if words.outside:
        rows += [
            (f"{words.outside} 申請", one.contact_requested_on or BLANK, STATED),
            (f"{words.outside} 承認", one.contact_approved_on or BLANK, STATED),
        ]
    rows.append(("Chatworkでの最初の発言", _sent(found.first), _number(found.first)))
    rows.append(("納期", one.due_on or BLANK, STATED))
    rows.append((f"{words.where}での納品(最後)", BLANK if delivered is None else stamp(delivered), STATED))
    if due is not None:
        rows.append((f"検収期限の目安(納品+{words.review_days}日)", due.isoformat(), "納品日からの計算"))
    rows.append(("相手の最後の発言", _sent(found.last_reply), _number(found.last_reply)))
    blocks = [Table(("できごと", "日時(日本時間)", "根拠"), (2, 2, 1.5), tuple(rows))]
    if case.profile not in _LAWYERS:
        return Chapter("４　契約と仮払いの日付", tuple(blocks))
    terms = tuple((term, BLANK, "") for term in _TERMS)
    told = Paragraph(
        "該当する発言の番号を記入してください。記録中に見当たらない項目は、そのままにしてください。", "small"
    )
    table = Table(("項目", "本記録の番号", "備考"), (2, 1, 2), terms)
    return Chapter(
        "４　契約と仮払いの日付", (*blocks, Subheading("取引条件の明示(フリーランス法3条)の有無"), told, table)
    )


def _sent(message: Message | None) -> str:
    return "発言なし" if message is None else stamp(message.send_time)


def _number(message: Message | None) -> str:
    return "-" if message is None else f"No.{message.no}"
