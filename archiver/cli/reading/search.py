"""The command `search`: finds messages by their present and earlier texts, and shows which of the texts matched."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from archiver import shell_command
from archiver.app import utc_now
from archiver.cli.argument_completion import chat_option, job_option
from archiver.cli.every_archive import every_archive_option
from archiver.cli.terminal.day_options import parse_period
from archiver.cli.terminal.output import echo, paged_output
from archiver.cli.terminal.text import WIDTH, columns, pad, visible
from archiver.day_words import read_days
from archiver.errors import N_, EmptyPart, EmptySearch
from archiver.records import JST, State, notable_states
from archiver.render.snippet import one_line, readable_body, snippet
from archiver.render.times import minute_text
from archiver.web.talk.contract_messages import messages_argument, messages_by_contract
from archiver.wording import gettext as _
from archiver.wording import ngettext

if TYPE_CHECKING:
    from archiver.cli.context import CliContext
    from archiver.records import Contract
    from archiver.store.search.scope import SearchQuery
    from archiver.store.search.search import OtherHit, SearchHit, SearchResult

SHOWN_LIMIT, LISTED_LIMIT = 50, 1_000
"""Hits at most on the screen, and in a document."""
_LITERAL = "archiver.search.literal"


class _Command(click.Command):
    """A click command that remembers which words came after `--`: they are no options, whatever they look like."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse as click does, and count the words after `--`, which click forgets."""
        ctx.meta[_LITERAL] = len(args) - args.index("--") - 1 if "--" in args else 0
        return super().parse_args(ctx, args)


@click.command(
    "search",
    cls=_Command,
    context_settings={"ignore_unknown_options": True},  # `-word` is a word that must not be there
    help=N_(
        "Find messages by what they say or said, with file names, tasks and notes; or read a chat (--chat).\n\n"
        'All words must occur. Also: "a phrase", -without, from:NAME, room:NAME, after:DAY, before:DAY, has:file, '
        "has:link, has:task, has:edit, has:delete."
    ),
)
@click.argument("words", nargs=-1, metavar=N_("WORDS"))
@job_option
@chat_option(N_("Only this chat: its number, or a part of its name. Without words: the whole chat, to read."))
@click.option("--from", "since", metavar=N_("DAY"), help=N_("From this day on, such as 2026-11-01, 11-01 or 昨日."))
@click.option("--to", "until", metavar=N_("DAY"), help=N_("Up to this day."))
@click.option("--author", "authors", multiple=True, metavar=N_("NAME"), help=N_("Only of this person (name or id)."))
@click.option("--json", "as_json", is_flag=True, help=N_("Give the result as one JSON document."))
@every_archive_option
@click.pass_context
def command_search(
    ctx: click.Context,
    words: tuple[str, ...],
    jobs: tuple[str, ...],
    chats: tuple[str, ...],
    since: str | None,
    until: str | None,
    authors: tuple[str, ...],
    as_json: bool,
) -> int:
    """Search and print, without token and network; the index is rebuilt if that is due and possible."""
    from archiver.cli.reading.show import show_chat
    from archiver.cli.terminal.saved_rooms import find_room
    from archiver.store.archive import Archive
    from archiver.store.queries.contracts import contracts as stated_contracts
    from archiver.store.queries.transcript import names_in_room
    from archiver.store.search import current_index
    from archiver.store.search.search import search

    options = words[: len(words) - ctx.meta[_LITERAL]]
    unknown = next((word for word in options if word.startswith("--")), None)
    if unknown:
        raise click.NoSuchOption(unknown, ctx=ctx)
    obj: CliContext = ctx.obj
    if len(chats) == 1 and not (words or jobs or authors or as_json):
        return show_chat(obj, chats[0], since, until)
    query = _build_query(words, since, until, authors, is_narrowed=bool(jobs or chats), now=utc_now())
    archive = Archive(obj.home)
    current_index.make_current(archive)
    with archive.reading() as reading:
        limit = LISTED_LIMIT if as_json else SHOWN_LIMIT
        rooms = [find_room(reading, chat) for chat in chats]
        result = search(reading, query, contracts=jobs, rooms=rooms, limit=limit)
        names = {one.room_id: names_in_room(reading, one.room_id) for one in result.hits} if not as_json else {}
        known = stated_contracts(reading)
    if as_json:
        click.echo(json.dumps(search_document(query, result), ensure_ascii=False))
    else:
        with paged_output():
            _tell_result(query, result, names, known)
    return 0


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
    from archiver.store.search.scope import SearchQuery, check_times, parse

    if not all(one.strip() for one in authors):
        raise EmptyPart(text='--author ""')
    text = " ".join(words)
    begin, end = parse_period(since, until, now=now)
    options = bool(begin or end or authors or is_narrowed)
    if not text.strip() and not options:
        raise EmptySearch
    query = parse(text, now=now) if text.strip() else SearchQuery(text)
    return check_times(
        replace(
            query,
            authors=query.authors + authors,
            since=max(filter(None, (query.since, begin)), default=None),
            until=min(filter(None, (query.until, end)), default=None),
        )
    )


def search_document(query: SearchQuery, result: SearchResult) -> dict[str, Any]:
    """The JSON document of `archive search --json` (docs/reference/json.md)."""
    from archiver.store.fingerprints import readable_text

    return {
        "query": readable_text(query.text),
        "total": result.total,
        "hits": [_hit_document(one) for one in result.hits],
        "others": [_other_document(one) for one in result.others],
    }


def _other_document(hit: OtherHit) -> dict[str, Any]:
    document = hit._asdict() | {"time": _rfc3339(hit.time)}
    return document | {"job": document.pop("contract")}


def _hit_document(hit: SearchHit) -> dict[str, Any]:
    return {
        "room_id": hit.room_id,
        "message_id": hit.message_id,
        "time": None if hit.sent is None else _rfc3339(hit.sent),
        "author": {"account_id": hit.account_id, "name": hit.name},
        "state": hit.state.value,
        "text": hit.text,
        "earlier": hit.earlier,
        "was_edited": hit.was_edited,
        "was_deleted": hit.was_deleted,
    }


def _rfc3339(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


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
            echo(_("For what was written then: archive search --from {day} --to {day}").format(day=day), err=True)


def _tell_handing_in(hits: Sequence[SearchHit], contracts: Sequence[Contract]) -> None:
    """Print how to make a package of these messages, for each contract that has some of them.

    On a terminal without their ids where these need a second line.
    """
    for contract, of_it in messages_by_contract(hits, contracts):
        name = shell_command.line([shell_command.contract_name(contract, contracts)], platform=sys.platform)
        sentence = _("To hand them in: archive export {contract} --messages {ids}")
        if len(contracts) == 1:
            sentence = _("To hand them in: archive export --messages {ids}")
        ids = messages_argument([one.message_id for one in of_it])
        line = sentence.format(contract=visible(name), ids=ids)
        if sys.stderr.isatty() and columns(line) > WIDTH:
            ids = _("NUMBER,NUMBER   (the numbers after the m above)")
            line = sentence.format(contract=visible(name), ids=ids)
        echo(line, err=True)


def _tell_hit(query: SearchQuery, hit: SearchHit, room: str, names: Mapping[int, str]) -> None:
    from archiver.cli.reading.show import references_to, state_mark

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

    kinds = {
        "file": _("file"),
        "task": _("task"),
        "description": _("description"),
        "attachment": _("attachment"),
    }
    echo(_("Besides messages:"))
    for other in others[:SHOWN_LIMIT]:
        head = f"  {pad(kinds[other.kind], 10)}  {minute_text(other.time)}  "
        echo(head + snippet_line(other.text, query.words, WIDTH - columns(head)))
    if len(others) > SHOWN_LIMIT:
        more = len(others) - SHOWN_LIMIT
        echo("  " + ngettext("and {n} more, older", "and {n} more, older", more).format(n=f"{more:,}"))
    echo()


_CUT = "..."


def snippet_line(text: str, words: Collection[str], width: int) -> str:
    """At most `width` columns of a text, with 【】 around the matches of these folded words."""
    inner = width - 2 * len(_CUT)
    cut = snippet(text, words, width=inner, measure=_column_width, border=columns("【】"))
    line = "".join(_mark_words(part.text) if part.is_mark else _make_visible(part.text) for part in cut.parts)
    return (_CUT if cut.cut_before else "") + line + (_CUT if cut.cut_after else "")


def _column_width(character: str) -> int:
    return columns(visible(character))


def _make_visible(text: str) -> str:
    """The text made visible character by character, as the characters were measured."""
    return "".join(map(visible, text))


def _mark_words(text: str) -> str:
    return click.style(f"【{_make_visible(text)}】", bold=True)
