"""The request of a report: one thing that the platform's office can really do at this stage of the contract.

Before a delivery on the platform it never asks for a review, as the office could only point to the missing delivery.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from archiver.chatwork.notation.parse import parse
from archiver.claims.acceptance_and_terms import accepts, finds_fault, is_harmless, judges_work, names_money
from archiver.claims.messages import DELETIONS, changed_sides, closed_account, days_waiting, last_reply, turn
from archiver.claims.quotations import Quotation, Time, excerpt, excerpts
from archiver.claims.sentences import closed_sign, reply_label, reply_text, silence_reason, theirs_text, waiting_text
from archiver.claims.table import word
from archiver.contract_dates import day_of, days_since, end_request_due, is_paid, last_delivery, review_due
from archiver.export.report.excerpt import became_of, references_of
from archiver.export.report.message_statistics import ReportInput
from archiver.export.report.money import overdue_text, standing_of
from archiver.export.report.report_sources import platform_of, shown
from archiver.platforms.job_platform import STRANGER
from archiver.records import JST, TERM_ITEMS, CaseSide, ChangeKind, Contract, Message, RequestKind, State
from archiver.render.invisible_characters import visible
from archiver.render.message_body import plain_text
from archiver.render.snippet import one_line, own_words
from archiver.render.times import date_text, minute_text, short_date
from archiver.report_language import days_in_words, is_covered, is_english, say

_DAY_LENGTH = len("2026-11-20 18:00:00")
_NAME_LENGTH, _HEARD_LENGTH = 30, 50


def end_request_text(contract: Contract) -> str:
    """When the client asked to end the contract early, and until when to answer; empty if nothing is stated."""
    if not contract.end_request_at:
        return ""
    due = end_request_due(contract, platform_of(contract.platform))
    answer = "" if due is None else say("(返答の期限の目安 {due}。確認してください)", due=due_text(*due))
    return f"{shown(contract.end_request_at, _DAY_LENGTH)}{answer}"


def _end_request_reason(contract: Contract) -> str:
    """The same as the reason for a request, while there is a day for the answer and the contract is not ended."""
    platform = platform_of(contract.platform)
    due = end_request_due(contract, platform)
    if due is None or contract.cancelled_on:
        return ""
    stated = {"at": shown(contract.end_request_at, _DAY_LENGTH), "due": due_text(*due)}
    return say("{name}({at}、返答の期限の目安 {due})があるため、", name=say(platform.end_request_name), **stated)


def due_text(day: date, ends_at: datetime | None) -> str:
    """The day of a deadline, or its exact end in Japan's time where the rule counts to the time of day."""
    return date_text(day) if ends_at is None else minute_text(ends_at)


@days_in_words()
def opening_rows(case: ReportInput, seen: Iterable[str] = ()) -> tuple[tuple[str, str], ...]:
    """The first rows of page 1: the request to an office; for every other reader the situation, and what was chosen.

    `seen`: what was seen, as part of the situation.
    """
    if case.contract.platform == STRANGER:
        return ((say("お願いしたいこと"), say("このアカウントについて、ご確認とご対応をお願いします。")),)
    if case.profile == "support":
        asked, changed = request_sentence(case), _changed_reason(case)
        is_told = changed.casefold() in asked.casefold() or platform_of(case.contract.platform).elsewhere
        more = "" if is_told else say("なお、{reason}ことをお知らせします。", reason=changed)
        return ((say("お願いしたいこと"), f"{asked}{more}"),)
    ending, name = end_request_text(case.contract), say(platform_of(case.contract.platform).end_request_name)
    ended = say("{name}を受けました: {end_request}。", name=name, end_request=ending) if ending else ""
    situation = filter(None, [ended, standing_text(case), *seen])
    stated = ((say("現在の状況"), "\n".join(situation)),)
    kind, label = case.request, say("報告者の求めること" if case.profile == "court" else "相談したいこと")
    return stated if kind is None else (*stated, (label, wish_text(case, kind, case.profile)))


@days_in_words()
def request_sentence(case: ReportInput) -> str:
    """The one request, in one sentence: the one that the user chose, else the one that the state suggests."""
    kind, platform = client_request(case), platform_of(case.contract.platform)
    reasons = {RequestKind.PAYMENT: overdue_text, RequestKind.REVIEW: _overdue_text, RequestKind.REPLY: _silence_text}
    reason = reasons[kind](case) if kind in reasons else ""
    because = say("{reason}ため、", reason=reason) if reason else ""
    is_direct = platform.elsewhere  # the client is asked, and for nothing of an office
    is_reasoned = case.request or (
        kind is RequestKind.PAYMENT and because if is_direct and case.contract.does_work else kind
    )
    because = because if is_reasoned else _reason_text(case)
    asked = platform.review if kind is RequestKind.REVIEW and reason else None
    asked = platform.nudge or say("相手へのご連絡") if kind is RequestKind.REPLY else asked
    if asked and not is_direct:
        wish = say("{asked}をお願いします。", asked=asked)
    else:
        wish = wish_text(case, kind, "client" if is_direct else "support")
    text = f"{because}{wish[:1].lower()}{wish[1:]}"
    return text[:1].upper() + text[1:]


def shown_name(name: str) -> str:
    """A file's name or a task's text within a sentence; tags become words."""
    return excerpts([one_line(plain_text(parse(name)))], _NAME_LENGTH)[0]


def _reason_text(case: ReportInput) -> str:
    """What is to be answered or was seen of the other side, as the reason where the user chose none; perhaps empty."""
    if reason := _end_request_reason(case.contract):
        return reason
    closed = closed_account(case.statistics.facts).value
    if closed is not None:
        return say("{sign}ことを{at}に確認したため、", sign=closed_sign(closed), at=date_text(closed.sign.at))
    changed = _changed_reason(case)
    if changed:
        return say("{reason}ため、", reason=changed)
    if case.statistics.facts.strangers.keys() & case.twins:
        return say("相手と同じか、よく似た名前の別のアカウントからメッセージがあったため、")
    shut = min((room.inaccessible_since for room in case.rooms if room.inaccessible_since), default=None)
    return "" if shut is None else say("チャットが開けなくなったことを{at}に確認したため、", at=date_text(shut))


def _changed_reason(case: ReportInput) -> str:
    """What became of the other side's messages, within a sentence; empty if nothing was seen."""
    facts, kinds = case.statistics.facts, (ChangeKind.EDITED, *DELETIONS)
    counts = {kind: changed_sides(facts.changed, kind)[CaseSide.COUNTERPART] for kind in kinds}
    quoted = Counter(one.change for one in case.statistics.quotations.value if is_news(case, one))
    counts = {kind: count for kind, count in counts.items() if count > quoted[kind]}
    told = [kind for kind in kinds if counts.get(kind)]
    return "".join(word(f"reason.{kind}{'' if kind is told[-1] else '.and'}", n=counts[kind]) for kind in told)


def is_news(case: ReportInput, changed: Quotation) -> bool:
    """Whether an edit is mere news, or a deletion a correction; of covered words it is not known."""
    bodies, does_work = [one.body for one in changed.message.texts], case.contract.does_work
    is_mere = changed.is_corrected if changed.is_gone else is_harmless(bodies, does_work=does_work)
    return is_mere and not any(map(is_covered, bodies))


def _contract_name(case: ReportInput) -> str:
    """The contract, as exactly as the user entered it."""
    contract = case.contract
    stated = {say("契約ID "): contract.platform_id, say("契約日 "): contract.contracted_on}
    known = say("、").join(f"{name}{shown(one, _DAY_LENGTH)}" for name, one in stated.items() if one)
    return say("この仕事({known})", known=known) if known else say("この仕事")


def client_request(case: ReportInput) -> RequestKind | None:
    """What the user chose, else what the state suggests; who ordered the work is owed no pay and no review."""
    does_work, platform = case.contract.does_work, platform_of(case.contract.platform)
    if case.request:
        return case.request
    if does_work and overdue_text(case):
        return RequestKind.PAYMENT
    answered = _answer_to_delivery(case)
    if _overdue_text(case) and (platform.review or platform.elsewhere) and answered:
        return answered
    return RequestKind.REPLY if _silence_text(case) and (platform.nudge or platform.elsewhere) else None


def _answer_to_delivery(case: ReportInput) -> RequestKind | None:
    """What the last delivery leaves to ask for: the result of the inspection, unless page 1 quotes a direct client's
    answer to it in the chat; the payment, if they accepted it and no more (thanks and money apart), or took that away
    again; else nothing: there is something behind it, or it is only about money, or what is wrong.
    """
    at, statistics = last_delivery(case.deliveries), case.statistics
    if at is None or not platform_of(case.contract.platform).elsewhere:
        return RequestKind.REVIEW
    quoted = [*statistics.quotations.value, *filter(None, [statistics.heard])]
    since = [one for one in quoted if one.message.send_time >= at]
    last = next((one.shown[-1].body for one in since if one.message is statistics.said), "")
    accepted = [one for one in since if any(accepts(text.body) for text in one.shown)]
    is_taken_away = any(one.became is not State.PRESENT for one in accepted)
    is_no_more, is_found_wrong = accepts(last) or names_money(last), finds_fault(last) and not accepts(last)
    if accepted and (is_taken_away or (is_no_more and not is_found_wrong)):
        return RequestKind.PAYMENT
    edited = (one.shown[-1].body for one in since if one.after is not None)
    is_given = accepted or is_no_more or is_found_wrong or any(map(judges_work, edited))
    return None if is_given else RequestKind.REVIEW


def standing_text(case: ReportInput) -> str:
    """The current situation without a request: what is overdue or waits for an answer, and the client's last words."""
    late = overdue_text(case) or (_overdue_text(case) if _answer_to_delivery(case) is RequestKind.REVIEW else "")
    claim, heard = turn(case.statistics.facts), _heard_text(case, _HEARD_LENGTH)
    waiting = waiting_text(claim, case.created_at, shown=shown_name) if _silence_text(case) else ""
    now = waiting or theirs_text(claim, case.statistics.own_deleted, heard=heard, shown=shown_name)
    now = say("{late}状態です。", late=late) if late else say("{line}。", line=now) if now else ""
    last = reply_line(case, _HEARD_LENGTH, date_text, is_alone=True)
    is_told = now and (heard in now or case.profile != "consult")
    return now if is_told else "\n".join(filter(None, [now, last]))


def reply_line(case: ReportInput, limit: int, time: Time, *, is_alone: bool = False, is_letter: bool = False) -> str:
    """When the other side last spoke, and what they wrote; without that where it is covered or quoted beside it."""
    reply, heard = last_reply(case.statistics.facts), case.statistics.heard
    quoted = () if is_alone else (one.message for one in case.statistics.quotations.value)
    text = _heard_text(case, limit)
    is_told = heard is not None and text and heard.message not in quoted
    answered = texts_beside(case, heard, limit) if heard is not None and is_told else ""

    def said(at: datetime) -> str:
        return say("{when}です", when=word("quote.heard", when=time(at), text=text) if is_told else time(at))

    when = reply_text(reply, f"No.{reply.value.no}" if reply.value and not is_letter else "", time=said)
    line = "{reply_label}は{reply}。" if reply.value else "{reply_label}: {reply}。"
    told = [say(line, reply_label=reply_label(reply), reply=when), answered and say("{line}。", line=answered)]
    return (" " if is_english() else "").join(filter(None, told))


def texts_beside(case: ReportInput, quoted: Quotation, limit: int, *, is_letter: bool = False) -> str:
    """What belongs to a quoted message, with a full stop between: what it misquotes, and what stands beside it; in a
    letter only what the reporter wrote.
    """
    beside = []
    if quoted.misquoted and not is_letter:
        words, source = quoted.misquoted
        words, text = excerpts([visible(one_line(words)), visible(own_words(source.texts[0].body))], limit)
        side = say(case.side(source.account_id))
        beside.append(word("quote.misquoted", words=words, side=side, no=source.no, text=text))
    beside += [_text_beside(case, quoted, one, limit, is_letter=is_letter) for one in quoted.beside]
    return say("。").join(filter(None, beside))


def _text_beside(case: ReportInput, quoted: Quotation, message: Message, limit: int, *, is_letter: bool) -> str:
    """As it read then; empty where it is covered, or told elsewhere."""
    is_later, side = message.send_time >= quoted.message.send_time, case.side(message.account_id)
    at = max(quoted.message.send_time, message.send_time).timestamp()
    then = [one.body for one in message.texts if one.update_time <= at]
    is_theirs = message.account_id == quoted.message.account_id
    told = [*(one.message for one in case.statistics.quotations.value), getattr(case.statistics.heard, "message", None)]
    if not then or is_covered(then[-1]) or (is_theirs and (is_letter or message in told)):
        return ""
    text = excerpts([visible(own_words(then[-1], references_of(case, message)))], limit)[0]
    key = "quote.answered" if not is_later else "quote.followed" if is_theirs else "quote.agreed"
    values = {"no": message.no, "sent": short_date(message.send_time), "text": text}
    return word(key + ".letter" * is_letter, side=say(side), **values) + became_of(case, message, then[-1])


def _heard_text(case: ReportInput, limit: int) -> str:
    heard = case.statistics.heard
    if heard is None or is_covered(heard.before.body):
        return ""
    return excerpt(visible(own_words(heard.before.body, references_of(case, heard.message))), 0, limit)


def _overdue_text(case: ReportInput) -> str:
    """The beginning of a sentence that the usual time for the client's review is over; empty if it is not."""
    contract, platform = case.contract, platform_of(case.contract.platform)
    delivered, due = last_delivery(case.deliveries), review_due(contract, case.deliveries, platform)
    until = case.statistics.facts.behind_since
    now = until or case.created_at
    if delivered is None or due is None or now.astimezone(JST).date() <= due or not contract.does_work:
        return ""
    days = days_since(delivered, now)  # the first does not count (民法 140条), and the last has not ended
    sentence = "納品({delivered})の翌日から数えて{days}日目の今も{where}検収の完了を確認できていない"
    if until is not None:
        sentence = (
            "納品({delivered})の翌日から数えて{days}日目の{until}までの記録では{where}検収の完了を確認できていない"
        )
    where = "" if platform.elsewhere else say("{platform}での", platform=platform.name)
    told = {"delivered": date_text(delivered), "days": days, "where": where}
    return say(sentence, **told, until=until and minute_text(until))


def advice(case: ReportInput) -> str | None:
    """What who does the work must do before writing to the office; None if nothing is missing."""
    is_missing = case.contract.does_work and last_delivery(case.deliveries) is None
    return platform_of(case.contract.platform).warning if is_missing else None


def _silence_text(case: ReportInput) -> str:
    """The silence of the other side as the beginning of a sentence; empty before the platform's days are over, and once
    all is paid.
    """
    claim = turn(case.statistics.facts)
    days = days_waiting(claim, case.created_at)
    is_early = days is None or days < platform_of(case.contract.platform).reply_days
    if is_early or is_paid(case.contract, case.deliveries):
        return ""
    closed = closed_account(case.statistics.facts).value
    due = None if case.contract.does_work or case.deliveries else day_of(case.contract.due_on)
    late = "" if due is None or days_since(due, case.created_at) < 1 else word("reason.due", day=date_text(due))
    if closed is None or claim.value.is_closed:
        return late + silence_reason(claim)
    return late + word("reason.silent.account", sign=closed_sign(closed), at=date_text(closed.sign.at))


_WISHES: Mapping[RequestKind | None, Mapping[str, str]] = {
    RequestKind.PAYMENT: {
        "support": "お支払いについてご確認をお願いします。",
        "client": "お支払いの予定日をお知らせくださいますよう、お願いいたします。",
        "lawyer": "報酬の支払いを求める方法、期限、相手への通知の文面。",
        "consult": "報酬の支払いについて、次に何をすればよいか。フリーランス法の申出(公取委など)の対象になるか。",
        "court": "報酬の支払い。{open}",
    },
    RequestKind.REVIEW: {
        "support": "納品{delivered}の検収についてご確認をお願いします。",
        "client": "納品物のご確認の結果をお知らせくださいますよう、お願いいたします。",
        "lawyer": "納品{delivered}の検収の扱いと、相手に回答を求める方法。",
        "consult": "納品{delivered}の検収の回答を得るために、次に何をすればよいか。",
        "court": "納品{delivered}の検収の結果の回答。",
    },
    RequestKind.REPLY: {
        "client": "内容をご確認のうえ、ご返信くださいますよう、お願いいたします。",
        "lawyer": "相手への通知の方法(宛先の確かめ方を含む)。",
        "consult": "相手と連絡を取るために、次に何をすればよいか。",
        "court": "相手方からの回答。",
    },
    RequestKind.TERMS: {
        "support": "取引条件({terms})を相手が書面などで示すよう、ご案内をお願いします。",
        "client": "取引条件({terms})を、書面かチャットでお知らせくださいますよう、お願いいたします。",
        "lawyer": "取引条件({terms})を示すよう求める方法。",
        "consult": "取引条件({terms})を示してもらうために、次に何をすればよいか。申出窓口に申し出られるか。",
        "court": "取引条件({terms})を示すこと。",
    },
    RequestKind.STOP_WORK: {
        "support": "作業をいったん止めたいため、お取りいただける手続きのご案内をお願いします。",
        "client": "ご返信をいただくまで作業をいったん止め、今後の進め方をご相談させてくださいますよう、"
        "お願いいたします。",
        "lawyer": "作業を止めてよいか、その通知の方法、済んだ分の報酬の扱い。",
        "consult": "作業を止めてよいか。止めるときに、相手に何を伝えればよいか。",
        "court": "作業の中断と、済んだ分の扱いの取り決め。",
    },
    None: {
        "support": "{contract}について、お取りいただける手続きをご案内ください。",
        "client": "内容をご確認くださいますよう、お願いいたします。",
    },
}
"""What may be asked → the words for each reader."""


def wish_text(case: ReportInput, kind: RequestKind | None, reader: str) -> str:
    """What is asked, in words for a reader."""
    at, standing, stated = last_delivery(case.deliveries), standing_of(case), {one.item for one in case.contract.terms}
    unstated = say("、").join(say(item.label) for item in TERM_ITEMS if item.name not in stated)
    return say(
        _WISHES[kind][reader],
        contract=_contract_name(case),
        terms=unstated or say("全項目"),
        delivered="" if at is None else word("noted", text="", notes=date_text(at)),
        open="" if standing is None else say("報告者の入力による未払いは{unpaid:,}円。", unpaid=standing.unpaid),
    )
