"""The sentences of alerts: what happened and what to consider, never why or who, without names or message texts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from archiver.contract_dates import OutsideContact, day_of
from archiver.platforms.job_platform import platform_of
from archiver.records.alerts import CANCELLED, Alert, AlertRule, Level
from archiver.render.times import dated_moment, short_day
from archiver.report_language import in_program_language
from archiver.wording import N_, ngettext
from archiver.wording import gettext as _

SENTENCES: Mapping[tuple[AlertRule, str], str] = {
    (AlertRule.ROOM_INACCESSIBLE, ""): N_(
        "Chat {room} cannot be opened any more (reason unknown). What was saved is kept."
    ),
    (AlertRule.ACCOUNT_CLOSED, ""): N_("A name in chat {room} now ends in a mark such as “(解約済)” (account closed)."),
    (AlertRule.MEMBER_GONE, CANCELLED): N_(
        "Somebody is no longer listed as a member of chat {room}. A post there, in the form of "
        "Chatwork's automatic messages (anybody can write one), says that the account was cancelled."
    ),
    (AlertRule.MEMBER_GONE, ""): N_("Somebody is no longer listed as a member of chat {room} (reason unknown)."),
    (AlertRule.CONTACT_GONE, ""): N_(
        "Somebody from your work chats is no longer listed as your contact (reason unknown)."
    ),
    (AlertRule.OTHER_CHAT, "named"): N_(
        "You have a direct chat with {room}, somebody from your work chats, that is not saved. If you "
        "talk about work there, add it: archive job set."
    ),
    (AlertRule.OTHER_CHAT, ""): N_(
        "You have a direct chat with somebody from your work chats that is not saved: chat {room}. If "
        "you talk about work there, add it: archive job set."
    ),
    (AlertRule.DELETIONS, ""): N_(
        "Chat {room}: of the client's messages {edited} were edited and {n} were deleted or are no "
        "longer shown. The texts before the edits are kept: archive search --chat {room_id}."
    ),
    (AlertRule.A1, ""): N_("Chat {room}: somebody seems to ask for work before the escrow (仮払い). Start after it."),
    (AlertRule.A2, ""): N_(
        "Chat {room}: a survey, manual or explanation seems to come before the contract or escrow. "
        "Do it after the escrow."
    ),
    (AlertRule.A3, ""): N_(
        "Chat {room}: the escrow seems to be tied to a condition. Do nothing before the escrow, ask about it "
        "on the platform, and keep a screenshot: archive job enter {job} file."
    ),
    (AlertRule.A4, ""): N_(
        "Chat {room}: a message holds something like an email address or phone number. Keep to the "
        "platform's rules on contact data; exports for the platform's support hide it."
    ),
    (AlertRule.A5, ""): N_(
        "Chat {room}: a message mentions working outside {platform} or avoiding its fees. Decline, deliver "
        "on {platform}, and keep a screenshot: archive job enter {job} file."
    ),
    (AlertRule.A6, ""): N_(
        "Chat {room}: a message mentions another channel. This archive sees only Chatwork: stay here or on "
        "the platform."
    ),
    (AlertRule.A7, ""): N_("Chat {room}: a message mentions a seminar, an investment or upfront costs. Ask why."),
    (AlertRule.A8, ""): N_(
        "Chat {room}: somebody seems to ask for identity papers or bank details. Don't send them here; ask "
        "the platform, and keep a screenshot: archive job enter {job} file."
    ),
    (AlertRule.A9, ""): N_(
        "Chat {room}: somebody claims that support has allowed something, or asks to control a computer. "
        "Ask support yourself, and install nothing."
    ),
    (AlertRule.A10, "1"): N_(
        "Chat {room}: a message from the client was edited. The earlier text is kept: archive search --chat {room_id}."
    ),
    (AlertRule.A10, ""): N_(
        "Chat {room}: {n} messages from the client were edited within a day. The earlier texts are kept: "
        "archive search --chat {room_id}."
    ),
    (AlertRule.A11, ""): N_(
        "Job {contract}: no answer to what you wrote or sent on {day}. Write again, on the platform too if "
        "there is one: its support counts silence there."
    ),
    (AlertRule.A12, "name"): N_("Chat {room}: the client has a new name now. The earlier one is kept."),
    (AlertRule.A12, "role"): N_(
        "Chat {room}: somebody's role (who may manage the chat) has changed. The earlier one is kept."
    ),
    (AlertRule.A12, "room"): N_("Chat {room}: the chat's name has changed. The earlier one is kept."),
    (AlertRule.A12, ""): N_(
        "Chat {room}: the description changed near an amount or a date. The earlier one is kept: compare the two."
    ),
    (AlertRule.A13, ""): N_(
        "Chat {room}: a message mentions another amount or date than agreed. Answer in writing, on the "
        "platform too, and don't agree in a hurry."
    ),
    (AlertRule.A14, ""): N_(
        "Saving was off for {hours} hours from {day}. Of messages written and edited meanwhile only the new "
        "text is saved: archive status --full."
    ),
    (AlertRule.A15, "new"): N_(
        "Chat {room}: an account that was first seen here on {day} (ID {account}) writes about bank data or a "
        "transfer. Before you pay or answer, ask by another way that you know: archive guide stranger."
    ),
    (AlertRule.A15, ""): N_(
        "Chat {room}: somebody writes about bank data or a transfer. Same name, but another account "
        "(ID {known} since {known_day}, ID {account} since {day}). Before you pay or answer, ask by another "
        "way that you know: archive guide stranger."
    ),
    (AlertRule.UNDELIVERED, ""): N_(
        "Job {contract}: you delivered something on Chatwork, but no delivery on the platform is "
        "entered. Deliver there too, as its record counts most: archive job enter {job} delivery."
    ),
    (AlertRule.DEADLINE, ""): N_("Job {contract}, {day}: {name}. {advice}."),
    (AlertRule.EARLY_CONTACT, OutsideContact.BEFORE_APPROVAL): N_("the approval of {since}"),
    (AlertRule.EARLY_CONTACT, OutsideContact.BEFORE_ESCROW): N_("the escrow of {since}"),
    (AlertRule.EARLY_CONTACT, OutsideContact.BEFORE_CONTRACT): N_("the agreement of {since}"),
    (AlertRule.EARLY_CONTACT, ""): N_(
        "Job {contract}: its platform allows no contact outside it, and you were talking on Chatwork on {day}. "
        "Exports show it."
    ),
    (AlertRule.TWIN, "request"): N_("A request to become your contact: "),
    (AlertRule.TWIN, "contact"): N_("A new contact: "),
    (AlertRule.TWIN, ""): N_("Chat {room}: "),
}
"""Rule, and what its subject, its count or a name tells more exactly → what happened, and what to consider."""


def alert_sentence(
    alert: Alert, contract_names: Mapping[str, str] | None = None, room_labels: Mapping[int, str] | None = None
) -> str:
    """The sentence of an alert in the process's language.

    `contract_names` are contracts' names on screen, by id; `room_labels` are those of rooms where names may
    stand; of a direct chat that is not saved the name of the other person.
    """
    room = (room_labels or {}).get(alert.room_id or 0, alert.room_id)
    text, fields = _text(alert, is_named=room != alert.room_id), _subject_fields(alert, contract_names or {})
    jobs = list(contract_names or ())
    job = jobs[0] if len(jobs) == 1 else _("JOB")
    return text.format(room=room, room_id=alert.room_id, n=alert.count, job=job, **fields)


def _text(alert: Alert, *, is_named: bool) -> str:
    rule, number, parts = alert.rule, alert.count, (alert.subject or "").split("/")
    if rule is AlertRule.HIDDEN_BY_PLAN:
        return ngettext(
            "{n} message of chat {room} is now hidden by the plan. What was saved is kept.",
            "{n} messages of chat {room} are now hidden by the plan. What was saved is kept.",
            number,
        )
    if rule is AlertRule.DELETIONS and not alert.subject:
        return ngettext(
            "{n} message by somebody else in chat {room} now shows as deleted or is not shown any more.",
            "{n} messages by somebody else in chat {room} now show as deleted or are not shown any more.",
            number,
        )
    more = (*filter(None, parts[:2]), f"{number}", "named" if is_named else "", "")
    found = next((rule, one) for one in more if (rule, one) in SENTENCES)
    text = _(SENTENCES[found])
    if rule is AlertRule.TWIN:
        return text + _(
            "Same name, but another account (ID {known} since {known_day}, ID {account} since {day}). Ask by another "
            "way that you know: archive guide stranger."
        )
    if rule is AlertRule.EARLY_CONTACT and found[1]:
        whole = _(
            "Job {contract}: you were talking on Chatwork on {day}, before {event}. Exports show it. Are the dates "
            "right?"
        )
        return whole.replace("{event}", text)
    return text


def _subject_fields(alert: Alert, contract_names: Mapping[str, str]) -> dict[str, str]:
    """The placeholders' values from an alert's subject, which each rule writes in its own form."""
    first, _slash, rest = (alert.subject or "").partition("/")
    named = {"contract": contract_names.get(first, first)}
    if alert.rule is AlertRule.DELETIONS:
        return {"edited": first}
    if alert.rule is AlertRule.A5:
        where = platform_of(first)
        return {"platform": _("the platform") if where.elsewhere else in_program_language(where.name)}
    if alert.rule is AlertRule.EARLY_CONTACT:
        _state, *told = [*rest.split("/"), "", ""]
        event, day = [short_day(moment, alert.at) if (moment := day_of(one)) else "" for one in told[:2]]
        return named | {"since": event, "day": day}
    if alert.rule in (AlertRule.A15, AlertRule.TWIN):
        known, known_day, account, day = [*rest.split("/"), "", "", "", ""][:4]
        days = [short_day(moment, alert.at) if (moment := day_of(one)) else one for one in (known_day, day)]
        return {"known": known, "known_day": days[0], "account": account, "day": days[1]}
    if alert.rule is AlertRule.A14:
        since = alert.at - timedelta(hours=int(rest or 0))
        return {"hours": rest, "day": short_day(since, alert.at)}
    if alert.rule is AlertRule.A11:
        asked = day_of(rest.rpartition("/")[2])
        return named | {"day": dated_moment(asked, alert.at) if asked else ""}
    if alert.rule is not AlertRule.DEADLINE:
        return named
    platform, rule, day = [*rest.split("/"), "", "", ""][:3]
    due = next((deadline for deadline in platform_of(platform).deadlines if deadline.rule == rule), None)
    name, advice = (in_program_language(due.name), in_program_language(due.advice)) if due else (rule, "")
    if end := day_of(day):
        day = dated_moment(end, alert.at) if len(day) > len("2026-11-24") else short_day(end, alert.at)
    return named | {"name": name, "day": day, "advice": advice}


def level_word(level: Level) -> str:
    """A word for an alert's level."""
    return {Level.HIGH: _("Action needed"), Level.MEDIUM: _("Check"), Level.LOW: _("Note")}[level]
