"""Pure: alerts about texts of the other side, by the table of phrases.

Only their own words count: quotes of others and `[code]` are left out. A text that matched before it was edited is no
news. Only what may cost money or evidence now is of high level.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache

from archiver.chatwork.notation import nodes
from archiver.chatwork.notation.parse import parse
from archiver.platforms.job_platform import platform_of, platforms
from archiver.records import WRITTEN_NUMBER, Contract, stated_sum, written_number
from archiver.records.alerts import Alert, AlertRule, Level, NewText, TwinSeen

_REQUEST = (
    r"(?:ください|下さい|お願い|いただけ|いただき|いただく|いただい|頂け|頂き|頂く|頂い|もらえ|もらい|ほしい|欲しい"
    r"|ましょう|ませんか|どうで)"
)
_NEGATION = (
    r"禁止|違反|不可|NG|ダメ|(?:でき|出来|なり|あり|ござい)ません(?!か)|(?:し|いたし|致し)ません(?!か)|しないで|しないよう"
    r"|なさらない|せずに|お断り|断っ|ご遠慮|控え|避け|不要で|必要(?:は|が)?(?:ない|あり?ません|なく)|注意|気を付け|気をつけ"
    r"|規約|送らない|教えない|応じない|ないでください"
)
_REFUSAL = (
    r"禁止|違反|違約|ペナルティ|不可|NG|ダメ|(?:でき|出来)ません(?!か)|(?:し|いたし|致し)ません(?!か)|しないで|しないよう"
    r"|なさらない|お断り|断っ|ご遠慮|控え|避け|注意|気を付け|気をつけ|規約|応じない|ないでください"
    r"|お間違え|しておりません|していません|防ぐ|防止|お受けして"
)
_CONTENT = (
    r"テロップ|字幕|台本|イラスト|バナー|アイコン|ロゴ|ボタン|画面|スクショ|スクリーンショット|サムネ|解説|特集|企画|シナリオ"
    r"|ナレーション|キャッチコピー|文言|コラム|ブログ|LP|チラシ|見出し|キーワード|翻訳|文字起こし|概要欄|構成|掲載|フッター"
    r"|(?:という|についての|に関する|を紹介する|を扱う)(?:動画|記事|ページ)|紹介(?:動画|記事)|記事(?:を|の|に|で|内)|リサーチ"
)
"""Words of the work itself: with one of them a phrase belongs to the material, not to an offer."""
_MATERIAL = _CONTENT + r"|記事|動画|原稿|素材|広告|デザイン|エフェクト|サイト|ページ|タイトル"

_WORK = r"(?:作業|着手|開始|始め|進め|制作|編集|執筆|納品|提出|取り掛か|取りかか|とりかか)"
_IDENTITY_PAPER = (
    r"(?:身分証(?:明書)?|運転免許証?|免許証|マイナンバー(?:カード)?|パスポート|健康保険証|保険証|本人確認書類)"
)
_COMMUNICATION = (
    r"(?:チャットワーク|(?i:chatwork)|チャット|メッセージ|返信|返事|連絡|ID|コンタクト|登録|追加|説明|アンケート|マニュアル"
    r"|作業|納品|原稿|成果物|テスト|LINE)"
)
_ONLY_AFTER = (
    r"(?:確認(?:が|を)?(?:でき|出来|取れ|とれ|し)て?から|(?:いただい|頂い|もらっ|し|終わっ)てから|(?:で)?ないと|なければ"
    r"|ない限り|(?:ある|できる|いただく)まで)"
)
_PLATFORM = r"(?:<NAMES>|(?<![A-Za-z])CW(?![A-Za-z])|クラウドソーシング|プラットフォーム)"
_OTHER_FEES = "".join(
    f"(?<!{word})" for word in ("振込", "決済", "送料", "代引", "代引き", "出金", "解約", "発行", "返品")
)
_LINE_APP = r"(?<![A-Za-z])(?:LINE|Line)(?![A-Za-z])"
_CHANNEL_CHANGE = (
    r"(?:追加|登録|交換|移|切り替|教え|送っ|連絡|やり取り|やりとり|話し|お話|通話|友だち|友達|お願い|ください|下さい"
    r"|しましょう|ませんか|いかが)"
)
_REMOTE_CONTROL = (
    r"(?:(?i:teamviewer|anydesk|ultraviewer)|チームビューワー|(?:リモート|遠隔)(?:操作|サポート)|リモートデスクトップ)"
)


_END_REQUEST = (
    r"(?:終了|キャンセル)の?(?:リクエスト|申請)(?:[をはも]?[しさ]|(?:[をはもが、].{0,16}?)?お?(?:送|出|申請|届))"
    r"(?:(?!いただけ|頂け|くださ|下さ|もらえ|ほし).){0,12}?(?:ます|(?<=[っし])た|て(?:いる|おく))(?!ら|か(?!ら)|でしょうか)"
    r"|(?i:\b(?:sent|submitted|filed|made) (?:an?|the|you an?) (?:cancell?ation|end|termination) request)"
)
_BY_NOW = r"(?:^|、|もう|すでに|既に|今回は|やはり|やっぱり)"
_PAY_TO = r"(?:振り?込み?先|入金先|送金先|支払い?先|振込口座|口座(?:番号|情報|名義|残高)?)"


def _any_of(*parts: str) -> str:
    return "|".join(parts)


_PHRASES = (
    (
        AlertRule.A1,
        _any_of(
            rf"仮払い(?:の)?(?:完了)?前(?!払).{{0,14}}{_WORK}",
            rf"仮払い.{{0,8}}(?:待たず|後回し|あとで|後で|後日|まだ).{{0,16}}{_WORK}",
            rf"先に{_WORK}.{{0,14}}{_REQUEST}",
            rf"テスト(?:ライティング|編集|執筆|記事|原稿).{{0,14}}(?:{_REQUEST}|実施|行|受け|提出)",
            rf"お試し(?:で|に|として|の).{{0,14}}(?:作成|制作|作って|書いて|編集|執筆|納品|提出|本|記事).{{0,10}}{_REQUEST}",
        ),
        _any_of(
            _NEGATION,
            r"仮払い(?:済|し|いた|は完了|が完了|完了(?!前)|が済)|報酬|有償|有料|ありがとう|待(?:って|ち)|おきます|開発|環境|本番",
        ),
    ),
    (
        AlertRule.A2,
        _any_of(
            r"事業(?:の|内容の)?(?:ご)?説明(?:会|を|に|が).{0,14}"
            r"(?:してから|させて|した後|聞いて|受けて|参加|終わ|まず|先に|お時間)",
            r"(?:まず|先に|最初に|初めに|はじめに).{0,12}(?:事業(?:の|内容の)?(?:ご)?説明|アンケート|マニュアル)",
            rf"アンケート(?:に|へ|の|を|フォーム).{{0,12}}(?:回答|答え|記入|協力|提出).{{0,12}}(?:{_REQUEST}|てから|後に|した後)",
            r"マニュアル.{0,10}先に",
            r"(?:アンケート|マニュアル|説明).{0,14}(?:てから|後|あと).{0,12}(?:仮払い|契約)",
        ),
        _any_of(
            _NEGATION,
            _MATERIAL,
            r"お送りします|送付します|共有します|お渡しします|添付|集計|結果|作成|改訂|修正|作って|ありがとう",
        ),
    ),
    (
        AlertRule.A3,
        _any_of(
            rf"{_COMMUNICATION}.{{0,24}}{_ONLY_AFTER}.{{0,15}}仮払い",
            rf"仮払い(?:は|を|の手続き|手続き).{{0,16}}{_COMMUNICATION}.{{0,18}}(?:てから|後に|後で|のあとに|あとで|でないと|ないと)",
            r"(?:確認(?:が|を)?(?:でき|出来)てから|からでないと).{0,15}仮払い",
        ),
        _any_of(
            r"見積|請求書|社内|経理|決裁|稟議|上長|営業日|クレジットカード|カード会社|銀行|仮払い(?:を|が|の)(?:ご)?確認",
            r"条件を|内容を|仕様を|契約内容|規約|禁止|違反|不要で|ありません|仮払い(?:済|しました|いたしました)",
        ),
    ),
    (
        AlertRule.A4,
        _any_of(
            r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z]{2,}",
            r"(?<![\d-])0(?!120|800|570)\d{1,3}-\d{2,4}-\d{4}(?![\d-])",
            r"(?<!\d)0[789]0\d{8}(?!\d)",
            rf"{_LINE_APP}\s*(?:の)?\s*ID\s*(?:は|:|=)\s*\S",
        ),
        _any_of(
            _CONTENT,
            r"@(?:[A-Za-z0-9-]+\.)*(?:example\.(?:com|jp|co\.jp|org)|<SITES>|chatwork\.com)",
            r"(?i:no-?reply)|git@|npm|入れて|表記|ダミー|サンプル|注文番号|伝票|品番|型番",
        ),
    ),
    (
        AlertRule.A5,
        _any_of(
            r"直接(?:の)?(?:ご)?(?:取引|契約)",
            r"直接(?:の)?(?:お)?(?:支払|振り?込|送金)",
            rf"{_OTHER_FEES}手数料.{{0,10}}(?:かから|掛から|かかり(?:ません|ませんし)|なし|無し|引かれ(?:ない|ず)|浮|節約|もったいない)",
            rf"{_PLATFORM}.{{0,8}}(?:通さ|経由せ|経由し(?:ない|なく)|介さ|を抜き|を外し)",
            rf"{_PLATFORM}.{{0,8}}納品.{{0,6}}(?:不要(?!な)|いらない|いりません|要りません|しなくて|なしで)",
            rf"{_PLATFORM}(?:の)?外で.{{0,10}}(?:契約|取引|支払|やり取り|やりとり|お願い)",
        ),
        _any_of(_REFUSAL, _CONTENT, r"事務局へ報告|事務局に報告"),
    ),
    (
        AlertRule.A6,
        _any_of(
            rf"{_LINE_APP}.{{0,14}}{_CHANNEL_CHANGE}",
            r"(?<![ァ-ヶー一-龠])ライン(?:で(?:やり取り|やりとり|連絡|話)|(?:を)?交換|のID)",
            rf"(?:(?i:telegram|whatsapp|wechat)|テレグラム|カカオトーク).{{0,14}}(?:{_CHANNEL_CHANGE}|で|に)",
            r"(?<![A-Za-z])Zoom(?!イン|アウト|in|out|ing|レンズ|機能).{0,6}(?:移動|登録|追加)",
            rf"(?:お)?電話番号.{{0,8}}(?:教え|送っ|交換|{_REQUEST})",
        ),
        _any_of(
            rf"{_LINE_APP}\s*(?:公式|スタンプ|ヤフー|ニュース|漫画|マンガ|Pay|VOOM|ミニ|WORKS|Works|クリエイ|風|登録者|運用|配信"
            r"|マーケ|絵文字|着せ|ギフト)",
            _CONTENT,
            _NEGATION,
            r"欄|入力|項目|フォーム|伏せ|ぼかし|モザイク|通知|設定",
        ),
    ),
    (
        AlertRule.A7,
        _any_of(
            r"セミナー(?:に|へ|を|の|が).{0,10}(?:参加|申込|申し込|受講|案内|招待|来)",
            r"説明会(?:に|へ|を|の|が).{0,10}(?:参加|申込|申し込|受講|案内|招待|来|あり)",
            r"情報商材|商材を(?:購入|買)",
            r"投資(?:に|の|を|へ|案件|話).{0,10}(?:興味|案内|お誘い|始め|勧め|儲|紹介|していただ)",
            r"スクール(?:に|へ|の).{0,10}(?:入会|入学|参加|登録|加入|受講)",
            r"初期費用(?:が|を|の|は|として).{0,12}(?:かか|必要|支払|払|振込|振り込|負担|発生)",
            rf"立て?替え.{{0,10}}{_REQUEST}",
            rf"購入して.{{0,6}}{_REQUEST}",
            r"口座(?:を|の)(?:新規)?開設",
        ),
        _any_of(_NEGATION, _MATERIAL, r"かかりません|精算|経費|済み|しました|フォント|BGM|写真|ありがとう"),
    ),
    (
        AlertRule.A8,
        _any_of(
            rf"{_IDENTITY_PAPER}.{{0,14}}(?:写真|画像|コピー|写し|送っ|送付|お送り|提出|見せ|撮っ|撮影|添付|アップ|両面|番号を)",
            r"(?:銀行)?口座(?:番号|情報|名義)?(?:を|の).{0,6}(?:教え|写真|送っ|お知らせください)",
            r"(?:キャッシュカード|通帳|クレジットカード).{0,8}(?:写真|画像|番号|コピー|両面).{0,10}(?:送|教え|ください|お願い)",
            r"暗証番号.{0,8}(?:教え|送っ|お知らせください)",
        ),
        _any_of(
            _NEGATION,
            _CONTENT,
            r"映ら|写り込|ぼかし|モザイク|更新|再発行|お知らせします|送り(?:ます|ました|します|しました)|返却"
            r"|添付し(?:ます|ました)|(?:こちら|以下|下記)です",
        ),
    ),
    (
        AlertRule.A9,
        _any_of(
            r"(?:事務局|運営)(?:側)?(?:の|に|から|からは|にも)(?:許可|了承|承認|了解)(?:を|は|が|も)?"
            r"(?:得て|取って|取れて|とって|もらって|いただいて|頂いて|済|あり|下りて|おりて|出て|得ました|取りました)",
            _REMOTE_CONTROL
            + r".{0,18}(?:インストール|入れ|許可|接続|起動|ダウンロード|操作させ|操作し|お願い|ください|ID)",
        ),
        _any_of(
            r"てから|必要|申請|までは|ないと|ましょう|得ていません|いただいていません|在宅|ゲーム|ドローン|マニュアル",
            _CONTENT,
            _NEGATION,
        ),
    ),
    (
        AlertRule.A15,
        _any_of(
            r"(?:普通|当座|貯蓄)(?:預金|口座)?[^0-9]{0,8}[0-9]{6,8}(?![0-9])",
            r"(?:銀行|信用金庫|信金|ゆうちょ).{0,20}(?:支店|[0-9]{6,8})",
            rf"{_PAY_TO}(?:は|が|:|を.{{0,8}}(?:教え|送|知らせ|連絡|共有|記入|入力))",
            rf"{_PAY_TO}.{{0,12}}(?:変わ|変更|変え|新し|切り替)|(?:新しい|新たな|別の|個人の){_PAY_TO}",
            r"(?:通帳|キャッシュカード|クレジットカード|暗証番号|バンキング).{0,10}(?:教え|送|知らせ|写真|画像)",
            r"(?:振り?込み?|振り込んで|送金|入金|立て?替え?)(?:を|して|も|に)?.{0,6}(?:お願い|ください|下さい|いただ|頂|ほし|至急)",
            r"(?:ビットコイン|仮想通貨|暗号資産|ギフト(?:カード|券)|電子マネー|プリペイド).{0,12}(?:送|買|購入|番号)",
        ),
        r"(?!)",
    ),
    (AlertRule.END_REQUEST, _END_REQUEST, r"ません|ない|取り?消|取り?下|撤回|予約|注文"),
    (
        AlertRule.A13,
        _any_of(
            _END_REQUEST,
            r"減額(?:させ|して|し|を|と|で|に|いただ|お願い)",
            r"(?:[月本回件]分|今回|今月|来月|残り|報酬|単価|業績|予算).{0,16}円に(?:して|下げ|減ら|変更|させ)",
            r"値引き?(?:して|を|させ|に|お願い|いただ|でき)",
            r"(?:今回|残り|今月|追加|報酬|支払い?).{0,10}(?:無し|なし|ナシ)(?:で|と|に(?:し|させ|な))",
            r"(?:支払い?|報酬)(?:は|が|も)?(?:でき|出来)(?:ません|ない|かね)|払え(?:ません|ない|そうに)",
            r"(?:報酬|単価|金額|料金|ギャラ)(?:を|は|が|の).{0,8}(?:下げ|減ら|引き下げ|安く|変更|見直)",
            r"(?:納期|納品日|期日|締め?切り?|支払日|支払い日)(?:を|は|の|が).{0,8}(?:前倒し|早め|繰り上げ|変更|遅れ|延期)",
        ),
        _any_of(
            r"(?<!支払いでき)(?<!支払いはでき)(?<!支払いができ)(?:し|いたし|致し|あり|ござい)ません|構いません|かまいません|大丈夫",
            r"セール|クーポン|消費税|送料|増額|上げ|場合は|変更に(?:なった|なる)場合|変更(?:が|は)?(?:なし|ない)",
            r"仮払い(?:済|しました)|すみません.{0,4}ありがとう|(?:承知|了解)(?:いた|致)?しました|了解です",
            _CONTENT,
        ),
    ),
    (
        AlertRule.A13,
        _any_of(
            r"(?:契約|依頼|発注|案件)(?:を|は|も|の).{0,8}(?:キャンセル|終了(?!日|し)|終わ(?:ら|り(?!まし))|打ち?切|中止|取り?消|解約|取り?やめ)",
            r"キャンセル(?:し(?:ます|たい)|いたします|させて|(?:を|で)お願い|(?:と|に)(?:します|させ|なり))",
            r"キャンセル(?:を|も|について)?(?:考え|検討し|検討いたし|検討させていただき)(?:て(?:い|おり)?)?ます",
            r"キャンセル(?:を|も|について)?検討中(?:です|$)",
            rf"{_BY_NOW}(?:別|他|ほか)の(?:方|かた|人|業者|会社)(?:に|へ)(?:お願い|依頼|発注)(?:する|(?:いた)?し(?:ました|ます))(?!か)",
        ),
        _any_of(
            rf"(?:キャンセル|終[了わ]|打ち?切|中止|取り?消|解約|取り?やめ)[^、]*(?:{_NEGATION}|て(?:い|おり)?ません)",
            _CONTENT,
            r"(?:更新|継続)(?:をお願い|したい)|申し?込|予約|注文|打ち?合わ?せ|MTG|ミーティング|会議|面談|取材|撮影|前[回の]",
        ),
    ),
)


@cache
def phrases(of: AlertRule | None = None) -> tuple[tuple[AlertRule, re.Pattern[str], re.Pattern[str]], ...]:
    """Rule, pattern and exception of the phrases, or those of a rule, in the order of the rules.

    A sentence that also matches the exception does not count; names and sites of the platforms are filled in.
    """
    known = [(one.name, one.address.split("/")[2]) for one in platforms().values() if one.address]
    names, sites = map("|".join, zip(*known, strict=True))

    def filled(pattern: str) -> re.Pattern[str]:
        return re.compile(pattern.replace("<NAMES>", names).replace("<SITES>", sites))

    return tuple((rule, filled(pattern), filled(unless)) for rule, pattern, unless in _PHRASES if of in {None, rule})


PHRASE_RULES = frozenset(rule for rule, _pattern, _unless in _PHRASES)
HIGH_RULES = frozenset({AlertRule.A3, AlertRule.A5, AlertRule.A8, AlertRule.A15, AlertRule.END_REQUEST})
LOW_RULES = frozenset({AlertRule.A7})
UNTIL_ESCROW_RULES = frozenset({AlertRule.A1, AlertRule.A2})
"""Rules of medium level while no escrow is stated for any contract of the room, of low level after."""

NO_JOBS: Mapping[int, Sequence[Contract]] = {}

_AS_AGREED = re.compile(
    rf"({WRITTEN_NUMBER})円(?:の|での?|という)(?:お?約束|ご?契約|お?取り?決め)"
    rf"|(?:計算で|総額|合計|全部で|全額)[はで、]*({WRITTEN_NUMBER})円"
)
_NOT_WHOLE = re.compile("残|追加|税|源泉|手数料|手取|分|ずつ|[件本枚回]|別|前|着手|中間|頭金|経費|交通|送料|実費")

_NOT_OWN_WORDS = (
    *(nodes.Quote, nodes.QuoteMark, nodes.Code, nodes.ReplyTag, nodes.Mention),
    *(nodes.Download, nodes.PreviewTag, nodes.SystemText, nodes.Deleted),
)
_QUOTED_LINE = re.compile(r"(?m)^[ \t]*>.*$")
_SENTENCE_ENDS = re.compile(r"[。!?\n]+")


def judge_texts(texts: Iterable[NewText], jobs: Mapping[int, Sequence[Contract]] = NO_JOBS) -> Iterator[Alert]:
    """One alert for each rule that a text newly matches; `jobs`: the contracts of each room.

    Of who is not of the other side only bank data count, and these only of a stranger, in the place of A8.
    """
    for text in texts:
        mine = jobs.get(text.room_id, ())
        amount = stated_sum(mine[0].amount) if len(mine) == 1 else None
        rules = matched_rules(text.body, amount)
        stranger = text.stranger() if AlertRule.A15 in rules else ""
        left_out = {AlertRule.A8} if stranger else {AlertRule.A15}
        names = {one.platform for one in mine}
        named = names.pop() if len(names) == 1 else None
        if AlertRule.END_REQUEST in rules:
            left_out.add(AlertRule.A13 if platform_of(named).end_request_rule else AlertRule.END_REQUEST)
        rules = [one for one in rules if one not in left_out and (text.is_other or one is AlertRule.A15)]
        if rules:
            before = {rule for earlier_text in text.earlier() for rule in matched_rules(earlier_text, amount)}
            for new_rule in (rule for rule in rules if rule not in before):
                level = phrase_level(new_rule, escrowed=any(one.escrowed_at for one in mine))
                alert = Alert(new_rule, level, text.at, text.room_id, text.account_id, text.message_id)
                subjects = {AlertRule.A15: stranger, AlertRule.END_REQUEST: f"/{named}/{AlertRule.END_REQUEST}"}
                yield replace(alert, subject=subjects.get(new_rule, named))


def taken_names(twins: Iterable[TwinSeen]) -> Iterator[Alert]:
    """An alert for each account with a known person's name, but for contacts that were there from the first list on."""
    for twin in twins:
        if twin.noted["since"] is not None:
            room, account = twin.noted["room_id"] if twin.noted["place"] == "room" else None, twin.noted["account_id"]
            yield Alert(AlertRule.TWIN, Level.HIGH, twin.at, room, account, subject=twin.subject)


def phrase_level(rule: AlertRule, *, escrowed: bool) -> Level:
    """The level of a rule's alert."""
    if rule in HIGH_RULES:
        return Level.HIGH
    if rule in LOW_RULES or (rule in UNTIL_ESCROW_RULES and escrowed):
        return Level.LOW
    return Level.MEDIUM


def matched_rules(body: str, amount: int | None = None) -> list[AlertRule]:
    """The rules that a body matches, each once; one of changed pay too where it calls less than the `amount` agreed."""
    matched = [rule for rule, _words in _matches(body)]
    return list(dict.fromkeys([*matched, AlertRule.A13] if amount and _lowers(body, amount) else matched))


def matched_words(body: str, rule: AlertRule) -> str:
    """The words of a body (NFKC) for which a rule has an alert, by the table's first row; empty if there are none."""
    return next((words for _rule, words in _matches(body, rule)), "")


def _matches(body: str, of: AlertRule | None = None) -> Iterator[tuple[AlertRule, str]]:
    """The rules that a body matches, or that one, with the words, in the order of the table."""
    whole = unicodedata.normalize("NFKC", body)
    if any(pattern.search(whole) for _rule, pattern, _unless in phrases(of)):  # else the notation need not be parsed
        sentences = _SENTENCE_ENDS.split(own_text(body))
        for rule, pattern, unless in phrases(of):
            for sentence in sentences:
                if (found := pattern.search(sentence)) and not unless.search(sentence):
                    yield rule, found.group()


def _lowers(body: str, amount: int) -> bool:
    """Whether a sum is called the agreed or the whole one that is lower, and no small part or tax of it."""
    if not _AS_AGREED.search(unicodedata.normalize("NFKC", body)):
        return False
    sentences = [one for one in _SENTENCE_ENDS.split(own_text(body)) if not _NOT_WHOLE.search(one)]
    sums = [round(written_number(one[1] or one[2])) for text in sentences for one in _AS_AGREED.finditer(text)]
    return any(amount // 4 < one < amount and round(one * 1.1) != amount for one in sums)


def own_text(body: str) -> str:
    """The folded text (NFKC) without quotes, code, mentions and names of files, each replaced by a line end."""
    text = unicodedata.normalize("NFKC", "".join(_own_parts(parse(body))))
    return _QUOTED_LINE.sub("", text)


def _own_parts(tree: Iterable[nodes.Node]) -> Iterator[str]:
    for node in tree:
        if isinstance(node, _NOT_OWN_WORDS):
            yield "\n"
        elif isinstance(node, nodes.Container):
            yield "\n"
            yield from _own_parts(node.children)
            yield "\n"
        else:
            yield node.source
