"""One word for a thing: no text says a retired one, but for what is listed with its reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

RETIRED = {
    "ja": r"""契約 | 仕事名 | 案件 | ルーム | 部屋 | 会話 | 発言 | 投稿 | 本文 | システムの投稿 | 相手方
        | クライアント | 依頼者 | 依頼主 | 発注者 | 購入者 | 仲介 | プラットフォーム | 事務局 | 運営 | 空白
        | 未取得 | 未確認の時間帯 | 見ていない時間 | 回収 | 提出資料 | パッケージ | 提出先 | 呼び替え | マスク
        | 伏せ(?!字) | 第三者 | 指紋 | 検証 | 食い違 | 通知 | きざし | 確認していただきたい | ご判断 | 緊急
        | 未記入 | 記録なし | 申告 | できごと | 添付 | 添え | 控え | 合鍵 | 自動実行 | 無人 | 常駐 | 生存通知
        | 死活 | 呼び出し枠 | 呼び出し回数 | 発言の速さ | 読み直し | 端末 | 黒い画面 | 命令 | アーカイブ
        | 保存データ | ワーカー | 持ち帰 | 封印 | (?<!API)トークン | フォルダ(?!ー) | ブラウザ(?!ー)
        | コンピュータ | (?<![A-Za-z])PC(?![A-Za-z]) | 窓(?!口)""",
    "en": r"""\bcontracts?\b | \brooms?\b | \bconversations?\b | other\ side | \bcounterpart | \bpackages?\b
        | third[- ]part | third[- ]person | (?<!time\ )(?<!time-)\bstamp(?:s|ed)?\b | \bfingerprint | \bdigest
        | \bnotices?\b | system\ post | \boffices?\b | not\ fetched | \bfetch(?:es|ed|ing)?\b | \brecover
        | by\ itself | by\ themselves | unattended | \banew\b | \bmask | emergenc | \bevidence\b
        | deserves?\ attention | \bAct\ now\b | heartbeat | \bworkers?\b | take\ home | unchecked\ period
        | hand(?:ed|s|ing)?\ over | \bRe-read""",
}
"""The words of old, in the order of the vocabulary."""

ALLOWED = {
    "what was agreed with the platform": r"""契約(?:ID|日|金額|途中終了|の途中終了|が終わり)
        | 契約(?:書|条件|詳細|ページ|の前|や仮払い|または秘密) | 相談または契約ごと
        | contract(?:\ (?:date|ID|number|page|or|ended|reportedly\ ends)|'s\ (?:page|number))
        | (?:of|or|before|end|written)\ (?:the\ )?contract | contracts/\d""",
    "ids in the lawyer's package": r"""ルームID | room\ IDs?""",
    "heads of columns, and who wrote": r"""発言者 | 依頼者\( | \"(?:できごと|本文)\" """,
    "labels and rules of platforms, and words of the law": r"""トークルーム | talk\ rooms? | 元の発注者
        | 運営会社 | 運営に問題を報告 | 運営へ報告 | 委託で運営 | 申出窓口 | 全額クライアント | official\ notice
        | \"(?:クライアント|ワーカー|依頼主|購入者|worker)\" | 請求書払いの購入者 | 仕事名 | Coconala\ notice
        | 相手への通知 | その通知の方法 | notice\ to\ the\ client | give\ notice | サービスの通知
        | (?:destroying|erasing|be)\ evidence | 第三者に渡しません""",
    "the court's package": r"""\"相手方 | 及び相手方 | \"(?:An\ answer\ from\ )?the\ other\ side | and\ other\ side,
        | list\ of\ evidence""",
    "a notification of the desktop or of Chatwork": r"""(?:パソコン|画面|プログラム)の通知 | 画面には通知
        | デスクトップに通知 | 通知の?メール | (?:notice|通知)\.eml""",
    "navigation and the heads of archive -h": r"""\"会話(?:を読む|で見る)?\" | \"この会話を
        | \"Conversations?\" | \"Hand\ over\" """,
    "names of options, files, commands and keys": r"""--kind\ notice | --[a-z-]+ | data/\S+ | `[^`]*` | \[[a-z]+\]
        | room: | file:\S+ | kind\ (?:“notice”|stamp) | archive\ team | https?://\S+
        | ROLE\ worker | user=worker | worker[/,]\ ?client | screenshot,\ notice,
        | \w+\.(?:jsonl|csv|md|py|html|toml|service)\b""",
}
"""Where a retired word stays, each with the reason."""

IN_PACKAGES = re.compile(r"契約|\bcontracts?\b|\bpackages?\b", re.IGNORECASE)
"""What a package says of itself and of what was agreed; the verification lies in it and speaks so too."""

_LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')

_RETIRED = {language: re.compile(pattern, re.VERBOSE | re.IGNORECASE) for language, pattern in RETIRED.items()}
_ALLOWED = re.compile("|".join(ALLOWED.values()), re.VERBOSE | re.IGNORECASE | re.MULTILINE)
_PLACEHOLDER = re.compile(r"\{[^{}]*\}|%\(\w+\)s")


def texts() -> Iterator[tuple[str, str]]:
    """Every line that somebody reads, with its language."""
    verification = [*ROOT.glob("archiver/evidence/verify/*.py"), *ROOT.glob("archiver/export/verify_page/scripts/*.js")]
    verifying = "".join("".join(_LITERAL.findall(path.read_text(encoding="utf-8"))) for path in verification)
    for name, languages in (("ja/LC_MESSAGES/messages.po", "en ja"), ("en/LC_MESSAGES/report.po", "ja en")):
        original, translated = languages.split()
        language = original
        for line in (ROOT / "archiver" / "locale" / name).read_text(encoding="utf-8").splitlines():
            language = original if line.startswith("msgid") else translated if line.startswith("msgstr") else language
            text = line.partition(" ")[2] if line.startswith("msg") else line
            is_packed = name.startswith("en/") or (language == "en" and text.strip('"') in verifying)
            yield language, IN_PACKAGES.sub(" ", text) if is_packed else text
    for language, name in (("ja", "README.ja.md"), ("en", "README.md")):
        for path in [ROOT / name, *(ROOT / "docs" / language).glob("*.md")]:
            yield from ((language, line) for line in path.read_text(encoding="utf-8").splitlines())
    for line in (ROOT / "config" / "archive.example.toml").read_text(encoding="utf-8").splitlines():
        yield from ((language, line) for language in RETIRED)


def retired_words(language: str, text: str) -> set[str]:
    """The retired words that a text says, without those that may stay."""
    said = _ALLOWED.sub(" ", _PLACEHOLDER.sub(" ", text))
    return {one.casefold() for one in _RETIRED[language].findall(said)}


def test_no_text_says_a_retired_word() -> None:
    """Both catalogues, the sentences of claims, guides, both READMEs and the settings."""
    assert [] == [(word, text) for language, text in texts() for word in retired_words(language, text)]


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("ja", "この発言の指紋", {"発言", "指紋"}),
        ("ja", "契約IDと契約日", set()),
        ("ja", "発言者(表示名)", set()),
        ("en", "A package is stamped anew by itself", {"package", "stamped", "anew", "by itself"}),
        ("en", "{room}: the time-stamped export, --mask", set()),
    ],
)
def test_a_retired_word_is_recognised(language: str, text: str, words: set[str]) -> None:
    """Options and placeholders are no words."""
    assert words == retired_words(language, text)
