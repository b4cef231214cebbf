"""Surnames that are a place, a direction or a word as well, where only people stand: 火(東), 外注(市川), 林待ち.

Elsewhere they are left. A place that most people know as one (千葉) and a single character need more to be said than
a surname that is a word or a town. Every repetition has a bound.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from archiver.export.mask import name_checks
from archiver.export.mask.leftover_patterns import KANJI, any_of, kanji_runs
from archiver.export.mask.name_contexts import NO_SIGN
from archiver.export.mask.name_data import leftover_words, ordinary_words

_ALONE = rf"(?<![{KANJI}])(?P<name>[{KANJI}]{{1,5}})(?![{KANJI}])"
_START = rf"(?<![{KANJI}ー])(?P<name>[{KANJI}]{{1,4}}?)"
_ENDS = r"(?=[\s、。,/()」』]|です|でした|から|より|でお願い|まで|さん|様|が|に|は|も|$)"
_DAYS = "(?:今日|明日|本日|明後日|来週|今週|再来週|来月|今月|午前中?|午後|終日|当日|今回|次回)"
_AWAY = (
    f"(?:{_DAYS}?の?(?:不在|お休み|欠席|外出|有休|有給|在宅|遅刻|早退)|{_DAYS}休み|立ち?会い?|同席|登壇|待ち"
    "|含め|対談|撮影分|収録分|担当分|確認待ち|承認待ち|返信待ち|返事待ち|確認済み?|承認済み?|了承済み?|チェック済み?)"
)
_WORK = "(?:打ち?合わ?せ|MTG|ミーティング|面談|通話|電話|商談|会議|顔合わせ|やり取り|やりとり|連絡|契約|面接|撮影|収録)"
_SURE = re.compile(
    rf"{_START}(?= ?{_AWAY}(?:{_ENDS}|の|で)|含め[全計]?[0-9二三四]|[他ほ]か?[0-9二三四][名人]|ら[0-9二三四][名人]"
    rf"|{_DAYS}(?:不在|休)|と一緒|との{_WORK}|と[A-Za-z]|(?:って|と)(?:いい|言い|言う|いう)"
    rf"(?:ます|者|もの|人|方|子|名前|担当|スタッフ)|ですが、?(?:後任|急|体調)|がいつもお世話"
    rf"|[にへ]送金|[にへ](?:入金|支払)"
    r"|側の(?:確認|了承|意向|返事|OK)|のところ[にで](?:届|連絡|メール|行|来)"
    r"|経由で(?:依頼|ご?連絡|ご?紹介|聞|届|もら|いただ|発注|お願い|伝)"
    r"|以外(?:は|の(?:人|方|メンバー))|だけ(?:まだ|未|欠席|不参加|遅|休)|を(?:呼[んば]|招待|CC|ccに|グループに)"
    r"|名義(?![人変])|(?:ではなく|じゃなく)(?!「)|の(?:字|漢字|読み方?|苗字|名字|肩書き?|所属"
    r"|名前)(?:[がはを]|も)|っす[。!]?$"
    r"|まで(?:お願い|お気軽|ご?一報|直接|お?知らせ|お申し出|DM)|が(?:送って|言って|話して|描いて"
    r"|書いて|撮って|作って))"
)
"""Behind a name these leave no doubt that a person is meant, be it a direction or a prefecture otherwise."""
_LIKELY = re.compile(
    rf"{_START}(?=[案組班訳著](?![{KANJI}ァ-ヴー])(?:[のでにはがを、。]|$)|分の(?:請求|原稿"
    rf"|報酬|作業|支払|交通費|経費|ギャラ)"
    r"|用に(?:書き出|作|用意)|の(?:案(?![内件])|原稿|インタビュー|パート|PC|パソコン|マイク|声|チャンネル"
    r"|ギャラ|プロフィール|アイコン|スマホ|セリフ)"
    r"(?![ァ-ヴー])|で(?:ご?予約を?(?:して|取|入|お願)))"
    rf"|(?:^|[\n/、]){{1}}(?P<ok>[{KANJI}]{{1,3}})(?:[へ記拝](?=\n|$)| 拝|、(?:了解|承知)| ?:? ?"
    rf"(?:OK|NG|ok|[○×△◯✕〇✓✔☑])(?![A-Za-z]))"
)
"""Behind a name they are a person's, though a place may have them."""
_PEOPLE = any_of(
    "後任 前任 名字 苗字 旧姓 予約名 予約者 名札 上長 上司 主担当 副担当 正担当 新担当 現担当 "
    "最終確認者 確認者 承認者 作成者 更新者 記入者 "
    "文責 窓口 担当者 担当 責任者 紹介者 依頼者 送信者 差出人 宛名 名義人 名義 撮影者 編集者 "
    "話者 書記 幹事 議事録担当 著者 監修者 執筆者 応募者 "
    "候補者 参加者 受講者 受講生 発注者 受注者 連絡係 聞き手 主演"
)
_WORK_OF = any_of(
    "講師 代表 社長 店長 部長 課長 主任 同期 同僚 後輩 先輩 部下 友人 知人 新人 外注 弊社 "
    "当社 先方 お客様 顧客 営業 経理 総務 広報 人事 制作 "
    "編集 校正 校閲 事務 撮影 音声 録音 照明 字幕 翻訳 ナレーション ナレーター ライター デザイナー "
    "イラスト カメラ カメラマン ディレクター マネージャー "
    "アシスタント モデル 出演 キャスト ゲスト 語り 写真 Photo photo 秘書 インターン 通訳 受付 "
    "代理 監修 執筆 生徒 社員 スタッフ メンバー コーダー "
    "エンジニア リーダー 最終更新 更新 記録 進行 司会"
)
_BEFORE = re.compile(
    rf"(?<![{KANJI}])(?:{_PEOPLE} ?(?:[:・/=]|は|が|、)? ?|{_WORK_OF}(?:担当)? ?(?:[:/=・] ?"
    rf"| (?=[{KANJI}]{{1,4}}(?:\n|$)))"
    rf"|(?:弊社|当社|経理|総務|広報|人事|営業)(?=[{KANJI}]{{1,4}}(?:です|より|から|と申|が"
    rf"|に|$|\n))|\((?:記|文責|文|編集|担当)[: ]"
    rf"|(?:(?<![A-Za-z])(?:[Bb]y|BY|[Cc][Cc]|CC|[Ff]rom|FROM|To|TO|Re|RE|Dear))(?:: ?| )|[0-9A-Z] ?[班組] ?[:"
    rf"(]|以上、)"
    rf"(?P<name>[{KANJI}]{{1,4}}?)(?:担当|記)?{_ENDS}"
)
_IN_BRACKETS = re.compile(
    rf"(?<=[{KANJI}ァ-ヴーぁ-んA-Za-z0-9])\((?:[担代記文]?[当理責]?[: ]?)(?P<name>[{KANJI}]{{1,4}})(?:担当|記)?\)"
)
_REACH = 10
_OF_PLACE = re.compile(
    rf"(?:場所|会場|駅|店|舗|市|区|県|町|村|エリア|地域|地方|支店|支社|本社|ビル|スタジオ|集合"
    rf"|現地|ロケ地?|行き|方面|工場|校|キャンパス|拠点|出身|在住|地|線|口"
    rf"|ホテル|カフェ|ホール|会館|教室|サロン|ジム|館|園|院|寺|神社|城|[{KANJI}]都|東京|大阪"
    rf"|神奈川|埼玉|千葉|京都|愛知|撮影|取材|収録|開催|移動|出張|宿泊|物件|案件|漢字"
    r"|読み|地名|方角|向き|[東西南北]|表記|例|ラジオ|教会|遠征|公演|ライブ|試合|大会|イベント"
    r"|展|オフィス|倉庫|便|発|着|経由|泊|観光|旅行|温泉|産)$"
)
_DAY_BEFORE = re.compile(
    rf"(?:^|[\n・、/ ])(?:[0-9]{{1,2}}/[0-9]{{1,2}} ?)?\(?[月火水木金土日祝](?:曜日?)?\)? ?["
    rf"(: ] ?(?P<name>[{KANJI}]{{1,3}})(?=[)\s、/]|$)"
    rf"|(?:^|\n)[0-9]{{1,2}}/[0-9]{{1,2}} (?P<dated>[{KANJI}]{{1,3}})(?=\n|$)"
    rf"|[0-9]{{1,2}}(?::[0-9]{{2}}|時半?)[~〜-]? ?(?:[0-9]{{1,2}}(?::[0-9]{{2}}|時半?))? (?P<timed>[{KANJI}]{{1,3}})"
    rf"(?=\n|$)"
)
_OF_FIRM = re.compile(
    rf"(?:株式会社|有限会社|合同会社|\(株\)|\(有\)|事務所|法人)[^\s、。の()]{{0,12}}[ の・/]"
    rf"(?P<name>[{KANJI}]{{1,4}})"
    r"(?=です|でした|でござい|と申|より|から|$|\n|[、。/])"
)
_UNIT = "(?:営業|経理|総務|広報|人事|編集|制作|企画|開発|事務|デザイン|[一-鿿]{1,4}[部課室係])"
_AT_UNIT = re.compile(
    rf"(?:^|[\s、。(])(?:{_UNIT}[・/] ?(?P<name>[{KANJI}]{{1,3}})|(?P<other>[{KANJI}]{{1,3}})[・/ ]{_UNIT})"
    r"(?=\s|$|です|より|から|[、。)])"
)
_WITH_FIRM = re.compile(
    rf"{_ALONE}\((?=(?:株式会社|有限会社|合同会社|漢字|読み|旧姓|新人|代理|同姓|別人|仮\)|確認\)"
    rf"|男性|女性|[^()]{{1,8}}(?:社員|さん|様|事務所|所属)\)))"
)
_QUOTED = re.compile(
    rf"[「『](?P<name>[{KANJI}]{{1,4}})[」』](?:名義|が(?:入って|参加|入室|待機|ログイン|退出"
    rf"|います)|を[「『][{KANJI}]{{1,4}}[」』]に"
    rf"|(?:と|を|で?、?)?[A-Za-z①-⑨]?案?[「『][{KANJI}]{{1,4}}[」』])"
)
_PAPER = (
    "(?:請求書?|見積書?|領収書|契約書|納品書|履歴書|職務経歴書|経歴書|発注書|議事録|経費|勤怠"
    "|シフト|日報|報告書|プロフィール|顔写真|宣材|源泉"
    "|支払調書|誓約書|申込書|名刺|メモ)"
)
_IN_FILE = re.compile(
    rf"{_PAPER}[ _(-](?P<name>[{KANJI}]{{1,3}})(?=\)?(?:[ _-][^\s。、]{{1,20}})?\.[A-Za-z0-9]{{2,4}}(?![A-Za-z0-9]))"
    rf"|(?<![{KANJI}])(?P<before>[{KANJI}]{{1,3}})[ _-]{_PAPER}(?=[^\s。、]{{0,20}}\.[A-Za-z0-9]{{2,4}}"
    rf"(?![A-Za-z0-9]))"
)
_ROOM = re.compile(
    rf"(?:部屋名?|ルーム名?|グループ名?|チャット名?) ?[:は] ?[【「\[(](?P<name>[{KANJI}]{{2,4}})[】」\])]"
)
_MARKED = re.compile(
    rf"(?:^|\n)[【\[](?P<name>[{KANJI}]{{2,3}})[】\]](?=[^\n【】]{{0,12}}(?:チーム|編集|案件"
    rf"|動画|様|分|用|担当|修正|確認|$|\n))"
)
_ITEM_LINE = re.compile(
    rf"(?:^|\n) {{0,3}}(?:[・*●○■◆-]|[0-9]{{1,2}}[.、)]|[1-9](?=[一-鿿])) ?(?P<name>[{KANJI}]{{1,4}})"
    rf"(?= ?(?:\([^()\n]{{1,12}}\))?(?:\n|$))"
)
_EITHER = re.compile(
    rf"(?<![{KANJI}])(?P<one>[{KANJI}]{{1,4}})(?: ?or ?|か、?|ではなく|じゃなくて?|または|もしくは"
    rf"|、|→|×|・|/|と)(?P<other>[{KANJI}]{{1,4}})"
    rf"(?=の(?:どちら|どっち|[二2]人|分)|が(?:行|対応|担当|参加|出)|です|でした|で(?:対応|行|分担)|対談|[、。]|$)"
)
_ACCOUNT_NAMES = re.compile(
    rf"(?:[A-Za-z]{{4,12}}(?:と|・|、|/)(?P<name>[{KANJI}]{{1,4}})|(?P<before>[{KANJI}]{{1,4}})"
    rf"(?:・|、|/)[a-z]{{4,12}})(?=で(?:対応|行|担当)|が|[)\s]|$)"
)
_HANDED_OVER = re.compile(
    rf"(?<![{KANJI}])(?P<one>[{KANJI}]{{1,4}})から(?P<other>[{KANJI}]{{1,4}})(?:さん)?[にへ]"
    rf"(?:交代|交替|代わ|替わ|変わ|引き継|引継|バトン)"
)
"""Who takes over from whom: one known surname makes the other a name."""
_AWAY_SOON = re.compile(
    rf"(?:^|[。、\n!?] ?)(?P<name>[{KANJI}]{{1,4}}?)[がは]"
    rf"(?:{_DAYS}|[今来][週月]いっぱい|急に|体調不良で)?、?"
    r"(?:出張|不在|欠席|早退|遅刻|休暇|育休|産休|退職|有給|お休み)"
)
_ROUTE = re.compile(
    rf"(?:決裁|承認|確認|回覧|稟議|チェック)(?:ルート|フロー|順|経路)?[:は][^\n。]{{0,20}}?[→>](?P<name>[{KANJI}]{{1,4}})(?=[→>\n]|$)"
)
_TALK = re.compile(rf"(?:^|\n)(?P<name>[{KANJI}])(?=「)")
_NO_DOUBT, _SOME_DOUBT, _MUCH_DOUBT = range(3)
_SURE_BEFORE = re.compile(
    "(?:弊社|当社|クライアント|発注者|受注者|依頼者|営業|外注|お客様|先方|顧客|新人|講師|代表|妻|夫|息子|娘|兄|弟|姉|妹|母|父"
    "|担当|窓口|経理|総務|広報|人事|話者?|本目|章|番目|[0-9]班|者"
    "|ライター|デザイナー|ディレクター|ナレーター|カメラマン|マネージャー|スタッフ|モデル|エンジニア"
    "|コーダー|上司|部下|同僚|先輩|後輩|友人|知人"
    "|バイト|秘書|インターン|ゲスト|午[前後]|赤字|修正指示|指摘|コメント|返信)$"
)
"""Before a bracket these are somebody, or what is done by one."""


def doubtful_surnames(text: str) -> Iterator[tuple[int, int]]:
    """Where in a normalised text such surnames stand for a person."""
    if not any(_may_hold_surname(run[0]) for run in kanji_runs(text)):
        return
    for pattern, doubt in _RULES:
        for match in pattern.finditer(text):
            for group, name in match.groupdict().items():
                if name and _may_be(name, doubt):
                    yield _with_kanji(match, group)
    for match in _IN_BRACKETS.finditer(text) if "(" in text else ():
        if _may_be(match["name"], _is_doubtful_in_brackets(match)):
            yield match.span("name")
    yield from _listed(text)
    for match in _HANDED_OVER.finditer(text) if "から" in text else ():
        names = [group for group in ("one", "other") if not name_checks.are_words(match[group])]
        if (len(names) == 2 and any(_may_be(match[group], _NO_DOUBT) for group in names)) or "担当" in text:
            yield from (match.span(group) for group in names)


_AT_SINGLE = re.compile(
    "不在|お?休|欠席|外出|有[休給]|在宅|遅刻|早退|立|同席|登壇|待|含|対談|撮影|収録|担当|確認|承認|返|了承|[案組班訳著分用他側記拝]|以外|経由|名義|来|今|明|本|午|終|当|次|再"
)
"""Behind a single character these may stand in the same run of kanji."""


@functools.lru_cache(16_384)
def _may_hold_surname(run: str) -> bool:
    """Whether a run of kanji holds what may be a surname, so that the patterns need to be looked for."""
    length = len(run)
    for start in range(length):
        for end in range(start + 2, min(length, start + 4) + 1):
            if _may_be(run[start:end], _NO_DOUBT):
                return True
    first = _may_be(run[0], _NO_DOUBT) and (length == 1 or _AT_SINGLE.match(run, 1) is not None)
    return first or (length > 2 and _may_be(run[-1], _NO_DOUBT))


_KANJI_BEHIND = re.compile(f"[{KANJI}]{{0,4}}")


def _with_kanji(match: re.Match[str], group: str) -> tuple[int, int]:
    """Where a name stands; of one character with the kanji at it, as it is hidden nowhere within a longer word."""
    start, end = match.span(group)
    text = match.string
    if end - start > 1:
        return start, end
    is_joined = re.match(f"[{KANJI}]", text[start - 1 : start]) is not None
    behind = _KANJI_BEHIND.match(text, end)
    return (match.start() if is_joined else start), (end if behind is None else behind.end())


def _is_doubtful_in_brackets(match: re.Match[str]) -> int | None:
    """How doubtful a name in brackets is by what stands before it; None: a place is as likely."""
    before = match.string[max(0, match.start() - _REACH) : match.start()].removesuffix("担当")
    if _SURE_BEFORE.search(before) or re.search("(?:^|[^0-9一-鿿(])[月火水木金土日]$", before):
        return _NO_DOUBT
    return None if _OF_PLACE.search(before) else _MUCH_DOUBT


@functools.lru_cache(4096)
def _may_be(name: str, doubt: int | None) -> bool:
    """Whether kanji are a surname, of which so much doubt is accepted that it is one here."""
    words = leftover_words()
    if doubt is None or name in words.no_names or not name_checks.is_spoken_surname(name):
        return False
    if len(name) == 1:
        is_word = name in words.sentence_characters or name in NO_SIGN
        return not is_word and (doubt == _NO_DOUBT or name in words.surname_characters)
    if doubt == _NO_DOUBT:
        return True
    is_place = name in words.prefectures or name in ordinary_words().places
    return not is_place and (doubt == _SOME_DOUBT or name not in ordinary_words().kanji)


_RULES = (
    (_SURE, _NO_DOUBT),
    (_LIKELY, _MUCH_DOUBT),
    (_BEFORE, _NO_DOUBT),
    (_DAY_BEFORE, _SOME_DOUBT),
    (_OF_FIRM, _NO_DOUBT),
    (_AT_UNIT, _NO_DOUBT),
    (_WITH_FIRM, _SOME_DOUBT),
    (_QUOTED, _SOME_DOUBT),
    (_IN_FILE, _NO_DOUBT),
    (_ROOM, _SOME_DOUBT),
    (_MARKED, _MUCH_DOUBT),
    (_ACCOUNT_NAMES, _SOME_DOUBT),
    (_TALK, _NO_DOUBT),
    (_AWAY_SOON, _NO_DOUBT),
    (_ROUTE, _NO_DOUBT),
)
"""Each pattern with how much doubt is left where it stands."""


def _listed(text: str) -> Iterator[tuple[int, int]]:
    """Names of lines of a list, and of two of which one is meant, if one of them is no other word."""
    lines = list(_ITEM_LINE.finditer(text)) if "\n" in text else []
    are_names = len(lines) > 1 and all(_may_be(one["name"], _NO_DOUBT) for one in lines)
    if are_names and any(_is_clear(one["name"]) for one in lines):
        yield from (one.span("name") for one in lines)
    for match in _EITHER.finditer(text):
        one, other = match["one"], match["other"]
        if (_is_clear(one) and _may_be(other, _NO_DOUBT)) or (_is_clear(other) and _may_be(one, _NO_DOUBT)):
            yield match.span("one")
            yield match.span("other")


def _is_clear(name: str) -> bool:
    """Whether kanji are a surname and neither a place nor a word."""
    is_place = name in ordinary_words().places or name in ordinary_words().kanji
    return (
        len(name) > 1 and name_checks.is_surname(name) and name not in leftover_words().common_surnames and not is_place
    )
