"""設定 > お知らせ: the ways by which trouble is told, each with its switch and trial; and every alert so far."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from gettext import gettext as _
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from archiver import errors
from archiver.alerts.sentences import alert_sentence
from archiver.health.words import way_words
from archiver.notices import apprise_sender
from archiver.notices.facts import WeeklyFacts
from archiver.notices.sentences import weekly_sentence
from archiver.records.alerts import Alert
from archiver.render.invisible_characters import visible
from archiver.settings.file import asked_settings, update_settings
from archiver.settings.model import MAIL_PORTS, Settings, is_mail_address
from archiver.setup import unattended
from archiver.standing.alert_lines import contract_names, jobs_of_rooms, named_messages, room_labels
from archiver.store.archive import Reading
from archiver.store.queries.contracts import contracts
from archiver.store.working import alerts
from archiver.store.working.remembered_values import NOTICE_TRIAL, LastNoticeTrial
from archiver.web.console_context import Answer, console_context
from archiver.web.trouble_words import trouble_words

pages = Blueprint("notice_settings", __name__, url_prefix="/settings/notices")

WAYS = ("desktop", "mail", "urls", "ping")
ON_A_PAGE = 50
"""Alerts on one page."""

A_WEEK = WeeklyFacts(False, messages=18, changed=0, rounds=1, failed_rounds=0)
"""An example."""


@pages.get("")
def index(problems: Mapping[str, str] | None = None, *, said: str = "", change: str = "") -> str:
    """Every way, whether it is set, and whether its last test notice was seen.

    `change`: the one way whose fields are shown, alone, so that no other button of the page loses them.
    """
    context, place = console_context(), max(0, request.args.get("after", 0, type=int))
    settings = context.settings()
    with context.archive.reading() as reading:
        last = NOTICE_TRIAL.recall(reading)
        every = sorted(alerts.alerts(reading), key=lambda one: (one.dismissed, -one.number))
        told = _told(reading, every[place : place + ON_A_PAGE])
    asked = request.args.get("asked", "")
    return render_template(
        "notice_settings.html",
        rows=[_row(way, settings, last) for way in WAYS],
        notify=settings.notify,
        switches=[page for _key, page, *_how in asked_settings("notices")],
        week_line=weekly_sentence(A_WEEK),
        addresses=len(settings.notify.urls),
        can_send_elsewhere=apprise_sender.is_installed(),
        problems=problems or {},
        given=request.form if problems else {},
        change=change or request.args.get("change", ""),
        asked=asked if asked in WAYS else "",
        said=said,
        told=told,
        place=place,
        total=len(every),
        on_a_page=ON_A_PAGE,
    )


@pages.post("/mail")
def set_mail() -> Answer:
    """Keep a mail server, and send a test mail; where TLS from the start fails, STARTTLS is tried."""
    context, typed = console_context(), {name: value.strip() for name, value in request.form.items()}
    first = typed.get("tls", "tls") if typed.get("tls") in MAIL_PORTS else "tls"
    kinds = ("tls", "starttls") if first == "tls" and not typed.get("port") else (first,)
    try:
        mail = _read_mail(typed) | {"password": request.form.get("password", "")}
        failure = unattended.set_up_mail(context.home, context.environ, kinds, **mail)
    except errors.ArchiverError as error:
        return index({"mail": trouble_words(error).together}, change="mail"), 422
    if failure is None:
        return redirect(url_for("notice_settings.index", asked="mail"))
    _remember("mail", is_seen=False)
    kept = _("The settings are kept so that you can mend them; or turn this way off.")
    return index({"mail": f"{visible(failure.sentence)} {kept}"}, change="mail"), 422


@pages.post("/ping")
def set_ping() -> Answer:
    """Keep the heartbeat's address, and call it."""
    context = console_context()
    if not unattended.set_ping(context.home, request.form.get("address", "").strip()):
        sentence = _("That is no address that can be called: it begins with https://")
        return index({"ping": sentence}, change="ping"), 422
    return _try("ping")


@pages.post("/urls")
def set_urls() -> Answer:
    """Keep other addresses, one a line, and send a test notice there."""
    lines = [line.strip() for line in request.form.get("addresses", "").splitlines() if line.strip()]
    if not lines or any("://" not in line for line in lines):
        sentence = _("An address looks like this: slack://… or mailtos://…, one a line.")
        return index({"urls": sentence}, change="urls"), 422
    unattended.set_urls(console_context().home, lines)
    return _try("urls")


@pages.post("/<way>/test")
def send_test(way: str) -> Answer:
    """Send a test notice by one way, and ask whether it was seen."""
    return _try(way if way in WAYS else "desktop")


@pages.post("/<way>/seen")
def keep_answer(way: str) -> Answer:
    """Remember whether a test notice was seen."""
    if way in WAYS:
        _remember(way, is_seen=request.form.get("seen") == "yes")
    return redirect(url_for("notice_settings.index"))


@pages.post("/<way>/switch")
def switch(way: str) -> Answer:
    """Turn a way on or off; one that needs an address shows its fields, and is on once that is kept."""
    context, is_on = console_context(), "on" in request.form
    if keys := [key for key, page, *_how in asked_settings("notices") if page.name == way]:
        update_settings(context.home, dict.fromkeys(keys, is_on))
    elif way in WAYS and not is_on:
        unattended.turn_way_off(context.home, way)
    elif way == "desktop":
        update_settings(context.home, {"notify.desktop": True})
        return _try(way)
    elif way in WAYS:
        return redirect(url_for("notice_settings.index", change=way))
    return redirect(url_for("notice_settings.index"))


@pages.post("/<int:number>/seen")
def dismiss(number: int) -> Response:
    """Mark an alert as seen; it stays listed. Raises UnknownAlert."""
    context = console_context()
    context.archive.write(alerts.dismiss, number, at=context.now(), reason=None)
    return redirect(url_for("notice_settings.index", _anchor="told"))


def _read_mail(typed: Mapping[str, str]) -> dict[str, Any]:
    """The mail settings of the form, as `unattended.set_mail` takes them. Raises UsageError for what cannot be."""
    port, sender = typed.get("port", ""), typed.get("from", "")
    if not is_mail_address(typed.get("to", "")) or (sender and not is_mail_address(sender)):
        raise errors.UsageError(detail=_("A mail address looks like this: you@example.com"))
    host = typed.get("host", "") or unattended.likely_server(sender or typed["to"])
    if not re.fullmatch(r"[A-Za-z0-9.-]+", host):
        raise errors.UsageError(detail=_("A server looks like this: smtp.example.com"))
    if port and not (port.isdecimal() and 0 < int(port[:9]) < 65536):
        raise errors.UsageError(detail=_("A port is a number such as 465; blank is the usual one."))
    return {"address": typed["to"], "host": host, "port": int(port or 0), "sender": sender}


def _try(way: str) -> Answer:
    context = console_context()
    is_taken, trial = unattended.try_way(context.settings(), context.environ, way)
    if way == "ping":
        _remember(way, is_seen=is_taken)
        if is_taken:
            return index(said=_("The monitoring service took the call."))
        return index({"ping": _("The monitoring service took no call.")}), 422
    if is_taken:
        return redirect(url_for("notice_settings.index", asked=way))
    _remember(way, is_seen=False)
    sentence = _("A test alert could not be sent: {way}.").format(way=way_words(way))
    return index({way: " ".join([sentence, *map(visible, trial.complaints)])}), 422


def _remember(way: str, *, is_seen: bool) -> None:
    """Remember the outcome of one way beside those of the others."""
    context = console_context()
    last = context.archive.read(NOTICE_TRIAL.recall)
    outcomes = {} if last is None else {**dict.fromkeys(last.seen, True), **dict.fromkeys(last.unseen, False)}
    unattended.remember_trial(context.archive, {**outcomes, way: is_seen}, at=context.now())


def _told(reading: Reading, chosen: Sequence[Alert]) -> list[dict[str, Any]]:
    """Alerts in words, with the message that each is about."""
    names, rooms = contract_names(contracts(reading)), room_labels(reading, chosen)
    jobs = jobs_of_rooms(contracts(reading))
    return [
        {
            "number": one.number,
            "at": one.at,
            "sentence": alert_sentence(one, names, rooms, jobs),
            "message": message,
            "is_dismissed": one.dismissed,
            "reason": visible(one.reason or ""),
        }
        for one, message in zip(chosen, named_messages(reading, chosen), strict=True)
    ]


def _row(way: str, settings: Settings, last: LastNoticeTrial | None) -> dict[str, Any]:
    """A way by which trouble is told, and whether its last test notice was seen; None: not tried."""
    seen = None if last is None else True if way in last.seen else False if way in last.unseen else None
    return {"way": way, "is_set": way in settings.notify.ways, "seen": seen}
