"""`search`: find a message by what it says or said, and see at a glance which of its texts that was."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING, Any

import click

from archiver.cli.completers import contract_ids, room_numbers
from archiver.cli.terminal.day_options import parse_period
from archiver.cli.terminal.message_times import minute
from archiver.cli.terminal.text import columns, pad, visible
from archiver.errors import N_, EmptyPart, EmptySearch
from archiver.records import State, told_states
from archiver.render.snippet import snippet as cut_out

if TYPE_CHECKING:
    from archiver.cli.context import CliContext
    from archiver.store.search.other_hits import Other
    from archiver.store.search.query import SearchQuery
    from archiver.store.search.search import SearchHit, SearchResult

SHOWN, LISTED = 50, 1_000
"""Hits at most on the screen, and in a document."""
WIDTH = 80
_LITERAL = "archiver.search.literal"


class _Command(click.Command):
    """Remembers which words were given after `--`: they are words, whatever they look like."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does, which forgets where the words came from."""
        ctx.meta[_LITERAL] = len(args) - args.index("--") - 1 if "--" in args else 0
        return super().parse_args(ctx, args)


@click.command(
    "search",
    cls=_Command,
    context_settings={"ignore_unknown_options": True},  # `-word` is a word that must not be there
    help=N_(
        "Find messages by what they say or said, with file names, tasks and notes.\n\n"
        'All words must be there. Also: "a phrase", -without, from:NAME, room:NAME, after:DAY, before:DAY, '
        "has:file, has:link, has:task, has:edit, has:delete."
    ),
)
@click.argument("words", nargs=-1, metavar=N_("WORDS"))
@click.option(
    "--contract",
    "contracts",
    multiple=True,
    metavar="ID",
    shell_complete=contract_ids,
    help=N_("Only the rooms of this contract."),
)
@click.option(
    "--room", "rooms", multiple=True, type=int, metavar="N", shell_complete=room_numbers, help=N_("Only this room.")
)
@click.option("--from", "since", metavar=N_("DAY"), help=N_("From this day on, such as 2026-11-01."))
@click.option("--to", "until", metavar=N_("DAY"), help=N_("Up to this day."))
@click.option("--author", "authors", multiple=True, metavar=N_("NAME"), help=N_("Only of this person (name or id)."))
@click.option("--json", "as_json", is_flag=True, help=N_("Give the result as one JSON document."))
@click.pass_context
def command_search(
    ctx: click.Context,
    words: tuple[str, ...],
    contracts: tuple[str, ...],
    rooms: tuple[int, ...],
    since: str | None,
    until: str | None,
    authors: tuple[str, ...],
    as_json: bool,
) -> int:
    """Needs no token and no network; makes the index anew if that is due and the archive can be written."""
    from archiver.store.archive import Archive
    from archiver.store.search import index
    from archiver.store.search.search import search

    options = words[: len(words) - ctx.meta[_LITERAL]]
    unknown = next((word for word in options if word.startswith("--")), None)
    if unknown:
        raise click.NoSuchOption(unknown, ctx=ctx)
    obj: CliContext = ctx.obj
    query = _query(words, since, until, authors, is_narrowed=bool(contracts or rooms))
    archive = Archive(obj.home)
    index.make_current(archive)
    with archive.reading() as reading:
        limit = LISTED if as_json else SHOWN
        found = search(reading, query, contracts=contracts, rooms=rooms, limit=limit)
    if as_json:
        click.echo(json.dumps(document(query, found), ensure_ascii=False))
    else:
        _tell(query, found)
    return 0


def _query(
    words: tuple[str, ...], since: str | None, until: str | None, authors: tuple[str, ...], *, is_narrowed: bool
) -> SearchQuery:
    """The words and the options together. Raises BadSearch, BadValue."""
    from archiver.store.search.query import SearchQuery, parse, possible

    if not all(one.strip() for one in authors):
        raise EmptyPart(text='--author ""')
    text = " ".join(words)
    begin, end = parse_period(since, until)
    options = bool(begin or end or authors or is_narrowed)
    if not text.strip() and not options:
        raise EmptySearch
    query = parse(text) if text.strip() else SearchQuery(text)
    return possible(
        replace(
            query,
            authors=query.authors + authors,
            since=max(filter(None, (query.since, begin)), default=None),
            until=min(filter(None, (query.until, end)), default=None),
        )
    )


def document(query: SearchQuery, found: SearchResult) -> dict[str, Any]:
    """The result for a machine (docs/reference/json.md)."""
    from archiver.store.fingerprints import readable

    return {
        "query": readable(query.text),
        "total": found.total,
        "hits": [_hit(one) for one in found.hits],
        "others": [one._asdict() | {"time": _rfc(one.time)} for one in found.others],
    }


def _hit(one: SearchHit) -> dict[str, Any]:
    return {
        "room_id": one.room_id,
        "message_id": one.message_id,
        "time": None if one.sent is None else _rfc(one.sent),
        "author": {"account_id": one.account_id, "name": one.name},
        "state": one.state.value,
        "text": one.text,
        "earlier": one.earlier,
        "was_edited": one.was_edited,
        "was_deleted": one.was_deleted,
    }


def _rfc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


# --- on the screen -------------------------------------------------------------------------------


def _tell(query: SearchQuery, found: SearchResult) -> None:
    for one in found.hits:
        _tell_hit(query, one, found.rooms.get(one.room_id, ""))
    if found.total > len(found.hits):
        more = found.total - len(found.hits)
        click.echo(ngettext("and {n} more, older", "and {n} more, older", more).format(n=f"{more:,}") + "\n")
    if found.others:
        _tell_others(query, found.others)
    if found.hits:
        ids = ",".join(one.message_id for one in found.hits)
        click.echo(_("To hand them in: archive export --messages {ids}").format(ids=ids), err=True)
    elif not found.others:
        click.echo(_("Nothing was found."), err=True)


def _tell_hit(query: SearchQuery, one: SearchHit, room: str) -> None:
    from archiver.cli.reading.show import state_words

    states, words = told_states(one.state, was_edited=one.was_edited, was_deleted=one.was_deleted), state_words()
    marks = [words[state] for state in states]
    if one.before_deletion and one.state is not State.DELETED:
        marks.append(_("text before the change to “deleted”"))
    elif one.earlier and not one.before_deletion:
        marks.append(_("earlier text"))
    at = "?" if one.sent is None else minute(one.sent)
    shown = "".join(f"  [{mark}]" for mark in marks)
    place = visible(room) or str(one.room_id)
    click.echo(f"{at}  {visible(one.name)}(ID {one.account_id}){shown}  {place}  m{one.message_id}")
    click.echo("  " + (snippet(one.text, query.words, WIDTH - 2) or _("(text never seen)")) + "\n")


def _tell_others(query: SearchQuery, others: tuple[Other, ...]) -> None:

    kinds = {
        "file": _("file"),
        "task": _("task"),
        "description": _("description"),
        "attachment": _("attachment"),
    }
    click.echo(_("Besides messages:"))
    for one in others[:SHOWN]:
        head = f"  {pad(kinds[one.kind], 10)}  {minute(one.time)}  "
        click.echo(head + snippet(one.text, query.words, WIDTH - columns(head)))
    if len(others) > SHOWN:
        more = len(others) - SHOWN
        click.echo("  " + ngettext("and {n} more, older", "and {n} more, older", more).format(n=f"{more:,}"))
    click.echo()


_CUT = "..."


def snippet(text: str, words: Collection[str], width: int) -> str:
    """At most `width` columns of a text, with 【】 around what these folded words are found in."""
    inner = width - 2 * len(_CUT)
    found = cut_out(text, words, width=inner, measure=_measure, border=columns("【】"))
    line = "".join(_marked(part.text) if part.is_mark else _seen(part.text) for part in found.parts)
    return (_CUT if found.cut_before else "") + line + (_CUT if found.cut_after else "")


def _measure(sign: str) -> int:
    return columns(visible(sign))


def _seen(text: str) -> str:
    """Sign by sign, as each was measured."""
    return "".join(map(visible, text))


def _marked(text: str) -> str:
    return click.style(f"【{_seen(text)}】", bold=True)
