"""The one table of sentences for claims: Japanese as an office writes it, and English; the others choose rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from archiver.report_language import PLURALS, current_language


class Wording(NamedTuple):
    """A sentence in both languages."""

    ja: str
    en: str


WORDS: Mapping[str, Wording] = {
    "noted": Wording("{text}({notes})", "{text} ({notes})"),
    "noted.and": Wording("。", "; "),
    # how much is missing
    "missing.estimate": Wording("保存できていないもの 約{n:,}件", "about {n:,} not saved"),
    "missing.uncounted": Wording("件数の分からない保存できなかった期間 {n:,}か所", "{n:,} gap{n:s} of unknown size"),
    "missing.emptied": Wording(
        "Chatworkの表示する件数では0件の期間 {n:,}か所", "{n:,} gap{n:s} with none by Chatwork's own count"
    ),
    "missing.erased": Wording("報告者が消去したメッセージ {n:,}件", "{n:,} message{n:s} that the reporter erased"),
    "missing.unread": Wording("一度も取得できていないチャット {n:,}つ", "{n:,} chat{n:s} never read"),
    "missing.closed": Wording("開けなくなったチャット{n:,}つの件数不明分", "{n:,} closed chat{n:s}, unknown how many"),
    "missing.unknown_text": Wording("「削除」表示で文面の分からないメッセージ", "a deleted post of unknown text"),
    "missing.and": Wording("と、", " and "),
    # the first message
    "first.label.whole": Wording("Chatworkでの最初のメッセージ", "first message"),
    "first.label.saved": Wording("保存できた最初のメッセージ", "first saved message"),
    "first.label.unknown": Wording("最初のメッセージ", "first message"),
    "first.missing": Wording("それ以前に{missing}", "before it {missing}"),
    "first.unsure": Wording("実際の開始日は確認できません", "the real beginning is not known"),
    "first.none.whole": Wording("メッセージなし", "no message"),
    "first.none.saved": Wording("保存できたメッセージなし({missing})", "no message saved ({missing})"),
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
    "order.before": Wording("最初のメッセージは{n}日前", "first message {n} day{n:s} before"),
    "order.before.saved": Wording("保存できた最初のメッセージは{n}日前", "first saved message {n} day{n:s} before"),
    "order.same": Wording("最初のメッセージは同じ日", "first message on the same day"),
    "order.after": Wording("最初のメッセージは{n}日後", "first message {n} day{n:s} after"),
    "order.unsure": Wording(
        "最初のメッセージとの前後は確認できません", "whether the first message came before it is not known"
    ),
    # the other side's last reply
    "reply.label.whole": Wording("相手の最後のメッセージ", "last message from the client"),
    "reply.label.saved": Wording("保存できた相手の最後のメッセージ", "last saved message from the client"),
    "reply.label.unknown": Wording("相手の最後のメッセージ", "last message from the client"),
    "reply.missing": Wording("それより後に{missing}", "later {missing}"),
    "reply.none.whole": Wording("この範囲にありません", "none"),
    "reply.none.saved": Wording("保存できた範囲にありません({missing})", "none saved ({missing})"),
    "reply.none.unknown": Wording(
        "確認していません(相手のアカウントが未入力)", "not known (nobody is named as the client)"
    ),
    # whose turn it is
    "act.message": Wording("メッセージ", "message"),
    "act.file": Wording("ファイル「{what}」の送信", "file “{what}”"),
    "act.task_given": Wording("タスク「{what}」の依頼", "new task “{what}”"),
    "act.task_changed": Wording("タスク「{what}」の変更", "change of the task “{what}”"),
    "act.task_done": Wording("タスク「{what}」の完了", "finishing of the task “{what}”"),
    "act.task_reopened": Wording("タスク「{what}」の再開", "reopening of the task “{what}”"),
    "act.noticed": Wording("{time}に確認", "seen {time}"),
    "turn.later": Wording("その後、相手の{act}", "later the client's {act}"),
    "turn.later.nobody": Wording("その後、{act}(だれの操作かは不明)", "later {act} (not known by whom)"),
    "turn.theirs": Wording("最後のメッセージは相手({place})", "the client wrote last ({place})"),
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
    "reason.silent": Wording("相手からの返信がない", "there is no reply from the client"),
    "reason.silent.account": Wording(
        "{sign}ことを{at}に確認し、相手からの返信もない", "{sign}, seen {at}, and there is no reply from the client"
    ),
    "reason.silent.closed": Wording(
        "{until}までの記録では相手からの返信がなく、その後はチャットを開けない",
        "what was saved until {until} has no reply from the client and the chat cannot be opened since",
    ),
    # who is who
    "basis.entered": Wording("報告者による入力", "entered by the reporter"),
    "basis.name": Wording("表示名の一致", "same display name"),
    "basis.only_two": Wording("相手となりうる人を1人だけ確認", "the only one seen who can be the client"),
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
    "count.notices": Wording("うちChatworkの自動メッセージ{n:,}件", "{n:,} of them automatic messages of Chatwork"),
    "count.notices.saved": Wording(  # behind what is missing, to which “of them” would seem to belong
        "保存できた{saved:,}件のうちChatworkの自動メッセージ{n:,}件",
        "{n:,} of the {saved:,} saved are automatic messages of Chatwork",
    ),
    # a closed account
    "closed": Wording("{time} に、{sign}ことを確認", "{time}: {sign}"),
    "closed.posted": Wording(
        "アカウントの解約を知らせる形のChatworkの自動メッセージ({posted}、No.{no})の後、{text}",
        "after an automatic message of Chatwork about a closed account ({posted}, No. {no}), {text}",
    ),
    "closed.suffix": Wording(
        "相手の表示名に、解約を示す「{mark}」が付いている", "the client's name was seen with “{mark}” (account closed)"
    ),
    "closed.gone": Wording("相手が参加者の一覧に表示されなくなった", "the client was no longer in the list of members"),
    "closed.group": Wording(
        "相手とのダイレクトチャットがグループチャットに変わった",
        "the direct chat with the client had become a group chat",
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
    "change.edited": Wording("{whose}が編集されました", "{whose} edited"),
    "change.edited_before": Wording(
        "{whose}は、保存した時点で編集済みでした(それより前の文面は不明)",
        "{whose} already edited when saved (earlier text not known)",
    ),
    "change.deleted": Wording("{whose}が、保存した後に削除されました", "{whose} deleted after saving"),
    "change.deleted_before": Wording(
        "{whose}は、保存した時点で削除されていました(文面は不明)",
        "{whose} already deleted when saved (text not known)",
    ),
    "change.missing": Wording(
        "{whose}が表示されなくなりました(理由は不明)", "{whose} no longer shown (reason unknown)"
    ),
    "change.hidden": Wording("{whose}が、プランの制限で見えなくなりました", "{whose} hidden by the plan"),
    "change.of": Wording("{side}のメッセージ{n:,}件", "{n:,} message{n:s} of {side}"),
    "change.notices": Wording("Chatworkの自動メッセージの形のもの{n:,}件", "{n:,} automatic message{n:s} of Chatwork"),
    "change.own": Wording("報告者自身のメッセージの変更: {what}", "changes of the reporter's own messages: {what}"),
    "change.own.none": Wording("なし", "none"),
    # why a request is made
    "reason.deleted": Wording(
        "相手のメッセージ{n:,}件が、保存した後に「削除」表示に変わった",
        "{n:,} message{n:s} of the client became shown as deleted after the saving",
    ),
    "reason.deleted_before": Wording(
        "相手のメッセージ{n:,}件が、保存した時点ですでに「削除」表示だった",
        "{n:,} message{n:s} of the client showed as deleted already when saved",
    ),
    "reason.edited": Wording(
        "相手のメッセージ{n:,}件が編集された", "{n:,} message{n:s} of the client changed by an edit"
    ),
    "reason.edited_deleted": Wording(
        "相手のメッセージ{deleted:,}件の削除と{edited:,}件の編集を、保存した後に確認した",
        "{deleted:,} message{deleted:s} of the client became shown as deleted after the saving "
        "and {edited:,} changed by an edit",
    ),
    # deadlines
    "deadline.source": Wording("出典 {title}({by}、{day}に確認)", "source: {title} ({by}, read on {day})"),
    "deadline.weak": Wording("。不確かなため、確認してください", "; uncertain, please check"),
    "source.by.official": Wording("公式", "official"),
    "source.by.lawyer": Wording("弁護士の解説", "a lawyer's page"),
    "source.by.press": Wording("報道", "press"),
    "source.by.user": Wording("利用者の報告", "a user's report"),
    "source.by.several": Wording("公式でない複数の解説", "several unofficial pages"),
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
    "quote.present": Wording("{seen}にも同じ文でした。", "It still read the same on {seen}. "),
    "quote.label.before": Wording("保存した文({seen}まで表示)", "Text as saved (shown until {seen})"),
    "quote.label.after": Wording("変わった後の文({seen}に確認)", "Text after the change (seen {seen})"),
    "quote.label.gone": Wording("いまの表示({seen}に確認)", "Shown now (seen {seen})"),
    "quote.label.after.still": Wording(
        "いまの文({seen}に確認、{last}も同じ)", "Text now (seen {seen}, the same on {last})"
    ),
    "quote.label.gone.still": Wording(
        "いまの表示({seen}に確認、{last}も同じ)", "Shown now (seen {seen}, the same on {last})"
    ),
    "quote.asked": Wording("返信のないメッセージ: 「{text}」", "the message without a reply: “{text}”"),
    "quote.gone": Wording("(削除の表示だけ)", "(only that it was deleted)"),
    "quote.said": Wording("{who}の「{before}」({sent})", "“{before}” ({who}, {sent})"),
    "quote.said.edited": Wording(
        "{who}の{sent}のメッセージの、編集後の文面「{before}」",
        "“{before}” (an edited text of {who}'s message of {sent})",
    ),
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
    "quote.line.present": Wording("{said}は、{seen}にも同じ文でした", "{said} still read the same on {seen}"),
    "quote.the_client": Wording("相手", "the client"),
    "count.each": Wording("{n:,}件", "{n:,}"),
    # money: what was billed, received and is open
    "money.sums": Wording(
        "請求 {billed:,}円 / 入金 {received:,}円{surplus} / 未払い {unpaid:,}円",
        "Billed {billed:,} yen / received {received:,} yen{surplus} / unpaid {unpaid:,} yen",
    ),
    "money.surplus": Wording("(請求を超えた入金 {n:,}円)", " (received beyond the invoices: {n:,} yen)"),
    "money.set_off": Wording(
        "請求額を超えた入金のうち{n:,}円は、ほかの未払いの請求に充てて計算しています。",
        "Of what was paid beyond an invoice, {n:,} yen are set off against the other unpaid invoices.",
    ),
    "money.months": Wording("請求した月ごとの未払い: {months}", "Unpaid by month of the invoice: {months}"),
    "money.month": Wording("{month} {n:,}円", "{month}: {n:,} yen"),
    "money.later": Wording("それより後 {n:,}円", "later {n:,} yen"),
    "invoice": Wording("請求{number}{name}({issued_on}) {state}", "Invoice {number}{name} ({issued_on}): {state}"),
    "invoice.name": Wording("「{name}」", " “{name}”"),
    "invoice.amount": Wording("{n:,}円", "{n:,} yen"),
    "invoice.paid": Wording("入金済み", "paid"),
    "invoice.unpaid": Wording("未払い {n:,}円", "unpaid {n:,} yen"),
    "invoice.late": Wording("、翌日から数えて{n}日目", ", day {n} after it"),
    "due.invoice": Wording("支払期日 {day}", "day of payment {day}"),
    "due.contract": Wording("合意した支払期日 {day}", "agreed day of payment {day}"),
    "due.receipt": Wording(
        "支払期日の登録なし(受領日 {day} が期日とされることがあります。確認してください)",
        "no day of payment entered (the day of receipt, {day}, may count as the due day; please check)",
    ),
    "due.last_receipt": Wording(
        "支払期日の登録なし(どの納品の請求かが日付から決まらないため、最後の納品の受領日 {day} から計算。"
        "確認してください)",
        "no due day entered (the days do not tell which delivery it bills, so counted from receipt of the last one, "
        "{day}; please check)",
    ),
    "due.none": Wording("支払期日の登録なし", "no day of payment entered"),
    "due.closed": Wording(
        "(期日は{reason}。翌営業日の入金でよいかは取り決めによります)",
        " (the day is {reason}; whether payment on the next business day is in time depends on what was agreed)",
    ),
    "due.saturday": Wording("土曜日", "a Saturday"),
    "due.sunday": Wording("日曜日", "a Sunday"),
    "due.holiday": Wording("祝日", "a public holiday"),
    "due.turn_of_year": Wording("年末年始", "the turn of the year, when banks are closed"),
}
"""Each sentence by fact and knowledge."""


def word(key: str, lang: str | None = None, **values: object) -> str:
    """A sentence of the table with its values."""
    wording, lang = WORDS[key], lang or current_language()
    return PLURALS.vformat(wording.ja if lang == "ja" else wording.en, (), values)
