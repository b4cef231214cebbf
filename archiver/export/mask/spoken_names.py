"""Surnames without a title that stand for a person by what is around them, those too that are places or words.

「千葉に確認します」, 「経理の泉へ」, 「辻が来週まで不在」, 「【東】直しました」. Every repetition has a bound.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from archiver.export.mask import name_checks
from archiver.export.mask.kanji_names import are_words
from archiver.export.mask.leftover_patterns import JOBS, KANJI, any_of
from archiver.export.mask.name_data import leftover_words

_RUN = re.compile(f"(?<![{KANJI}])[{KANJI}]{{1,8}}(?![{KANJI}])")
_GIVEN = re.compile(rf" (?P<given>[{KANJI}]{{1,3}})(?<![様氏君殿])(?![{KANJI}:=→])")
_REACH = 16
"""Characters before a name in which its context is looked for."""

# --- behind a name -----------------------------------------------------------------------------------

_TOLD = any_of(
    "確認 聞 きい 連絡 お願 頼 たの 相談 伝 共有 引き継 引継 依頼 任せ まかせ 渡 見せ みせ 回し 振っ 振り 投げ 預け 託 電話 返信 返事 報告 訊 尋ね 怒ら 褒め "
    "指摘 言わ 締切 教え 話し 手伝 問い合わせ 質問 転送 声 感謝 謝 許可 承認 チェック レビュー もらっ もらう もらい いただ 頂 お伝え ご確認 ご連絡 ご相談 お声 DM LINE メール"
)
_DOING = any_of(
    "担当 対応 撮影 出演 不在 欠席 休 同席 退職 参加 決め 決裁 作っ 作り 作る 書い 書き 戻 入院 入社 異動 復帰 出張 外出 育休 産休 言っ 言う 話し 話す 窓口 承認 確認 持って 辞め "
    "伺 不参加 遅刻 遅れ 送っ 送り 直し 見て 見た 修正 編集 提出 納品 怒 希望 了承 依頼 お願 連絡 返信 くれ もらっ もらい いただ おっしゃ 仰 申し 申す 待って 待ち 忙し 体調 代わり "
    "引き継 引継 やって やる できる 出社 出勤 席を 席外 打ち合わせ 打合せ 会議 立ち会 お休 教え 調べ 知って 気にし 結婚 卒業 着任 就任 司会 進行 訳し 読んで 描い 描き 歌 弾 撮っ 撮る アップ"
)
_OWNED = any_of(
    "指示 返事 返信 名札 コメント 携帯 連絡先 承認 都合 判断 意見 許可 机 口座 名前 担当 代わり 方から 方で 方に 方へ 方が 方は ほうで ほうから ほうに やり方 やつ 件 番号 アカウント 誕生日 退職 休み 予定 "
    "体調 声 話 意向 了承 OK 確認 チェック 赤入れ 原稿 奥さん 旦那 お子 代理 席 電話 メール スケジュール 結婚 受け持ち 分担 分は 分も 分を 作業 仕事 お母 お父 後任 前任 上司 部下 言い分 言う 言って"
)
_INTRODUCED = (
    r"と申し|でござい|と言います|といい(?:ます|まし)|[」』]?(?:という|って(?:いう)?)(?:方|人|者|子|やつ|名前|ライター|先生)"
)
_BEHIND = re.compile(
    rf"{_INTRODUCED}"
    rf"|(?:に|へ|から|と|にも|へも|より)も?[^。、\n!?]{{0,6}}?{_TOLD}"
    rf"|(?:が|は|も|、)[^。\n!?]{{0,12}}?{_DOING}"
    rf"|の{_OWNED}|まで(?=ご?連絡|ご?相談|お問|お電話)|拝(?![{KANJI}見啓])"
    r"|(?:より|から)(?:以上|です|伝言)|宛(?:に|て|で|の)|いわく|曰く|に代わ|に替わ|に変わりま|的には"
    r"|(?:PM|AD|CD|[PD])(?:[のにがはへともや、。\s確承修済案]|$)"
)
_DOES_WEAKLY = re.compile(r"です(?:[。、!~ー…♪^(\s]|けど|が|$)")
"""An introduction, but only where a sentence begins: 「辻です」, and not 「背景は森です」."""

# --- before a name -----------------------------------------------------------------------------------

_BELONGING = any_of(
    "上司 部下 同僚 先輩 後輩 弊社 当社 御社 貴社 外注 先方 友人 知人 妻 夫 弟 妹 兄 姉 うち 経理 総務 広報 営業 人事 制作 編集 開発 デザイン 企画 事務局 事務 担当 デスク 上長 前任 後任 窓口 "
    "ライター デザイナー カメラマン ディレクター エンジニア ナレーター イラストレーター スタッフ 責任者 担当者 秘書 通訳 マネージャー リーダー アシスタント バイト インターン 新人 "
    "代表 社長 部長 課長 チーム 品質管理 カスタマーサポート サポート コーダー 動画 校正 校閲 翻訳 現場 代理店 事務所 取引先 営業部 クライアント"
)
_UNIT = f"(?:[{KANJI}ァ-ヴー]{{1,10}}[部課室係店局社]|事務所|チーム|グループ|サポート|デスク|広報|経理|総務|株式会社[^\\s]{{1,12}}|{JOBS})"
_BEFORE = re.compile(
    rf"(?:{_BELONGING}|[部課室係店局社])の$|(?:^|[\s、。])@ ?$|(?i:\bcc|\bto|\bfrom) ?: ?$|{JOBS} ?[(「『] ?$"
)
_NO_LETTER = re.compile(f"(?:^|[\\s。、「『>(!?…~・]|[{KANJI}ぁ-ん]の)$")
_UNIT_BEFORE = re.compile(rf"{_UNIT} $")
_LINE_BEFORE = re.compile(r"(?:^|\n) {0,4}$")
_MARK_BEFORE = re.compile(r"(?:^|\n) {0,4}[【\[]$")
_SIGN_BEFORE = re.compile(r"(?:[。!?…~♪]|ました|ます|です|した|ません|ください|済み?|[かねよぞわ]|とのこと|様子|まで|次第|す) ?\($|[。!?] ?/ ?$|(?:です|ます|した|ください)/$")
_SIGN_BEHIND = re.compile(r"\)?[\s」』]{0,3}$|\)\n")
_LINE_BEHIND = re.compile(r" {0,4}(?:$|\n|[」』]\s{0,3}$)")
_COLON = re.compile(r" ?[:→>≫](?!:[0-9])")
_NO_SIGN = frozenset("日月火水木金土済計税中上下前後新旧仮株有代高低大小")
"""In brackets these are a day, a state, a size."""
_NO_ALONE = frozenset("前今奥長所中新角境向平高神本元上下内外後口間金")
"""Words of a sentence far more often than surnames."""
_LABEL_BEFORE = re.compile(
    r"(?:^|\n)[^\n:=→、。]{1,12} ?[:=→] ?$|[/、] ?[^\n:=→、。/]{1,8}[:=→] ?$"
)
_OF_PLACE = re.compile("場所|会場|エリア|地域|出身|[地元県市区町駅店宅先] ?[:=→]|産|行き|方面|ロケ|住|題|名 ?[:=→]|テーマ|キーワード ?[:=→]|カテゴリ|タグ")
_LABEL_BEHIND = re.compile(r" ?(?:$|\n|[、/,|(]|→)")
_WHO_BEFORE = re.compile(f"(?:した|いた|った|んだ|てる|くれた)の(?:は|って|が)?$|{JOBS}$")
_WHO_BEHIND = re.compile("らしい|だと|だった|です|かな|じゃ|みたい|だよ|だね|[がはもにのと、]|より|から")


def spoken_names(text: str) -> Iterator[tuple[int, int]]:
    """Where in a normalised text a surname stands for a person, with a given name that follows."""
    for match in _RUN.finditer(text):
        start = _start_in_run(match[0])
        if start is None or match[0] in _NO_ALONE:
            continue
        given = _GIVEN.match(text, match.end())
        has_given = given is not None and name_checks.is_given_name(given["given"])
        end = given.end() if given is not None and has_given else match.end()
        if _is_spoken_of(text, match.start() + start, end, has_words=start > 0):
            yield match.start() + start, end


@functools.lru_cache(8192)
def _start_in_run(run: str) -> int | None:
    """Where in a run of kanji a surname begins with which it ends, behind known words; a full name counts too."""
    for start in range(len(run)):
        name = run[start:]
        is_name = name_checks.is_spoken_surname(name) and (len(name) > 1 or start == 0)
        if (is_name or name_checks.is_full_name(name)) and name not in leftover_words().no_names:
            return start if are_words(run[:start]) else None
    return None


def _is_spoken_of(text: str, start: int, end: int, *, has_words: bool) -> bool:
    """Whether what stands around a word makes it a person."""
    before = text[max(0, start - _REACH) : start]
    if _BEHIND.match(text, end) and not has_words and not before.endswith(("(", "の") * (end - start == 1)):
        return True
    if _BEFORE.search(before) or (_DOES_WEAKLY.match(text, end) and _NO_LETTER.search(before)):
        return True
    if _LINE_BEFORE.search(before) and (_COLON.match(text, end) or ("\n" in text and _LINE_BEHIND.match(text, end))):
        return True
    if _LABEL_BEFORE.search(before) and _LABEL_BEHIND.match(text, end) and not _OF_PLACE.search(before):
        return True
    if _WHO_BEFORE.search(before) and _WHO_BEHIND.match(text, end):
        return True
    return _is_signature(text, before, start, end)


def _is_signature(text: str, before: str, start: int, end: int) -> bool:
    """Whether a word signs what stands before or behind it: 「【東】直しました」, 「直しました(東)」, 「購買部 千葉」."""
    if _UNIT_BEFORE.search(before) and (_LINE_BEHIND.match(text, end) or text.startswith((" 拝", "拝"), end)):
        return True
    if end - start == 1 and text[start] in _NO_SIGN:
        return False
    is_place = text[start:end] in leftover_words().common_surnames
    if _MARK_BEFORE.search(before) and re.compile(r"[】\]] ?[^\s\[【]").match(text, end) and not is_place:
        return True
    return _SIGN_BEFORE.search(before) is not None and _SIGN_BEHIND.match(text, end) is not None
