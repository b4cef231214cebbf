"""Chapter 10: a statement on the method, to be signed. Chapter 11: how anybody can check the record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from archiver.claims.words import sources_text
from archiver.export.pdf.blocks import Bullets, Chapter, Paragraph
from archiver.export.report.input import ReportInput
from archiver.export.report.platform_words import platform_of, side_text
from archiver.export.report.statistics import MessageStatistics
from archiver.records import JST
from archiver.render.invisible_characters import visible
from archiver.render.times import local_time
from archiver.report_language import say, stated_day

STAMP_MEANING = (
    "タイムスタンプは、そのデータがその時刻に存在したことを示すもので、"
    "発言者が誰か、内容が真実かを示すものではありません。"
)


def statement(case: ReportInput, statistics: MessageStatistics) -> Chapter:
    """Chapter 10, in the first person, so that it can be signed as it is."""
    rooms = say("、").join(
        say("{room_id}「{room_name}」", room_id=room.room_id, room_name=visible(room.room_name)) for room in case.rooms
    )
    clock = (
        say("パソコンの時計とChatworkの応答時刻との差は記録されていません。")
        if case.clock_seconds is None
        else say(
            "パソコンの時計とChatworkの応答時刻との差は、最大 {clock_seconds:.1f} 秒でした。",
            clock_seconds=case.clock_seconds,
        )
    )
    if case.doubtful_dates:
        clock += say("応答の時刻が大きくずれていた間は除きます(第9章)。")
    selection = (
        say("抜粋と強調(★)は私が選びました。")
        if case.chosen
        else say("抜粋と強調(★)は、プログラムが第6章の規則で選びました。")
    )
    local = case.created_at.astimezone(JST)
    text = say(
        "私は、自分のChatworkアカウント(アカウントID {owner_id})のAPIトークンを用い、"
        "{service}から、参加者として閲覧できるチャット({rooms})"
        "のメッセージとファイルを、プログラム({software})で取得しました({runs})。"
        "{sources}取得した応答は改変せず保存し、表示用に日本時間へ変換し、"
        "{changes}以外、文面を変えていません。{clock}"
        "{selection}",
        owner_id=case.owner_id,
        service=case.service,
        rooms=rooms,
        software=case.software,
        runs=_runs_text(case),
        sources=_sources_text(statistics),
        changes=say("記号を読みやすく置き換え、第13章の伏せ字を施した")
        if case.masked_passages
        else say("記号を読みやすく置き換えた"),
        clock=clock,
        selection=selection,
    )
    signature = say(
        "{year}年{month}月{day}日\u3000\u3000氏名＿＿＿＿＿＿＿＿＿＿＿＿",
        year=local.year,
        month=local.month,
        day=local.day,
    )
    return Chapter(say("10\u3000取得方法"), (Paragraph(text, "whole"), *_handover_blocks(case), Paragraph(signature)))


def _handover_blocks(case: ReportInput) -> Iterator[Paragraph | Bullets]:
    """To whom earlier packages of the contract were handed, as the user stated it."""
    lines = [
        say(
            "{on}\u3000{to}{value}: {name}\u3000SHA-256 先頭16桁 {sha256}",
            on=stated_day(visible(one.on)),
            to=visible(one.to),
            value=f"({visible(one.how)})" if one.how else "",
            name=exported.name,
            sha256=exported.sha256[:16],
        )
        for exported in case.handed_over
        for one in exported.handovers
    ]
    if lines:
        yield Paragraph(say("これまでに渡した資料(報告者入力)"))
        yield Bullets(tuple(lines))


def checking(case: ReportInput, _statistics: MessageStatistics) -> Chapter:
    """Chapter 11 in words; the commands are in VERIFY.txt of a package that holds the records."""
    platform = platform_of(case.contract.platform)
    items = [
        say(
            "第2章の「{where}の記録」の列は、この資料によらずに、{side}の記録で確認できます。",
            where=platform.where,
            side=side_text(platform),
        ),
        (
            say(
                "ファイルが、資料を作成した後に変わっていないかは、"
                "ハッシュ値の再計算で確認できます(Windows: certutil -hashfile ファイル名 SHA256)。"
            )
        ),
        (
            say(
                "このPDF自体の作成後の変更は、同じ資料のハッシュ値の一覧(SHA256SUMS.txt または manifest-sha256.txt)"
                "との比較で検出できます。"
            )
        ),
    ]
    if case.profile == "lawyer":
        items.append(say("全記録の照合、確定記録のつながり、タイムスタンプの確認手順は VERIFY.txt にあります。"))
    items.append(
        say(STAMP_MEANING)
        if case.stamping or any(one.stamps for one in case.seals)
        else say("タイムスタンプ(RFC 3161)は付いていません。記録がいつから存在したかを、この資料だけからは示せません。")
    )
    return Chapter(say("11\u3000点検の方法"), (Bullets(tuple(items)),))


def _sources_text(statistics: MessageStatistics) -> str:
    """By which kind of reading the messages came; empty if there are none."""
    text = sources_text(statistics.facts)
    return (
        say(
            "メッセージの取得方法は、{text}です(内容が変わったメッセージは、最後の変化を確認した方法で数えています)。",
            text=text,
        )
        if text
        else ""
    )


def _runs_text(case: ReportInput) -> str:
    """The interval of the settings, and how often the job really ran, as the settings alone would promise too much."""
    setting = say("プログラムの設定は{interval}ごと", interval=_interval_text(case.every))
    if case.begun_at is None:
        return say("{setting}。一度も取得できていません", setting=setting)
    count = max(room.watch.looks for room in case.rooms)
    return say(
        "{setting}、実際の一覧の確認は {begun_at} から{count:,}回。実際の間隔と確認していない時間帯は第9章",
        setting=setting,
        begun_at=local_time(case.begun_at),
        count=count,
    )


def _interval_text(every: timedelta) -> str:
    minutes, seconds = divmod(int(every.total_seconds()), 60)
    if seconds:
        return say("{seconds}秒", seconds=int(every.total_seconds()))
    hours, rest = divmod(minutes, 60)
    return say("{hours}時間", hours=hours) if hours and not rest else say("{minutes}分", minutes=minutes)
