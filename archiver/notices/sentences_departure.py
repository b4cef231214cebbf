"""Sentences of urgent notices about departures: what changed, what is kept, and not to leave the chat."""

from __future__ import annotations

from datetime import datetime

from archiver.health.conditions import Condition, ConditionKind
from archiver.health.words import sentence
from archiver.notices.facts import DepartureFacts, NoticeFacts
from archiver.render.times import short_time
from archiver.store.queries.period_counts import VanishedCounts
from archiver.wording import gettext as _
from archiver.wording import ngettext

SENTENCES_LIMIT = 3
"""So many such sentences are in one notice; the page of `archive` has them all."""


def sentences(condition: Condition, facts: NoticeFacts) -> list[str]:
    """One sentence for each of the newest alerts, and how many more there are."""
    departures = [facts.departures[one] for one in sorted(facts.departures, reverse=True)]
    texts = [_sentence(one, facts.now) for one in departures[:SENTENCES_LIMIT]] or [sentence(condition)]
    texts = list(dict.fromkeys(texts))
    if len(departures) > SENTENCES_LIMIT:
        more = len(departures) - SENTENCES_LIMIT
        texts.append(ngettext("And {n} more. Run: archive", "And {n} more. Run: archive", more).format(n=more))
    return texts


def _sentence(departure: DepartureFacts, now: datetime) -> str:
    if departure.vanished is not None and departure.vanished.deleted + departure.vanished.missing:
        return _deletions_sentence(departure, departure.vanished, now)
    if departure.chat_counts is not None:
        return _shut_chat_sentence(departure, departure.chat_counts)
    return _change_sentence(departure.contract)


def _change_sentence(contract: str | None) -> str:
    if contract is None:
        return sentence(Condition(ConditionKind.ALERT))
    text = _("Contract {contract}: there was a big change on the other side. Do not leave the chat; run: archive")
    return text.format(contract=contract)


def _deletions_sentence(departure: DepartureFacts, vanished: VanishedCounts, now: datetime) -> str:
    number = vanished.deleted + vanished.missing
    if vanished.missing:
        changed = ngettext(
            "{n} message now shows as deleted or is not shown any more.",
            "{n} messages now show as deleted or are not shown any more.",
            number,
        )
    else:
        changed = ngettext("{n} message now shows as deleted.", "{n} messages now show as deleted.", number)
    if vanished.texts == number:
        kept = _("All earlier texts are kept.")
    else:
        kept = _("Earlier texts that are kept: {texts} of {n}.")
    sentence = _("{where}{time}: {changed} {kept} Do not leave the chat; run: archive")
    words = {"changed": changed.format(n=number), "kept": kept.format(texts=vanished.texts, n=number)}
    return sentence.format(where=_contract_words(departure), time=short_time(departure.at, now), **words)


def _shut_chat_sentence(departure: DepartureFacts, chat_counts: tuple[int, int, int]) -> str:
    messages, saved, known = chat_counts
    words = {"contract": departure.contract, "messages": messages, "saved": saved, "known": known}
    if departure.contract is None:
        sentence = _(
            "A chat cannot be opened any more (reason unknown). Kept: messages {messages}, files "
            "{saved}/{known}. This record stays. Run: archive"
        )
    else:
        sentence = _(
            "The chat of contract {contract} cannot be opened any more (reason unknown). Kept: messages "
            "{messages}, files {saved}/{known}. This record stays. Run: archive"
        )
    return sentence.format(**words)


def _contract_words(departure: DepartureFacts) -> str:
    return "" if departure.contract is None else _("contract {contract} ").format(contract=departure.contract)
