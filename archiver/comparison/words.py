"""The words of a comparison in its reader's language: `甲` (English: A) is the first of the two, `乙` (B) the other."""

from __future__ import annotations

from archiver.comparison.held_messages import Absence, ComparedMessage, Outcome
from archiver.comparison.sides import Side
from archiver.evidence.services import CHATWORK
from archiver.records import State
from archiver.report_language import say

OUTCOMES: dict[Outcome, str] = {
    Outcome.SAME: "両方にあり、文面が同じ",
    Outcome.A_HOLDS_MORE: "両方にあり、ほかの時点の文面は甲だけにある",
    Outcome.B_HOLDS_MORE: "両方にあり、ほかの時点の文面は乙だけにある",
    Outcome.EACH_HOLDS_MORE: "両方にあり、ほかの時点の文面がそれぞれにある",
    Outcome.TEXTS_DIFFER: "両方にあり、保存した文面が異なる(保存した時点が違うことがあります)",
    Outcome.FACTS_DIFFER: "両方にあり、発言者または送信時刻が異なる",
    Outcome.UPDATES_DIFFER: "両方にあり、同じ時期に保存した同じ文面の編集時刻が異なる(Chatworkが示す編集時刻は一つ)",
    Outcome.MASKED: "両方にあり、伏せ字があるため文面は比べていない",
    Outcome.ONLY_A: "甲だけにある",
    Outcome.ONLY_B: "乙だけにある",
}

ABSENCES: dict[Absence, str] = {
    Absence.EARLIER: "もう一方が持つ最も古いメッセージより前",
    Absence.LATER: "もう一方が持つ最も新しいメッセージより後",
    Absence.NOT_LISTED: "もう一方がこの前後の一覧を取得したとき、表示されていなかった(理由不明)",
    Absence.NOT_READ: "もう一方が取得していない期間",
    Absence.OUTSIDE_PERIOD: "期間外。もう一方は期間を限って作られた資料で、その中のどのメッセージよりも前または後",
    Absence.ERASED: "もう一方の持ち主が、保存した後に消去した範囲",
}

_OTHER_ACCOUNTS = (
    "甲と乙は、別のアカウントのAPIトークンで保存されたものです。保存した時刻は同じではありません。",
    "二つが同じ文面を持つことは、二つのアカウントに同じ文面が表示されたことを示します。だれが書いたか、内容が正しいかは示しません。",
)
_OTHER_SERVICE = (
    _OTHER_ACCOUNTS[0],
    "甲と乙の両方の取得元がChatworkのアドレスであることは、記録からは確認できません。",
    "二つが同じ文面を持つことは、二つのアカウントに同じ文面が表示されたことを示すものではありません。",
)
_SAME_ACCOUNT = (
    "甲と乙は、同じアカウントで保存されたものです。片方がもう片方から作られたものかどうかは、この比較からは分かりません。",
    "二つが同じ文面を持つことは、別の人にも同じ文面が表示されたことを示すものではありません。",
)
_ALWAYS = (
    "文面は、それぞれが保存した時点のものです。片方だけにある文面は、もう片方が見ていない間に表示されていたことがあります。",
    "比べたのは、両方にあるチャットだけです。ほかのチャットの内容は含みません。",
    "資料は、期間を限って作られることがあります。資料にないメッセージを、その持ち主が保存していないとは限りません。",
    "伏せ字のあるメッセージは、発言者と送信時刻だけを比べました。",
)


def limits(a: Side, b: Side) -> tuple[str, ...]:
    """What a comparison of these two does not say; accounts that are not known count as the same."""
    are_others = bool(a.account_ids and b.account_ids) and not a.account_ids & b.account_ids
    others = _OTHER_ACCOUNTS if a.addresses == b.addresses == {CHATWORK} else _OTHER_SERVICE
    return tuple(map(say, (*(others if are_others else _SAME_ACCOUNT), *_ALWAYS)))


def outcome_text(compared: ComparedMessage) -> str:
    """What the comparison of one message gave, with what is known of why one side lacks it, and who saw a deletion."""
    text = say(OUTCOMES[compared.outcome])
    if compared.absence is not None:
        return say("{text}({reason})", text=text, reason=say(ABSENCES[compared.absence]))
    return text + _deletion_text(compared)


def _deletion_text(compared: ComparedMessage) -> str:
    is_deleted = [held is not None and held.state == State.DELETED for held in (compared.a, compared.b)]
    words = {
        (True, True): "(削除されたことは両方が保存)",
        (True, False): "(削除されたことは甲だけが保存)",
        (False, True): "(削除されたことは乙だけが保存)",
    }
    who = words.get((is_deleted[0], is_deleted[1]))
    return "" if who is None else say(who)
