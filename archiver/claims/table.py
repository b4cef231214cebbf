"""The one table of sentences for claims, in Japanese as an office writes it; the others choose rows."""

from __future__ import annotations

from collections.abc import Mapping

from archiver.report_language import is_on_screen, say

WORDS: Mapping[str, str] = {
    "noted": "{text}({notes})",
    "noted.and": "{before}。{after}",
    "until": "{until}までの記録",
    # how much is missing
    "missing.estimate": "保存できていないもの 約{n:,}件",
    "missing.uncounted": "件数の分からない保存できなかった期間 {n:,}か所",
    "missing.emptied": "Chatworkの表示する件数では0件の期間 {n:,}か所",
    "missing.erased": "報告者が消去したメッセージ {n:,}件",
    "missing.unread": "一度も取得できていないチャット {n:,}つ",
    "missing.closed": "開けなくなったチャット{n:,}つの件数不明分",
    "missing.unknown_text": "「削除」表示で文面の分からないメッセージ",
    "missing.and": "と、",
    # the first message
    "first.label.whole": "Chatworkでの最初のメッセージ",
    "first.label.saved": "保存できた最初のメッセージ",
    "first.label.unknown": "最初のメッセージ",
    "first.missing": "それ以前に{missing}",
    "first.unsure": "実際の開始日は確認できません",
    "first.none.whole": "メッセージなし",
    "first.none.saved": "保存できたメッセージなし({missing})",
    "first.none.unknown": "確認できません({missing})",
    # the first message and permission for contact outside
    "contact.before_approval": "承認日の{n}日前",
    "contact.before_approval.same": "承認と同じ日、承認の前",
    "contact.before_escrow": "仮払い完了の{n}日前",
    "contact.before_escrow.same": "仮払い完了と同じ日、完了の前",
    "contact.before_contract": "契約日の{n}日前",
    "contact.same_day": "承認と同じ日",
    "contact.after": "承認後",
    # the first message and a stated day
    "order.before": "最初のメッセージは{n}日前",
    "order.before.saved": "保存できた最初のメッセージは{n}日前",
    "order.same": "最初のメッセージは同じ日",
    "order.after": "最初のメッセージは{n}日後",
    "order.unsure": "最初のメッセージとの前後は確認できません",
    # the other side's last reply
    "reply.label.whole": "相手の最後のメッセージ",
    "reply.label.saved": "保存できた相手の最後のメッセージ",
    "reply.label.unknown": "相手の最後のメッセージ",
    "reply.missing": "それより後の、{missing}",
    "reply.none.whole": "この範囲にありません",
    "reply.none.saved": "保存できた範囲にありません({missing})",
    "reply.none.unknown": "確認していません(相手のアカウントが未入力)",
    # whose turn it is
    "act.message": "メッセージ{what}",
    "act.file": "ファイル「{what}」の送信",
    "act.task_given": "タスク「{what}」の依頼",
    "act.task_changed": "タスク「{what}」の変更",
    "act.task_done": "タスク「{what}」の完了",
    "act.task_reopened": "タスク「{what}」の再開",
    "act.noticed": "{time}に確認",
    "act.saved_before_rename": "保存した中身は、名前の変更に気づく前のものです。いまの中身は確かめていません。",
    "turn.later": "その後、相手の{act}",
    "turn.later.nobody": "その後、{act}(だれの操作かは不明)",
    "turn.theirs": "最後のメッセージは相手({place})",
    "turn.theirs.deleted": "相手の最後のメッセージ({place})の後に報告者が送ったメッセージは、削除されています",
    "turn.waiting": "報告者の{act}から{days:,}日、返信がありません({until}に確認した時点)",
    "turn.waiting.closed": "報告者の{act}の後、{until}までの記録では返信がありません。その後はチャットを開けません",
    "turn.strangers": "その後、立場が未入力の{people:,}人のメッセージ {n:,}件",
    "reason.silent": "相手からの返信がない",
    "reason.silent.account": "{sign}ことを{at}に確認し、相手からの返信もない",
    "reason.silent.until": "{until}までの記録では相手からの返信がない",
    "reason.silent.closed": "{until}までの記録では相手からの返信がなく、その後はチャットを開けない",
    # who is who
    "basis.entered": "報告者による入力",
    "basis.name": "表示名の一致",
    "basis.only_two": "相手となりうる人を1人だけ確認",
    "basis.token": "APIトークンの持ち主",
    "basis.none": "未入力",
    # how many
    "count.whole": "全{n:,}件",
    "count.saved": "保存できた{n:,}件(ほかに{missing})",
    "count.emptied": "保存できた{n:,}件(Chatworkの表示する件数から見て、不足はありません)",
    "count.unknown": "確認できません({missing})",
    "count.notices": "うちChatworkの自動メッセージ{n:,}件",
    "count.notices.saved": "保存できた{saved:,}件のうちChatworkの自動メッセージ{n:,}件",
    # a closed account
    "closed": "{time} に、{sign}ことを確認",
    "closed.posted": "アカウントの解約を知らせる形のChatworkの自動メッセージ({place})の後、{text}",
    "closed.who": "相手",
    "closed.who.one_of": "相手の{n}つのアカウントの1つ(ID {id})",
    "closed.suffix": "{who}の表示名に、Chatworkアカウントの解約を示す「{mark}」が付いている",
    "closed.gone": "{who}が参加者の一覧に表示されなくなった",
    "closed.group": "{who}とのダイレクトチャットがグループチャットに変わった",
    # how messages were received
    "source.list": "一覧で取得 {n:,}件",
    "source.single": "メッセージIDから1件ずつ取得 {n:,}件",
    "source.recovered": "報告者が保存していた資料にあったメッセージIDから1件ずつ取得 {n:,}件",
    "source.copy": "報告者の保管庫の別の写しから取り込み {n:,}件",
    # changes
    "change.edited": "{whose}が編集されました",
    "change.edited_before": "{whose}は、保存した時点で編集済みでした(それより前の文面は不明)",
    "change.deleted": "{whose}が、保存した後に削除されました",
    "change.deleted_before": "{whose}は、保存した時点で削除されていました(文面は不明)",
    "change.missing": "{whose}が表示されなくなりました(理由は不明)",
    "change.hidden": "{whose}が、プランの制限で見えなくなりました",
    "change.of.counterpart": "相手のメッセージ{n:,}件",
    "change.of.reporter": "報告者のメッセージ{n:,}件",
    "change.of.other": "参加者のメッセージ{n:,}件",
    "change.notices": "Chatworkの自動メッセージの形のもの{n:,}件",
    "change.own": "報告者自身のメッセージの変更: {what}",
    "change.own.none": "なし",
    # files that are gone
    "file.gone": "{side}のファイル「{name}」({number})は、{seen}には表示されなくなっていました",
    "file.last": "最後に見えたのは{last}",
    "file.words": "同じメッセージの文「{text}」も、表示されなくなっていました",
    "file.packed": "中身は、この資料の{path}にあります",
    "file.kept": "中身は保存しています",
    "file.lost": "中身は保存できていません",
    "file.more": "ほかに表示されなくなったファイル{n:,}点",
    # why a request is made
    "reason.deleted": "相手のメッセージ{n:,}件が、保存した後に「削除」表示に変わった",
    "reason.deleted_before": "相手のメッセージ{n:,}件が、保存した時点ですでに「削除」表示だった",
    "reason.edited": "相手のメッセージ{n:,}件が編集された",
    "reason.edited_deleted": "相手のメッセージ{deleted:,}件の削除と{edited:,}件の編集を、保存した後に確認した",
    # deadlines
    "deadline.source": "出典 {title}({by}、{day}に確認)",
    "deadline.weak": "。不確かなため、確認してください",
    "source.by.official": "公式",
    "source.by.lawyer": "弁護士の解説",
    "source.by.press": "報道",
    "source.by.user": "利用者の報告",
    "source.by.several": "公式でない複数の解説",
    # the messages that page 1 quotes
    "quote.head": "{sent} {name}のメッセージ(No.{no})。{what}",
    "quote.was_edited": "はじめて見たときには編集済みでした。",
    "quote.edited": "編集されました。",
    "quote.edited.at": "編集されました(Chatworkの更新時刻 {updated})。",
    "quote.edits": "確認できた編集は{n}回です。",
    "quote.edits.between": "確認できた編集は{n}回です({between})。",
    "quote.between": "途中の金額・日付: {terms}",
    "quote.back": "最後に確認した文は、最初に保存した文と同じです。",
    "quote.deleted": "{seen}には削除されていました。",
    "quote.missing": "{seen}には表示されなくなっていました(理由は分かりません)。",
    "quote.present": "{seen}にも同じ文でした。",
    "quote.label.before": "保存した文({seen}まで表示)",
    "quote.label.after": "変わった後の文({seen}に確認)",
    "quote.label.gone": "いまの表示({seen}に確認)",
    "quote.label.after.still": "いまの文({seen}に確認、{last}も同じ)",
    "quote.label.gone.still": "いまの表示({seen}に確認、{last}も同じ)",
    "quote.asked": "返信のないメッセージ: 「{text}」",
    "quote.heard": "{when}の「{text}」",
    "quote.answered": "この前の{side}のメッセージ(No.{no}): 「{text}」",
    "quote.gone": "(削除の表示だけ)",
    "quote.said.client": "相手の「{before}」({sent})",
    "quote.who": "相手({name})",
    "quote.said": "{who}の「{before}」({sent})",
    "quote.said.edited": "{who}の{sent}のメッセージ(はじめて見たときには編集済み)「{before}」",
    "quote.said.edited.client": "相手の{sent}のメッセージ(はじめて見たときには編集済み)「{before}」",
    "quote.said.covered": "相手の{sent}のメッセージ(文面は隠しています)",
    "quote.said.edited.covered": "相手の{sent}のメッセージ(はじめて見たときには編集済み。文面は隠しています)",
    "quote.line.edited.covered": "{said}は、{seen}には編集されていました",
    "quote.line.edited": "{said}は、{seen}には「{after}」になっていました",
    "quote.line.back": "{said}は編集され、{seen}には最初に保存した文に戻っていました",
    "quote.line.deleted": "{said}は、{seen}には削除されていました",
    "quote.line.edited_deleted": "{said}は「{after}」に変わり、{seen}には削除されていました",
    "quote.line.missing": "{said}は、{seen}には表示されなくなっていました(理由は分かりません)",
    "quote.line.edited_missing": (
        "{said}は「{after}」に変わり、{seen}には表示されなくなっていました(理由は分かりません)"
    ),
    "quote.line.present": "{said}は、{seen}にも同じ文でした",
    "count.each": "{n:,}件",
    # money: what was billed, received and is open
    "money.sums": "請求 {billed:,}円 / 入金 {received:,}円{surplus} / 未払い {unpaid:,}円",
    "money.received": "入金 {n:,}円",
    "money.surplus": "(請求を超えた入金 {n:,}円)",
    "money.set_off": "請求額を超えた入金のうち{n:,}円は、ほかの未払いの請求に充てて計算しています。",
    "money.months": "請求した月ごとの未払い: {months}",
    "money.month": "{month} {n:,}円",
    "money.later": "それより後 {n:,}円",
    "invoice": "請求{number}{name}({issued_on}) {state}",
    "invoice.name": "「{name}」",
    "invoice.amount": "{n:,}円",
    "invoice.paid": "入金済み",
    "invoice.unpaid": "未払い {n:,}円",
    "invoice.late": "、翌日から数えて{n}日目",
    "due.invoice": "支払期日 {day}",
    "due.contract": "合意した支払期日 {day}",
    "due.receipt": "支払期日の登録なし(受領日 {day} が期日とされることがあります。確認してください)",
    "due.last_receipt": (
        "支払期日の登録なし(どの納品の請求かが日付から決まらないため、最後の納品の受領日 {day} から計算。"
        "確認してください)"
    ),
    "due.none": "支払期日の登録なし",
    "due.closed": "(期日は{reason}。翌営業日の入金でよいかは取り決めによります)",
    "due.saturday": "土曜日",
    "due.sunday": "日曜日",
    "due.turn_of_year": "年末年始",
}
"""Each sentence by fact and knowledge."""


ON_SCREEN: Mapping[str, str] = {
    "turn.theirs.deleted": "相手の最後のメッセージ({place})の後にあなたが送ったメッセージは、削除されています",
    "turn.waiting": "あなたの{act}から{days:,}日、返信がありません({until}に確認した時点)",
    "turn.waiting.closed": "あなたの{act}の後、{until}までの記録では返信がありません。その後はチャットを開けません",
    "basis.entered": "あなたの入力",
    "change.of.reporter": "あなたのメッセージ{n:,}件",
}
"""Those that speak to the reporter on the reporter's own screen."""


def word(key: str, **values: object) -> str:
    """A sentence of the table with its values, in the language of the package."""
    return say(ON_SCREEN.get(key, WORDS[key]) if is_on_screen() else WORDS[key], **values)
