"""The text of `00_README.txt`, which people open first: in Japanese, with a few lines of English.

UTF-8 with a byte order mark and CRLF, so that every editor on Windows shows it. It claims nothing that the files
cannot show, and states no cause that no reply of the API stated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from archiver.export.stamps import StampStatement
from archiver.records import Contract, Gap, Seal, Watch, contract_facts
from archiver.render.gap_breaks import PAUSE, gap_text, gap_title, no_pauses_text, usual_interval_lines
from archiver.render.invisible_characters import visible
from archiver.render.times import local_time
from archiver.render.unsealed_records import unsealed_sentence

DAILY_FIRST_LINE = "控え(伏せ字なし・提出用ではありません)"


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
    left_out_messages: int = 0
    """Saved messages of the contract outside the period."""
    unsealed: int = 0
    """Records at the end that no seal closes, as the archive could not be written."""
    other_chats: Sequence[str] = ()
    """Chats with the same people that are not saved, one sentence each."""


def encode_lines(lines: Iterator[str]) -> bytes:
    """Lines as the bytes of a text file for people: UTF-8 with a byte order mark, CRLF."""
    return ("\ufeff" + "".join(f"{line}\r\n" for line in lines)).encode("utf-8")


def readme(facts: PackageFacts) -> bytes:
    """The content of `00_README.txt`."""
    return encode_lines(_lines(facts))


def _lines(facts: PackageFacts) -> Iterator[str]:
    if facts.daily:
        yield DAILY_FIRST_LINE
    yield "Chatworkやり取り記録 " + ("(毎日の控え)" if facts.daily else "提出資料")
    if not facts.daily:
        yield "まず data/report.pdf(報告書)をご覧ください。1頁目に要約があります。"
    yield "会話の全体は data/transcript/index.html をブラウザで開いてください(通信は不要です)。"
    yield "ファイルが改変されていないかを確かめる手順は VERIFY.txt にあります。"
    yield ""
    yield from _about_lines(facts)
    yield ""
    yield from _missing_lines(facts)
    yield ""
    yield from _content_lines(facts)
    yield ""
    yield from _english_lines(facts)


def _about_lines(facts: PackageFacts) -> Iterator[str]:
    yield "■ この資料について"
    for label, value in _stated_facts(facts.contract):
        if value:
            yield f"{label}: {visible(value)}"
    for room, name in facts.rooms:
        yield f"チャット: {visible(name)}(ルームID {room})"
    more = f"(ほかに{facts.left_out_messages:,}件の発言を保存しています)" if facts.left_out_messages else ""
    yield f"範囲: {facts.period or '保存している全期間'}{more}"
    if not facts.messages and not facts.files:
        yield "この契約のチャットについて、保存された発言とファイルはありません。"
    yield f"発言 {facts.messages}件、ファイル {facts.files}点(うちこの資料に入っているもの {facts.packed}点)、"
    yield f"記録 {facts.entries}件。"
    if facts.seal is not None:
        more = "と、その後の確定前の記録" if facts.unsealed else ""
        yield f"確定記録 第{facts.seal.number}号(記録番号 {facts.seal.last} まで){more}の時点の内容です。"
    if facts.unsealed:
        yield unsealed_sentence(facts.unsealed)
    yield from _stamp_lines(facts.stamps)
    if facts.created_at is not None:
        yield f"作成: {local_time(facts.created_at)}(日本時間) 名称: {facts.name}"
    yield f"作成したプログラム: {facts.software}"
    yield "この資料は、契約の一方の当事者が、自分のChatworkアカウントのAPIで閲覧できた範囲を保存したものです。"


def _stamp_lines(statement: StampStatement) -> Iterator[str]:
    if statement.last is None:
        if statement.configured:
            yield "第三者の時刻(タイムスタンプ)は、確定記録にはまだ付いていません(認証局の応答を待っています)。"
        else:
            yield "第三者の時刻(タイムスタンプ)は付いていません。"
    else:
        yield f"第三者の時刻(タイムスタンプ): 確定記録 {statement.seals}件のうち {statement.stamped}件に付いています"
        yield f"(最後は {local_time(statement.last)} 日本時間)。後の号に付いた時刻は、それより前の号にも及びます。"
    if statement.delay is not None:
        yield f"確定してから時刻が及ぶまでの時間は、最も長いもので {_duration_text(statement.delay)} です。"
    if statement.configured:
        yield "この資料そのものの時刻は、作成の直後に求めます(tagmanifest-sha256.txt.(認証局).tsr)。"


def _duration_text(span: timedelta) -> str:
    minutes = max(0, int(span.total_seconds()) // 60)
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return f"{days}日{hours}時間"
    return f"{hours}時間{minutes % 60}分" if hours else f"{minutes}分"


def _stated_facts(contract: Contract) -> Iterator[tuple[str, str | None]]:
    yield "契約(利用者の入力)", contract.label
    for fact in contract_facts.FACTS:
        value = getattr(contract, fact.name)
        if fact.office_label and (value or fact.is_asked):
            yield f"{fact.office_label}(利用者の入力)", value


def _missing_lines(facts: PackageFacts) -> Iterator[str]:
    yield "■ 取得できなかったもの・記録の限界"
    for gap in facts.gaps:
        yield f"・{gap_title(gap)}(ルームID {gap.room_id}): {visible(gap_text(gap))}"
    is_read = not facts.watches or any(watch.begun is not None for _room, watch in facts.watches)
    if not facts.gaps and is_read:  # of a room that was never read nothing is known
        yield "・未取得期間(空白): 記録されていません。"
    yield from (f"・{text}" for text in usual_interval_lines(facts.watches))
    yield from (f"・{text}" for text in facts.pauses)
    if not facts.pauses and is_read:
        yield f"・{PAUSE}: {no_pauses_text(watch for _room, watch in facts.watches)}"
    for room, watch in facts.watches:
        if watch.last is not None:
            sentence = f"最後に確認した時刻 {local_time(watch.last)}。それより後の発言は、この資料にありません。"
            yield f"・ルームID {room}: {sentence}"
    for text in facts.unheld:
        yield f"・未取得のファイル {visible(text)}"
    for text in facts.left_out:
        yield f"・一覧だけのファイル {visible(text)}"
    for text in facts.incomplete:
        yield f"・この資料に入れられなかったもの {visible(text)}"
    for text in facts.other_chats:
        yield f"・{visible(text)}"
    if facts.raw_left_out:
        yield f"・範囲外のものを含むなどの理由で入れていないAPIの応答: {facts.raw_left_out}件"
    yield "・取得と取得の間に投稿され、その間に削除された発言は記録できません。"
    yield "・変更の時刻は、最後に変更前を確認した時刻と、変更を検知した時刻の間です。"
    yield "・音声・ビデオ通話、リアクション、既読は記録していません。外部のリンク先は一覧だけです。"


def _content_lines(facts: PackageFacts) -> Iterator[str]:
    yield "■ 中身"
    if not facts.daily:
        yield "data/report.pdf       報告書(全13章)"
        yield "data/report_all_messages-01.pdf から  付録A 全メッセージ(PDF、2,500件ごと)"
        yield "data/evidence_list.pdf / .csv  付録B 証拠説明書の下書き"
    yield "data/transcript/      会話の形にしたページ"
    yield "data/messages.jsonl   全メッセージと、それぞれの編集前後の文面"
    yield "                      (kind の notice = 「システムの投稿」: 本文の全体が、Chatworkが自動で出す"
    yield "                      お知らせの形のもの。同じ形の本文は誰でも書けます)"
    yield "data/pauses.jsonl     だれも一覧を見ていない時間(ふだんより長い間)と、その前後に見た時刻"
    if not facts.daily:
        yield "data/messages.csv     同じ内容の表(Excelで開けます)"
        yield "data/files.csv        ファイルの一覧と元のファイル名"
        yield "data/events.csv       編集・削除・退席・表示名の変更・空白などの一覧"
        yield "data/links.csv        文中のURLの一覧(以前の文面のものも含みます)"
        yield "data/tasks.csv        タスクの一覧"
        yield "data/pauses.csv       見ていない時間の一覧(data/pauses.jsonl と同じ内容)"
        yield "data/operator_inquiry.csv  運営会社への照会用(番号と時刻だけ)"
        yield f"data/raw/             APIの応答そのもの({facts.raw}件)"
        yield "data/content-sha256.txt  data/ の中の一覧(data/ で sha256sum -c content-sha256.txt)"
    yield "data/files/           ファイル(F-0001 からの番号。元の名前はデータとして残しています)"
    if not facts.daily:
        yield "data/enclosures/      報告者が添えたスクリーンショット・通知など(S-001、N-01 からの番号。ある場合)"
    yield "data/entries.jsonl    記録そのもの(1行が1件。確定記録に指紋があります)"
    yield "data/seals/           確定記録(各記録の指紋と、前の確定記録の指紋)と、それぞれの第三者の時刻(.tsr)"
    if facts.stamps.last is not None or facts.stamps.configured:
        yield "data/tsa/             第三者の時刻を確かめるためのルート証明書"
    if not facts.daily:
        yield "verify.html           この資料を点検するページ(ブラウザーで開き、資料を落とします。通信しません)"
        yield "verify.py             この資料を点検するプログラム(Python 3.8以降。python3 verify.py)"
        yield "CSVでは、= + - @ などで始まる欄の先頭に ' を付け、見えない文字を [U+202E] のように書いています。"
        yield "メッセージIDは、表計算ソフトで桁が失われないよう m を付けています。"
        yield "手を加えていない文面は messages.jsonl と entries.jsonl にあります。"


def _english_lines(facts: PackageFacts) -> Iterator[str]:
    kind = "A working copy, unmasked, not meant to be handed in" if facts.daily else "A package for a lawyer"
    yield f"[English] {kind}: Chatwork conversations of one contract, read by"
    yield "one party with their own API token. Open data/transcript/index.html. Times are Japan (UTC+9)."
    yield "VERIFY.txt tells how to check it with sha256sum and openssl alone (in English at its end)."
