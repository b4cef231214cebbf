"""Urgent notices in words: that somebody or something is going, what is kept, and that the chat is not to be left."""

from __future__ import annotations

from datetime import datetime
from gettext import gettext as _
from gettext import ngettext

from archiver.notices.facts import Going, NoticeFacts
from archiver.records import JST
from archiver.store.queries.period_counts import VanishedCounts

MOST = 3
"""Sentences of this kind in one notice; the page of `archive` has them all."""


def sentences(number: int, facts: NoticeFacts) -> list[str]:
    """One for each of the newest of `number` alerts, and how many more there are."""
    if not number:
        return []
    known = [facts.going[one] for one in sorted(facts.going, reverse=True)]
    told = [_sentence(one, facts.now) for one in known[:MOST]] or [_change(None)]
    told = list(dict.fromkeys(told))
    if len(known) > MOST:
        more = len(known) - MOST
        told.append(ngettext("And {n} more. Call: archive", "And {n} more. Call: archive", more).format(n=more))
    return told


def _sentence(one: Going, now: datetime) -> str:
    if one.gone is not None and one.gone.deleted + one.gone.missing:
        return _deletions(one, one.gone, now)
    if one.held is not None:
        return _shut(one, one.held)
    return _change(one.contract)


def _change(contract: str | None) -> str:
    if contract is None:
        return _("[Check] There was a great change on the other side. Do not leave the chat; call: archive")
    sentence = _(
        "[Check] Contract {contract}: there was a great change on the other side. Do not leave the chat; call: archive"
    )
    return sentence.format(contract=contract)


def _deletions(one: Going, gone: VanishedCounts, now: datetime) -> str:
    number = gone.deleted + gone.missing
    if gone.missing:
        changed = ngettext(
            "{n} message now shows as deleted or is not shown any more.",
            "{n} messages now show as deleted or are not shown any more.",
            number,
        )
    else:
        changed = ngettext("{n} message now shows as deleted.", "{n} messages now show as deleted.", number)
    if gone.texts == number:
        kept = _("All texts from before are kept.")
    else:
        kept = _("Texts from before that are kept: {texts} of {n}.")
    sentence = _("[Check] {where}{time}: {changed} {kept} Do not leave the chat; call: archive")
    words = {"changed": changed.format(n=number), "kept": kept.format(texts=gone.texts, n=number)}
    return sentence.format(where=_where(one), time=_time(one.at, now), **words)


def _shut(one: Going, held: tuple[int, int, int]) -> str:
    messages, saved, known = held
    told = {"contract": one.contract, "messages": messages, "saved": saved, "known": known}
    if one.contract is None:
        sentence = _(
            "[Check] A chat cannot be opened any more (reason unknown). "
            "Kept: messages {messages}, files {saved}/{known}. This record stays. Call: archive"
        )
    else:
        sentence = _(
            "[Check] The chat of contract {contract} cannot be opened any more (reason unknown). "
            "Kept: messages {messages}, files {saved}/{known}. This record stays. Call: archive"
        )
    return sentence.format(**told)


def _where(one: Going) -> str:
    return "" if one.contract is None else _("contract {contract} ").format(contract=one.contract)


def _time(at: datetime, now: datetime) -> str:
    """The time in Japan, with the day where it is another one than today's."""
    here = at.astimezone(JST)
    return f"{here:%H:%M}" if here.date() == now.astimezone(JST).date() else f"{here:%m-%d %H:%M}"
