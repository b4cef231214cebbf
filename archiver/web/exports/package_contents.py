"""What goes into a package, in names first: its chats, the people, what is read before, what is asked, the files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from archiver.contract_dates import unstated_facts
from archiver.evidence.history import number, text
from archiver.export.package.order import ExportOrder
from archiver.export.package.reading_step import recipe_of
from archiver.export.package.recipe import Recipe
from archiver.export.package.report_input import package_warnings
from archiver.platforms.job_platform import platform_of
from archiver.records import JST
from archiver.render.invisible_characters import visible
from archiver.setup.package_words import metadata_lines, warning_lines
from archiver.store.archive import Reading
from archiver.store.queries import current_state
from archiver.store.queries.contract_activity import activity_without_counts
from archiver.store.queries.contracts import contracts, find_contract
from archiver.store.queries.entries import message_span
from archiver.store.queries.transcript import names_in_room
from archiver.store.queries.viewing.message_summaries import message_summaries
from archiver.store.search.scope import room_names
from archiver.web.console_context import ConsoleContext
from archiver.web.talk.selection_box import checkbox_value

Row = dict[str, Any]


def package_contents(context: ConsoleContext, reading: Reading, order: ExportOrder) -> Row:
    """Everything that the page shows of an order, as rows. Raises as `make_package.export` does."""
    recipe = recipe_of(reading, order, now=context.now())
    contract = find_contract(reading, recipe.contract.id)
    rooms = list(_rooms(reading, recipe))
    total = recipe.reviewed.read + recipe.reviewed.covered if recipe.reviewed else sum(one["n"] for one in rooms)
    opened = sum(bool(one.no) for one in recipe.opened)
    facts = activity_without_counts(reading, contract).facts
    return {
        "contract": contract,
        "platform": platform_of(contract.platform),
        "rooms": rooms,
        "people": sorted(_people(reading, recipe), key=lambda one: (one["label"] or "", not one["is_own"])),
        "others": [visible(one.called) for one in contracts(reading) if one.id != contract.id],
        "opened": opened,
        "covered": total - opened,
        "total": total,
        "is_read": bool(recipe.opened) or recipe.covers is not None,
        "first": min((one["first"] for one in rooms if one["first"]), default=None),
        "last": max((one["last"] for one in rooms if one["last"]), default=None),
        "has_own_period": recipe.scope.has_own_period,
        "asked": recipe.asked,
        "picked": _picked(reading, recipe),
        "own_files": [visible(one.name) for one in recipe.enclosures],
        "warnings": [
            *(one.partition("] ")[2] for one in warning_lines(package_warnings(recipe, facts.rooms))),
            *map(str.strip, metadata_lines(recipe.metadata.files)),
        ],
        "missing": len(unstated_facts(contract, platform_of(contract.platform))),
    }


def _rooms(reading: Reading, recipe: Recipe) -> Iterator[Row]:
    names = room_names(reading)
    for room in recipe.scope.rooms:
        n, first, last = message_span(reading, room, recipe.scope.bounds(room))
        days = [datetime.fromtimestamp(one, JST).date() if one else None for one in (first, last)]
        yield {"id": room, "name": visible(names.get(room, "")) or str(room), "n": n, "first": days[0], "last": days[1]}


def _picked(reading: Reading, recipe: Recipe) -> list[str]:
    """The messages that were chosen, as the boxes of the chats have them."""
    places = [(room, int(one)) for room in recipe.scope.rooms for one in sorted(recipe.order.choice.ids)]
    return [checkbox_value(one.room_id, one.message_id) for one in message_summaries(reading, places)]


def _people(reading: Reading, recipe: Recipe) -> Iterator[Row]:
    """Everybody of the chats: who is shown by name, and who under which letter."""
    owner, mask = number((current_state.owner(reading) or {}).get("account_id")), recipe.mask
    names = {account: name for room in recipe.scope.rooms for account, name in names_in_room(reading, room).items()}
    for account, name in names.items():
        is_hidden = mask is not None and mask.is_hidden(account)
        yield {
            "account": account,
            "name": visible(text(name)) or str(account),
            "label": mask.label_of(account) if mask is not None and is_hidden else "",
            "is_own": account == owner,
            "is_client": account in recipe.bases or account in (recipe.counterparts or ()),
        }
