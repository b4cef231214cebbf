"""資料を作る: making a package in steps: for whom, what goes in, read it, make it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from gettext import gettext as _
from typing import Any
from urllib.parse import parse_qsl

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from archiver import errors
from archiver.evidence.history import text
from archiver.export import PROFILES
from archiver.export.mask.package_mask import said_label
from archiver.export.mask.word_analyser import has_analyser
from archiver.export.package import masking_review
from archiver.export.package.masking_review import Decision, opened_messages, recipe_of
from archiver.export.package.order import ExportOrder
from archiver.export.package.recipe import Recipe
from archiver.export.package.report_input import package_warnings
from archiver.platforms.job_platform import platform_of
from archiver.records import JST, OpenedMessage, ReadState
from archiver.render.invisible_characters import visible
from archiver.report_language import report_language
from archiver.setup.fact_questions import missing_facts
from archiver.standing.outcome_words import metadata_lines, warning_lines
from archiver.store.archive import Reading
from archiver.store.queries import current_state
from archiver.store.queries.contract_activity import activity_of
from archiver.store.queries.contracts import contracts, find_contract
from archiver.store.queries.current_state import room_names
from archiver.store.queries.entries import message_span
from archiver.store.queries.people import names_in_room
from archiver.store.queries.viewing.message_summaries import message_summaries
from archiver.web.console_context import ConsoleContext, console_context
from archiver.web.exports.made_packages import made_packages
from archiver.web.exports.package_orders import (
    changed,
    given_fields,
    make_work,
    order_address,
    read_order,
    read_rows,
    reader_word,
    request_words,
    who_words,
    wish_rows,
)
from archiver.web.talk.conversation import checkbox_value
from archiver.web.trouble_words import trouble_words

pages = Blueprint("packages", __name__, url_prefix="/packages")

STATES = {"read": ReadState.READ, "leave": ReadState.COVERED, "again": ReadState.UNREAD}
"""The name of a button of a message → what it decides."""


@pages.get("")
def index() -> AnyResponse | str:
    """For whom; before that of which job, if there are several; and the packages made so far.

    `order`: what was asked for before messages were chosen, which goes on with these.
    """
    if before := given_fields(MultiDict(parse_qsl(request.args.get("order", "")))):
        job, messages = request.args.get("contract", ""), request.args.get("messages", "")
        return redirect(order_address("packages.order", changed(before, contract=job, messages=messages)))
    every = sorted(console_context().archive.read(contracts), key=lambda one: one.state != "open")
    given = given_fields(request.args)
    asked = request.args.get("contract", "")
    chosen = next((one for one in every if one.id == asked), every[0] if len(every) == 1 else None)
    packages = [one for one in made_packages(console_context()) if chosen is None or one["contract_id"] == chosen.id]
    ways = []
    if chosen is not None:
        ways = [
            (word, text, sign, order_address("packages.order", changed(given, contract=chosen.id, **{"for": value})))
            for value, word, text, sign in who_words(platform_of(chosen.platform))
        ]
    jobs = [(one, order_address("packages.index", changed(given, contract=one.id))) for one in every]
    return render_template("packages.html", jobs=jobs, chosen=chosen, ways=ways, packages=packages)


@pages.get("/order")
def order() -> AnyResponse | tuple[str, int] | str:
    """What goes into the package, with what can be changed of it."""
    given = given_fields(request.args)
    if not request.args.get("for") or not request.args.get("contract"):
        return redirect(order_address("packages.index", given))
    return _order_page("")


def _order_page(problem: str, *, is_plain: bool = False) -> AnyResponse | tuple[str, int] | str:
    """The page; with `is_plain` of nothing but the job and the reader, as the rest of the order cannot be."""
    context, given = console_context(), given_fields(request.values)
    kept = [(name, value) for name, value in given if not is_plain or name in {"contract", "for"}]
    try:
        wanted = read_order(context, MultiDict(kept))
        with context.archive.reading() as reading:
            document = package_contents(context, reading, wanted)
    except errors.CounterpartUnknown as error:
        return render_template("package_people.html", rooms=error.rooms, given=given)
    except errors.UsageError as error:
        words = trouble_words(error)
        if is_plain:
            return render_template("error.html", sentence=words.sentence, advice=words.advice), 422
        return _order_page(words.together, is_plain=True)
    page = render_template(
        "package_order.html",
        it=document,
        given=given,
        values=request.values,
        problem=problem,
        edit=request.args.get("edit") or ("period" if is_plain else ""),
        who=reader_word(wanted.profile, document["platform"]),
        profile=wanted.profile,
        requests=request_words(),
        wishes=wish_rows(request.values),
        address=lambda endpoint="packages.order", **more: order_address(endpoint, changed(kept, **more)),
        without=lambda name, one: order_address("packages.order", [it for it in kept if it != (name, str(one))]),
    )
    return (page, 422) if problem else page


@pages.errorhandler(errors.UsageError)
def refused(error: errors.UsageError) -> AnyResponse | tuple[str, int] | str:
    """What goes in, with why the order cannot be taken as it is."""
    return _order_page(trouble_words(error).together)


@pages.post("/people")
def people() -> AnyResponse:
    """Keep who the other side is, where a chat has several other people."""
    context, given = console_context(), given_fields(request.form)
    wanted = read_order(context, request.form)
    masking_review.keep_sides(context.archive, wanted, at=context.now())
    return redirect(order_address("packages.order", given))


# --- reading --------------------------------------------------------------------------------------


@pages.get("/read")
def reading() -> AnyResponse | tuple[str, int] | str:
    """Each message that would leave, with its covers drawn, to be read before."""
    context = console_context()
    wanted = read_order(context, request.args)
    opened = opened_messages(context.archive, wanted, now=context.now())
    return _reading_page(wanted, opened, request.args.get("at", ""))


@pages.post("/read")
def keep_reading() -> AnyResponse | tuple[str, int] | str:
    """Keep at once what was decided about one message, a word of it, or what else somebody is called."""
    context, form, now = console_context(), request.form, console_context().now()
    wanted = read_order(context, request.args)
    opened = opened_messages(context.archive, wanted, now=now)
    decision = _decision(form, {one.id: one for one in opened})
    reviews = [] if decision is None else masking_review.reviews_of(opened, [decision], at=now)
    if "members" in form:
        asked = masking_review.members_to_ask(context.archive, wanted)
        reviews = [masking_review.other_names(one, form.get(f"called_{one}", "").split(), at=now) for one in asked]
    if not masking_review.keep_reviews(context.archive, wanted.contract, reviews, at=now):
        raise errors.HomeNotWritable(path=context.home)
    if "members" in form or (decision is not None and (decision.covered or decision.shown)):
        opened = opened_messages(context.archive, wanted, now=now)
        for word in masking_review.words_nowhere(opened, () if decision is None else decision.covered):
            flash(_("“{word}” stands in none of the messages to be read.").format(word=visible(word)))
    elif decision is not None and reviews[0].state is not decision.state:
        flash(_("This message changed after it was shown. Please read it again."))
    at = "" if decision is None or form.get("word") else decision.message_id
    if "HX-Request" not in request.headers:
        more = {"at": at, "words": request.args.get("words", "")}
        return redirect(order_address("packages.reading", changed(given_fields(request.args), **more)))
    states = {one.message_id: one.state for one in reviews}
    return _reading_page(wanted, [replace(one, state=states.get(one.id, one.state)) for one in opened], at)


def _decision(form: Mapping[str, str], opened: Mapping[str, OpenedMessage]) -> Decision | None:
    """What a button of the page decides; None: nothing, or it is about a message that is not opened any more."""
    name = next((one for one in (*STATES, "cover", "show", "word") if form.get(one)), "")
    ident, _space, word = form.get(name, "").partition(" ")
    if name == "word":
        ident, word = next(iter(opened), ""), form["word"].strip()
    message = opened.get(ident)
    if message is None:
        return None
    if name in STATES:
        return Decision(ident, form.get(f"digest_{ident}", ""), STATES[name])
    if name != "show":
        return Decision(ident, message.digest, message.state, covered=(word,)) if word else None
    is_there = word.isdecimal() and int(word) < len(message.covers) and form.get(f"digest_{ident}") == message.digest
    return Decision(ident, message.digest, message.state, shown=(message.covers[int(word)],)) if is_there else None


def _reading_page(wanted: ExportOrder, opened: Sequence[OpenedMessage], at: str) -> str:
    given, context = given_fields(request.args), console_context()
    rows = context.archive.read(read_rows, opened, at, request.args.get("words", ""), request.args.get("page", ""))
    return render_template(
        "package_read_part.html" if "HX-Request" in request.headers else "package_reading.html",
        rows=rows,
        n=sum(bool(one.no) for one in opened),
        read=sum(one.state is ReadState.READ and bool(one.no) for one in opened),
        members=masking_review.members_to_ask(context.archive, wanted) if opened else {},
        has_analyser=has_analyser(),
        is_all=request.args.get("all") or not PROFILES[wanted.profile].formats,
        address=lambda endpoint, **more: order_address(endpoint, changed(given, **more)),
    )


# --- making ---------------------------------------------------------------------------------------


@pages.post("/make")
def make() -> AnyResponse | tuple[str, int] | str:
    """Make the package as it was shown."""
    context = console_context()
    wanted = read_order(context, request.values)
    context.jobs.start(_title(), partial(make_work, context=context, wanted=wanted))
    return redirect(url_for("packages.making"))


@pages.get("/making")
def making() -> AnyResponse | str:
    """How far it is; then the page of what was made, which shows the result."""
    jobs = console_context().jobs
    job = jobs.last
    if job is None or job.title != _title() or job.is_running or not job.links:
        if "HX-Request" in request.headers and not (job and job.is_running):
            return Response(headers={"HX-Refresh": "true"})  # ended without an export: the heading says so no longer
        return render_template("package_making.html", job=job)
    jobs.note_seen(job)
    address = job.links[0].address
    return Response(headers={"HX-Redirect": address}) if "HX-Request" in request.headers else redirect(address)


def _title() -> str:
    return _("Making the export")


Row = dict[str, Any]


def package_contents(context: ConsoleContext, reading: Reading, order: ExportOrder) -> Row:
    """Everything that the page shows of an order, as rows. Raises as `make_package.export` does."""
    recipe = recipe_of(reading, order, now=context.now())
    contract = find_contract(reading, recipe.contract.id)
    rooms = list(_rooms(reading, recipe))
    total, opened = sum(one["n"] for one in rooms), sum(bool(one.no) for one in recipe.opened)
    facts = activity_of(reading, contract, is_counting=False).facts
    with report_language(order.lang):
        people = sorted(_people(reading, recipe), key=lambda one: (one["label"] or "", not one["is_own"]))
    return {
        "contract": contract,
        "platform": platform_of(contract.platform),
        "rooms": rooms,
        "people": people,
        "others": [visible(one.called) for one in contracts(reading) if one.id != contract.id],
        "opened": opened,
        "covered": recipe.reviewed.read + recipe.reviewed.covered - opened if recipe.reviewed else 0,
        "total": total,
        "is_read": bool(recipe.opened) or recipe.covers is not None,
        "first": min((one["first"] for one in rooms if one["first"]), default=None),
        "last": max((one["last"] for one in rooms if one["last"]), default=None),
        "has_own_period": recipe.scope.has_own_period,
        "asked": recipe.asked,
        "picked": _picked(reading, recipe),
        "own_files": [visible(one.name) for one in recipe.enclosures],
        "warnings": [
            *warning_lines(package_warnings(recipe, facts.rooms, total)),
            *map(str.strip, metadata_lines(recipe.metadata.files)),
        ],
        "missing": len(missing_facts(reading, contract)),
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
    owner, mask = (current_state.owner_id(reading) or 0), recipe.mask
    names = {account: name for room in recipe.scope.rooms for account, name in names_in_room(reading, room).items()}
    for account, name in names.items():
        is_hidden = mask is not None and mask.is_hidden(account)
        yield {
            "account": account,
            "name": visible(text(name)) or str(account),
            "label": said_label(mask.label_of(account)) if mask is not None and is_hidden else "",
            "is_own": account == owner,
            "is_client": account in recipe.bases,
        }
