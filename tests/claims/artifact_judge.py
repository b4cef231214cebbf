"""What is false in the artifacts of a dispute: each sentence, read as its reader would."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from hashlib import sha256
from itertools import chain, pairwise, takewhile
from typing import Any, NamedTuple
from unicodedata import normalize

from archiver.records import JST, JsonObject
from tests.claims.artifacts import Told
from tests.claims.dispute import (
    BEGIN,
    BEGINNINGS,
    CHANGES,
    COLLEAGUE,
    DELETED,
    EDITED,
    HIDDEN,
    REMOVED,
    REMOVED_FORM,
    REMOVED_SHOWN,
    TOUCHED,
    TURNED,
    Dispute,
    TrueEvent,
    TruePost,
)
from tests.claims.dispute import DAY as DAY_LENGTH
from tests.support.archives.maker import CLIENT, OTHER_ROOM, OWNER, ROOM

DAY, TIME = r"20\d\d-\d\d-\d\d", r"\d\d:\d\d:\d\d"
MOMENT = DAY + TIME
SIDE_KEYS = {"counterpart": "相手", "reporter": "報告者", "other": "参加者"}
"""Side of a document of JSON → its word on a page."""
LABELS = {
    "edited": "が編集されました",
    "edited_before": r"は、保存した時点で編集済みでした\(それより前の文面は不明\)",
    "deleted": "が、保存した後に削除されました",
    "edited_deleted": "が、編集された後に削除されました",
    "deleted_before": r"は、保存した時点で削除されていました\(文面は不明\)",
    "hidden": "が、プランの制限で見えなくなりました",
}
WHOSE = r"((?:(?:相手|報告者|参加者|あなた)のメッセージ[0-9,]+件、?)+)"
BASES = {
    "entered": "(?:報告者による|あなたの)入力",
    "name": "表示名の一致",
    "only_two": "相手となりうる人を1人だけ確認",
}
CLOSED_SIGN = (
    r"相手(?:の2つのアカウントの1つ\(ID(\d+)\))?の表示名に、Chatworkアカウントの解約を示す「\(解約済\)」が付いている"
)
CHAPTERS = 13
LACKING = "保存できていません:まだ保存できていません"
SPAN, UNITS = r"(?:\d+日)?(?:\d+時間)?(?:\d+分)?", {"日": DAY_LENGTH, "時間": 3600, "分": 60}
SHORTEST_LIMIT, LONGEST_LIMIT = 900, 5400
"""Seconds without a look that may be no pause yet, and that are one in any case."""
USUAL_FROM, PAYMENT_DAYS = 10, 60
"""So many looks show what is usual; article 4 of the law on freelancers, whose first day is the day of receipt."""


class Rules(NamedTuple):
    """What a platform asks for, read in its own pages."""

    review_days: int | None
    """After a delivery (CrowdWorks' FAQ 10329, Lancers' 支払い確定, Coconala's 72 hours); None: there is no rule."""
    reply_days: int
    """Without an answer, until its office can be asked to help."""
    has_permission: bool
    """Whether contact outside is compared with a day of approval."""


RULES = {
    "crowdworks": Rules(7, 3, has_permission=True),
    "lancers": Rules(7, 7, has_permission=True),
    "coconala": Rules(3, 7, has_permission=False),
    "direct": Rules(None, 7, has_permission=False),
}


@dataclass(frozen=True)
class Truth:
    """A dispute, with what a package of it should say."""

    dispute: Dispute

    @property
    def numbers(self) -> dict[int, TruePost]:
        """The saved posts by their number in the package."""
        return dict(enumerate(self.dispute.saved, 1))

    @property
    def rules(self) -> Rules:
        """Those of the platform."""
        return RULES[self.dispute.so.platform]

    @property
    def now(self) -> int:
        """When the artifacts were made."""
        return self.dispute.recovery_at + 120

    @property
    def today(self) -> date:
        """The day of that in Japan."""
        return _at(self.now).astimezone(JST).date()

    @property
    def missing(self) -> int:
        """How many posts were not saved."""
        return len(self.dispute.posted()) - len(self.dispute.saved)

    def is_missing(self, told: str | None) -> bool:
        """Whether so many are missing as is told; a gap that begins before the period may hold more of another job."""
        number = self.missing if told is None else _number(told)
        return number >= self.missing if self.dispute.so.period else number == self.missing


READ: set[str] = set()
"""The patterns by which sentences were read so far."""


def _findall(pattern: str, page: str) -> list[Any]:
    READ.add(pattern)
    return re.findall(pattern, page)


def _finditer(pattern: str, page: str) -> Iterator[re.Match[str]]:
    READ.add(pattern)
    return re.finditer(pattern, page)


def _search(pattern: str, page: str) -> re.Match[str] | None:
    READ.add(pattern)
    return re.search(pattern, page)


def _untrue(fact: str, pattern: str, page: str, is_true: Callable[..., bool]) -> Iterator[str]:
    """The places of a pattern whose groups do not tell the truth."""
    yield from (f"{fact} ({one[0]})" for one in _finditer(pattern, page) if not is_true(*one.groups()))


def falsehoods(dispute: Dispute, told: Told) -> Iterator[str]:
    """What is false in the artifacts, and where they contradict each other."""
    if not dispute.posted():
        return
    dispute.chosen = CLIENT if told.is_chosen else None
    truth = Truth(dispute)
    for name, page in (("report", told.report), ("consultation", told.consultation)):
        readers = (_on_page_1, _on_request, _on_money, _on_course, _on_files, _on_days)
        for fact in chain.from_iterable(reader(truth, page) for reader in readers):
            yield f"{name}: {fact}"
    inquiry = re.sub(r"\s", "", told.inquiry)
    in_inquiry = [_on_pasted_quotations, _on_answered, _on_numbers, _on_reply, _on_inquiry, _on_request, _on_money]
    if dispute.so.platform == "direct" and told.rows:
        in_inquiry = in_inquiry[-2:]  # the package has a letter to the client in its place
    for fact in chain.from_iterable(reader(truth, inquiry) for reader in in_inquiry):
        yield f"inquiry: {fact}"
    yield from _on_chapters(truth, told.report)
    yield from _on_rows(truth, told)
    dispute.chosen = None
    yield from _on_show(truth, told)
    if not told.is_chosen:
        yield from _on_page_and_show(told)


# --- page 1 ------------------------------------------------------------------------------------


def _on_page_1(truth: Truth, page: str) -> Iterator[str]:
    if not _search(r"^(?:Chatworkやり取り記録(?:報告書|相談用の要約)|契約\d+についてのご相談)", page):
        yield f"the title ({page[:40]})"
    yield from _on_first(truth, page)
    yield from _on_reply(truth, page)
    yield from _on_numbers(truth, page)
    yield from _on_changes(truth, page)
    yield from _on_closing(truth, page)
    yield from _on_quotations(truth, page)
    yield from _on_answered(truth, page)
    yield from _on_saving(truth, page)
    yield from _on_looks(truth, page)


def _on_saving(truth: Truth, page: str) -> Iterator[str]:
    """How many were saved before the other side's last message, and how many after it."""
    dispute = truth.dispute
    posts = dispute.speeches(dispute.counterparts, saved=True)
    if not posts:
        if f"{len(dispute.saved):,}" not in _findall(r"保存したメッセージは([0-9,]+)件です", page):
            yield "how many were saved is not told"
        return
    before = sum(dispute.sightings(post)[0] <= posts[-1].sent for post in dispute.saved)
    form = (
        r"保存した([0-9,]+)件(?:のうち([0-9,]+)件は、|は、どれも)(?:保存できた)?相手の最後のメッセージより(?:前|後)に"
    )
    found = [tuple(_number(one or "0") for one in pair) for pair in _findall(form, page)]
    if found != [(len(dispute.saved), before)]:
        yield f"what was saved before the last reply ({found})"


def _on_looks(truth: Truth, page: str) -> Iterator[str]:
    """The time of the last look, and for how long nobody looked, how often."""
    dispute = truth.dispute
    looks = [dispute.looks_at(room) for room in dispute.rooms]
    found = _findall(
        rf"(?:最後にメッセージの一覧を確認した時刻|すべてのチャットの一覧を確認できたのは)({MOMENT})", page
    )
    last = [_second(one[-1]) for one in looks if one]
    if not ({min(last)} if all(looks) else set()) <= {*found} <= {*last}:
        yield f"the last look ({found})"
    begin, end = dispute.period[0], dispute.period[1] or 10**9
    shut, opened = dispute.noticed_shut or 0, dispute.opened or 0
    pauses = {(a, shut if a < shut < b == opened else b) for one in looks for a, b in pairwise(one)}
    pauses = {(max(pause[0], begin), pause[1]) for pause in pauses if pause[0] < end and pause[1] >= begin}
    if dispute.noticed_shut is not None and dispute.is_shut and looks[0]:
        pauses.add((looks[0][-1], dispute.noticed_shut))
    is_refused = opened - shut > LONGEST_LIMIT and looks[0][0] < shut < end and opened >= begin
    refusals = yield from _on_refusal(shut, opened, page, is_told=is_refused)
    spans = [end - start for start, end in pauses]
    least, most = (_most_apart(pauses, limit) for limit in (LONGEST_LIMIT, SHORTEST_LIMIT))
    told = _findall(rf"Chatworkを確認していない時間が([0-9,]+)回\(最長およそ({SPAN})\)あります", page)
    if len(_findall("その間に書かれ、その間に編集・削除された文面は分かりません", page)) != len(told) + refusals:
        yield "what a pause hides is not told"
    told += _findall(rf"確認していない時間帯([0-9,]+)回。最も長いもの{DAY}.*?\(およそ({SPAN})\)", page)
    if not told and least:
        yield "the pauses are not told"
    if _search(r"おおむね[^。]*?ごと。", page) and all(len(one) < USUAL_FROM for one in looks):
        yield "a usual interval of fewer looks than ten"
    for number, longest in told:
        if not (least <= _number(number) <= most and _is_about(longest, max(spans))):
            yield f"the number of pauses and the longest ({number}, {longest})"


def _on_refusal(shut: int, opened: int, page: str, *, is_told: bool) -> Generator[str, None, int]:
    """From when to when the first chat could not be opened; how often it is told."""
    form = rf"({MOMENT})にチャットが開けなくなっていることを確認し、({MOMENT})に再び開けました\(理由不明\)"
    for one in _findall(form, page):
        if [at[:15] for at in one] != [_second(at)[:15] for at in (shut, opened)]:
            yield f"when a chat was shut and opened ({one})"
    times = len(_findall(rf"{form}。その間に書かれ、", page))
    form = rf"({DAY}\d\d:\d\d)(?::\d\d)?チャットが再び開けるようになった"
    yield from _untrue("when a chat was opened", form, page, lambda at: at == _second(opened)[:15])
    yield from _untrue("that a chat was shut", "チャットを開けなかった時間帯", page, lambda: opened > 0)
    if is_told and not times:
        yield "that a chat could not be opened is not told"
    return times


def _most_apart(pauses: set[tuple[int, int]], longer_than: int) -> int:
    """How many of these pauses at most lie one after the other: those of two chats at the same time are one."""
    number, until = 0, 0
    for start, end in sorted(pauses, key=lambda one: one[1]):
        if end - start > longer_than and (not number or start >= until):
            number, until = number + 1, end
    return number


def _is_about(told: str, seconds: int) -> bool:
    """Whether a length of time is told rightly, to the half of its smallest unit or rounded up to a minute."""
    parts = [(int(number), UNITS[unit]) for number, unit in re.findall(r"(\d+)(日|時間|分)", told)]
    smallest = min(unit for _number, unit in parts)
    off = abs(sum(number * unit for number, unit in parts) - seconds)
    return off <= (smallest if smallest == UNITS["分"] else smallest / 2)


def _on_first(truth: Truth, page: str) -> Iterator[str]:
    posted, saved = truth.dispute.known, truth.dispute.seen
    found = list(_finditer(rf"(Chatworkでの|保存できた)最初のメッセージ(?:No\.\d+)?({MOMENT})", page))
    if not found and truth.rules.has_permission:
        yield "the first message is not told"
    for one in found:
        true = posted[0] if one[1] == "Chatworkでの" else saved[0]
        if one[2] != _second(true.sent):
            yield f"the first message ({one[0]})"
    if "Chatworkでの最初" in page and "保存できた最初" in page:
        yield "two kinds of first messages"
    if "(承認後)" in page and _at(posted[0].sent) < truth.dispute.approved:
        yield "contact after the approval"
    is_early = truth.rules.has_permission and _at(saved[0].sent) < truth.dispute.approved
    if found and "承認日の" not in page and "承認と同じ日" not in page and is_early:
        yield "early contact is not told"
    days = _days(saved[0].sent, int((truth.dispute.approved - BEGIN).total_seconds()))
    yield from _untrue("how many days before the approval", r"承認日の(\d+)日前", page, lambda told: int(told) == days)


def _on_reply(truth: Truth, page: str) -> Iterator[str]:
    counterparts = truth.dispute.counterparts
    found = list(_finditer(rf"(保存できた)?相手の最後のメッセージは?({DAY})({TIME})?(?:の「[^」]*」)?", page))
    if not counterparts:
        yield from ("a reply of nobody" for _ in found)
        return
    for one in found:
        posts = truth.dispute.speeches(counterparts, saved=bool(one[1]))
        if not posts or not _second(posts[-1].sent).startswith(one[2] + (one[3] or "")):
            yield f"the last reply ({one[0]})"
    asked, strangers = truth.dispute.first_unanswered(), truth.dispute.later_strangers()
    silent = None if asked is None else ((truth.dispute.known_until or 0) - asked) // DAY_LENGTH
    yield from _untrue("the silence", r"から(\d+)日、返信がありません", page, lambda days: int(days) == silent)
    if "返信がない" in page and asked is None:
        yield "a request for a reply while the other side waits"
    last = truth.dispute.last_answer()
    for day in _findall(rf"最後のメッセージは相手\((?:No\.\d+、)?({DAY})\)", page):
        if asked is not None or last is None or day != _second(last[0])[:10]:
            yield f"the other side acted last ({day})"
    taken_back = truth.dispute.taken_back()
    if _findall(r"の後に(?:報告者|あなた)が送ったメッセージは、削除されています", page) and (
        asked is not None or not taken_back
    ):
        yield "the reporter's own answer is told as deleted"
    if "最後のメッセージは相手(" in page and taken_back:
        yield "the reporter's own deleted answer is not told"
    acts = {
        "file": "相手のファイル",
        "task": "相手のタスク",
        "done": "(だれの操作かは不明)",
        "edit": "相手のメッセージの編集",
    }
    is_cut = "点は報告書にあります)" in page  # a text for a form, which says how many facts found no room
    if last is not None and last[1] in acts and acts[last[1]] not in page and not is_cut:
        yield f"an act of the other side is not told ({last[1]})"
    item = r"(ファイル「\d+改?\.png」の送信|タスク「作業\d+」の(?:依頼|完了)|メッセージの編集)"
    place = rf"\((?:No\.\d+、)?({DAY})(?:に確認)?\)"
    form = rf"相手の{item}{place}|{item}{place}\(だれの操作かは不明\)"
    for act, day in (one[:2] if one[0] else one[2:] for one in _findall(form, page)):
        kind = {"送信": "file", "依頼": "task", "完了": "done", "編集": "edit"}[act[-2:]]
        if last is None or (last[1], _second(last[0])[:10]) != (kind, day):
            yield f"the other side's last act ({act}, {day})"
    shut = rf"(?:報告者|あなた)の[^。]{{1,40}}?{place}の後、({DAY}\d\d:\d\d)までの記録では返信がありません"
    for day, until in _findall(shut, page):
        known = truth.dispute.known_until
        if asked is None or known is None or known < asked or until != _second(known)[:-3]:
            yield f"silence up to when ({day}, {until})"
    looks = truth.dispute.looks_at(OTHER_ROOM)
    still = rf"開けるチャットには、({DAY}\d\d:\d\d)まで返信がありません"
    for until in _findall(still, page):
        if asked is None or until != _second(looks[-1])[:-3]:
            yield f"silence of the chats that open ({until})"
    told = _findall(r"立場が未入力の(\d+)人のメッセージ(\d+)件", page)
    true = {(str(len(strangers)), str(strangers.total()))} if strangers else set()
    if set(told) != true and (told or not is_cut):
        yield f"people of no entered side ({told})"


def _on_numbers(truth: Truth, page: str) -> Iterator[str]:
    saved, posted = truth.dispute.saved, truth.dispute.posted()
    unsaved = "保存できていないもの|Chatworkのプランの制限で表示されなかったもの"
    inside = "(?:うちChatworkの自動メッセージ[0-9,]+件。)?"
    forms: dict[str, Callable[..., bool]] = {
        r"全([0-9,]+)件": lambda number: _number(number) == len(posted),
        rf"保存できた([0-9,]+)件\({inside}ほかに(?:(?:{unsaved})約([0-9,]+)件)?": lambda number, more: (
            _number(number) == len(saved) and truth.is_missing(more)
        ),
        rf"保存できた([0-9,]+)件\({inside}Chatworkの表示する件数から見て、不足はありません[)。]": lambda number: (
            _number(number) == len(saved) and not truth.missing
        ),
    }
    for form, is_true in forms.items():
        yield from _untrue("how many", form, page, is_true)
    for text in (r"続けて確認できていない期間が[0-9,]+か所", "Chatworkの表示する件数から見て、不足はありません"):
        yield from _untrue("nothing is missing by the counter", text, page, lambda: not truth.missing)
    if not any(_search(form, page) for form in forms) and saved and "点は報告書にあります)" not in page:
        yield "how many is not told"  # but of a text for a form, which says what found no room
    others = _findall(
        r"別の仕事\((\w+)\)も同じチャットを使っているため、その仕事のメッセージも含まれることがあります", page
    )
    if others != (["job2"] if truth.dispute.so.other_job else []) and (
        others or (saved and "点は報告書にあります)" not in page)
    ):
        yield f"another job of the same chat ({others})"
    notices = sum(map(truth.dispute.is_notice, saved))
    form = r"うちChatworkの自動メッセージ([0-9,]+)件"
    yield from _untrue("notices", form, page, lambda number: _number(number) == notices)
    forms_of_reading = (r"メッセージ([0-9,]+)件を報告者が読んで確かめました", r"([0-9,]+)件は文面を隠しています")
    reviewed = [{*map(_number, _findall(one, page))} for one in forms_of_reading]
    unknown = sum(truth.dispute.changes(of_notices=one)["deleted_before"].total() for one in (False, True))
    if any(reviewed) and sum(chain(*reviewed)) != len(saved) - unknown:
        yield f"how many were read and how many are hidden ({reviewed})"


def _on_changes(truth: Truth, page: str) -> Iterator[str]:
    for kind, true in truth.dispute.changes().items():
        found = list(_finditer(WHOSE + LABELS[kind], page))
        if true and not found:
            yield f"{kind} is not told"
        for one in found:
            counts = re.findall(r"(相手|報告者|参加者|あなた)のメッセージ([0-9,]+)件", one[1])
            sides = Counter({side.replace("あなた", "報告者"): _number(n) for side, n in counts})
            if sides != true:
                yield f"{kind} ({one[0]})"


def _on_request(truth: Truth, page: str) -> Iterator[str]:
    """What is asked for in the first row, and what follows from the delivery, the payments and the silence."""
    dispute = truth.dispute
    for day, days in _findall(
        rf"納品\(({DAY})\)の翌日から数えて(\d+)日目の今も(?:\S+での)?検収の完了を確認できていない", page
    ):
        passed = (truth.today - _day(dispute.delivered or 0, 0)).days
        if dispute.delivered is None or day != str(_day(dispute.delivered, 0)) or int(days) != passed:
            yield f"the review is overdue ({day}, {days})"
        if dispute.is_paid_since(day):
            yield f"the review of paid work is overdue ({day})"
        if passed <= (truth.rules.review_days or 7):
            yield f"the review is overdue too early ({days})"
    for number in _findall(r"返信のないメッセージ:「[^」]*?(\d+)」", page):
        post = next((one for one in dispute.saved if one.number == int(number)), None)
        if post is None or dispute.side(post.author) != "報告者" or post.sent != dispute.first_unanswered():
            yield f"the message without a reply ({number})"
    spoken = dispute.speeches(dispute.counterparts, saved=True)[-1:]
    for number in _findall(r"最後のメッセージは[^「。]*の「[^」]*?(\d+)」(?:\([^)]*\))?です", page):
        if int(number) not in {post.number for post in spoken}:
            yield f"what the other side wrote last ({number})"
    form = r"(?:内容をご確認(?:のうえ、ご返信)?|納品物のご確認の結果をお知らせ)くださいますよう、お願いいたします"
    of_client = _findall(form, page)
    of_office = "手続きをご案内ください" in page
    if of_office if dispute.so.platform == "direct" else of_client:
        yield "the client is asked for what an office does, or an office for what the client does"
    asks = _search(r"相手からの返信(?:が|も)ないため|記録では相手からの返信がなく|ご確認のうえ、ご返信", page)
    until = dispute.known_until
    asked = dispute.first_unanswered() if dispute.counterparts else None
    if asks and (asked is None or until is None):
        yield "a reply is asked for"
    elif asks and asked is not None and until is not None:
        end = truth.now if dispute.is_shut else until
        if (end - asked) // DAY_LENGTH < truth.rules.reply_days:
            yield "a reply is asked for too early"
    changes = {kind: sides["相手"] for kind, sides in dispute.changes().items()}
    reasons = {
        "deleted": "保存した後に",
        "edited_deleted": "編集された後に",
        "deleted_before": "保存した時点ですでに",
        "edited": "編集され(?:たため|たこと|、)",
    }
    for kind, words in reasons.items():
        form, true = rf"(?:なお、)?相手のメッセージ([0-9,]+)件が、?{words}", changes[kind]
        yield from _untrue("the reason of the request", form, page, lambda number, true=true: _number(number) == true)
    shut, closed = (at and _second(at)[:10] for at in (dispute.noticed_shut, dispute.noticed_closing))
    form = rf"({MOMENT})チャットが開けなくなっていることを確認\(理由不明\)"
    for time in _findall(form, page):
        if time and time[:10] != shut:
            yield f"the present state of a closed chat ({time})"
    form = rf"チャットが開けなくなったことを({DAY})に確認したため"
    yield from _untrue("when the chat was closed", form, page, lambda day: day == shut)
    form = rf"{CLOSED_SIGN}ことを({DAY})に確認(?:したため|し、相手からの返信も)"
    yield from _untrue("when the account was closed", form, page, lambda _account, day: day == closed)


def _on_money(truth: Truth, page: str) -> Iterator[str]:
    """Sums, what is late and since when, by the entries of the reporter; payments go to the oldest invoice."""
    dispute, left, late = truth.dispute, sum(one.amount for one in truth.dispute.payments), []
    billed = sum(one.amount for one in dispute.invoices)
    open_ones = {}
    for invoice in dispute.invoices:
        open_ones[invoice.number] = max(0, invoice.amount - left)
        left = max(0, left - invoice.amount)
        if open_ones[invoice.number] and str(invoice.due_on) < str(truth.today):
            late.append(invoice)
    coming = sum(open_ones[one.number] for one in dispute.invoices if str(one.due_on) >= str(truth.today))
    sums = (billed, sum(one.amount for one in dispute.payments), sum(open_ones.values()))
    form = r"請求([0-9,]+)円/入金([0-9,]+)円/未払い([0-9,]+)円"
    yield from _untrue("the sums", form, page, lambda *one: tuple(map(_number, one)) == sums)
    form = r"\(うち支払期日を過ぎていないもの([0-9,]+)円\)"
    yield from _untrue("what is not due yet", form, page, lambda amount: _number(amount) == coming)
    form = r"契約・仮払い契約金額([0-9,]+円)"
    yield from _untrue("what was agreed", form, page, lambda amount: amount == dispute.amount)
    since: Counter[str] = Counter()
    for one in late:
        since[str(one.due_on)] += open_ones[one.number]
    part = rf"支払期日\(({DAY})\)の翌日から数えて(\d+)日目の今も([0-9,]+)円"
    for sentence in _findall(r"報告者の入力では、(支払期日[^。]+?)の入金がない", page):
        told = _findall(part, sentence)
        rest = re.sub(part, "", sentence).strip("、")
        if rest or [(day, _number(amount)) for day, _days, amount in told] != sorted(since.items()):
            yield f"how much is overdue since when ({sentence})"
        if any(int(days) != (truth.today - date.fromisoformat(day)).days for day, days, _amount in told):
            yield f"for how many days something is overdue ({sentence})"
    theirs = (text for one in dispute.saved if one.author in dispute.counterparts for text in dispute.seen_texts(one))
    is_accepted = dispute.so.platform == "direct" and _findall("検収OKです、|修正は不要です、", " ".join(theirs))
    asked = _findall(r"お支払いの予定日をお知らせくださいますよう、お願いいたします", page)
    if asked and not late and not is_accepted:
        yield "a payment is asked for"
    entered = {("請求", one.number, one.amount) for one in dispute.invoices}
    entered |= {("入金", one.number, one.amount) for one in dispute.payments}
    form = r"(請求|入金)(\d)\(([0-9,]+)円\)"
    yield from _untrue("a sum", form, page, lambda word, no, sum_: (word, int(no), _number(sum_)) in entered)
    form = (
        rf"請求(\d)\({DAY}\)(?:[0-9,]+円、)?未払い([0-9,]+)円、支払期日({DAY})"
        r"(?:、翌日から数えて(\d+)日目)?(?:\(期日は([土日])曜日)?"
    )
    for number, amount, day, days, closed in _findall(form, page):
        (invoice,) = (one for one in dispute.invoices if one.number == int(number))
        if _number(amount) != open_ones[invoice.number] or day != invoice.due_on:
            yield f"what is open of an invoice ({number})"
        if int(days or 0) != max(0, (truth.today - date.fromisoformat(day)).days):
            yield f"for how many days an invoice is late ({number})"
        weekend = {5: "土", 6: "日"}.get(date.fromisoformat(day).weekday(), "")
        if closed != weekend and (closed or dispute.so.platform != "direct"):  # a letter to a client leaves it out
            yield f"the day of the week ({day})"


def _on_quotations(truth: Truth, page: str) -> Iterator[str]:
    """What page 1 quotes: the first and last saved words of messages of the other side, and when each was seen."""
    dispute = truth.dispute
    changed = {event.post.number for event in dispute.events() if event.kind in (EDITED, TURNED)}
    of_client = [post for post in dispute.saved if dispute.side(post.author) == "相手" and not dispute.is_notice(post)]
    unseen = [one for one in of_client if dispute.seen_texts(one) == {DELETED}]
    theirs = [one for one in of_client if one.number in changed and one not in unseen]
    head = rf"({DAY}\d\d:\d\d)([^\d\s]{{1,20}}?)のメッセージ\(No\.(\d+)\)。"
    _before, *pieces = re.split(head, page)
    told = list(zip(*(pieces[first::4] for first in range(4)), strict=True))
    agreed = [one for one in of_client if one not in theirs and _is_agreed(dispute, one)]
    decides = partial(_decides, dispute)
    best = [sorted(ones, key=decides, reverse=True)[:3] for ones in (theirs, agreed)]
    quoted = [truth.numbers[int(number)] for _sent, _name, number, _words in told]
    best[0] = sorted([*best[0], *(one for one in unseen if one in quoted)], key=decides, reverse=True)[:3]
    if agreed and best[0][2:] and _decides(dispute, best[0][2])[:2] == (0, False):  # an edit of nothing
        best[0].pop()
    expected = [*best[0], *best[1]][:3]
    places = {one.number: (int(one in best[1]), one.sent * (one in best[1])) for one in expected}
    places |= {one.number: (2, 0) for one in expected if one in best[0] and not _decides(dispute, one)[0]}
    if quoted != sorted(expected, key=lambda one: places[one.number]):
        yield f"which are quoted, and in what order ({[int(number) for _sent, _name, number, _words in told]})"
    for sent, name, number, words in told:
        post = truth.numbers[int(number)]
        if (sent, name) != (_minute(post.sent), dispute.name_at(post.author, dispute.sightings(post)[0])):
            yield f"whose message is quoted ({number})"
        else:
            yield from (f"{fact} ({number})" for fact in _on_quotation(dispute, post, words[:450]))
        for yes in _findall(rf"これに続く報告者のメッセージ\(No\.(\d+)、{DAY}\)", words[:450]):
            later = [one for one in dispute.saved if one.room == post.room and one.sent > post.sent]
            others = (
                one for one in later if dispute.side(one.author) != "相手" and dispute.seen_texts(one) != {DELETED}
            )
            if next(others, None) != truth.numbers[int(yes)]:
                yield f"the reporter's answer to what is quoted ({number}, {yes})"


def _beginnings(dispute: Dispute, post: TruePost) -> list[str]:
    """How each text began that was seen of a post; how much that decides is in `BEGINNINGS`."""
    texts = [text for at in dispute.sightings(post) if (text := post.shown(at)[0]) != DELETED]
    texts = [re.sub(r"^\[qt\]\[qtmeta.*\[/qt\]\n", "", text) for text in texts]
    return [max((begin for begin in BEGINNINGS if text.startswith(begin)), key=len) for text in texts]


def _decides(dispute: Dispute, post: TruePost) -> tuple[int, bool, int, int]:
    """What was taken back or altered, the most decisive first; then deletions, then the newest."""
    begun = _beginnings(dispute, post)
    is_gone = any(post.shown(at)[0] == DELETED for at in dispute.sightings(post))
    is_edited = not is_gone and len({post.shown(at)[0] for at in dispute.sightings(post)}) > 1
    clauses = [(one.partition("、")[0], BEGINNINGS[one]) for one in begun]  # the first one decides
    levels = {16: 4, 4: 3, 2: 2, 1: 1}
    named = {points: {one if weight == levels[points] else "" for one, weight in clauses} for points in levels}
    named[8] = {"3万円" if dispute.amount and "3万円" in one else "" for one, _weight in clauses}
    seen = [text for at in dispute.sightings(post) if (text := post.shown(at)[0]) != DELETED]
    if is_edited and seen[0] == seen[-1]:  # there and back
        named = {}
    weight = sum(level for level, ones in named.items() if (len(ones) > 1 if is_edited else ones != {""}))
    if not weight and is_gone and (not seen or _answers_terms(dispute, post)):
        weight = 4
    return weight, is_gone, post.sent, post.number


def _answers_terms(dispute: Dispute, post: TruePost) -> bool:
    """Whether the reporter's message before it, with no third person's between, names a price or has a file."""
    before = [one for one in dispute.saved if one.room == post.room and one.sent < post.sent]
    others = [
        one
        for one in before
        if dispute.side(one.author) != "相手" and (one.author != OWNER or dispute.seen_texts(one) != {DELETED})
    ]
    if not others or dispute.side(others[-1].author) != "報告者":
        return False
    own = others[-1]
    first = next(text for at in dispute.sightings(own) if (text := own.shown(at)[0]) != DELETED)
    return (
        own.item == "file"
        or re.search(r"\d円|万円", normalize("NFKC", re.sub(r"\[qt\].*\[/qt\]", "", first))) is not None
    )


def _is_agreed(dispute: Dispute, post: TruePost) -> bool:
    """Whether it names an acceptance or a price, and never had another text."""
    is_whole = len(dispute.seen_texts(post)) == 1 and not post.is_notice
    return is_whole and DELETED not in dispute.seen_texts(post) and _decides(dispute, post)[0] > 1


def _is_excerpt(told: str, text: str) -> bool:
    """Whether a text is told word for word, without what it quotes; its call, beginning or middle perhaps cut out."""
    told, text = told.partition("ファイル「")[0], re.split(r"\n?\[info\]\[title\]\[dtext:file_uploaded", text)[0]
    text = REMOVED_SHOWN if text == REMOVED_FORM else text
    parts = re.split(r"\[To:\d+\]\S*?さん\n", re.sub(r"\[qt\].*\[/qt\]\n", "(引用)", text))
    own, called = "".join(parts), r"\S{1,6}さん".join(map(re.escape, parts))
    begin, mark, end = told.partition("…")
    is_cut = bool(mark) and own.startswith(begin) and own.endswith(end) and ("ません、" in end or "ません、" not in own)
    return told == own or bool(re.fullmatch(called, told)) or is_cut


def _on_quotation(dispute: Dispute, post: TruePost, words: str) -> Iterator[str]:
    times = dispute.sightings(post)
    shown = [(at, *post.shown(at)) for at in times]
    texts = [one for one in shown if one[1] != DELETED]
    if not texts:
        unseen = _findall(r"保存した時点で「削除」表示でした\(文面は不明\)", words)
        if len(unseen) != 1 or "これに続く報告者のメッセージ" not in words:
            yield "that its text is not known, and the reply that is"
        return
    said, last = texts[0][1], texts[-1][1]
    is_back = any(text != last for _at, text, _updated in texts) and said == last
    is_edited = said != last
    own = rf"({REMOVED_SHOWN}|\S*?(?:メッセージ|書き直し){post.number})(?!\d(?!\d{{3}}-))"
    until = {max(_minute(at) for at, text, _updated in texts if text == said)}
    gone = [at for at, text, _updated in shown if text == DELETED]
    found = _findall(rf"保存した文\(({DAY}\d\d:\d\d)まで表示\){own}", words)
    if [one[0] in until and _is_excerpt(one[1], said) for one in found] != [True] * (bool(gone) or not is_back):
        yield "the text that was saved"
    if len(_findall("最後に確認した文は、最初に保存した文と同じです", words)) != is_back:
        yield "that the last text is the first again"
    stands = _findall(rf"({DAY}\d\d:\d\d)にも同じ文でした", words)
    is_told = not gone and not is_edited and not is_back and until != {_minute(post.sent)}
    if len(stands) != is_told or not {*stands} <= until:
        yield "until when it stood there unchanged"
    since = _since(texts)
    changed = gone[0] if gone else since
    is_edited = is_edited or (is_back and not gone)  # the first text is quoted as the one after the change
    may_be = [changed, *(at for at in times if changed < at and (gone or is_edited))]
    still = _findall(rf"(?:いまの文|いまの表示)\({DAY}\d\d:\d\dに確認、({DAY}\d\d:\d\d)も同じ\)", words)
    told = {one for one in may_be if [_minute(one)] * (_minute(one) != _minute(changed)) == still}
    if not told or not (max(may_be) in told or (gone and is_edited)):
        yield "until when it still read so"
    after = _findall(rf"(?:変わった後|いま)の文\(({DAY}\d\d:\d\d)に確認(?:、{DAY}\d\d:\d\dも同じ)?\){own}", words)
    if [one[0] for one in after] != [_minute(since)] * is_edited or not all(_is_excerpt(one[1], last) for one in after):
        yield "the text after the change"
    wide = [normalize("NFKC", text) for _at, text, _updated in texts]  # both widths of a number are one
    between = {
        sum_ for text in wide for sum_ in re.findall(r"[0-9,]+円", text) if sum_ not in normalize("NFKC", said + last)
    }
    named = "、".join(_findall(r"途中の金額・日付:([^)…]*)", words)).split("、")
    if not between <= {*named}:
        yield "the sums in between"
    if any(all(term not in text for text in wide) for term in named):
        yield "what was named in between"
    is_edit = (is_edited or is_back) and not post.is_box_removed  # its file was removed, and nobody edited it
    if _findall(rf"Chatworkの更新時刻({DAY}\d\d:\d\d)", words) != [_minute(texts[-1][2])] * is_edit:
        yield "Chatwork's own time of the edit"
    if _findall(rf"({DAY}\d\d:\d\d)には削除されていました", words) != [_minute(one) for one in gone[:1]]:
        yield "when the deletion was seen"


def _since(shown: Sequence[tuple[int, str, int]]) -> int:
    """Since when the last text was shown without another one between."""
    return min(at for at, text, _updated in takewhile(lambda one: one[1] == shown[-1][1], reversed(shown)))


def _last_text(texts: Sequence[str]) -> str:
    return [one for one in texts if one != DELETED][-1]


def _on_answered(truth: Truth, page: str) -> Iterator[str]:
    """Of a quoted message that names no terms, what the reporter wrote before it; of others the reporter's answer."""
    own = [one for one in truth.dispute.saved if truth.dispute.side(one.author) == "報告者"]
    form = (
        rf"(?:この前の報告者の|その前の、こちらの|(これに続く)報告者の|(それに続く)、こちらの({DAY})の)"
        rf"メッセージ(?:\(No\.(\d+)(?:、({DAY}))?\))?:「([^」]+)」(?:\(その後「([^」]+)」に編集\))?(\(その後「削除」表示\))?"
    )
    for _here, _there, written, number, sent, text, later, gone in _findall(form, page):
        posts = [one for one in own if not number or one == truth.numbers.get(int(number))]
        texts = [post.shown(at)[0] for post in posts for at in truth.dispute.sightings(post)]
        if (
            number
            and texts
            and (bool(gone) != (texts[-1] == DELETED) or not _is_excerpt(later or text, _last_text(texts)))
        ):
            yield f"what became of the message that is quoted with another ({number})"
        if not any(_is_excerpt(text, one) for one in texts):
            yield f"what a quoted message answers, or the answer to it ({number}, {text})"
        if (written or sent) and (written or sent) not in {_second(post.sent)[:10] for post in posts}:
            yield f"when the answer was sent ({number}, {text})"
    form = rf"その後の(\S{{2,3}})のメッセージ\(No\.(\d+)、({DAY})\):「([^」]+)」"
    for side, number, sent, text in _findall(form, page):
        post = truth.numbers[int(number)]
        texts = [post.shown(at)[0] for at in truth.dispute.sightings(post)]
        is_true = (truth.dispute.side(post.author), _second(post.sent)[:10]) == (side, sent)
        if not is_true or not any(_is_excerpt(text, one) for one in texts):
            yield f"what was written when a quoted message changed ({number}, {text})"
    yield from _untrue(
        "that a text was never seen",
        rf"の({DAY})のメッセージは、保存した時点で「削除」表示でした",
        page,
        lambda day: any(
            _second(one.sent)[:10] == day and truth.dispute.seen_texts(one) == {DELETED} for one in truth.dispute.saved
        ),
    )
    form = r"この中の引用「([^」]+)」は、引用元とされる(\S{2,3})のメッセージ\(No\.(\d+)\)の保存した文にありません"
    saved = _findall(r"保存した文:「((?:[^「」]|「[^」]*」)+)」", page)
    for (words, side, number), text in zip(_findall(form, page), saved, strict=True):
        post = truth.numbers[int(number)]
        texts = [post.shown(at)[0] for at in truth.dispute.sightings(post)]
        is_text = post.is_notice or _is_excerpt(text, texts[0])
        if truth.dispute.side(post.author) != side or not is_text or any(words in one for one in texts):
            yield f"what is misquoted ({number}, {words})"
    yield from _untrue("the name of a file", r"ファイル「([^」]+)」", page, lambda name: name.endswith(".png"))


def _on_letters(truth: Truth, page: str) -> Iterator[str]:
    """The words that a letter quotes, by the day on which they were sent."""
    for day, text in _findall(rf"({DAY})のご連絡(?:\(はじめて見たときには編集済み\))?「([^」]+)」", page):
        theirs = [one for one in truth.dispute.saved if truth.dispute.side(one.author) == "相手"]
        sent = [one for one in theirs if _second(one.sent)[:10] == day]
        texts = [one.shown(at)[0] for one in sent for at in truth.dispute.sightings(one)]
        if not any(_is_excerpt(text, one) for one in texts):
            yield f"whose words a letter quotes ({text})"


def _on_pasted_quotations(truth: Truth, page: str) -> Iterator[str]:
    """The same in the text to paste: what was said on the day of the message, or a text of a later edit."""
    yield from _on_letters(truth, page)
    edited = rf"({DAY})のメッセージ\(はじめて見たときには編集済み\)「([^」]+)」"
    said = rf"(相手|報告者)(?:\(.{{1,40}}?\))?の(?:「([^」]+)」\(({DAY})\)|{edited})は"
    became = r"(?:は「([^」]+)」になって|は(最初に保存した文に戻って)|も(同じ文))"
    on_day = rf"({DAY}|同日)(?:\d\d:\d\d)?に"
    became = rf"(?:(?:編集され)?、{on_day}{became}|(?:「([^」]+)」に変わり)?、{on_day}は削除)"
    for side, said_text, said_on, edited_on, edited_text, *how in _findall(said + became, page):
        since, after, back, same, between, gone = how
        number = re.search(r"(\d+)(?:$|ファイル「)", said_text or edited_text)
        post = number and next((one for one in truth.dispute.saved if one.number == int(number[1])), None)
        if not post or truth.dispute.side(post.author) != side or (said_on or edited_on) != _second(post.sent)[:10]:
            yield f"whose words are pasted ({said_text or edited_text})"
            continue
        shown = [(at, *post.shown(at)) for at in truth.dispute.sightings(post)]
        texts = [one for one in shown if one[1] != DELETED]
        _at, first, updated = texts[0]
        is_first = _is_excerpt(said_text, first) and not updated
        if not (is_first if said_text else updated or first == texts[-1][1]):
            yield f"the text that is pasted ({post.number})"
        if bool(back) != (not gone and any(one[1] != first for one in texts) and first == texts[-1][1]):
            yield f"that the first text is pasted as the last one ({post.number})"
        if not _is_excerpt(after or between or said_text or edited_text, texts[-1][1]):
            yield f"the later text that is pasted ({post.number})"
        seen = {min(at for at, text, _ in shown if text == DELETED) if gone else _since(texts)}
        if same:
            seen = {at for at, _text, _updated in (texts if _is_cut(truth.dispute) else texts[-1:])}
        if (gone or since).replace("同日", said_on or edited_on) not in {_second(at)[:10] for at in seen}:
            yield f"since when it is told to be so ({post.number})"


def _minute(seconds: int) -> str:
    return _second(seconds)[:-3]


def _on_closing(truth: Truth, page: str) -> Iterator[str]:
    at = truth.dispute.noticed_closing
    true = None if at is None or CLIENT not in truth.dispute.counterparts else _second(at)[:-3]
    account = f"{CLIENT}" if truth.dispute.so.accounts else ""
    found = _findall(rf"({DAY}\d\d:\d\d)に、{CLOSED_SIGN}ことを確認", page)
    is_left_out = not found and "点は報告書にあります)" in page  # a text for a form says what found no room
    if set(found) != ({(true, account)} if true else set()) and not is_left_out:
        yield f"the closed account ({found})"
    found += _findall(rf"({DAY}\d\d:\d\d){CLOSED_SIGN}\(確認\)(?:1ページ|保存した記録)", page)
    if not {*found} <= {(true, account)}:
        yield f"the closed account in the course of events ({found})"


# --- chapters ----------------------------------------------------------------------------------


def _on_course(truth: Truth, page: str) -> Iterator[str]:
    """Lines of the course of events: one for one act, with how many messages it changed, and when if that was once."""
    true = defaultdict[tuple[str, str, str], set[tuple[str, int]]](set)
    for event in truth.dispute.events():
        day, minute = _second(event.at)[:10], _second(event.at)[10:15]
        true[day, truth.dispute.side(event.post.author), event.kind].add((minute, event.post.number))
    for one in _finditer(
        rf"({DAY})(\d\d:\d\d)?(相手|報告者|参加者)のメッセージ(\d+)件([^第]+?)\(確認\)(?:第8章|保存した記録)", page
    ):
        seen = true[one[1], one[3], one[5]]
        minutes = {minute for minute, _number in seen}
        is_timed = minutes == {one[2]} if one[2] else len(minutes) > 1
        if not is_timed or len({number for _minute, number in seen}) != int(one[4]):
            yield f"the course of events ({one[0]})"
    yield from _on_task_lines(truth.dispute, page)
    acts = _findall(rf"({DAY})\d\d:\d\d(空白[^(]*)\(確認", page)
    yield from (f"{count} lines for one act ({act})" for act, count in Counter(acts).items() if count > 1)
    for chapter in re.findall(r"第(\d+)章", page):
        if not 1 <= int(chapter) <= CHAPTERS:
            yield f"there is no chapter {chapter}"


def _on_task_lines(dispute: Dispute, page: str) -> Iterator[str]:
    """A task's course in one line: who gave it when, when that was first listed, and when it was seen to be done."""
    tasks = {post.number: post for post in dispute.posts if post.item == "task"}
    seen = {post.number for post in dispute.saved}
    given = rf"追加\((相手|報告者|参加者)(?:、No\.(\d+)、({DAY}\d\d:\d\d))?、({DAY}\d\d:\d\d)に確認\)"
    form = rf"{DAY}\d\d:\d\dタスク「作業(\d+)」:{given}(?:、完了\(({DAY}\d\d:\d\d)に確認\))?(?:No\.\d+|保存した記録)?"
    lines = _findall(form, page)
    left = len(tasks) - len(lines)
    form = r"ここに入らなかったもの:[^。]*タスク(\d+)件"
    yield from _untrue("how many tasks are left out", form, page, lambda n: 0 < int(n) <= left)
    for number, side, no, sent, listed, done in lines:
        post = tasks[int(number)]
        looks = [at for at in dispute.looks_at(post.room) if at >= post.sent]
        finished = [at for at in looks[1:] if post.done is not None and at >= post.done > looks[0]]
        true = (dispute.side(post.author), _second(looks[0])[:-3], _second(post.sent)[:-3] if no else "")
        if (side, listed, sent) != true or (no and post.number not in seen):
            yield f"the course of a task ({number}, {side}, {sent}, {listed})"
        if done and done not in {_second(at)[:-3] for at in finished[:1]}:
            yield f"when a task was seen to be done ({number}, {done})"


def _on_files(truth: Truth, page: str) -> Iterator[str]:
    """Each content by the name that a list showed first, who sent it when, what replaced it, and its other names."""
    dispute = truth.dispute
    listings = {post.number: dispute.listings(post) for post in dispute.known if post.item == "file"}
    kinds = r"(?:入力した日付など\d+件、?)?(?:変更\d+件、?)?(?:ファイル(\d+)件、?)?(?:タスク\d+件)?"
    form = f"ここに入らなかったもの:{kinds}"
    yield from _untrue("the files left out", form, page, lambda n: int(n or 0) <= sum(map(len, listings.values())))
    posts = [post for post in dispute.known if listings.get(post.number)]
    shown = [[(at, *post.file_at(at)) for at in listings[post.number]] for post in posts]
    changes = [pair for one in shown for pair in pairwise(one)]
    contents = [[content for _at, _name, content in one] for one in shown]
    sent = {(post.sent, dispute.side(post.author), one[0][1]) for post, one in zip(posts, shown, strict=True)}
    other = {(at, name) for (_at, _name, was), (at, name, content) in changes if was != content}
    renamed = {(at, name) for (_at, was, _content), (at, name, _now) in changes if was != name}
    name, mark = r"(\d+改?\.png)", r"F-\d{4}"
    first = {one for _at, _side, one in sent}
    if not {*re.findall(rf"ファイル「{name}」の送信", page)} <= first:
        yield "the name of what the other side sent"
    acts = {(_minute(at), *rest) for at, *rest in sent}
    form = rf"({DAY}\d\d:\d\d)(相手|報告者|参加者)がファイル\({mark}{name}\)を送信"
    yield from _untrue("who sent which file", form, page, lambda *one: one in acts)
    seen = {(_minute(at), one) for at, one in other}
    form = rf"({DAY}\d\d:\d\d)ファイルが差し替えられたことを確認\({mark}{name}\)"
    yield from _untrue("what replaced a file", form, page, lambda *one: one in seen)
    days = {(_second(at)[:10], one) for at, one in renamed}
    form = rf"({DAY})[\d:]*ファイル名が変わった(?:\(確認\))?:?[^→]{{5,40}}→{name}"
    told = {*_findall(form, page)}
    form = rf"ファイル名が「[^」]{{5,40}}」から「{name}」に変わりました\(({DAY})に確認\)"
    told |= {(day, one) for one, day in _findall(form, page)}
    yield from (f"the other name of a file ({one})" for one in told - days)
    before = {
        one
        for post, looks in zip(posts, shown, strict=True)
        for _at, one, _now in looks
        if not dispute.is_within(post.sent)
    }
    inside = {(_second(at)[:10], one) for at, one in renamed if dispute.is_within(at) and one not in before}
    if (
        not inside <= told
        and "8編集・削除" in page
        and not _search(r"ほかの(?:変更)?[0-9,]+件|ファイル名は隠しています", page)
    ):
        yield f"the other name of a file is not told ({inside - told})"
    gone, vanished = set(), [(one.post, one.at) for one in dispute.events() if one.kind == REMOVED]
    for post, looks in zip(posts, shown, strict=True):
        later = [at for at in dispute.looks_at(post.room) if at > looks[-1][0]][:1]
        gone |= {(at, f"{post.number}{looks[-1][1]}") for at in later}
        vanished += [(post, at) for at in later]
    told_gone = {*_findall(rf"({MOMENT})ファイルが一覧に表示されなくなったファイルID{name}", page)}
    if told_gone - {(_second(at), one) for at, one in gone}:
        yield f"when a file was seen gone ({told_gone})"
    gone_at = {(_minute(at), one) for at, one in gone}
    form = rf"({DAY}\d\d:\d\d)ファイルが一覧に表示されなくなった\(確認\):ファイルID{name}(第8章|保存した記録)"
    in_chapter = {(at[:-3], one) for at, one in told_gone}
    for *one, source in _findall(form, page):
        if tuple(one) not in (in_chapter if source == "第8章" else gone_at):
            yield f"which file was seen gone when ({one}, {source})"
    lost = [one.post for one in dispute.events() if one.kind == REMOVED and not one.post.is_notice]
    lines = {
        (
            *(dispute.side(post.author), post.file_at(look)[0], _second(at)[:10]),
            *(f"メッセージ{post.number}" if post in lost else "", dispute.is_saved(post)),
        )
        for post, at in vanished
        for look in dispute.listings(post)
    }
    form = (
        rf"(相手|報告者|参加者)のファイル「{name}」\({mark}\)は、({DAY})には表示されなくなっていました"
        r"(?:\([^()]*\))?"
    )
    yield from _untrue("which file was seen gone", form, page, lambda *one: one in {line[:3] for line in lines})
    words = "同じメッセージの文「([^」]*)」も、表示されなくなっていました"
    yield from _untrue("what was said with a file", words, page, lambda one: one in {line[3] for line in lines})
    for *told, kept in _findall(f"{form}。(?:{words}。)?中身は(保存して|保存できて)", page):
        if (*told, kept == "保存して") not in lines:
            yield f"whether a file is kept ({told}, {kept})"
    for form in ("中身は保存しています", "中身は保存できていません"):
        yield from _untrue("whether a file is kept", form, page, lambda: bool(lines))
    last = {_minute(one.before) for one in dispute.events() if one.kind == REMOVED and one.before is not None}
    form = rf"\(最後に見えたのは({DAY}[\d:]*)\)"
    yield from _untrue("when a file was seen last", form, page, lambda at: at in last or _is_cut(dispute))
    missed = {_second(at) for at, _one in gone if dispute.is_within(at) and not dispute.so.period}
    if (
        not missed <= {at for at, _one in told_gone}
        and "8編集・削除" in page
        and not _search(r"ほかの(?:変更)?[0-9,]+件|ファイル名は隠しています", page)
    ):
        yield f"a file that was seen gone is not told ({missed})"
    rows = set()
    for post, looks in zip(posts, shown, strict=True):
        for content, (at, one) in {content: (at, one) for at, one, content in reversed(looks)}.items():
            way, is_saved = "送信" if post.author == OWNER else "受信", dispute.is_saved(post)
            saved = f"{_second(at)}-{sha256(content).hexdigest()[:16]}保存済み" if is_saved else f"---{LACKING}"
            rows.add((way, one, f"{len(content)}", _second(post.sent), saved))
    form = rf"{mark}(受信|送信){name}([1-9])({MOMENT})((?:{MOMENT}|-)-(?:[0-9a-f]{{16}}保存済み|-{LACKING}))"
    yield from _untrue("a row of a file", form, page, lambda *one: one in rows)
    notes = {row[1:3] for row in rows}
    form = rf"ファイル{mark}{name}([1-9])バイト(?:保存済み{MOMENT}|{LACKING}|:まだ保存できていません)"
    yield from _untrue("a note of a file", form, page, lambda *one: one in notes)
    replaced = {_second(at) for at, _name in other}
    yield from _untrue("when it was replaced", rf"差し替えを({MOMENT})に確認", page, lambda at: at in replaced)
    lost = [post for post in posts if not dispute.is_saved(post)]
    form, is_part = r"・ファイル([0-9,]+)点", dispute.so.period
    count = sum(1 if post in lost else len({*one}) for post, one in zip(posts, contents, strict=True))
    yield from _untrue("how many files", form, page, lambda one: is_part or _number(one) == count)
    form = r"取得できなかったファイル([0-9,]+)点"
    yield from _untrue("how many files are lacking", form, page, lambda one: is_part or _number(one) == len(lost))
    table = r"番号(?:方向元のファイル名)?大きさ\(バイト\)(?:送信日時保存日時納品)?SHA-256(?:先頭16桁状態)?"
    for form in (
        table,
        "ファイルのSHA-256",
        "納品したファイルのSHA-256が分からないため、「納品」の列の照合はしていません",
    ):
        yield from _untrue("a list of no files", form, page, lambda: bool(posts))


def _on_days(truth: Truth, page: str) -> Iterator[str]:
    """The day until which a delivery is usually reviewed."""
    days = _findall(rf"(?:検収|検収期限|支払い確定|自動の承諾)の目安(?:\([^)]*\))?({DAY})", page)
    delivered, number = truth.dispute.delivered, truth.rules.review_days
    true = None if delivered is None or number is None else str(_day(delivered, number))
    if delivered is not None and truth.dispute.is_paid_since(str(_day(delivered, 0))):
        true = None
    if set(days) != ({true} if true else set()):
        yield f"the day of the review ({days})"
    day = None if delivered is None else str(_day(delivered, 0))
    yield from _untrue("the day of the delivery", rf"納品\((?:最後|報告者入力)\)({DAY})", page, lambda one: one == day)
    yield from _untrue("no delivery", r"納品\((?:最後|報告者入力)\)(?:未入力|-)", page, lambda: day is None)
    if len(_findall(r"期限:[^期]*?計算。", page)) != len(_findall(r"期限:[^期]*?計算。出典", page)):
        yield "a deadline without its source"


def _on_compared_points(truth: Truth, page: str) -> Iterator[str]:
    """The rows of chapter 2: one for the client's name, and one that sets the approval against the first message."""
    dispute = truth.dispute
    saved, posted = dispute.seen, dispute.known
    is_compared = bool(saved) and truth.rules.has_permission
    wanted = (dispute.stated_client is not None) + is_compared
    if set(_findall(r"K-(\d+)", page)) != {f"{number}" for number in range(1, wanted + 1)}:
        yield "the points of chapter 2"
    results = _findall(r"最初のメッセージ(?:は(\d+)日(前|後)|は(同じ日)|との(前後は確認できません))", page)
    days = _days(saved[0].sent, int((dispute.approved - BEGIN).total_seconds())) if saved else 0
    for number, side, same, unsure in results:
        is_proved = "Chatworkでの最初のメッセージ" in page and saved[0] == posted[0]
        if unsure:
            is_true = days <= 0 and "保存できた最初のメッセージ" in page
        elif side == "前":
            is_true = int(number) == days > 0
        else:
            is_true = is_proved and days == (0 if same else -int(number))
        if not is_true:
            yield f"chapter 2: the first message and the approval ({number}{side}{same}{unsure})"
    if len(results) != is_compared:
        yield "chapter 2: the first message is not compared"


def _on_chapters(truth: Truth, page: str) -> Iterator[str]:
    dispute = truth.dispute
    minutes = {_second(at)[:15] for room in truth.dispute.rooms for at in truth.dispute.looks_at(room)}
    form = rf"({MOMENT})に、Chatworkに表示されないことを確認"
    yield from _untrue("when something was seen gone", form, page, lambda time: time[:15] in minutes)
    form = rf"ルームID\d+:({MOMENT})に、開けないことを確認"
    shut = truth.dispute.noticed_shut or -1
    yield from _untrue("when a chat was seen closed", form, page, lambda time: time[:15] == _second(shut)[:15])
    yield from _on_compared_points(truth, page)
    yield from _on_quoted(truth, page)
    yield from _on_change_rows(truth, page)
    yield from _on_unseen(dispute, page)
    yield from _on_unlisted_file(truth, page)
    one_by_one = r"(?:[^。]*?資料にあったメッセージIDから1件ずつ取得([0-9,]+)件)?"
    found = _search(rf"メッセージの取得方法は、(?:一覧で取得([0-9,]+)件)?{one_by_one}です", page)
    true = (len(dispute.saved) - len(dispute.recovered), len(dispute.recovered))
    told = (0, 0) if found is None else tuple(_number(one or "0") for one in found.groups())
    if told != true:
        yield f"how the messages came ({found and found[0]})"
    refused = _findall(r"理由は分かりません[0-9,]+件((?:\d{7}、)*\d{7})", page)
    told_ids = {one for ids in refused for one in ids.split("、")}
    true_ids = {f"{1_000_000 + one}" for one in dispute.refused}
    if told_ids != true_ids and not (dispute.so.period and told_ids <= true_ids):
        yield f"what was refused ({refused})"
    bases = {basis for basis, words in BASES.items() if _findall(words, page)}
    entered = {int(one) for one in _findall(rf"({CLIENT}|{COLLEAGUE})[\d、]*担当者\(報告者入力\)", page)}
    known, wrote = dispute.names if dispute.so.accounts else {}, {post.author for post in dispute.saved}
    if not {*known} & wrote & {*dispute.counterparts} <= entered <= {*known}:
        yield f"who was entered as the other side ({entered})"
    bases |= {"entered"} if entered else set()
    spoke = any(one.author in dispute.counterparts for one in dispute.saved)
    true_bases = {*dispute.counterparts.values()}
    if not (true_bases if spoke else set()) <= bases <= true_bases:
        yield f"who is who ({bases})"
    yield from _on_own_changes(dispute, page)
    became = {(old, new) for one in dispute.names.values() for new, old in pairwise(one)}
    form = rf"表示名が「([^」]+)」から「([^」]+)」に変わりました\({DAY}に確認\)"
    yield from _untrue("who has another name now", form, page, lambda *one: one in became)
    yield from _on_period(truth, page)


def _on_unlisted_file(truth: Truth, page: str) -> Iterator[str]:
    """The files that posts show and no list has, each by its name and a post that shows it; page 1 counts them."""
    dispute = truth.dispute
    texts = {no: "".join(sorted(dispute.seen_texts(post))) for no, post in truth.numbers.items()}
    found = r"\[download:(\d+)\]([^\[]*)\[/download\]"
    showing = {
        (str(no), file, "".join(name.split())) for no, text in texts.items() for file, name in re.findall(found, text)
    }
    listed = {str(one.number): one.sent for one in dispute.known if one.item == "file" and dispute.listings(one)}
    within = {file for file, sent in listed.items() if dispute.is_within(sent)}
    lacking = {file for _no, file, _name in showing} - within
    surely = lacking - listed.keys()  # the record of a file from outside the period may be in the package
    told = _findall(r"メッセージにあるが、この資料にファイルの記録がないもの:(\d+)点\((.*?」、ファイルID\d+)\)", page)
    outside = "この資料の期間の外のものか、" if dispute.so.period else ""
    why = f"{outside}保存する前に削除されたか、Chatworkのファイルの一覧に表示されなかった可能性"
    if len(_findall(f"(?<!か、){why}があります", page)) != len(told):
        yield "why a file may be on no list is not told"
    if surely and not told:
        yield "a file that no list has is not told"
    for count, names in told:
        named = re.findall(r"No\.(\d+)「(.*?)」、ファイルID(\d+)", names)
        if not {(no, file, name) for no, name, file in named} <= showing or int(count) != len(named):
            yield f"the files that no list has ({names})"
        if not surely <= {file for _no, _name, file in named} <= lacking:
            yield f"which files no list has ({names})"
    counted = _findall(r"メッセージにあって、この資料にないファイル(\d+)点", page)
    if any(not max(1, len(surely)) <= int(one) <= len(lacking) for one in counted):
        yield f"the files that page 1 counts ({counted})"


def _on_own_changes(dispute: Dispute, page: str) -> Iterator[str]:
    """What became of the reporter's own messages."""
    one = f"[0-9,]+件(?:{'|'.join(LABELS.values())})"
    told = _search(rf"報告者自身のメッセージの変更:(なし|{one}(?:、{one})*)", page)
    if told is None:
        yield "the reporter's own changes are not told"
        return
    counts = {kind: sum(map(_number, re.findall(rf"([0-9,]+)件{label}", told[1]))) for kind, label in LABELS.items()}
    if counts != {kind: sides["報告者"] * (kind != "hidden") for kind, sides in dispute.changes().items()}:
        yield f"the reporter's own changes ({told[0]})"


def _on_period(truth: Truth, page: str) -> Iterator[str]:
    """From when to when the room was looked at, what is known from before, and that a shut one may have held more."""
    dispute = truth.dispute
    begun = _findall(rf"保存開始:({MOMENT})。", page)
    if {*begun} != {_second(one[0]) for one in map(dispute.looks_at, dispute.rooms) if one}:
        yield f"the beginning of the saving ({begun})"
    for one in _findall(rf"それ以前のメッセージは、取得できた({MOMENT})以降に限ります", page):
        if one != _second(dispute.seen[0].sent) or "Chatworkでの最初のメッセージ" in page:
            yield f"what is known from before the saving ({one})"

    shut = ("開けなくなったチャット1つの件数不明分", "開けなくなる前の、")
    if dispute.is_shut and dispute.looks_at(ROOM) and not all(words in page for words in shut):
        yield "what a closed chat may have held is not told"


def _on_quoted(truth: Truth, page: str) -> Iterator[str]:
    within = r"(?:(?!No\.\d)[^。])"  # not the next message
    form = rf"No\.(\d+)({DAY})\([^)]\)({TIME})(相手|報告者|参加者)({within}+?)\(ID(\d+)\)"
    for one in _finditer(rf"{form}(?:{within}{{0,40}}?最後に確認した時刻({MOMENT}))?", page):
        post = truth.numbers[int(one[1])]
        times = truth.dispute.sightings(post)
        if one[7] and one[7] != _second(times[-1]):
            yield f"when a message was seen ({one[0]})"
        if one[2] + one[3] != _second(post.sent) or one[4] != truth.dispute.side(post.author):
            yield f"who wrote when ({one[0]})"
        if post.author == CLIENT and one[5] != truth.dispute.name_at(CLIENT, times[0]):
            yield f"the name of that time ({one[0]})"


def _is_cut(dispute: Dispute) -> bool:
    """Whether the period ends before the last look.

    Looks that showed nothing new are one record, and the package holds it only where its last one lies in the period.
    So what is told as the last look within the period may be an earlier one.
    """
    return dispute.period[1] is not None and dispute.period[1] <= dispute.last_look


def _on_change_rows(truth: Truth, page: str) -> Iterator[str]:
    """The rows of chapter 8, with both bounds."""
    kinds = f"{EDITED}|{TURNED}|{TOUCHED}|{HIDDEN}|{REMOVED}"
    page = re.sub(rf">引用:\S{{1,20}}?{MOMENT}", "", page)  # whose words and of when a text quotes
    rows = _finditer(rf"({MOMENT})({kinds})No\.(\d+?)(相手|報告者|参加者)のメッセージ(.*?)({MOMENT})", page)
    told = Counter((int(one[3]), one[2], one[1], one[6], one[4]) for one in rows)
    numbers = {post.number: number for number, post in truth.numbers.items()}
    events = [event for event in truth.dispute.events() if event.before is not None]
    end, said = truth.dispute.period[1] or 10**9, r"期間の後に確認した変更は、.*?期間内の最後の確認を記しています"
    if any(event.at >= end for event in events) and not _findall(said, page):
        yield "looks after the period that are not in the package"
    true = Counter(_change_row(truth, event, numbers[event.post.number]) for event in events)
    if _is_cut(truth.dispute):  # any sight before the change is true
        posts = {numbers[event.post.number]: event.post for event in events}
        sights = {no: {*map(_second, truth.dispute.sightings(post))} for no, post in posts.items()}
        told = Counter(
            (*row[:3], "", row[4]) if row[3] in sights.get(row[0], ()) and row[3] < row[2] else row
            for row in told.elements()
        )
        true = Counter((*row[:3], "", row[4]) for row in true.elements())
    yield from (f"a change that was not ({row})" for row in told - true)
    removals = {(_second(one.before or 0), _second(one.at)) for one in events if one.kind == REMOVED}
    form = rf"ファイル・タスクが「削除」表示に変わる前の文面】最後に見えた({MOMENT})/変わっていた({MOMENT})"
    yield from _untrue(
        "when a file was seen removed", form, page, lambda *one: one in removals or _is_cut(truth.dispute)
    )
    for form in (r"ファイル・タスクが「削除」表示に変わった後の文面", rf"{MOMENT}{REMOVED}No\.\d+"):
        yield from _untrue("a file that was removed", form, page, lambda: bool(removals))
    left_out = sum(map(_number, _findall(r"ほかの([0-9,]+)件はこの資料に載せていません", page)))
    if (true - told).total() > left_out:  # an office is shown the most telling ones
        yield from (f"a change that is not told ({row})" for row in true - told)


def _change_row(truth: Truth, event: TrueEvent, no: int) -> tuple[int, str, str, str, str]:
    assert event.before is not None
    end = truth.dispute.period[1] or 10**9  # readings after the period are not in the package
    before = max((at for at in truth.dispute.sightings(event.post) if at < min(event.at, end)), default=event.before)
    return no, event.kind, _second(event.at), _second(before), truth.dispute.side(event.post.author)


def _on_unseen(dispute: Dispute, page: str) -> Iterator[str]:
    """Each pause lies between two looks without another; those that hold a change are named."""
    named = _findall(rf"確認していない時間帯:?(?:ルームID\d+:?)?({MOMENT})から({MOMENT})まで", page)
    chats = [[*map(_second, dispute.looks_at(room))] for room in dispute.rooms]
    looks = {*chain.from_iterable(chats)}
    for start, end in named:
        if all(any(start < look < end for look in chat) for chat in chats):
            yield f"a pause with a look inside ({start} to {end})"
    spans = [(_second(event.before), _second(event.at)) for event in dispute.events() if event.before is not None]
    for before, at in spans:
        if dispute.period[1]:
            break
        long = datetime.fromisoformat(_iso(at)) - datetime.fromisoformat(_iso(before)) > timedelta(days=3)
        if long and at in looks and not any(start < at and end > before for start, end in named):
            yield f"a pause that holds a change is not named ({before} to {at})"


def _on_inquiry(truth: Truth, page: str) -> Iterator[str]:
    for kind in ("deleted", "edited_deleted", "deleted_before"):
        for one in _finditer(WHOSE + LABELS[kind], page):
            if sum(map(_number, re.findall(r"([0-9,]+)件", one[1]))) != truth.dispute.changes()[kind].total():
                yield f"{kind} ({one[0]})"
    is_own = any(sides["報告者"] for kind, sides in truth.dispute.changes().items() if kind != "hidden")
    if "報告者自身の" in page or (is_own and "点は報告書にあります)" not in page):
        yield from _on_own_changes(truth.dispute, page)
    yield from _on_closing(truth, page) if "解約済" in page else ()


# --- tables and `job show` ----------------------------------------------------------------


def _on_rows(truth: Truth, told: Told) -> Iterator[str]:
    """The table, the lines and the transcript have the same messages, and they are those that were saved."""
    dispute = truth.dispute
    if not told.rows and not told.lines:
        return
    ids = [f"{1_000_000 + post.number}" for post in dispute.saved]
    by_room = [f"{1_000_000 + post.number}" for room in dispute.rooms for post in dispute.saved if post.room == room]
    if [article["id"] for article in told.transcript] == by_room:
        told.transcript.sort(key=lambda article: int(article["id"]))  # a chat after the other
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
        is_covered = dispute.counterparts and post.author not in (OWNER, *dispute.counterparts)
        times_told = {row["日時(日本時間)"], article["time"][:19].replace("T", " ")}
        if times_told != {_second(post.sent, " ")} or line["send_time"] != int(_at(post.sent).timestamp()):
            yield f"tables: when {line['message_id']} was sent"
        names = [line["name"], article["name"], *([] if is_covered else [row["発言者(表示名)"]])]
        if set(names) != {name}:
            yield f"tables: who wrote {line['message_id']} ({names})"
        if row["最初に保存した日時(日本時間)"] != _second(times[0], " "):
            yield f"tables: when {line['message_id']} was saved"
        if (row["種類"] == "Chatworkの自動メッセージ") != dispute.is_notice(post):
            yield f"tables: whether {line['message_id']} is a notice"
        if row["状態"] == TURNED and len(dispute.seen_texts(post)) == 1:
            yield f"tables: {line['message_id']} was deleted before it was saved"
        if row["状態"] == EDITED and len(dispute.seen_texts(post)) == 1:
            yield f"tables: {line['message_id']} was edited before it was saved"


def _on_show(truth: Truth, told: Told) -> Iterator[str]:
    """`job show --json` against the truth."""
    dispute, show = truth.dispute, told.show
    named = "".join(text for post in dispute.posts for text in (post.text, *(one for _at, one in post.edits)))
    if _findall("検査をする場合は、その完了の期日", told.page) and "検収" not in named:  # also outside the period
        yield "where the day of an inspection may be named"
    first, reply, count = show["first_message"], show["last_reply"], show["messages"]
    posted, saved = dispute.posted(), dispute.saved
    if first["time"] != _rfc((dispute.known if first["knowledge"] == "whole" else dispute.seen)[0].sent):
        yield "show: the first message"
    if (not dispute.counterparts) != (reply["knowledge"] == "unknown"):
        yield "show: whether the other side is known"
    if dispute.counterparts:
        posts = dispute.speeches(dispute.counterparts, saved=reply["knowledge"] != "whole")
        if reply["time"] != (_rfc(posts[-1].sent) if posts else None):
            yield "show: the last reply"
        if show["counterparts"] != {str(account): basis for account, basis in dispute.counterparts.items()}:
            yield "show: who is who"
    if count["saved"] != len(saved) or (count["knowledge"] == "whole" and len(saved) != len(posted)):
        yield "show: how many"
    is_sure = not (dispute.recovered or dispute.is_shut or dispute.so.plan_days or dispute.so.period)
    is_all = is_sure and len(saved) == len(posted) and all(map(dispute.is_joined, dispute.rooms))
    if is_all and count["knowledge"] != "whole":
        yield "show: whether everything is saved"
    if not truth.is_missing(str(count["missing"]["estimate"])):
        yield "show: how many are missing"
    yield from (f"show: {fact}" for fact in _on_change_document(dispute, show["changes"]))
    page = re.sub(r"\s", "", told.page)
    yield from (f"show: {fact}" for fact in (*_on_changes(truth, page), *_on_closing(truth, page)))
    yield from _on_show_days(dispute, told)
    yield from _on_status(dispute, told)


def _on_change_document(dispute: Dispute, changes: JsonObject) -> Iterator[str]:
    for kind in CHANGES:
        counts = {name: changes[kind][side] for side, name in SIDE_KEYS.items()}
        sides = Counter({name: number for name, number in counts.items() if number})
        if sides != dispute.changes()[kind]:
            yield f"{kind} ({sides})"


def _on_status(dispute: Dispute, told: Told) -> Iterator[str]:
    """`status --json` against the truth."""
    rooms = told.status["rooms"]
    told_changes = [room["changes"]["job1"] for room in rooms]
    sums = {kind: {side: sum(one[kind][side] for one in told_changes) for side in SIDE_KEYS} for kind in CHANGES}
    yield from (f"status: {fact}" for fact in _on_change_document(dispute, sums))
    true = {kind: sides.total() for kind, sides in dispute.changes().items()}
    if sum(room["messages"] for room in rooms) != len(dispute.seen):
        yield "status: how many"
    for name in ("edited", "deleted"):
        both = true["edited_deleted"] * (name == "deleted")
        if sum(room[name] for room in rooms) != true[name] + true[f"{name}_before"] + both:
            yield f"status: {name}"


def _on_show_days(dispute: Dispute, told: Told) -> Iterator[str]:
    days = {due["rule"]: due for due in told.show["deadlines"]}
    true = {"review": RULES[dispute.so.platform].review_days or 0, "payment": PAYMENT_DAYS - 1}
    for rule, number in true.items():
        if rule in days and (dispute.delivered is None or days[rule]["day"] != str(_day(dispute.delivered, number))):
            yield f"show: the day of {rule}"
    for due in days.values():
        if not due["source"]:
            yield f"show: {due['rule']} has no source"
    named = r"(?:目安|頼めます|閲覧期限)\([^()]*(?:日|時間|日目|形式)\)|支払期日が未入力です"
    shown = rf"(?:{named})\s*(\d\d-\d\d)"
    if sorted(_findall(shown, told.page)) != sorted(due["day"][5:] for due in days.values()):
        yield "show: its page names other days"
    if _search(r"納品から1週間の目安を過ぎた検収についての相手への連絡と、規約に基づく\s*検収の検討", told.page):
        yield from ["show: a review without a delivery"] * (dispute.delivered is None)
    if sum(due["weak"] for due in days.values()) != len(_findall(r"確認してください|please\s+check", told.page)):
        yield "show: a weak day is not to be checked"


def _on_page_and_show(told: Told) -> Iterator[str]:
    """The report and `job show` tell the same."""
    first, reply, count = told.show["first_message"], told.show["last_reply"], told.show["messages"]
    pairs = (
        (_search(rf"最初のメッセージ({MOMENT})", told.report), first["time"]),
        (_search(rf"相手の最後のメッセージは({MOMENT})", told.report), reply["time"]),
    )
    for page, shown in pairs:
        if (page and _rfc_of(page[1])) != shown:
            yield f"report and show differ ({page and page[1]}, {shown})"
    closed = _search(rf"({DAY}\d\d:\d\d)に、{CLOSED_SIGN}", told.report)
    shown = told.show["closed_account"]
    if (closed and _rfc_of(closed[1] + ":00")[:16]) != (shown and shown["noticed_at"][:16]):
        yield "report and show differ about the closed account"
    number = _search(r"(?:全|保存できた)([0-9,]+)件", told.report)
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
