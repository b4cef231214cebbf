"""What is false in the artifacts of a dispute: each sentence, read as its reader would."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from archiver.records import JST, JsonObject
from tests.claims.artifacts import Told
from tests.claims.dispute import BEGIN, CHANGES, DELETED, EDITED, TURNED, Dispute, TrueEvent, TruePost
from tests.claims.dispute import DAY as DAY_LENGTH
from tests.support.archives.maker import CLIENT, OWNER

DAY, TIME = r"20\d\d-\d\d-\d\d", r"\d\d:\d\d:\d\d"
MOMENT = DAY + TIME
SIDES = ("相手", "報告者", "参加者")
LABELS = {
    "edited": r"(?<!保存した時点で)編集された発言",
    "edited_before": r"保存した時点で編集済みだった発言\(それより前の文面は不明\)",
    "deleted": r"保存した後に「削除」表示に変わった発言",
    "deleted_before": r"保存した時点ですでに「削除」表示だった発言\(文面は不明\)",
}
BASES = {"entered": "報告者による入力", "name": "表示名の一致", "only_two": "相手となりうる人を1人だけ確認"}
CHAPTERS = 13
SPAN, UNITS = r"(?:\d+日)?(?:\d+時間)?(?:\d+分)?", {"日": DAY_LENGTH, "時間": 3600, "分": 60}
SHORTEST_LIMIT, LONGEST_LIMIT = 900, 5400
"""Seconds without a look that may be no pause yet, and that are one in any case."""
REVIEW_DAYS, PAYMENT_DAYS = 7, 60
"""From CrowdWorks' FAQ 10329, and from article 4 of the law on freelancers, whose first day is the day of receipt."""


@dataclass(frozen=True)
class Truth:
    """A dispute, with what a package of it should say."""

    dispute: Dispute

    @property
    def numbers(self) -> dict[int, TruePost]:
        """The saved posts by their number in the package."""
        return dict(enumerate(self.dispute.saved, 1))

    @property
    def missing(self) -> int:
        """How many posts were not saved."""
        return len(self.dispute.posted()) - len(self.dispute.saved)


def falsehoods(dispute: Dispute, told: Told) -> Iterator[str]:
    """What is false in the artifacts, and where they contradict each other."""
    if not dispute.posted():
        return
    dispute.chosen = CLIENT if told.is_chosen else None
    truth = Truth(dispute)
    for name, page in (("report", told.report), ("consultation", told.consultation)):
        for fact in (*_on_page_1(truth, page), *_on_course(truth, page), *_on_days(truth, page)):
            yield f"{name}: {fact}"
    inquiry = re.sub(r"\s", "", told.inquiry)
    for fact in (*_on_numbers(truth, inquiry), *_on_reply(truth, inquiry), *_on_inquiry(truth, inquiry)):
        yield f"inquiry: {fact}"
    yield from _on_chapters(truth, told.report)
    yield from _on_rows(truth, told)
    dispute.chosen = None
    yield from _on_show(truth, told)
    if not told.is_chosen:
        yield from _on_page_and_show(told)


# --- page 1 ------------------------------------------------------------------------------------


def _on_page_1(truth: Truth, page: str) -> Iterator[str]:
    yield from _on_first(truth, page)
    yield from _on_reply(truth, page)
    yield from _on_numbers(truth, page)
    yield from _on_changes(truth, page)
    yield from _on_closing(truth, page)
    yield from _on_quotations(truth, page)
    yield from _on_saving(truth, page)
    yield from _on_looks(truth, page)


def _on_saving(truth: Truth, page: str) -> Iterator[str]:
    """How many were saved before the other side's last message, and how many after it."""
    dispute = truth.dispute
    counterpart = dispute.counterpart
    posts = dispute.speeches(counterpart[0], saved=True) if counterpart is not None else []
    if not posts:
        if f"保存した発言は{len(dispute.saved):,}件です" not in page:
            yield "how many were saved is not told"
        return
    before = sum(dispute.sightings(post)[0] <= posts[-1].sent for post in dispute.saved)
    true = [(len(dispute.saved), before, len(dispute.saved) - before)]
    form = r"保存した([0-9,]+)件のうち、(?:保存できた)?相手の最後の発言より前に保存したもの([0-9,]+)件、"
    found = [tuple(map(_number, one)) for one in re.findall(rf"{form}後に保存したもの([0-9,]+)件", page)]
    if found != true:
        yield f"what was saved before the last reply ({found})"


def _on_looks(truth: Truth, page: str) -> Iterator[str]:
    """The time of the last look, and for how long nobody looked, how often."""
    looks = truth.dispute.looks
    found = re.findall(rf"最後に発言の一覧を確認した時刻({MOMENT})", page)
    if set(found) != {_second(looks[-1])}:
        yield f"the last look ({found})"
    spans = [end - start for start, end in pairwise(looks)]
    least, most = (sum(span > limit for span in spans) for limit in (LONGEST_LIMIT, SHORTEST_LIMIT))
    told = re.findall(rf"未確認の時間帯([0-9,]+)回\(最長およそ({SPAN})\)", page)
    told += re.findall(rf"未確認の時間帯([0-9,]+)回。最も長いもの{DAY}.*?\(およそ({SPAN})\)", page)
    if not told and least:
        yield "the pauses are not told"
    for number, longest in told:
        if not least <= _number(number) <= most:
            yield f"the number of pauses ({number})"
        if not _is_about(longest, max(spans)):
            yield f"the longest pause ({longest})"


def _is_about(told: str, seconds: int) -> bool:
    """Whether a length of time is told rightly, to the half of its smallest unit or rounded up to a minute."""
    parts = [(int(number), UNITS[unit]) for number, unit in re.findall(r"(\d+)(日|時間|分)", told)]
    smallest = min(unit for _number, unit in parts)
    off = abs(sum(number * unit for number, unit in parts) - seconds)
    return off <= (smallest if smallest == UNITS["分"] else smallest / 2)


def _on_first(truth: Truth, page: str) -> Iterator[str]:
    posted, saved = truth.dispute.posted(), truth.dispute.saved
    found = list(re.finditer(rf"(Chatworkでの|保存できた)最初の発言(?:No\.\d+)?({MOMENT})", page))
    if not found:
        yield "the first message is not told"
    for one in found:
        true = posted[0] if one[1] == "Chatworkでの" else saved[0]
        if one[2] != _second(true.sent):
            yield f"the first message ({one[0]})"
    if "Chatworkでの最初" in page and "保存できた最初" in page:
        yield "two kinds of first messages"
    if "(承認後)" in page and _at(posted[0].sent) < truth.dispute.approved:
        yield "contact after the approval"
    if found and "承認日の" not in page and "承認と同じ日" not in page and _at(saved[0].sent) < truth.dispute.approved:
        yield "early contact is not told"
    days = _days(saved[0].sent, int((truth.dispute.approved - BEGIN).total_seconds()))
    for told in re.findall(r"承認日の(\d+)日前", page):
        if int(told) != days:
            yield f"how many days before the approval ({told})"


def _on_reply(truth: Truth, page: str) -> Iterator[str]:
    counterpart = truth.dispute.counterpart
    found = list(re.finditer(rf"(保存できた)?相手の最後の発言は?({DAY})({TIME})?", page))
    if counterpart is None:
        yield from ("a reply of nobody" for _ in found)
        return
    for one in found:
        posts = truth.dispute.speeches(counterpart[0], saved=bool(one[1]))
        if not posts or not _second(posts[-1].sent).startswith(one[2] + (one[3] or "")):
            yield f"the last reply ({one[0]})"
    asked, strangers = truth.dispute.first_unanswered(), truth.dispute.later_strangers()
    for one in re.finditer(r"から(\d+)日、返信がありません", page):
        if asked is None or int(one[1]) != (truth.dispute.last_look - asked) // DAY_LENGTH:
            yield f"the silence ({one[0]})"
    if "返信がない" in page and asked is None:
        yield "a request for a reply while the other side waits"
    if "最後の発言は相手(" in page and asked is not None:
        yield "the other side acted last"
    last = truth.dispute.last_answer()
    acts = {"file": "その後、相手のファイル「", "task": "その後、相手のタスク「", "done": "(だれの操作かは不明)"}
    is_cut = "点は報告書にあります)" in page  # a text for a form, which says how many facts found no room
    if last is not None and last[1] in acts and acts[last[1]] not in page and not is_cut:
        yield f"an act of the other side is not told ({last[1]})"
    told = re.findall(r"立場が未入力の(\d+)人のメッセージ(\d+)件", page)
    if set(told) != ({(str(len(strangers)), str(strangers.total()))} if strangers else set()):
        yield f"people of no entered side ({told})"


def _on_numbers(truth: Truth, page: str) -> Iterator[str]:
    saved, posted = truth.dispute.saved, truth.dispute.posted()
    found = 0
    for one in re.finditer(r"全([0-9,]+)件", page):
        found += 1
        if _number(one[1]) != len(posted):
            yield f"all messages ({one[0]})"
    for one in re.finditer(r"保存できた([0-9,]+)件\(ほかに(?:未取得約([0-9,]+)件)?", page):
        found += 1
        if _number(one[1]) != len(saved) or (one[2] and _number(one[2]) != truth.missing):
            yield f"saved messages ({one[0]})"
    for one in re.finditer(r"保存できた([0-9,]+)件\(Chatworkの表示する件数から見て、不足はありません\)", page):
        found += 1
        if truth.missing or _number(one[1]) != len(saved):
            yield f"nothing is missing ({one[0]})"
    if not found and saved:
        yield "how many is not told"
    for one in re.finditer(r"うちChatworkの通知([0-9,]+)件", page):
        if _number(one[1]) != sum(post.is_notice and post.author != OWNER for post in saved):
            yield f"notices ({one[0]})"


def _on_changes(truth: Truth, page: str) -> Iterator[str]:
    for kind, true in truth.dispute.changes().items():
        found = list(re.finditer(rf"{LABELS[kind]}([0-9,]+)件\(([^)]*)\)", page))
        if true and not found:
            yield f"{kind} is not told"
        for one in found:
            sides = Counter(
                {side: _number(n) for side, n in re.findall(r"(相手|報告者|参加者)の発言([0-9,]+)件", one[2])}
            )
            if sides != true or _number(one[1]) != true.total():
                yield f"{kind} ({one[0]})"


def _on_quotations(truth: Truth, page: str) -> Iterator[str]:
    """What page 1 quotes: the first and last saved words of messages of the other side, and when each was seen."""
    dispute = truth.dispute
    changed = {event.post.number for event in dispute.events() if event.before is not None}
    theirs = [post for post in dispute.saved if dispute.side(post.author) == "相手" and post.number in changed]
    head = rf"({DAY}\d\d:\d\d)\S{{1,20}}?のメッセージ\(No\.(\d+)\)。"
    _before, *pieces = re.split(head, page)
    told = list(zip(pieces[::3], pieces[1::3], pieces[2::3], strict=True))
    if len(told) != min(3, len(theirs)):
        yield f"how many are quoted ({len(told)} of {len(theirs)})"
    for sent, number, words in told:
        post = truth.numbers[int(number)]
        if post not in theirs or sent != _minute(post.sent):
            yield f"whose message is quoted ({number})"
        else:
            yield from (f"{fact} ({number})" for fact in _on_quotation(dispute, post, words[:300]))


def _on_quotation(dispute: Dispute, post: TruePost, words: str) -> Iterator[str]:
    times = dispute.sightings(post)
    shown = [(at, *post.shown(at)) for at in times]
    texts = [one for one in shown if one[1] != DELETED]
    first, last = texts[0][1].rpartition("\n")[2], texts[-1][1].rpartition("\n")[2]
    is_edited = first != last
    own = rf"(?:\S*?)((?:発言|書き直し){post.number})(?!\d)"
    until = max(at for at, text, _updated in texts if text == texts[0][1])
    if re.findall(rf"保存した文\(({DAY}\d\d:\d\d)まで表示\){own}", words) != [(_minute(until), first)]:
        yield "the text that was saved"
    since = min(at for at, text, _updated in texts if text == texts[-1][1])
    after = re.findall(rf"変わった後の文\(({DAY}\d\d:\d\d)に確認\){own}", words)
    if after != [(_minute(since), last)] * is_edited:
        yield "the text after the change"
    if re.findall(rf"Chatworkの更新時刻({DAY}\d\d:\d\d)", words) != [_minute(texts[-1][2])] * is_edited:
        yield "Chatwork's own time of the edit"
    gone = [at for at, text, _updated in shown if text == DELETED]
    if re.findall(rf"({DAY}\d\d:\d\d)には削除されていました", words) != [_minute(one) for one in gone[:1]]:
        yield "when the deletion was seen"


def _minute(seconds: int) -> str:
    return _second(seconds)[:-3]


def _on_closing(truth: Truth, page: str) -> Iterator[str]:
    counterpart, at = truth.dispute.counterpart, truth.dispute.noticed_closing
    true = None if at is None or counterpart is None or counterpart[0] != CLIENT else _second(at)[:-3]
    found = re.findall(rf"({DAY}\d\d:\d\d)に、相手の表示名に「\(解約済\)」が付いていることを確認", page)
    if set(found) != ({true} if true else set()):
        yield f"the closed account ({found})"


# --- chapters ----------------------------------------------------------------------------------


def _on_course(truth: Truth, page: str) -> Iterator[str]:
    """Lines of the course of events: one for one act."""
    true: Counter[tuple[str, str, str]] = Counter()
    for event in truth.dispute.events():
        true[_second(event.at)[:10], truth.dispute.side(event.post.author), event.kind] += 1
    for one in re.finditer(
        rf"({DAY})\d\d:\d\d(相手|報告者|参加者)の発言(\d+)件([^第]+?)\(検知\)(?:第8章|保存した記録)", page
    ):
        if true[one[1], one[2], one[4]] != int(one[3]):
            yield f"the course of events ({one[0]})"
    acts = re.findall(rf"({DAY})\d\d:\d\d(空白[^(]*)\(検知", page)
    yield from (f"{count} lines for one act ({act})" for act, count in Counter(acts).items() if count > 1)
    for chapter in re.findall(r"第(\d+)章", page):
        if not 1 <= int(chapter) <= CHAPTERS:
            yield f"there is no chapter {chapter}"


def _on_days(truth: Truth, page: str) -> Iterator[str]:
    """The day until which a delivery is usually reviewed."""
    days = re.findall(rf"検収(?:期限)?の目安(?:\(納品\+\d+日\))?({DAY})", page)
    delivered = truth.dispute.delivered
    true = None if delivered is None else str(_day(delivered, REVIEW_DAYS))
    if set(days) != ({true} if true else set()):
        yield f"the day of the review ({days})"
    if len(re.findall(r"期限:[^期]*?計算。", page)) != len(re.findall(r"期限:[^期]*?計算。出典", page)):
        yield "a deadline without its source"


def _on_compared_points(truth: Truth, page: str) -> Iterator[str]:
    """The rows of chapter 2: one for the client's name, and one that sets the approval against the first message."""
    dispute = truth.dispute
    saved, posted = dispute.saved, dispute.posted()
    wanted = dispute.client_is_named + bool(saved)
    if set(re.findall(r"K-(\d+)", page)) != {f"{number}" for number in range(1, wanted + 1)}:
        yield "the points of chapter 2"
    results = re.findall(r"最初の発言(?:は(\d+)日(前|後)|は(同じ日)|との(前後は確認できません))", page)
    days = _days(saved[0].sent, int((dispute.approved - BEGIN).total_seconds())) if saved else 0
    for number, side, same, unsure in results:
        is_proved = "Chatworkでの最初の発言" in page and saved[0] == posted[0]
        if unsure:
            is_true = days <= 0 and "保存できた最初の発言" in page
        elif side == "前":
            is_true = int(number) == days > 0
        else:
            is_true = is_proved and days == (0 if same else -int(number))
        if not is_true:
            yield f"chapter 2: the first message and the approval ({number}{side}{same}{unsure})"
    if len(results) != bool(saved):
        yield "chapter 2: the first message is not compared"


def _on_chapters(truth: Truth, page: str) -> Iterator[str]:
    dispute = truth.dispute
    yield from _on_compared_points(truth, page)
    yield from _on_quoted(truth, page)
    yield from _on_change_rows(truth, page)
    yield from _on_unseen(dispute, page)
    one_by_one = r"(?:[^。]*?資料にあったメッセージIDから1件ずつ取得([0-9,]+)件)?"
    found = re.search(rf"発言の取得方法は、(?:一覧で取得([0-9,]+)件)?{one_by_one}です", page)
    true = (len(dispute.saved) - len(dispute.recovered), len(dispute.recovered))
    told = (0, 0) if found is None else tuple(_number(one or "0") for one in found.groups())
    if told != true:
        yield f"how the messages came ({found and found[0]})"
    refused = re.findall(r"理由は分かりません[0-9,]+件((?:\d{7}、)*\d{7})", page)
    if {f"{1_000_000 + one}" for one in dispute.refused} != {one for ids in refused for one in ids.split("、")}:
        yield f"what was refused ({refused})"
    bases = {basis for basis, words in BASES.items() if f"{words}" in page}
    if bases != ({dispute.counterpart[1]} if dispute.counterpart else set()):
        yield f"who is who ({bases})"
    yield from _on_own_changes(dispute, page)
    yield from _on_period(truth, page)


def _on_own_changes(dispute: Dispute, page: str) -> Iterator[str]:
    """What became of the reporter's own messages."""
    one = f"(?:{'|'.join(LABELS.values())})[0-9,]+件"
    told = re.search(rf"報告者自身の発言の変更:(なし|{one}(?:、{one})*)", page)
    if told is None:
        yield "the reporter's own changes are not told"
        return
    counts = {kind: sum(map(_number, re.findall(rf"{label}([0-9,]+)件", told[1]))) for kind, label in LABELS.items()}
    if counts != {kind: sides["報告者"] for kind, sides in dispute.changes().items()}:
        yield f"the reporter's own changes ({told[0]})"


def _on_period(truth: Truth, page: str) -> Iterator[str]:
    """From when to when the room was looked at, and what is known from before."""
    dispute = truth.dispute
    begun = re.findall(rf"保存開始:({MOMENT})。", page)
    if begun != [_second(dispute.looks[0])]:
        yield f"the beginning of the saving ({begun})"
    last = re.findall(rf"。・?最後に発言の一覧を確認した時刻({MOMENT})。", page)
    for one in last:
        if _second(dispute.last_look) not in one:
            yield f"the last look ({one})"
    for one in re.findall(rf"それ以前の発言は、取得できた({MOMENT})以降に限ります", page):
        if one != _second(dispute.saved[0].sent) or "Chatworkでの最初の発言" in page:
            yield f"what is known from before the saving ({one})"


def _on_quoted(truth: Truth, page: str) -> Iterator[str]:
    posts = {f"{1_000_000 + post.number}": post for post in truth.dispute.saved}
    quoted = re.finditer(rf"メッセージID(\d+)保存した時刻({MOMENT})(?:最後に確認した時刻({MOMENT}))?", page)
    for one in quoted:
        times = truth.dispute.sightings(posts[one[1]])
        if one[2] != _second(times[0]) or (one[3] and one[3] != _second(times[-1])):
            yield f"when a message was seen ({one[0]})"
    for one in re.finditer(rf"No\.(\d+)({DAY})\([^)]\)({TIME})(相手|報告者|参加者)(.+?)\(ID(\d+)\)", page):
        post = truth.numbers[int(one[1])]
        if one[2] + one[3] != _second(post.sent) or one[4] != truth.dispute.side(post.author):
            yield f"who wrote when ({one[0]})"
        if post.author == CLIENT and one[5] != truth.dispute.name_at(CLIENT, truth.dispute.sightings(post)[0]):
            yield f"the name of that time ({one[0]})"


def _on_change_rows(truth: Truth, page: str) -> Iterator[str]:
    """The rows of chapter 8, with both bounds."""
    rows = re.finditer(rf"({MOMENT})({EDITED}|{TURNED})No\.(\d+?)(相手|報告者|参加者)の発言(.*?)({MOMENT})", page)
    told = Counter((int(one[3]), one[2], one[1], one[6], one[4]) for one in rows)
    numbers = {post.number: number for number, post in truth.numbers.items()}
    events = [event for event in truth.dispute.events() if event.before is not None]
    true = Counter(_change_row(truth, event, numbers[event.post.number]) for event in events)
    yield from (f"a change that was not ({row})" for row in told - true)
    yield from (f"a change that is not told ({row})" for row in true - told)


def _change_row(truth: Truth, event: TrueEvent, no: int) -> tuple[int, str, str, str, str]:
    assert event.before is not None
    return no, event.kind, _second(event.at), _second(event.before), truth.dispute.side(event.post.author)


def _on_unseen(dispute: Dispute, page: str) -> Iterator[str]:
    """Each pause lies between two looks without another; those that hold a change are named."""
    named = re.findall(rf"未確認の時間帯:?(?:ルームID\d+:?)?({MOMENT})から({MOMENT})まで", page)
    looks = [_second(at) for at in dispute.looks]
    for start, end in named:
        if any(start < look < end for look in looks):
            yield f"a pause with a look inside ({start} to {end})"
    spans = [(_second(event.before), _second(event.at)) for event in dispute.events() if event.before is not None]
    for before, at in spans:
        long = datetime.fromisoformat(_iso(at)) - datetime.fromisoformat(_iso(before)) > timedelta(days=3)
        if long and at in looks and not any(start < at and end > before for start, end in named):
            yield f"a pause that holds a change is not named ({before} to {at})"


def _on_inquiry(truth: Truth, page: str) -> Iterator[str]:
    for kind in ("deleted", "deleted_before"):
        for one in re.finditer(rf"{LABELS[kind]}([0-9,]+)件\(([^)]*)\)", page):
            if _number(one[1]) != truth.dispute.changes()[kind].total():
                yield f"{kind} ({one[0]})"
    yield from _on_closing(truth, page) if "解約済" in page else ()


# --- tables and `contract show` ----------------------------------------------------------------


def _on_rows(truth: Truth, told: Told) -> Iterator[str]:
    """The table, the lines and the transcript have the same messages, and they are those that were saved."""
    dispute = truth.dispute
    if not told.rows and not told.lines:
        return
    ids = [f"{1_000_000 + post.number}" for post in dispute.saved]
    for name, listed in (
        ("table", [row["メッセージID"].removeprefix("m") for row in told.rows]),
        ("lines", [str(line["message_id"]) for line in told.lines]),
        ("transcript", [article["id"] for article in told.transcript]),
    ):
        if listed != ids:
            yield f"{name}: not the messages that were saved"
            return
    for row, line, article, post in zip(told.rows, told.lines, told.transcript, dispute.saved, strict=True):
        times = dispute.sightings(post)
        name = dispute.name_at(post.author, times[0])
        times_told = {row["日時(日本時間)"], article["time"][:19].replace("T", " ")}
        if times_told != {_second(post.sent, " ")} or line["send_time"] != int(_at(post.sent).timestamp()):
            yield f"tables: when {line['message_id']} was sent"
        names = [line["name"], article["name"], *([] if post.author == _third(dispute) else [row["発言者(表示名)"]])]
        if set(names) != {name}:
            yield f"tables: who wrote {line['message_id']} ({names})"
        if row["最初に保存した日時(日本時間)"] != _second(times[0], " "):
            yield f"tables: when {line['message_id']} was saved"
        if (row["種類"] == "システムの投稿") != (post.is_notice and post.author != OWNER):
            yield f"tables: whether {line['message_id']} is a notice"
        if row["状態"] == TURNED and len(dispute.seen_texts(post)) == 1:
            yield f"tables: {line['message_id']} was deleted before it was saved"
        if row["状態"] == EDITED and len(dispute.seen_texts(post)) == 1:
            yield f"tables: {line['message_id']} was edited before it was saved"


def _third(dispute: Dispute) -> int | None:
    """The account whose name is covered in the package for the platform."""
    return (
        next((author for author in dispute.people if author not in (OWNER, CLIENT)), None) if dispute.chosen else None
    )


def _on_show(truth: Truth, told: Told) -> Iterator[str]:
    """`contract show --json` against the truth."""
    dispute, show = truth.dispute, told.show
    first, reply, count = show["first_message"], show["last_reply"], show["messages"]
    posted, saved = dispute.posted(), dispute.saved
    if first["time"] != _rfc((posted if first["knowledge"] == "whole" else saved)[0].sent):
        yield "show: the first message"
    if (dispute.counterpart is None) != (reply["knowledge"] == "unknown"):
        yield "show: whether the other side is known"
    if dispute.counterpart is not None:
        posts = dispute.speeches(dispute.counterpart[0], saved=reply["knowledge"] != "whole")
        if reply["time"] != (_rfc(posts[-1].sent) if posts else None):
            yield "show: the last reply"
        if show["counterparts"] != {str(dispute.counterpart[0]): dispute.counterpart[1]}:
            yield "show: who is who"
    if count["saved"] != len(saved) or (count["knowledge"] == "whole" and len(saved) != len(posted)):
        yield "show: how many"
    if count["missing"]["estimate"] != truth.missing:
        yield "show: how many are missing"
    yield from (f"show: {fact}" for fact in _on_change_document(dispute, show["changes"]))
    page = re.sub(r"\s", "", told.page)
    yield from (f"show: {fact}" for fact in (*_on_changes(truth, page), *_on_closing(truth, page)))
    yield from _on_show_days(dispute, told)
    yield from _on_status(dispute, told)


def _on_change_document(dispute: Dispute, changes: JsonObject) -> Iterator[str]:
    names = dict(zip(("counterpart", "reporter", "other"), SIDES, strict=True))
    for kind in CHANGES:
        sides = Counter({names.get(side, side): number for side, number in changes[kind].items() if number})
        if sides != dispute.changes()[kind]:
            yield f"{kind} ({sides})"


def _on_status(dispute: Dispute, told: Told) -> Iterator[str]:
    """`status --json` against the truth."""
    (room,) = told.status["rooms"]
    yield from (f"status: {fact}" for fact in _on_change_document(dispute, room["changes"]["job1"]))
    true = {kind: sides.total() for kind, sides in dispute.changes().items()}
    if room["messages"] != len(dispute.saved):
        yield "status: how many"
    for name in ("edited", "deleted"):
        if room[name] != true[name] + true[f"{name}_before"]:
            yield f"status: {name}"


def _on_show_days(dispute: Dispute, told: Told) -> Iterator[str]:
    days = {due["rule"]: due for due in told.show["deadlines"]}
    true = {"review": REVIEW_DAYS, "payment": PAYMENT_DAYS - 1}
    for rule, number in true.items():
        if rule in days and (dispute.delivered is None or days[rule]["day"] != str(_day(dispute.delivered, number))):
            yield f"show: the day of {rule}"
    for due in days.values():
        if not due["source"]:
            yield f"show: {due['rule']} has no source"
    if sum(due["weak"] for due in days.values()) != len(re.findall(r"確認してください|please check", told.page)):
        yield "show: a weak day is not to be checked"


def _on_page_and_show(told: Told) -> Iterator[str]:
    """The report and `contract show` tell the same."""
    first, reply, count = told.show["first_message"], told.show["last_reply"], told.show["messages"]
    pairs = (
        (re.search(rf"最初の発言({MOMENT})", told.report), first["time"]),
        (re.search(rf"相手の最後の発言は({MOMENT})", told.report), reply["time"]),
    )
    for page, shown in pairs:
        if (page and _rfc_of(page[1])) != shown:
            yield f"report and show differ ({page and page[1]}, {shown})"
    closed = re.search(rf"({DAY}\d\d:\d\d)に、相手の表示名に「\(解約済\)」", told.report)
    shown = told.show["closed_account"]
    if (closed and _rfc_of(closed[1] + ":00")[:16]) != (shown and shown["noticed_at"][:16]):
        yield "report and show differ about the closed account"
    number = re.search(r"(?:全|保存できた)([0-9,]+)件", told.report)
    if number and _number(number[1]) != count["saved"]:
        yield "report and show differ in the number of messages"


# --- times -------------------------------------------------------------------------------------


def _at(seconds: int) -> datetime:
    return BEGIN + timedelta(seconds=seconds)


def _second(seconds: int, between: str = "") -> str:
    return _at(seconds).astimezone(JST).strftime(f"%Y-%m-%d{between}%H:%M:%S")


def _rfc(seconds: int) -> str:
    return _at(seconds).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _iso(moment: str) -> str:
    return f"{moment[:10]}T{moment[10:]}"


def _rfc_of(moment: str) -> str:
    """A time of a page without spaces, as the document has it."""
    at = datetime.fromisoformat(_iso(moment)).replace(tzinfo=JST)
    return (at - timedelta(hours=9)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _day(day: int, more: int) -> date:
    return BEGIN.date() + timedelta(days=day + more)


def _days(start: int, end: int) -> int:
    return (_at(end).astimezone(JST).date() - _at(start).astimezone(JST).date()).days


def _number(text: str) -> int:
    return int(text.replace(",", ""))


def summed(found: Iterable[str]) -> list[str]:
    """Falsehoods without repetitions."""
    return sorted(set(found))
