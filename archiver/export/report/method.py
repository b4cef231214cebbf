"""Chapter 10: a statement on the method, to be signed. Chapter 11: how anybody can check the record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from archiver.claims.words import sources_text
from archiver.export.pdf.blocks import Bullets, Chapter, Paragraph
from archiver.export.report.input import ReportInput
from archiver.export.report.statistics import MessageStatistics
from archiver.platforms.job_platform import platform_of
from archiver.records import JST
from archiver.render.invisible_characters import visible
from archiver.render.times import local_time

API = "https://api.chatwork.com/v2"

STAMP_MEANING = (
    "タイムスタンプは、そのデータがその時刻に存在したことを示すもので、"
    "発言者が誰か、内容が真実かを示すものではありません。"
)


def statement(case: ReportInput, statistics: MessageStatistics) -> Chapter:
    """Chapter 10, in the first person, so that it can be signed as it is."""
    rooms = "、".join(f"{room.room_id}「{visible(room.room_name)}」" for room in case.rooms)
    clock = (
        "端末の時計とChatworkの応答時刻との差は記録されていません。"
        if case.clock_seconds is None
        else f"端末の時計とChatworkの応答時刻との差は、最大 {case.clock_seconds:.1f} 秒でした。"
    )
    selection = (
        "抜粋と強調(★)は私が選びました。" if case.chosen else "抜粋と強調(★)は、プログラムが第6章の規則で選びました。"
    )
    local = case.created_at.astimezone(JST)
    text = (
        f"私は、自分のChatworkアカウント(アカウントID {case.owner_id})のAPIトークンを用い、Chatwork公式API({API})から、"
        f"参加者として閲覧できるチャット({rooms})のメッセージとファイルを、プログラム({case.software})で取得しました"
        f"({_runs_text(case)})。{_sources_text(statistics)}取得した応答は改変せず保存し、"
        "表示用に日本時間へ変換し、記号を読みやすく置き換え、"
        f"第13章の伏せ字を施した以外、本文を変えていません。{clock}{selection}"
    )
    signature = f"{local.year}年{local.month}月{local.day}日　　氏名＿＿＿＿＿＿＿＿＿＿＿＿"
    return Chapter("10　取得方法", (Paragraph(text, "whole"), *_handover_blocks(case), Paragraph(signature)))


def _handover_blocks(case: ReportInput) -> Iterator[Paragraph | Bullets]:
    """To whom earlier packages of the contract were handed, as the user stated it."""
    lines = [
        f"{visible(one.on)}　{visible(one.to)}{f'({visible(one.how)})' if one.how else ''}: "
        f"{exported.name}　SHA-256 先頭16桁 {exported.sha256[:16]}"
        for exported in case.handed_over
        for one in exported.handovers
    ]
    if lines:
        yield Paragraph("これまでに渡した資料(報告者入力)")
        yield Bullets(tuple(lines))


def checking(case: ReportInput, _statistics: MessageStatistics) -> Chapter:
    """Chapter 11 in words; the commands are in VERIFY.txt of a package that holds the records."""
    items = [
        f"第2章の照合点は、{platform_of(case.contract.platform).side}の記録だけで確認できます。",
        (
            "ファイルが改変されていないかは、ハッシュ値の再計算で誰でも確認できます"
            "(Windows: certutil -hashfile ファイル名 SHA256)。"
        ),
        (
            "このPDF自体の改変は、同じ資料のハッシュ値の一覧"
            "(SHA256SUMS.txt または manifest-sha256.txt)との比較で検出できます。"
        ),
    ]
    if case.profile == "lawyer":
        items.append("全記録の照合、確定記録のつながり、タイムスタンプの確認手順は VERIFY.txt にあります。")
    items.append(
        STAMP_MEANING
        if case.stamping or any(one.stamps for one in case.seals)
        else "第三者の時刻(タイムスタンプ)は付いていません。"
    )
    return Chapter("11　検証方法", (Bullets(tuple(items)),))


def _sources_text(statistics: MessageStatistics) -> str:
    """By which kind of reading the messages came; empty if there are none."""
    text = sources_text(statistics.facts)
    return f"発言の取得方法は、{text}です(最後に変化を確認した取得による)。" if text else ""


def _runs_text(case: ReportInput) -> str:
    """The interval of the settings, and how often the job really ran, as the settings alone would promise too much."""
    setting = f"設定は{_interval_text(case.every)}ごと"
    if case.begun_at is None:
        return f"{setting}。一度も取得できていません"
    count = max(room.watch.looks for room in case.rooms)
    return f"{setting}。{local_time(case.begun_at)} から、一覧の確認 {count:,}回。未確認の時間帯は第9章"


def _interval_text(every: timedelta) -> str:
    minutes, seconds = divmod(int(every.total_seconds()), 60)
    if seconds:
        return f"{int(every.total_seconds())}秒"
    hours, rest = divmod(minutes, 60)
    return f"{hours}時間" if hours and not rest else f"{minutes}分"
