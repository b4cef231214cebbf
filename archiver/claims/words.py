"""The one table of sentences for claims: Japanese as an office writes it, and English. No other module words a fact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from archiver.claims.accounts import ClosedAccount
from archiver.claims.changes import changed_notices, changed_sides, own_changes
from archiver.claims.claim import Claim, Missing
from archiver.claims.turn import Turn, days_waiting
from archiver.contract_dates import OutsideContact, day_of, days_since
from archiver.platforms.job_platform import Deadline
from archiver.records import (
    JST,
    AccountClosing,
    Act,
    ActKind,
    Basis,
    CaseFacts,
    CaseSide,
    ChangedMessages,
    ChangeKind,
    Contract,
    MessageKind,
    ObservedBy,
    Post,
)
from archiver.report_language import PLURALS, current_language, english_day, english_time, is_english


class Wording(NamedTuple):
    """A sentence in both languages."""

    ja: str
    en: str


WORDS: Mapping[str, Wording] = {
    "noted": Wording("{text}({notes})", "{text} ({notes})"),
    "noted.and": Wording("。", "; "),
    # how much is missing
    "missing.estimate": Wording("未取得 約{n:,}件", "about {n:,} not saved"),
    "missing.uncounted": Wording("件数の分からない未取得期間 {n:,}か所", "{n:,} gap{n:s} of unknown size"),
    "missing.emptied": Wording(
        "Chatworkの表示する件数では0件の期間 {n:,}か所", "{n:,} gap{n:s} with none by Chatwork's own count"
    ),
    "missing.erased": Wording("報告者が消去した発言 {n:,}件", "{n:,} message{n:s} that the reporter erased"),
    "missing.unread": Wording("一度も取得できていないチャット {n:,}つ", "{n:,} chat{n:s} never read"),
    "missing.closed": Wording("開けなくなったチャット{n:,}つの件数不明分", "{n:,} closed chat{n:s}, unknown how many"),
    "missing.unknown_text": Wording("「削除」表示で文面の分からない投稿", "a deleted post of unknown text"),
    "missing.and": Wording("と、", " and "),
    # the first message
    "first.label.whole": Wording("Chatworkでの最初の発言", "first message"),
    "first.label.saved": Wording("保存できた最初の発言", "first saved message"),
    "first.label.unknown": Wording("最初の発言", "first message"),
    "first.missing": Wording("それ以前に{missing}", "before it {missing}"),
    "first.unsure": Wording("実際の開始日は確認できません", "the real beginning is not known"),
    "first.none.whole": Wording("発言なし", "no message"),
    "first.none.saved": Wording("保存できた発言なし({missing})", "no message saved ({missing})"),
    "first.none.unknown": Wording("確認できません({missing})", "not known ({missing})"),
    # the first message and permission for contact outside
    "contact.before_approval": Wording("承認日の{n}日前", "{n} day{n:s} before the approval"),
    "contact.before_approval.same": Wording("承認と同じ日、承認の前", "the day of the approval, before it"),
    "contact.before_escrow": Wording("仮払い完了の{n}日前", "{n} day{n:s} before the escrow"),
    "contact.before_escrow.same": Wording("仮払い完了と同じ日、完了の前", "the day of the escrow, before it"),
    "contact.before_contract": Wording("契約日の{n}日前", "{n} day{n:s} before the contract"),
    "contact.same_day": Wording("承認と同じ日", "on the day of the approval"),
    "contact.after": Wording("承認後", "after the approval"),
    # the first message and a stated day
    "order.before": Wording("最初の発言は{n}日前", "first message {n} day{n:s} before"),
    "order.before.saved": Wording("保存できた最初の発言は{n}日前", "first saved message {n} day{n:s} before"),
    "order.same": Wording("最初の発言は同じ日", "first message on the same day"),
    "order.after": Wording("最初の発言は{n}日後", "first message {n} day{n:s} after"),
    "order.unsure": Wording(
        "最初の発言との前後は確認できません", "whether the first message came before it is not known"
    ),
    # the other side's last reply
    "reply.label.whole": Wording("相手の最後の発言", "last message from the other side"),
    "reply.label.saved": Wording("保存できた相手の最後の発言", "last saved message from the other side"),
    "reply.label.unknown": Wording("相手の最後の発言", "last message from the other side"),
    "reply.missing": Wording("それより後に{missing}", "later {missing}"),
    "reply.none.whole": Wording("この範囲にありません", "none"),
    "reply.none.saved": Wording("保存できた範囲にありません({missing})", "none saved ({missing})"),
    "reply.none.unknown": Wording(
        "確認していません(相手のアカウントが未入力)", "not known (nobody is named as the other side)"
    ),
    # whose turn it is
    "act.message": Wording("発言", "message"),
    "act.file": Wording("ファイル「{what}」の送信", "file “{what}”"),
    "act.task_given": Wording("タスク「{what}」の依頼", "new task “{what}”"),
    "act.task_changed": Wording("タスク「{what}」の変更", "change of the task “{what}”"),
    "act.task_done": Wording("タスク「{what}」の完了", "finishing of the task “{what}”"),
    "act.task_reopened": Wording("タスク「{what}」の再開", "reopening of the task “{what}”"),
    "act.noticed": Wording("{time}に確認", "seen {time}"),
    "turn.later": Wording("その後、相手の{act}", "later the other side's {act}"),
    "turn.later.nobody": Wording("その後、{act}(だれの操作かは不明)", "later {act} (not known by whom)"),
    "turn.theirs": Wording("最後の発言は相手({place})", "the other side wrote last ({place})"),
    "turn.waiting": Wording(
        "報告者の{act}から{days:,}日、返信がありません({until}に確認した時点)",
        "no reply for {days:,} day{days:s} since the reporter's {act} (as seen {until})",
    ),
    "turn.waiting.closed": Wording(
        "報告者の{act}の後、{until}までの記録では返信がありません。その後はチャットを開けません",
        "no reply to the reporter's {act} in what was saved until {until}; later the chat could not be opened",
    ),
    "turn.strangers": Wording(
        "その後、立場が未入力の{people:,}人のメッセージ {n:,}件",
        "later {n:,} message{n:s} of {people:,} whose side is not entered",
    ),
    "reason.silent": Wording("相手方からの返信がない", "there is no reply from the other side"),
    "reason.silent.closed": Wording(
        "{until}までの記録では相手方からの返信がなく、その後はチャットを開けない",
        "what was saved until {until} has no reply from the other side and the chat cannot be opened since",
    ),
    # who is who
    "basis.entered": Wording("報告者による入力", "entered by the reporter"),
    "basis.name": Wording("表示名の一致", "same display name"),
    "basis.only_two": Wording("相手となりうる人を1人だけ確認", "the only one seen who can be the other side"),
    "basis.token": Wording("APIトークンの持ち主", "owner of the API token"),
    "basis.none": Wording("未入力", "not entered"),
    # how many
    "count.whole": Wording("全{n:,}件", "{n:,} messages in all"),
    "count.saved": Wording("保存できた{n:,}件(ほかに{missing})", "{n:,} messages saved (besides {missing})"),
    "count.emptied": Wording(
        "保存できた{n:,}件(Chatworkの表示する件数から見て、不足はありません)",
        "{n:,} messages saved (by Chatwork's own count none is missing)",
    ),
    "count.unknown": Wording("確認できません({missing})", "not known ({missing})"),
    "count.notices": Wording("うちChatworkの通知{n:,}件", "{n:,} of them notices of Chatwork"),
    "count.notices.saved": Wording(  # behind what is missing, to which “of them” would seem to belong
        "保存できた{saved:,}件のうちChatworkの通知{n:,}件", "{n:,} of the {saved:,} saved are notices of Chatwork"
    ),
    # a closed account
    "closed": Wording("{time} に、{sign}ことを確認", "{time}: {sign}"),
    "closed.posted": Wording(
        "アカウントの解約を知らせる形のシステムの投稿({posted}、No.{no})の後、{text}",
        "after a post of Chatwork's system about a closed account ({posted}, No. {no}), {text}",
    ),
    "closed.suffix": Wording(
        "相手の表示名に「{mark}」が付いている", "the other side's name was seen with “{mark}” (account closed)"
    ),
    "closed.gone": Wording(
        "相手が参加者の一覧に表示されなくなった", "the other side was no longer in the list of members"
    ),
    "closed.group": Wording(
        "相手とのダイレクトチャットがグループチャットに変わった",
        "the direct chat with the other side had become a group chat",
    ),
    # how messages were received
    "source.list": Wording("一覧で取得 {n:,}件", "{n:,} from lists"),
    "source.single": Wording("メッセージIDから1件ずつ取得 {n:,}件", "{n:,} one by one by their ids"),
    "source.recovered": Wording(
        "報告者が保存していた資料にあったメッセージIDから1件ずつ取得 {n:,}件",
        "{n:,} one by one by ids out of files that the reporter had kept",
    ),
    "source.copy": Wording(
        "報告者の保管庫の別の写しから取り込み {n:,}件", "{n:,} taken in from another copy of the reporter's archive"
    ),
    # changes
    "change.edited": Wording("編集された発言", "edited messages"),
    "change.edited_before": Wording(
        "保存した時点で編集済みだった発言(それより前の文面は不明)",
        "messages already edited when they were saved (earlier text not known)",
    ),
    "change.deleted": Wording(
        "保存した後に「削除」表示に変わった発言", "messages that became shown as deleted after they were saved"
    ),
    "change.deleted_before": Wording(
        "保存した時点ですでに「削除」表示だった発言(文面は不明)",
        "messages already shown as deleted when they were saved (text not known)",
    ),
    "change.missing": Wording("表示されなくなった発言(理由不明)", "messages no longer shown (reason unknown)"),
    "change.hidden": Wording("プランの制限で見えなくなった発言", "messages hidden by the plan"),
    "change.of": Wording("{side}の発言 {n:,}件", "{n:,} of {side}"),
    "change.notices": Wording(
        "{line}。ほかにChatworkの通知の形の投稿 {n:,}件", "{line}; besides {n:,} notice{n:s} of Chatwork"
    ),
    "change.own": Wording("報告者自身の発言の変更: {what}", "changes of the reporter's own messages: {what}"),
    "change.own.none": Wording("なし", "none"),
    # why a request is made
    "reason.deleted": Wording(
        "相手の発言{n:,}件が、保存した後に「削除」表示に変わった",
        "{n:,} message{n:s} of the other side became shown as deleted after the saving",
    ),
    "reason.deleted_before": Wording(
        "相手の発言{n:,}件が、保存した時点ですでに「削除」表示だった",
        "{n:,} message{n:s} of the other side showed as deleted already when saved",
    ),
    "reason.edited": Wording(
        "相手の発言{n:,}件が編集された", "{n:,} message{n:s} of the other side changed by an edit"
    ),
    # deadlines
    "deadline.source": Wording("出典 {title}({by}、{day}に確認)", "source: {title} ({by}, read on {day})"),
    "deadline.weak": Wording("。不確かなため、確認してください", "; uncertain, please check"),
    "source.by.official": Wording("公式", "official"),
    "source.by.lawyer": Wording("弁護士の解説", "a lawyer's page"),
    "source.by.press": Wording("報道", "press"),
    "source.by.user": Wording("利用者の報告", "a user's report"),
    "source.by.several": Wording("第三者の複数の解説", "several pages of third parties"),
    # the messages that page 1 quotes
    "quote.head": Wording(
        "{sent} {name}のメッセージ(No.{no})。{what}", "{sent}, message from {name} (No. {no}). {what}"
    ),
    "quote.was_edited": Wording("はじめて見たときには編集済みでした。", "It was already edited when first seen. "),
    "quote.edited": Wording("編集されました。", "It was edited. "),
    "quote.edited.at": Wording(
        "編集されました(Chatworkの更新時刻 {updated})。", "It was edited (Chatwork's time of the edit: {updated}). "
    ),
    "quote.edits": Wording("確認できた編集は{n}回です。", "{n} edits were seen. "),
    "quote.deleted": Wording("{seen}には削除されていました。", "By {seen} it had been deleted. "),
    "quote.missing": Wording(
        "{seen}には表示されなくなっていました(理由は分かりません)。",
        "By {seen} it was no longer shown (reason unknown). ",
    ),
    "quote.present": Wording("{seen}の表示も同じです。", "It still read the same on {seen}. "),
    "quote.label.before": Wording("保存した文({seen}まで表示)", "Text as saved (shown until {seen})"),
    "quote.label.after": Wording("変わった後の文({seen}に確認)", "Text after the change (seen {seen})"),
    "quote.label.gone": Wording("いまの表示({seen}に確認)", "Shown now (seen {seen})"),
    "quote.gone": Wording("(削除の表示だけ)", "(only that it was deleted)"),
    "quote.said": Wording("{who}の「{before}」({sent})", "“{before}” ({who}, {sent})"),
    "quote.line.edited": Wording("{said}は、{seen}には「{after}」になっていました", "{said} read “{after}” by {seen}"),
    "quote.line.deleted": Wording("{said}は、{seen}には削除されていました", "{said} had been deleted by {seen}"),
    "quote.line.edited_deleted": Wording(
        "{said}は「{after}」に変わり、{seen}には削除されていました",
        "{said} became “{after}” and had been deleted by {seen}",
    ),
    "quote.line.missing": Wording(
        "{said}は、{seen}には表示されなくなっていました(理由は分かりません)",
        "{said} was no longer shown by {seen} (reason unknown)",
    ),
    "quote.line.edited_missing": Wording(
        "{said}は「{after}」に変わり、{seen}には表示されなくなっていました(理由は分かりません)",
        "{said} became “{after}” and was no longer shown by {seen} (reason unknown)",
    ),
    "quote.line.present": Wording("{said}は、{seen}の表示も同じです", "{said} still read the same on {seen}"),
    "quote.the_client": Wording("相手", "the client"),
    "count.each": Wording("{what} {n:,}件", "{what}: {n:,}"),
    "count.of": Wording("{what} {n:,}件({whose})", "{what}: {n:,} ({whose})"),
}
"""Each sentence by fact and knowledge."""

_SIDES_EN = {CaseSide.COUNTERPART: "the other side", CaseSide.REPORTER: "the reporter", CaseSide.OTHER: "other people"}


def word(key: str, lang: str | None = None, **values: object) -> str:
    """A sentence of the table with its values."""
    wording, lang = WORDS[key], lang or current_language()
    return PLURALS.vformat(wording.ja if lang == "ja" else wording.en, (), values)


def moment(at: datetime, *, seconds: bool = True) -> str:
    """Date and time of day in Japan: `2026-11-05 10:14:33`; in an English package `5 November 2026, 10:14:33 JST`."""
    local = at.astimezone(JST).replace(tzinfo=None)
    if is_english():
        return english_time(local, seconds=seconds)
    return local.isoformat(" ", "seconds" if seconds else "minutes")


def _comma(lang: str | None) -> str:
    return "、" if (lang or current_language()) == "ja" else ", "


def missing_text(missing: Missing, lang: str | None = None) -> str:
    """What is known to be missing; gaps with none by Chatwork's count only where there is nothing else."""
    parts = (
        ("estimate", missing.estimate),
        ("uncounted", missing.uncounted),
        ("erased", missing.erased),
        ("unread", missing.unread_rooms),
        ("closed", missing.closed_rooms),
    )
    listed = [word(f"missing.{name}", lang, n=count) for name, count in parts if count]
    unknown = [word("missing.unknown_text", lang)] if missing.has_unknown_text else []
    emptied = [word("missing.emptied", lang, n=missing.emptied)] if missing.emptied else []
    return word("missing.and", lang).join([*listed, *unknown] or emptied)


def first_label(claim: Claim[Post | None], lang: str | None = None) -> str:
    """What the first message is called."""
    return word(f"first.label.{claim.knowledge}", lang)


def first_text(
    claim: Claim[Post | None],
    lang: str | None = None,
    *notes: str,
    early: bool = False,
    time: Callable[[datetime], str] = moment,
) -> str:
    """When the first message was sent, with notes, or that it is not known.

    `early`: the contact is early whatever lies before it, so nothing more is said of the real beginning.
    """
    unsure = "" if claim.is_whole or early else word("first.unsure", lang)
    return _post_text("first", claim, lang, notes, time, unsure)


def contact_text(
    claim: Claim[OutsideContact], first: Claim[Post | None], contract: Contract, lang: str | None = None
) -> str:
    """How the first message lies to the platform's rule; empty where nothing can be said."""
    state, post = claim.value, first.value
    stated = {
        OutsideContact.BEFORE_APPROVAL: contract.contact_approved_on,
        OutsideContact.BEFORE_ESCROW: contract.escrowed_at,
        OutsideContact.BEFORE_CONTRACT: contract.contracted_on,
    }
    if post is None or (state not in stated and state not in (OutsideContact.SAME_DAY, OutsideContact.AFTER)):
        return ""
    since = day_of(stated.get(state))
    days = 0 if since is None else days_since(post.at, since)
    return word(f"contact.{state}{'' if days or since is None else '.same'}", lang, n=days)


def order_text(first: Claim[Post | None], stated: str | None, lang: str | None = None) -> str:
    """By how many days the first message lies before or after a stated day; empty where one of them is not known.

    What is missing before the first saved message could only make it earlier: “after” is then not known.
    """
    since = day_of(stated)
    if first.value is None or since is None:
        return ""
    days = days_since(first.value.at, since)
    if days > 0:
        return word("order.before" if first.is_whole else "order.before.saved", lang, n=days)
    if not first.is_whole:
        return word("order.unsure", lang)
    return word("order.after", lang, n=-days) if days else word("order.same", lang)


def reply_label(claim: Claim[Post | None], lang: str | None = None) -> str:
    """What the other side's last reply is called."""
    return word(f"reply.label.{claim.knowledge}", lang)


def reply_text(
    claim: Claim[Post | None], lang: str | None = None, *notes: str, time: Callable[[datetime], str] = moment
) -> str:
    """When the other side last spoke, with notes, or that it is not known."""
    return _post_text("reply", claim, lang, notes, time)


def act_text(act: Act, lang: str | None = None, *, shown: Callable[[str], str] = str) -> str:
    """What somebody did, with its number and day; `shown` makes an untrusted name or text fit to print."""
    return word("noted", lang, text=word(f"act.{act.kind}", lang, what=shown(act.what)), notes=_place_text(act, lang))


def turn_lines(
    claim: Claim[Turn], now: datetime, lang: str | None = None, *, shown: Callable[[str], str] = str
) -> Iterator[str]:
    """What came after the other side's last speech: acts of theirs, people of unknown side, the reporter unanswered."""
    last = claim.value.last
    if last is not None and last.kind is not ActKind.MESSAGE:
        key = "turn.later" if last.post.account_id else "turn.later.nobody"
        yield word(key, lang, act=act_text(last, lang, shown=shown))
    if claim.value.people:
        yield word("turn.strangers", lang, people=claim.value.people, n=claim.value.messages)
    yield from filter(None, (waiting_text(claim, now, lang, shown=shown),))


def waiting_text(
    claim: Claim[Turn], now: datetime, lang: str | None = None, *, shown: Callable[[str], str] = str
) -> str:
    """Since what and for how many days the reporter has had no answer; empty within a day, or if it is not so."""
    asked, until = claim.value.asked, claim.value.until
    days = days_waiting(claim, now)
    if not days or asked is None or until is None:
        return ""
    act = act_text(asked, lang, shown=shown)
    if claim.value.is_closed:
        return word("turn.waiting.closed", lang, act=act, until=moment(until, seconds=False))
    return word("turn.waiting", lang, act=act, days=days, until=_day(until))


def theirs_text(claim: Claim[Turn], lang: str | None = None, *, shown: Callable[[str], str] = str) -> str:
    """That the other side acted last; empty if the reporter did, or it is not known."""
    last = claim.value.last
    if last is None or claim.value.asked is not None or claim.value.people or not last.post.account_id:
        return ""
    if last.kind is ActKind.MESSAGE:
        return word("turn.theirs", lang, place=_place_text(last, lang))
    return word("turn.later", lang, act=act_text(last, lang, shown=shown))


def silence_reason(claim: Claim[Turn], lang: str | None = None) -> str:
    """The silence of the other side as a reason for a request."""
    until = claim.value.until
    if not claim.value.is_closed or until is None:
        return word("reason.silent", lang)
    return word("reason.silent.closed", lang, until=moment(until, seconds=False))


def _place_text(act: Act, lang: str | None) -> str:
    day = _day(act.post.at)
    number = [f"No.{act.post.no}"] if act.post.no else []
    return _comma(lang).join([*number, word("act.noticed", lang, time=day) if act.is_noticed else day])


def _day(at: datetime) -> str:
    day = at.astimezone(JST).date()
    return english_day(day) if is_english() else day.isoformat()


def count_text(claim: Claim[Counter[MessageKind]], lang: str | None = None) -> str:
    """How many messages are saved, what is missing, and how many of them are Chatwork's notices."""
    saved, notices, missing = claim.value.total(), claim.value[MessageKind.NOTICE], missing_text(claim.missing, lang)
    is_emptied = claim.missing.emptied and claim.missing.emptied == claim.missing.gaps
    is_counted = is_emptied and not (claim.missing.unread_rooms or claim.missing.closed_rooms)
    text = word("count.emptied" if is_counted else f"count.{claim.knowledge}", lang, n=saved, missing=missing)
    inside = word("count.notices" if claim.is_whole else "count.notices.saved", lang, n=notices, saved=saved)
    return word("noted", lang, text=text, notes=inside) if notices else text


def basis_text(basis: Basis, lang: str | None = None) -> str:
    """Whose statement it is who somebody is."""
    return word(f"basis.{basis}", lang)


def closed_text(claim: Claim[ClosedAccount | None], lang: str | None = None) -> str:
    """When the other side's account was seen to be closed; empty without a sign."""
    if claim.value is None:
        return ""
    sign, post = claim.value
    text = word("closed", lang, time=moment(sign.at, seconds=False), sign=closed_sign(sign, lang))
    if post is None:
        return text
    return word("closed.posted", lang, text=text, posted=moment(post.at, seconds=False), no=post.no)


def closed_sign(sign: AccountClosing, lang: str | None = None) -> str:
    """What was seen of a closed account."""
    return word(f"closed.{sign.sign}", lang, mark=sign.mark)


def sources_text(
    facts: CaseFacts, lang: str | None = None, *, kinds: Collection[ObservedBy] = tuple(ObservedBy)
) -> str:
    """By which kind of reading the messages were received; only these kinds."""
    parts = [word(f"source.{one}", lang, n=facts.sources[one]) for one in kinds if facts.sources[one]]
    return _comma(lang).join(parts)


def change_lines(changed: ChangedMessages, lang: str | None = None) -> Iterator[tuple[ChangeKind, str]]:
    """A line for each kind of change that occurred, with the side of the messages' authors."""
    for kind in ChangeKind:
        counts, notices = changed_sides(changed, kind), changed_notices(changed, kind)
        what = word(f"change.{kind}", lang)
        if counts:
            line = word("count.of", lang, what=what, n=counts.total(), whose=sides_text(counts, lang))
        else:
            line = word("count.each", lang, what=what, n=0)
        if notices:
            line = word("change.notices", lang, line=line, n=notices)
        if counts or notices:
            yield kind, line


def own_changes_text(facts: CaseFacts, lang: str | None = None) -> str:
    """What became of the reporter's own messages, apart from all others."""
    counts = own_changes(facts)
    listed = [word("count.each", lang, what=word(f"change.{kind}", lang), n=counts[kind]) for kind in counts]
    return word("change.own", lang, what=_comma(lang).join(listed) or word("change.own.none", lang))


def deadline_basis(deadline: Deadline, lang: str | None = None) -> str:
    """Where a deadline's rule was read, and that it is to be checked where the rule is uncertain."""
    source = deadline.source
    by = word(f"source.by.{source.by}", lang)
    title = source.title.partition("(")[0]
    text = word(
        "deadline.source",
        lang,
        title=title,
        by=by,
        day=english_day(source.read_on) if is_english() else source.read_on.isoformat(),
    )
    return text + (word("deadline.weak", lang) if deadline.weak else "")


def sides_text(counts: Counter[CaseSide], lang: str | None = None) -> str:
    """How many of these messages each side wrote, which says nothing about who changed them."""
    is_japanese = (lang or current_language()) == "ja"
    listed = ((side, side.value if is_japanese else _SIDES_EN[side], counts[side]) for side in CaseSide)
    return _comma(lang).join(word("change.of", lang, side=name, n=count) for _, name, count in listed if count)


def _post_text(
    fact: str,
    claim: Claim[Post | None],
    lang: str | None,
    notes: Sequence[str],
    time: Callable[[datetime], str],
    last_note: str = "",
) -> str:
    missing = missing_text(claim.missing, lang)
    if claim.value is None:
        return word(f"{fact}.none.{claim.knowledge}", lang, missing=missing)
    lacking = word(f"{fact}.missing", lang, missing=missing) if missing else ""
    inside = [note for note in (*notes, lacking, last_note) if note]
    text = time(claim.value.at)
    return word("noted", lang, text=text, notes=word("noted.and", lang).join(inside)) if inside else text
