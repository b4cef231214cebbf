"""`00_README.txt` of a package for a platform's office: three lines, and what is not in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archiver.export.report.case import BLANK, Case
from archiver.export.report.platform import platform_of
from archiver.export.texts import people_text
from archiver.render.times import stamp
from archiver.render.visible import visible


def people(text: str) -> bytes:
    """A text for people: UTF-8 with a byte order mark, CRLF."""
    return people_text(iter(text.split("\n")))


def readme(case: Case, incomplete: Sequence[str], left_out: Sequence[str]) -> bytes:
    """`00_README.txt`."""
    return people_text(_lines(case, incomplete, left_out))


def _lines(case: Case, incomplete: Sequence[str], left_out: Sequence[str]) -> Iterator[str]:
    one, words = case.contract, platform_of(case.contract.platform)
    yield "はじめに"
    yield "01_report.pdf だけで足ります。1頁目に要約、2頁目に照合できる点があります。"
    called = f"契約ID {visible(one.platform_id or BLANK)}「{visible(one.title or BLANK)}」"
    yield f"{words.name}の{called}についての資料です。"
    yield ""
    yield "01_report.pdf         報告書(A4)"
    yield "02_messages.csv       この案件の全メッセージ(Excelで開けます)"
    yield "                      IDの前の m と、= + - @ で始まるセルの前の ' は、表示のために付けたものです"
    yield "03_inquiry_text.txt   問い合わせ欄に貼る文"
    if case.enclosures:
        yield "04_screenshots/ 05_cw_notices/   報告者が添えた画面の写しと通知など"
    yield "SHA256SUMS.txt        各ファイルのSHA-256(改変がないかの確認用)"
    yield ""
    if case.covered:
        yield "第三者の名前や連絡先などは伏せています(報告書の第13章)。発言の件数・順序・時刻は変えていません。"
    for sentence in (*incomplete, *left_out):
        yield f"・{visible(sentence)}"
    yield "取得できなかったものと記録の限界は、報告書の第9章にあります。"
    yield f"作成: {stamp(case.created_at)}(日本時間) 名称: {case.name} {case.software}"
    yield "この資料は、契約の一方の当事者が、自分のChatworkアカウントのAPIで閲覧できた範囲を保存したものです。"
