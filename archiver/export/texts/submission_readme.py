"""`00_README.txt` of a package that is read, not verified: an introduction, its files, and what is missing in it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from archiver.export import enclosure_file_names
from archiver.export.mask.kinds import MaskKind, reason
from archiver.export.report.input import BLANK, ReportInput
from archiver.export.report.people_and_dates import stand_in_note
from archiver.export.report.platform_words import platform_of
from archiver.export.report.truncation import shorten_line
from archiver.export.texts.readme import encode_lines
from archiver.render.invisible_characters import visible
from archiver.render.missing_parts import unsealed_sentence
from archiver.render.times import local_time
from archiver.report_language import say

README, INQUIRY = "00_README.txt", "03_inquiry_text.txt"

_MAX_LENGTH = 80
_COLUMN = 22

_FIRST_LINES = {
    "support": "01_report.pdf だけで足ります。1頁目に要約、2頁目に照合できる点があります。",
    "consult": "01_consult.pdf だけで足ります。上から順に読み上げるための2頁です。",
    "court": "甲001の1.pdf が報告書、甲001の2.pdf から後が保存できたメッセージ、証拠説明書.pdf は下書きです。",
}
_FIRST_FILES = {
    "support": ("01_report.pdf",),
    "consult": ("01_consult.pdf",),
    "court": ("甲001の1.pdf", "甲001の2.pdf", "証拠説明書.pdf"),
}
"""The files that the first line of each profile names; the first is the one with the chapters."""
_FILES = {
    "01_report.pdf": "報告書(A4)",
    "01_consult.pdf": "相談用の要約(A4、2頁)",
    "02_messages.csv": "この仕事の保存できたメッセージ(Excelで開けます)",
    INQUIRY: "問い合わせ欄に貼る文(800字以内)",
    "甲001の1.pdf": "報告書(A4)。右上の「甲第　　号証」は空欄です",
    "証拠説明書.pdf": "証拠説明書の下書き。立証趣旨などは書き足してください",
}
"""Each file with its description, in order; `_volume_lines` describes the volumes of all messages."""


def encode_text(text: str) -> bytes:
    """A text as the bytes of a file for people: UTF-8 with a byte order mark, CRLF."""
    return encode_lines(iter(text.split("\n")))


def readme(case: ReportInput, names: Collection[str], incomplete: Sequence[str]) -> bytes:
    """The content of `00_README.txt`; `names` are its files, `incomplete` sentences about missing ones."""
    return encode_lines(_lines(case, names, incomplete))


def _lines(case: ReportInput, names: Collection[str], incomplete: Sequence[str]) -> Iterator[str]:
    contract, platform = case.contract, platform_of(case.contract.platform)
    yield say("はじめに")
    lacking = [name for name in _FIRST_FILES[case.profile] if name not in names]
    yield (
        say("{lacking} は作れませんでした。この資料は、ほかのファイルだけです。", lacking=say("、").join(lacking))
        if lacking
        else say(_FIRST_LINES[case.profile])
    )
    called, title = (
        shorten_line(visible(stated or say(BLANK)), _MAX_LENGTH) for stated in (contract.platform_id, contract.title)
    )
    number = "" if platform.elsewhere else say("{where}の契約ID {called}", where=platform.where, called=called)
    named = say("「{title}」", title=title) if contract.title else say("(仕事名 {blank})", blank=say(BLANK))
    yield say("{number}{named}についての資料です。", number=number, named=named)
    if case.part_sentence:
        yield case.part_sentence
    yield ""
    has_report = _FIRST_FILES[case.profile][0] in names
    copies = [enclosure_file_names.label(one) for one in case.enclosures if one.number in case.copies]
    yield from _file_lines(names, copies, whole=not case.period, is_direct=bool(platform.elsewhere))
    yield ""
    yield from case.reviewed_sentences
    if case.masked_passages:
        kinds = say("、").join(_masked_kinds(case))
        yield say(
            "{kinds}は隠しています{chapter}。メッセージの件数・順序・時刻は変えていません。",
            kinds=kinds,
            chapter=_chapter_text(case, 13) if has_report else "",
        )
    if case.stand_ins:
        yield stand_in_note(case)
    if case.unsealed:
        yield unsealed_sentence(case.unsealed)
    for sentence in incomplete:
        yield say("・{sentence}", sentence=visible(sentence))
    if has_report:
        place = say("５「保存できていないもの」") if case.profile == "consult" else say("報告書の第9章")
        yield say("取得できなかったものと記録の限界は、{place}にあります。", place=place)
    else:
        yield say("取得できなかったものと記録の限界は、作れなかったPDFに書くものなので、この資料にはありません。")
    yield say(
        "作成: {created_at}(日本時間) 名称: {name} {software}",
        created_at=local_time(case.created_at),
        name=case.name,
        software=case.software,
    )
    yield say("この資料は、契約の一方の当事者が、自分のChatworkアカウントのAPIで閲覧できた範囲を保存したものです。")


def _masked_kinds(case: ReportInput) -> list[str]:
    """The kinds of what was masked in this package: names first, what the user asked for or left undecided last."""
    kinds = {one.reason for one in case.masked_passages}
    ends = {reason(MaskKind.NAME): -1, reason(MaskKind.USER): 1, reason(MaskKind.POSSIBLE): 2}
    wording = {
        reason(MaskKind.USER): say("報告者が指定した語句"),
        reason(MaskKind.POSSIBLE): say("報告者が隠した語、氏名・連絡先などの可能性がある語"),
    }
    return [wording.get(one, say(one)) for one in sorted(kinds, key=lambda one: (ends.get(one, 0), one))]


def _file_lines(names: Collection[str], copies: Sequence[str], *, whole: bool, is_direct: bool) -> Iterator[str]:
    for name, description in _FILES.items():
        if name in names:
            if is_direct and name == INQUIRY:
                description = "相手方に送る文の案(800字以内)"
            if name == "02_messages.csv" and not whole:
                description = "期間内の保存できたメッセージ(Excelで開けます)"
            yield _row(name, say(description))
        if name == "02_messages.csv" and name in names:
            yield _row(
                "",
                say(
                    "種類「Chatworkの自動メッセージ」は、本文の全体がChatworkの自動のお知らせの形のもの(同じ形は誰でも書けます)"
                ),
            )
            yield _row("", say("IDの前の m と、= + - @ で始まるセルの前の ' は、表示のために付けたものです"))
        if name == "甲001の1.pdf":
            yield from _volume_lines(names)
            yield from (
                _row(name, say("報告者が足した資料")) for name in sorted(filter(enclosure_file_names.is_exhibit, names))
            )
    for folder, description in zip(
        enclosure_file_names.FOLDERS,
        (say("報告者が足したスクリーンショット"), say("報告者が足した通知など")),
        strict=False,
    ):
        if any(name.startswith(folder) for name in names):
            yield _row(folder, description)
    if copies:
        listed = say("、").join(copies)
        yield _row(
            "",
            say(
                "メタデータ(作成者・位置など)を除いた写し: {listed}。元のSHA-256は報告書の第12章にあります",
                listed=listed,
            ),
        )
    yield _row("SHA256SUMS.txt", say("各ファイルのSHA-256(改変がないかの確認用)"))


def _volume_lines(names: Collection[str]) -> Iterator[str]:
    yield from (
        _row(name, say("保存できたメッセージ(A4)"))
        for name in sorted(names, key=lambda name: (len(name), name))
        if name.startswith("甲001の") and name != "甲001の1.pdf"
    )


def _row(name: str, description: str) -> str:
    width = sum(1 if character.isascii() else 2 for character in name)
    return name + " " * max(2, _COLUMN - width) + description


def _chapter_text(case: ReportInput, number: int) -> str:
    return "" if case.profile == "consult" else say("(報告書の第{number}章)", number=number)
