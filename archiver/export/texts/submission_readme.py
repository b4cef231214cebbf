"""`00_README.txt` of a package that is read, not verified: three lines, what each file is, and what is not in it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from archiver.export import attachments
from archiver.export.mask.kinds import MaskKind, reason
from archiver.export.report.input import BLANK, ReportInput
from archiver.export.report.truncate import flat
from archiver.export.texts.readme import people_text
from archiver.platforms.platform import platform_of
from archiver.render.times import stamp
from archiver.render.visible import visible

README = "00_README.txt"

_LONGEST = 80
_COLUMN = 22

_BEGIN = {
    "support": "01_report.pdf だけで足ります。1頁目に要約、2頁目に照合できる点があります。",
    "consult": "01_consult.pdf だけで足ります。上から順に読み上げるための2頁です。",
    "court": "甲001の1.pdf が報告書、甲001の2.pdf から後が全メッセージ、証拠説明書.pdf は下書きです。",
}
_FILES = {
    "01_report.pdf": "報告書(A4)",
    "01_consult.pdf": "相談用の要約(A4、2頁)",
    "02_messages.csv": "この案件の全メッセージ(Excelで開けます)",
    "03_inquiry_text.txt": "問い合わせ欄に貼る文(800字以内)",
    "甲001の1.pdf": "報告書(A4)。右上の「甲第　　号証」は空欄です",
    "証拠説明書.pdf": "証拠説明書の下書き。立証趣旨などは書き足してください",
}
"""What each file is, in the order of the list; volumes of all messages are told by `_volumes`."""


def people(text: str) -> bytes:
    """A text for people: UTF-8 with a byte order mark, CRLF."""
    return people_text(iter(text.split("\n")))


def readme(case: ReportInput, names: Collection[str], incomplete: Sequence[str]) -> bytes:
    """`00_README.txt`; `names` are the files that lie beside it, `incomplete` what should and does not."""
    return people_text(_lines(case, names, incomplete))


def _lines(case: ReportInput, names: Collection[str], incomplete: Sequence[str]) -> Iterator[str]:
    one, words = case.contract, platform_of(case.contract.platform)
    yield "はじめに"
    yield _BEGIN[case.profile]
    called, title = (flat(visible(stated or BLANK), _LONGEST) for stated in (one.platform_id, one.title))
    yield f"{words.where}の契約ID {called}「{title}」についての資料です。"
    if case.part:
        yield case.part
    yield ""
    yield from _files(names, whole=not case.period)
    yield ""
    if case.covered:
        told = "、".join(_covered(case))
        yield f"{told}は伏せています{_chapter(case, 13)}。発言の件数・順序・時刻は変えていません。"
    for sentence in incomplete:
        yield f"・{visible(sentence)}"
    place = "５「保存できていないもの」" if case.profile == "consult" else "報告書の第9章"
    yield f"取得できなかったものと記録の限界は、{place}にあります。"
    yield f"作成: {stamp(case.created_at)}(日本時間) 名称: {case.name} {case.software}"
    yield "この資料は、契約の一方の当事者が、自分のChatworkアカウントのAPIで閲覧できた範囲を保存したものです。"


def _covered(case: ReportInput) -> list[str]:
    """The kinds of what was really covered: names first, what the user asked for last."""
    found = {one.reason for one in case.covered}
    ends = {reason(MaskKind.NAME): -1, reason(MaskKind.USER): 1}
    told = {reason(MaskKind.USER): "報告者が指定した語句"}
    return [told.get(one, one) for one in sorted(found, key=lambda one: (ends.get(one, 0), one))]


def _files(names: Collection[str], *, whole: bool) -> Iterator[str]:
    for name, told in _FILES.items():
        if name in names:
            yield _row(name, told if whole else told.replace("この案件の全メッセージ", "期間内の全メッセージ"))
        if name == "02_messages.csv" and name in names:
            yield _row("", "IDの前の m と、= + - @ で始まるセルの前の ' は、表示のために付けたものです")
        if name == "甲001の1.pdf":
            yield from _volumes(names)
            yield from (_row(name, "報告者が添えた資料") for name in sorted(filter(attachments.is_exhibit, names)))
    for folder, told in zip(attachments.FOLDERS, ("報告者が添えた画面の写し", "報告者が添えた通知など"), strict=False):
        if any(name.startswith(folder) for name in names):
            yield _row(folder, told)
    yield _row("SHA256SUMS.txt", "各ファイルのSHA-256(改変がないかの確認用)")


def _volumes(names: Collection[str]) -> Iterator[str]:
    yield from (
        _row(name, "全メッセージ(A4)")
        for name in sorted(names, key=lambda name: (len(name), name))
        if name.startswith("甲001の") and name != "甲001の1.pdf"
    )


def _row(name: str, told: str) -> str:
    width = sum(1 if sign.isascii() else 2 for sign in name)
    return name + " " * max(2, _COLUMN - width) + told


def _chapter(case: ReportInput, number: int) -> str:
    return "" if case.profile == "consult" else f"(報告書の第{number}章)"
