"""The sentences of alerts: what happened and what to consider, never why or who, without names or message texts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from archiver.contract_dates import OutsideContact, day_of
from archiver.platforms.job_platform import platform_of
from archiver.records.alerts import CANCELLED, Alert, AlertRule, Level
from archiver.render.times import dated_moment, short_day
from archiver.report_language import in_program_language
from archiver.wording import gettext as _
from archiver.wording import ngettext


def alert_sentence(
    alert: Alert, contract_names: Mapping[str, str] | None = None, room_labels: Mapping[int, str] | None = None
) -> str:
    """The sentence of an alert in the process's language.

    `contract_names` are contracts' names on screen, by id; `room_labels` are those of rooms where names may
    stand; of a direct chat that is not saved the name of the other person.
    """
    number, room = alert.count, (room_labels or {}).get(alert.room_id or 0, alert.room_id)
    match alert.rule:
        case AlertRule.ROOM_INACCESSIBLE:
            text = _("Chat {room} cannot be opened any more (reason unknown). What was saved is kept.")
        case AlertRule.ACCOUNT_CLOSED:
            text = _("A name in chat {room} now ends in a mark such as “(解約済)” (account closed).")
        case AlertRule.MEMBER_GONE if alert.subject == CANCELLED:
            text = _(
                "Somebody is no longer listed as a member of chat {room}. A post there, in the form of "
                "Chatwork's automatic messages (anybody can write one), says that the account was cancelled."
            )
        case AlertRule.MEMBER_GONE:
            text = _("Somebody is no longer listed as a member of chat {room} (reason unknown).")
        case AlertRule.CONTACT_GONE:
            text = _("Somebody from your work chats is no longer listed as your contact (reason unknown).")
        case AlertRule.OTHER_CHAT if room != alert.room_id:
            text = _(
                "You have a direct chat with {room}, somebody from your work chats, that is not saved. If you "
                "talk about work there, add it: archive job set."
            )
        case AlertRule.OTHER_CHAT:
            text = _(
                "You have a direct chat with somebody from your work chats that is not saved: chat {room}. If "
                "you talk about work there, add it: archive job set."
            )
        case AlertRule.HIDDEN_BY_PLAN:
            text = ngettext(
                "{n} message of chat {room} is now hidden by the plan. What was saved is kept.",
                "{n} messages of chat {room} are now hidden by the plan. What was saved is kept.",
                number,
            )
        case AlertRule.DELETIONS if alert.subject:
            text = _(
                "Chat {room}: of the client's messages {edited} were edited and {n} were deleted or are no "
                "longer shown. The texts before the edits are kept: archive search --chat {room_id}."
            )
        case AlertRule.DELETIONS:
            text = ngettext(
                "{n} message by somebody else in chat {room} now shows as deleted or is not shown any more.",
                "{n} messages by somebody else in chat {room} now show as deleted or are not shown any more.",
                number,
            )
        case _:
            text = _hint_sentence(alert)
    return text.format(room=room, room_id=alert.room_id, n=number, **_subject_fields(alert, contract_names or {}))


def _hint_sentence(alert: Alert) -> str:
    """The sentence of a phrase alert: what was found, and what to consider."""
    match alert.rule:
        case AlertRule.A1:
            return _("Chat {room}: somebody seems to ask for work before the escrow (仮払い). Start after it.")
        case AlertRule.A2:
            return _(
                "Chat {room}: a survey, manual or explanation seems to come before the contract or escrow. "
                "Do it after the escrow."
            )
        case AlertRule.A3:
            return _(
                "Chat {room}: the escrow seems to be tied to a condition. Do nothing before the escrow, ask about it "
                "on the platform, and keep a screenshot: archive job enter JOB file."
            )
        case AlertRule.A4:
            return _(
                "Chat {room}: a message holds something like an email address or phone number. Keep to the "
                "platform's rules on contact data; exports for the platform's support hide it."
            )
        case AlertRule.A5:
            return _(
                "Chat {room}: a message mentions working outside {platform} or avoiding its fees. Decline, deliver "
                "on {platform}, and keep a screenshot: archive job enter JOB file."
            )
        case AlertRule.A6:
            return _(
                "Chat {room}: a message mentions another channel. This archive sees only Chatwork: stay here or on "
                "the platform."
            )
        case AlertRule.A7:
            return _("Chat {room}: a message mentions a seminar, an investment or upfront costs. Ask why.")
        case AlertRule.A8:
            return _(
                "Chat {room}: somebody seems to ask for identity papers or bank details. Don't send them here; ask "
                "the platform, and keep a screenshot: archive job enter JOB file."
            )
        case AlertRule.A9:
            return _(
                "Chat {room}: somebody claims that support has allowed something, or asks to control a computer. "
                "Ask support yourself, and install nothing."
            )
        case AlertRule.A15 if (alert.subject or "").startswith("new/"):
            return _(
                "Chat {room}: an account that was first seen here on {day} (ID {account}) writes about bank data or "
                "a "
                "transfer. Before you pay or answer, ask by another way that you know: archive guide stranger."
            )
        case AlertRule.A15:
            return _(
                "Chat {room}: somebody writes about bank data or a transfer. Same name, but another account "
                "(ID {known} since {known_day}, ID {account} since {day}). Before you pay or answer, ask by another "
                "way that you know: archive guide stranger."
            )
        case AlertRule.TWIN:
            return _taken_name_sentence(alert.subject)
        case AlertRule.A13:
            return _(
                "Chat {room}: a message mentions another amount or date than agreed. Answer in writing, on the "
                "platform too, and don't agree in a hurry."
            )
        case _:
            return _contract_sentence(alert)


def _taken_name_sentence(subject: str | None) -> str:
    where = {"request": _("A request to become your contact: "), "contact": _("A new contact: ")}
    text = _(
        "Same name, but another account (ID {known} since {known_day}, ID {account} since {day}). Ask by another way "
        "that you know: archive guide stranger."
    )
    return where.get((subject or "").partition("/")[0], _("Chat {room}: ")) + text


def _contract_sentence(alert: Alert) -> str:
    match alert.rule:
        case AlertRule.A10 if alert.count == 1:
            return _(
                "Chat {room}: a message from the client was edited. The earlier text is kept: archive search "
                "--chat {room_id}."
            )
        case AlertRule.A10:
            return _(
                "Chat {room}: {n} messages from the client were edited within a day. The earlier texts are kept: "
                "archive search --chat {room_id}."
            )
        case AlertRule.A11:
            return _(
                "Job {contract}: no answer to what you wrote or sent on {day}. Write again, on the platform too if "
                "there is one: its support counts silence there."
            )
        case AlertRule.A12:
            return _change_sentence(alert.subject)
        case AlertRule.A14:
            return _(
                "Saving was off for {hours} hours from {day}. Of messages written and edited meanwhile only the new "
                "text is saved: archive status --full."
            )
        case AlertRule.UNDELIVERED:
            return _(
                "Job {contract}: you delivered something on Chatwork, but no delivery on the platform is "
                "entered. Deliver there too, as its record counts most: archive job enter "
                "JOB delivery."
            )
        case AlertRule.DEADLINE:
            return _("Job {contract}, {day}: {name}. {advice}.")
        case _:
            return _early_contact_sentence(alert.subject)


def _early_contact_sentence(subject: str | None) -> str:
    """When talking on Chatwork began, and what it should not have come before."""
    events = {
        OutsideContact.BEFORE_APPROVAL: _("the approval of {since}"),
        OutsideContact.BEFORE_ESCROW: _("the escrow of {since}"),
        OutsideContact.BEFORE_CONTRACT: _("the agreement of {since}"),
    }
    event = next((words for state, words in events.items() if f"/{state}/" in (subject or "")), None)
    if event is None:
        return _(
            "Job {contract}: its platform allows no contact outside it, and you were talking on Chatwork on {day}. "
            "Exports show it."
        )
    text = _(
        "Job {contract}: you were talking on Chatwork on {day}, before {event}. Exports show it. Are the dates right?"
    )
    return text.replace("{event}", event)


def _change_sentence(subject: str | None) -> str:
    words = {
        "name": _("Chat {room}: the client has a new name now. The earlier one is kept."),
        "role": _("Chat {room}: somebody's role (who may manage the chat) has changed. The earlier one is kept."),
        "room": _("Chat {room}: the chat's name has changed. The earlier one is kept."),
    }
    other = _(
        "Chat {room}: the description changed near an amount or a date. The earlier one is kept: compare the two."
    )
    return words.get(subject or "", other)


def _subject_fields(alert: Alert, contract_names: Mapping[str, str]) -> dict[str, str]:
    """The placeholders' values from an alert's subject, which each rule writes in its own form."""
    first, _slash, rest = (alert.subject or "").partition("/")
    if alert.rule is AlertRule.DELETIONS:
        return {"edited": first}
    if alert.rule is AlertRule.A5:
        where = platform_of(first)
        return {"platform": _("the platform") if where.elsewhere else in_program_language(where.name)}
    if alert.rule is AlertRule.EARLY_CONTACT:
        _state, *told = [*rest.split("/"), "", ""]
        event, day = [short_day(moment, alert.at) if (moment := day_of(one)) else "" for one in told[:2]]
        return {"contract": contract_names.get(first, first), "since": event, "day": day}
    if alert.rule in (AlertRule.A15, AlertRule.TWIN):
        known, known_day, account, day = [*rest.split("/"), "", "", "", ""][:4]
        days = [short_day(moment, alert.at) if (moment := day_of(one)) else one for one in (known_day, day)]
        return {"known": known, "known_day": days[0], "account": account, "day": days[1]}
    if alert.rule is AlertRule.A14:
        since = alert.at - timedelta(hours=int(rest or 0))
        return {"hours": rest, "day": short_day(since, alert.at)}
    if alert.rule is AlertRule.A11:
        asked = day_of(rest.rpartition("/")[2])
        day = dated_moment(asked, alert.at) if asked else ""
        return {"contract": contract_names.get(first, first), "day": day}
    if alert.rule is not AlertRule.DEADLINE:
        return {"contract": contract_names.get(first, first)}
    platform, rule, day = [*rest.split("/"), "", "", ""][:3]
    due = next((deadline for deadline in platform_of(platform).deadlines if deadline.rule == rule), None)
    name, advice = (in_program_language(due.name), in_program_language(due.advice)) if due else (rule, "")
    if end := day_of(day):
        day = dated_moment(end, alert.at) if len(day) > len("2026-11-24") else short_day(end, alert.at)
    return {"contract": contract_names.get(first, first), "name": name, "day": day, "advice": advice}


def level_word(level: Level) -> str:
    """A word for an alert's level."""
    return {Level.HIGH: _("Action needed"), Level.MEDIUM: _("Check"), Level.LOW: _("Note")}[level]
