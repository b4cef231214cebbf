"""The text of `00_README.txt`, which people open first: in Japanese, with a few lines of English.

UTF-8 with a byte order mark and CRLF, so that every editor on Windows shows it. It claims nothing that the files
cannot show, and states no cause that no reply of the API stated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from archiver.evidence.tables.build import CSV_HEADERS, KINDS, SOURCES, STATES
from archiver.export.stamps import StampStatement
from archiver.records import Contract, Gap, Seal, Watch, contract_facts
from archiver.render.gap_breaks import PAUSE, gap_text, gap_title, no_pauses_text, usual_interval_lines
from archiver.render.invisible_characters import visible
from archiver.render.missing_parts import unsealed_sentence
from archiver.render.times import local_time
from archiver.report_language import is_english, is_practice, marked, say, stated_day

DAILY_FIRST_LINE = "毎日の写し(伏せ字はAPIトークンだけ・提出用ではありません)"


@dataclass(frozen=True, slots=True)
class PackageFacts:
    """The facts that the readme states about a package."""

    name: str
    daily: bool
    contract: Contract
    rooms: Sequence[tuple[int, str]]
    period: str
    """Its period in words; empty = everything saved."""
    messages: int
    entries: int
    files: int
    packed: int
    """Files whose bytes are in it."""
    gaps: Sequence[Gap]
    raw: int
    raw_left_out: int
    seal: Seal | None
    stamps: StampStatement
    unheld: Sequence[str]
    """Files whose bytes the archive never got, with the reason."""
    left_out: Sequence[str]
    """Files whose bytes are saved but too large for this copy."""
    incomplete: Sequence[str]
    """Sentences about what the archive should have and does not."""
    software: str
    created_at: datetime | None
    """None: not stated, so that the same copy has the same bytes."""
    pauses: Sequence[str] = ()
    """The pauses between readings in words, oldest first."""
    watches: Sequence[tuple[int, Watch]] = ()
    """When each room was read."""
    missing: int = 0
    """Messages that are estimated to be in the gaps."""
    left_out_messages: int = 0
    """Saved messages of the contract outside the period."""
    unsealed: int = 0
    """Records at the end that no seal closes, as the archive could not be written."""
    other_chats: Sequence[str] = ()
    """Chats with the same people that are not saved, one sentence each."""


def encode_lines(lines: Iterator[str]) -> bytes:
    """Lines as the bytes of a text file for people: UTF-8 with a byte order mark, CRLF."""
    mark = [marked("")] if is_practice() else []
    return ("\ufeff" + "".join(f"{line}\r\n" for line in (*mark, *lines))).encode("utf-8")


def readme(facts: PackageFacts) -> bytes:
    """The content of `00_README.txt`."""
    return encode_lines(_lines(facts))


def _lines(facts: PackageFacts) -> Iterator[str]:
    if facts.daily:
        yield say(DAILY_FIRST_LINE)
    yield say("Chatworkやり取り記録 ") + (say("(毎日の写し)") if facts.daily else say("資料"))
    if not facts.daily:
        yield say("まず data/report.pdf(報告書)をご覧ください。1頁目に要約があります。")
    yield say("会話の全体は data/transcript/index.html をブラウザーで開いてください(通信は不要です)。")
    yield say("ファイルが改変されていないかを確かめる手順は VERIFY.txt にあります。")
    yield ""
    yield from _about_lines(facts)
    yield ""
    yield from _missing_lines(facts)
    yield ""
    yield from _content_lines(facts)
    yield ""
    yield from _column_lines(facts) if is_english() else _english_lines(facts)


def _about_lines(facts: PackageFacts) -> Iterator[str]:
    yield say("■ この資料について")
    for label, value in _stated_facts(facts.contract):
        if value:
            yield f"{label}: {visible(value)}"
    for room, name in facts.rooms:
        yield say("チャット: {name}(ルームID {room})", name=visible(name), room=room)
    more = (
        say("(ほかに{left_out_messages:,}件のメッセージを保存しています)", left_out_messages=facts.left_out_messages)
        if facts.left_out_messages
        else ""
    )
    yield say("範囲: {period}{more}", period=facts.period or say("保存している全期間"), more=more)
    if not facts.messages and not facts.files:
        yield say("この仕事のチャットについて、保存されたメッセージとファイルはありません。")
    yield say(
        "メッセージ {messages}件{missing}、ファイル {files}点(うちこの資料に入っているもの {packed}点)、",
        messages=facts.messages,
        missing=say("(ほかに保存できていないもの 約{n:,}件)", n=facts.missing) if facts.missing else "",
        files=facts.files,
        packed=facts.packed,
    )
    yield say("記録 {entries}件。", entries=facts.entries)
    if facts.seal is not None:
        more = say("と、その後の確定前の記録") if facts.unsealed else ""
        yield say(
            "確定記録 第{number}号(記録番号 {last} まで){more}の時点の内容です。",
            number=facts.seal.number,
            last=facts.seal.last,
            more=more,
        )
    if facts.unsealed:
        yield unsealed_sentence(facts.unsealed)
    yield from _stamp_lines(facts.stamps)
    if facts.created_at is not None:
        yield say("作成: {created_at}(日本時間) 名称: {name}", created_at=local_time(facts.created_at), name=facts.name)
    yield say("作成したプログラム: {software}", software=facts.software)
    yield say("この資料は、契約の一方の当事者が、自分のChatworkアカウントのAPIで閲覧できた範囲を保存したものです。")


def _stamp_lines(statement: StampStatement) -> Iterator[str]:
    if statement.last is None:
        if statement.configured:
            yield say("タイムスタンプ(RFC 3161)は、確定記録にはまだ付いていません(認証局の応答を待っています)。")
        else:
            yield say("タイムスタンプ(RFC 3161)は付いていません。")
    else:
        yield say(
            "タイムスタンプ(RFC 3161): 確定記録 {seals}件のうち {stamped}件に付いています",
            seals=statement.seals,
            stamped=statement.stamped,
        )
        yield say(
            "(最後は {last} 日本時間)。後の号に付いた時刻は、それより前の号にも及びます。",
            last=local_time(statement.last),
        )
    if statement.delay is not None:
        yield say(
            "確定してから時刻が及ぶまでの時間は、最も長いもので {duration} です。",
            duration=_duration_text(statement.delay),
        )
    if statement.configured:
        yield say("この資料そのものの時刻は、作成の直後に求めます(tagmanifest-sha256.txt.(認証局).tsr)。")


def _duration_text(span: timedelta) -> str:
    minutes = max(0, int(span.total_seconds()) // 60)
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return say("{days}日{hours}時間", days=days, hours=hours)
    return (
        say("{hours}時間{minutes}分", hours=hours, minutes=minutes % 60)
        if hours
        else say("{minutes}分", minutes=minutes)
    )


def _stated_facts(contract: Contract) -> Iterator[tuple[str, str | None]]:
    yield say("仕事(利用者の入力)"), contract.label
    for fact in contract_facts.FACTS:
        value = stated_day(getattr(contract, fact.name) or "")
        if fact.office_label and (value or fact.is_asked):
            yield say("{label}(利用者の入力)", label=say(fact.office_label)), value


def _missing_lines(facts: PackageFacts) -> Iterator[str]:
    yield say("■ 取得できなかったもの・記録の限界")
    for gap in facts.gaps:
        yield say(
            "・{gap_title}(ルームID {room_id}): {gap}",
            gap_title=gap_title(gap),
            room_id=gap.room_id,
            gap=visible(gap_text(gap)),
        )
    is_read = not facts.watches or any(watch.begun is not None for _room, watch in facts.watches)
    if not facts.gaps and is_read:  # of a room that was never read nothing is known
        yield say("・保存できなかった期間: ありません。")
    yield from (say("・{text}", text=text) for text in usual_interval_lines(facts.watches))
    yield from (say("・{text}", text=text) for text in facts.pauses)
    if not facts.pauses and is_read:
        yield say(
            "・{pause}: {no_pauses}",
            pause=say(PAUSE),
            no_pauses=no_pauses_text((watch for _room, watch in facts.watches)),
        )
    for room, watch in facts.watches:
        if watch.last is not None:
            sentence = say(
                "最後にメッセージの一覧を確認した時刻 {last}。それより後のメッセージは、この資料にありません。",
                last=local_time(watch.last),
            )
            yield say("・ルームID {room}: {sentence}", room=room, sentence=sentence)
    for text in facts.unheld:
        yield say("・保存できなかったファイル {text}", text=visible(text))
    for text in facts.left_out:
        yield say("・一覧だけのファイル {text}", text=visible(text))
    for text in facts.incomplete:
        yield say("・この資料に入れられなかったもの {text}", text=visible(text))
    for text in facts.other_chats:
        yield say("・{text}", text=visible(text))
    if facts.raw_left_out:
        yield say(
            "・範囲外のものを含むなどの理由で入れていないAPIの応答: {raw_left_out}件", raw_left_out=facts.raw_left_out
        )
    yield say("・取得と取得の間に書かれ、その間に削除されたメッセージは記録できません。")
    yield say("・変更の時刻は、最後に変更前を確認した時刻と、変更を検知した時刻の間です。")
    yield say("・音声・ビデオ通話、リアクション、既読は記録していません。外部のリンク先は一覧だけです。")


def _content_lines(facts: PackageFacts) -> Iterator[str]:
    yield say("■ 中身")
    if not facts.daily:
        yield say("data/report.pdf       報告書(全13章)")
        yield say("data/report_all_messages-01.pdf から  付録A 保存できたメッセージ(PDF、2,500件ごと)")
        yield say("data/evidence_list.pdf / .csv  付録B 証拠説明書の下書き")
    yield say("data/transcript/      会話の形にしたページ")
    yield say("data/messages.jsonl   保存できたメッセージと、それぞれの編集前後の文面")
    yield say(
        "                      (kind の notice = 「Chatworkの自動メッセージ」: 本文の全体が、Chatworkが自動で出す"
    )
    yield say("                      お知らせの形のもの。同じ形の本文は誰でも書けます)")
    yield say("data/pauses.jsonl     一覧を確認していない時間(longer_than の秒数を超えるもの)と、その前後に見た時刻")
    if not facts.daily:
        yield say("data/messages.csv     同じ内容の表(Excelで開けます)")
        yield say("data/files.csv        ファイルの一覧と元のファイル名")
        yield say("data/events.csv       編集・削除・退席・表示名の変更・保存できなかった期間などの一覧")
        yield say("data/links.csv        文中のURLの一覧(以前の文面のものも含みます)")
        yield say("data/tasks.csv        タスクの一覧")
        yield say("data/pauses.csv       確認していない時間帯の一覧(data/pauses.jsonl と同じ内容)")
        yield say("data/operator_inquiry.csv  運営会社への照会用(番号と時刻だけ)")
        yield say("data/raw/             APIの応答そのもの({raw}件)", raw=facts.raw)
        yield say("data/content-sha256.txt  data/ の中の一覧(data/ で sha256sum -c content-sha256.txt)")
    yield say("data/files/           ファイル(F-0001 からの番号。元の名前はデータとして残しています。ある場合)")
    if not facts.daily:
        yield say("data/enclosures/      報告者が足したスクリーンショット・通知など(S-001、N-01 からの番号。ある場合)")
    yield say("data/entries.jsonl    記録そのもの(1行が1件。確定記録にハッシュ値があります)")
    yield say(
        "data/seals/           確定記録(各記録のハッシュ値と、前の確定記録のハッシュ値)と、"
        "それぞれのタイムスタンプ(.tsr。あるとき)"
    )
    if facts.stamps.last is not None or facts.stamps.configured:
        yield say("data/tsa/             タイムスタンプを確かめるための証明書")
    if not facts.daily:
        yield say("verify.html           この資料を点検するページ(ブラウザーで開き、資料を落とします。通信しません)")
        yield say("verify.py             この資料を点検するプログラム(Python 3.8以降。python3 -I verify.py)")
        yield say("CSVでは、= + - @ などで始まる欄の先頭に ' を付け、見えない文字を [U+202E] のように書いています。")
        yield say("メッセージIDは、表計算ソフトで桁が失われないよう m を付けています。")
        yield say("手を加えていない文面は messages.jsonl と entries.jsonl にあります。")


def _column_lines(facts: PackageFacts) -> Iterator[str]:
    """What the heads and fixed words of the tables mean, which are Japanese as checks make them anew."""
    if facts.daily:
        return
    yield "* The CSV files in English (their heads and fixed words are Japanese in every package)"
    for name, header in CSV_HEADERS.items():
        yield f"data/{name}"
        yield from (f"  {number:>2}  {head}  {say(head)}" for number, head in enumerate(header, 1))
    yield "Words in messages.csv"
    words = filter(None, (*KINDS.values(), *STATES.values(), *SOURCES.values()))
    yield from (f"      {word}  {say(word)}" for word in words)


def _english_lines(facts: PackageFacts) -> Iterator[str]:
    kind = (
        "A working copy, unmasked but for the API token, not meant to be handed in"
        if facts.daily
        else "A package for a lawyer"
    )
    yield f"[English] {kind}: Chatwork conversations of one contract, read by"
    yield "one party with their own API token. Open data/transcript/index.html. Times are Japan (UTC+9)."
    yield "VERIFY.txt tells how to check it with sha256sum and openssl alone (in English at its end)."
