"""The sentences of alerts: what happened and what to consider, never why or who, without names or message texts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from archiver.contract_dates import day_of
from archiver.platforms.job_platform import UNKNOWN, platform_of
from archiver.records.alerts import SENTENCES, Alert, AlertRule, Level
from archiver.render.times import dated_moment, pause_words, short_day
from archiver.report_language import in_program_language
from archiver.wording import gettext as _


def alert_sentence(
    alert: Alert,
    contract_names: Mapping[str, str] | None = None,
    room_labels: Mapping[int, str] | None = None,
    jobs: Mapping[int, str] | None = None,
) -> str:
    """The sentence of an alert in the process's language.

    `contract_names` are contracts' names on screen, by id; `room_labels` are those of rooms where names may
    stand; of a direct chat that is not saved the name of the other person. `jobs`: the job of each room, by its id.
    """
    room = (room_labels or {}).get(alert.room_id or 0, alert.room_id)
    text, fields = _text(alert), _subject_fields(alert, contract_names or {})
    only = next(iter(contract_names or ())) if len(contract_names or ()) == 1 else _("JOB")
    job = (jobs or {}).get(alert.room_id or 0, only)
    return text.format(room=room, room_id=alert.room_id, n=alert.count, job=job, **fields)


def _text(alert: Alert) -> str:
    rule, number, parts = alert.rule, alert.count, (alert.subject or "").split("/")
    if rule is AlertRule.DELETIONS and alert.subject:
        parts = ["edited"]
    more = (*filter(None, parts[:2]), f"{number}", "")
    found = next((rule, one) for one in more if (rule, one) in SENTENCES)
    text = _(SENTENCES[found])
    if rule is AlertRule.TWIN:
        return text + _(
            "Same name or one like it, but another account (ID {known} since {known_day}, ID {account} since {day}). "
            "Ask by another way that you know: archive guide stranger"
        )
    if rule is AlertRule.EARLY_CONTACT and found[1]:
        whole = _(
            "Job {contract}: there is a message on Chatwork of {day}, before {event}. Exports show it. Are the dates "
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
        event, day = [_stated_moment(one, alert.at) for one in told[:2]]
        return named | {"since": event, "day": day}
    if alert.rule in (AlertRule.A15, AlertRule.TWIN):
        known, known_day, account, day = [*rest.split("/"), "", "", "", ""][:4]
        days = [short_day(moment, alert.at) if (moment := day_of(one)) else one for one in (known_day, day)]
        return {"known": known, "known_day": days[0], "account": account, "day": days[1]}
    if alert.rule is AlertRule.A14:
        hours, until = int(rest or 0), datetime.fromisoformat(first) if rest else alert.at
        return {"pause": pause_words(hours), "day": short_day(until - timedelta(hours=hours), until)}
    if alert.rule is AlertRule.A11:
        platform, _message, *times = ["", "", "", *rest.split("/")][-4:]
        shut, asked = [dated_moment(moment, alert.at) if (moment := day_of(one)) else "" for one in times]
        return named | {"day": asked, "until": shut, "advice": _silence_advice(platform)}
    if alert.rule not in (AlertRule.DEADLINE, AlertRule.END_REQUEST):
        return named
    platform, rule, day = [*rest.split("/"), "", "", ""][:3]
    due = next((deadline for deadline in platform_of(platform).deadlines if deadline.rule == rule), None)
    name, advice = (in_program_language(due.name), in_program_language(due.advice)) if due else (rule, "")
    return named | {"name": name, "day": _stated_moment(day, alert.at), "advice": advice}


def _stated_moment(stated: str, at: datetime) -> str:
    """A day as its reader writes it, with the time if one is stated; what is no day as it is."""
    moment = day_of(stated)
    if moment is None:
        return stated
    return dated_moment(moment, at) if len(stated) > len("2026-11-24") else short_day(moment, at)


def _silence_advice(name: str) -> str:
    platform = platform_of(name)
    if name == UNKNOWN:
        return _("Write again, by another way too if you know one.")
    if platform.elsewhere:
        return _("Write again, on the platform too if there is one: its support counts silence there.")
    sentence = _("Write again, on {platform} too: its support counts silence there.")
    return sentence.format(platform=in_program_language(platform.name))


def level_word(level: Level) -> str:
    """A word for an alert's level; the highest, which stands first, has none."""
    return {Level.HIGH: "", Level.MEDIUM: _("Check"), Level.LOW: _("Note")}[level]
