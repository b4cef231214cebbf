"""The command `search`: finds messages by their present and earlier texts, and shows which of the texts matched."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import click

from archiver.app import utc_now
from archiver.chatwork.notation import parse
from archiver.cli.commands import LITERAL
from archiver.cli.context import CliContext
from archiver.cli.output import WIDTH, columns, echo, echo_json, pad, paged_output, visible
from archiver.cli.prompts import find_room, parse_period
from archiver.records import JST, AccountId, Contract, State, notable_states
from archiver.records.contract import contract_name
from archiver.records.conversation import posted_at
from archiver.render.message_body import References, plain_text
from archiver.render.snippet import one_line, readable_body, snippet
from archiver.render.times import minute_text
from archiver.standing.outcome_words import about_time
from archiver.store.archive import Archive
from archiver.store.queries.contracts import contracts as stated_contracts
from archiver.store.queries.people import names_in_room, names_over_time
from archiver.store.queries.viewing.message_summaries import MessageSummary, TranscriptMessage, transcript_messages
from archiver.store.received_facts_and_record_forms import DELETED
from archiver.store.search import index, query
from archiver.store.search.query import SearchQuery, check_times
from archiver.store.search.search import OtherHit, SearchResult, search
from archiver.store.time_text import from_text, from_unix
from archiver.store.working.single_reads import ItemState, unseen_ids
from archiver.typed_days import read_days
from archiver.web.talk.conversation import messages_argument, messages_by_contract
from archiver.web.talk.search_pane import KINDS
from archiver.wording import gettext as _
from archiver.wording import ngettext, shell_line

SHOWN_LIMIT, LISTED_LIMIT = 50, 1_000
"""Hits at most on the screen, and in a document."""

_CUT = "..."


def search_messages(
    ctx: click.Context,
    words: tuple[str, ...],
    jobs: tuple[str, ...],
    chats: tuple[str, ...],
    since: str | None,
    until: str | None,
    authors: tuple[str, ...],
    as_json: bool,
) -> None:
    """Search and print, without token and network; the index is rebuilt if that is due and possible."""
    options = words[: len(words) - ctx.meta[LITERAL]]
    unknown = next((word for word in options if word.startswith("--")), None)
    if unknown:
        raise click.NoSuchOption(unknown, ctx=ctx)
    obj: CliContext = ctx.obj
    if len(chats) == 1 and not (words or jobs or authors or as_json):
        return show_chat(obj, chats[0], since, until)
    query = _build_query(words, since, until, authors, is_narrowed=bool(jobs or chats), now=utc_now())
    archive = Archive(obj.home)
    index.make_current(archive)
    with archive.reading() as reading:
        limit = LISTED_LIMIT if as_json else SHOWN_LIMIT
        rooms = [find_room(reading, chat) for chat in chats]
        result = search(reading, query, contracts=jobs, rooms=rooms, limit=limit)
        names = {one.room_id: names_in_room(reading, one.room_id) for one in result.hits} if not as_json else {}
        known = stated_contracts(reading)
    if as_json:
        echo_json(result.document(query))
    else:
        with paged_output():
            _tell_result(query, result, names, known)
    return None


def _build_query(
    words: tuple[str, ...],
    since: str | None,
    until: str | None,
    authors: tuple[str, ...],
    *,
    is_narrowed: bool,
    now: datetime,
) -> SearchQuery:
    """The query that words and options make together. Raises BadSearch, BadValue."""
    if not all(one.strip() for one in authors):
        raise query.nothing_in('--author ""')
    text = " ".join(words)
    begin, end = parse_period(since, until, now=now)
    has_options = bool(begin or end or authors or is_narrowed)
    as_typed = SearchQuery(text) if has_options and not text.strip() else query.parse(text, now=now)
    return check_times(
        replace(
            as_typed,
            authors=as_typed.authors + authors,
            since=max(filter(None, (as_typed.since, begin)), default=None),
            until=min(filter(None, (as_typed.until, end)), default=None),
        )
    )


# --- on the screen -------------------------------------------------------------------------------


def _tell_result(
    query: SearchQuery,
    result: SearchResult,
    names: Mapping[int, Mapping[int, str]],
    contracts: Sequence[Contract],
) -> None:
    for hit in result.hits:
        _tell_hit(query, hit, result.rooms.get(hit.room_id, ""), names[hit.room_id])
    if result.total > len(result.hits):
        more = result.total - len(result.hits)
        echo(ngettext("and {n} more, older", "and {n} more, older", more).format(n=f"{more:,}") + "\n")
    if result.others:
        _tell_others(query, result.others)
    if result.hits:
        _tell_handing_in(result.hits, contracts)
    elif not result.others:
        echo(_("Nothing was found."), err=True)
        if read_days(query.text, utc_now().astimezone(JST).date()) is not None:
            day = visible(query.text.strip())
            echo(_("For what was written then: archive search --from {day} --to {day}"), err=True, day=day)


def _tell_handing_in(hits: Sequence[MessageSummary], contracts: Sequence[Contract]) -> None:
    """Print how to make a package of these messages, for each contract that has some of them.

    On a terminal without their ids where the command needs a second line.
    """
    for contract, of_it in messages_by_contract(hits, contracts):
        name = shell_line([contract_name(contract, contracts)], platform=sys.platform)
        sentence = _("To hand them in: archive export {contract} --messages {ids}")
        if len(contracts) == 1:
            sentence = _("To hand them in: archive export --messages {ids}")
        ids = messages_argument([one.message_id for one in of_it])
        line = sentence.format(contract=visible(name), ids=ids)
        if sys.stderr.isatty() and columns(line[line.index("archive export") :]) > WIDTH - 2:
            ids = _("NUMBER,NUMBER   (the numbers after the m above)")
            line = sentence.format(contract=visible(name), ids=ids)
        echo(line, err=True)


def _tell_hit(query: SearchQuery, hit: MessageSummary, room: str, names: Mapping[int, str]) -> None:
    states = notable_states(hit.state, was_edited=hit.was_edited, was_deleted=hit.was_deleted)
    marks = [state_mark(state, knows_text=bool(hit.text)) for state in states]
    if hit.before_deletion and hit.state is not State.DELETED:
        marks.append(_("text before the change to “deleted”"))
    elif hit.earlier and not hit.before_deletion:
        marks.append(_("earlier text"))
    at = "?" if hit.sent is None else minute_text(hit.sent)
    mark_text = "".join(f"  [{mark}]" for mark in marks)
    place = visible(room) or str(hit.room_id)
    echo(f"{at}  {visible(hit.name)}(ID {hit.account_id}){mark_text}  {place}  m{hit.message_id}")
    text = one_line(readable_body(hit.text, query.words, references_to(names.get)))
    echo("  " + (snippet_line(text, query.words, WIDTH - 2) or _("(text never seen)")) + "\n")


def _tell_others(query: SearchQuery, others: tuple[OtherHit, ...]) -> None:
    echo(_("Besides messages:"))
    for other in others[:SHOWN_LIMIT]:
        kind = _(KINDS[other.kind])
        head = f"  {pad(kind, 10)}  {minute_text(other.time)}  "
        echo(head + snippet_line(other.text, query.words, WIDTH - columns(head)))
    if len(others) > SHOWN_LIMIT:
        more = len(others) - SHOWN_LIMIT
        echo("  " + ngettext("and {n} more, older", "and {n} more, older", more).format(n=f"{more:,}"))
    echo()


def snippet_line(text: str, words: Collection[str], width: int) -> str:
    """At most `width` columns of a text, the matches of these folded words bold and underlined on a terminal.

    Brackets would stand for what was written: people put 【】 into their messages.
    """
    cut = snippet(text, words, width=width - 2 * len(_CUT), measure=lambda one: columns(visible(one)))
    shown = (("".join(map(visible, part.text)), part.is_mark) for part in cut.parts)  # as it was measured
    line = "".join(click.style(one, bold=True, underline=True) if is_mark else one for one, is_mark in shown)
    return (_CUT if cut.cut_before else "") + line + (_CUT if cut.cut_after else "")


UnseenMessage = tuple[int, ItemState]
"""A message that was never seen: its id and its state in the back-fill queue."""


def show_chat(obj: CliContext, chat: str, since: str | None, until: str | None) -> None:
    """Print a chat's messages, with earlier texts of edited and deleted ones; needs no token and no network."""
    begin, end = parse_period(since, until, now=utc_now())
    with Archive(obj.home).reading() as reading:
        room_id = find_room(reading, chat)
        messages = transcript_messages(reading, room_id, since=_unix_seconds(begin), until=_unix_seconds(end))
        unseen_of_room = unseen_within(unseen_ids(reading, room_id), begin, end)
        with paged_output():
            number = tell_messages(messages, names_over_time(reading, room_id), unseen_of_room)
    if not number:
        echo(_("No message is kept for this time."), err=True)


def _unix_seconds(at: datetime | None) -> int | None:
    return None if at is None else int(at.timestamp())


def tell_messages(
    messages: Iterable[TranscriptMessage],
    names_at: Callable[[datetime | None], Callable[[AccountId], str | None]],
    unseen: Iterable[UnseenMessage] = (),
) -> int:
    """Print messages with the names of their time, and return how many there were.

    `unseen` are messages known by id alone; each is printed at its place among the others.
    """
    number, unseen_left = 0, deque(unseen)
    for message in messages:
        number += 1
        while unseen_left and unseen_left[0][0] < int(message.message_id):
            echo(unseen_line(unseen_left.popleft()) + "\n")
        sent = from_unix(message.send_time)
        moment = None if sent is None else from_text(sent)
        references = references_to(names_at(moment))
        at = "?" if moment is None else minute_text(moment)
        knows_text = any(one.body != DELETED for one in message.texts)
        mark_text = "".join(f"  [{state_mark(one, knows_text=knows_text)}]" for one in message.notable_states)
        echo(f"{at}  {visible(message.name)}(ID {message.account_id}){mark_text}  m{message.message_id}")
        for text in message.texts:
            if text.body == DELETED:
                continue
            is_last = text is message.texts[-1]
            if not is_last:
                at = minute_text(text.last_seen) if text.last_seen else "?"
                echo("  " + _("Earlier text, last seen {time}:").format(time=at))
            for row in plain_text(parse.parse(text.body), references).split("\n"):
                echo(("  " if is_last else "    ") + visible(row))
        echo()
    for unseen_message in unseen_left:
        echo(unseen_line(unseen_message) + "\n")
    return number


def references_to(name_of: Callable[[AccountId], str | None]) -> References:
    """What a body refers to, on a terminal: names of people, and nothing that leads somewhere."""
    return References(name_of=name_of, link_of=lambda _room, _message: None, file_of=lambda _file: None)


def state_mark(state: State, *, knows_text: bool) -> str:
    """The mark for a state of a message that is not as it was posted; without a text, nobody saw it change."""
    if state is State.DELETED and not knows_text:
        return _("was “deleted” when it was first saved")
    return {
        State.EDITED: _("edited"),
        State.DELETED: _("shown as deleted"),
        State.MISSING: _("not shown any more (reason unknown)"),
        State.HIDDEN: _("hidden by the plan"),
    }[state]


def unseen_line(unseen: UnseenMessage) -> str:
    """The line of a message of which only the id is known."""
    number, state = unseen
    reason = {"hidden": _("hidden by the plan"), "unreadable": _("not readable")}[state.value]
    at = about_time(number) or _("time unknown")
    note = _("text never seen: {why}").format(why=reason)
    return f"{at}  [{note}]  m{number}"


def unseen_within(
    messages: Iterable[UnseenMessage], since: datetime | None, until: datetime | None
) -> Iterator[UnseenMessage]:
    """Messages whose derived time lies in [since, until); those without a time only if no period is given."""
    for unseen in messages:
        at = posted_at(unseen[0])
        if at is None:
            is_in = since is None and until is None
        else:
            is_in = (since is None or at >= since) and (until is None or at < until)
        if is_in:
            yield unseen
