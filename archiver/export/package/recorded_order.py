"""How a package was made, as its `export` entry records it: with this the archive makes the same bytes again.

Everything is recorded that changes a byte and that the entries up to the package's seal do not say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from gettext import gettext as _
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from archiver.evidence.chain import canonical, digest
from archiver.evidence.stamps.authority_kinds import AuthorityClass, AuthorityKind, class_of
from archiver.evidence.stamps.roots import fingerprint
from archiver.export.chosen_messages import MessageChoice
from archiver.export.mask.kinds import MaskKind
from archiver.export.mask.package_mask import Policy
from archiver.export.package.order import ExportOrder, LeftoverWish
from archiver.export.package.package_input import software_name
from archiver.export.package.recipe import Recipe
from archiver.records import ExportedPackage, RequestKind
from archiver.report_language import JAPANESE
from archiver.store.time_text import from_text, to_text


@dataclass(frozen=True, slots=True)
class RecordedOrder:
    """How a package was made."""

    order: ExportOrder
    name: str
    seal: int
    made_at: datetime
    last_reply: int
    """The number of the last reply that the archive held then."""
    authorities: Mapping[str, tuple[str, ...]]
    """The authorities that should stamp it, each with the SHA-256 of its pinned roots in their order."""
    classes: Mapping[str, AuthorityClass]
    """What the settings said of each."""
    answers: Mapping[str, str | None]
    """Path → SHA-256 of each answer about a revocation; None: nothing that counts was answered. Empty: nobody was
    asked."""
    software: str
    typst: str | None
    """The version of typst; None: there was none, so no PDF was made."""


def typst_version() -> str | None:
    """The version of typst here; None if there is none."""
    try:
        return version("typst")
    except PackageNotFoundError:
        return None


def order_payload(recipe: Recipe, last_reply: int) -> dict[str, Any]:
    """What the `export` entry records of how a package was made; what is not given is left out."""
    assert recipe.created_at is not None
    roots = recipe.stamping.roots if recipe.stamping else {}
    return {
        "authorities": {name: list(map(fingerprint, pinned)) for name, pinned in roots.items()},
        "last_reply": last_reply,
        "made_at": to_text(recipe.created_at),
        "options": _options(recipe.order),
        "package": recipe.name,
        "software": software_name(),
        "typst": typst_version(),
        **({"classes": classes} if (classes := _class_names(recipe)) else {}),
        **({"texts": digest(canonical(texts))} if (texts := order_texts(recipe.order)) else {}),
    }


def order_texts(order: ExportOrder) -> dict[str, Any]:
    """The names and other texts that the user gave with an order. Its entry holds only their digest.

    They are remembered beside the entries, from where an erasure can take them.
    """
    texts = {
        "leftover_answers": dict(order.leftover_answers),
        "patterns": [] if order.policy is None else [pattern.pattern for pattern in order.policy.patterns],
    }
    return {name: value for name, value in texts.items() if value}


def recorded_order(package: ExportedPackage, texts: Mapping[str, Any]) -> RecordedOrder | None:
    """How a package was made; None if its entry does not say it. Raises LookupError, TypeError, ValueError.

    `texts` are those remembered of its order (`order_texts`).
    """
    payload = package.making
    if "options" not in payload or payload.get("seal") is None:
        return None
    if payload.get("texts") != (digest(canonical(texts)) if texts else None):
        raise ValueError(_("the names that were masked at the user's word are not remembered any more"))
    return RecordedOrder(
        order=_order(package, payload["options"], texts),
        name=str(payload["package"]),
        seal=int(payload["seal"]),
        made_at=from_text(payload["made_at"]),
        last_reply=int(payload["last_reply"]),
        authorities={name: tuple(pinned) for name, pinned in payload["authorities"].items()},
        classes={
            name: class_of(said, is_offered=said == AuthorityKind.OFFERED)
            for name, said in payload.get("classes", {}).items()
        },
        answers=dict(payload.get("answers", {})),
        software=str(payload["software"]),
        typst=payload["typst"],
    )


def _class_names(recipe: Recipe) -> dict[str, str]:
    """Authority → the listed service that it is stated to be, else its kind."""
    classes = recipe.stamping.classes if recipe.stamping else {}
    return {name: known.listed.id if known.listed else known.kind.value for name, known in classes.items()}


def _options(order: ExportOrder) -> dict[str, Any]:
    options = {
        "counterparts": sorted(order.counterparts or ()),
        "every": int(order.every.total_seconds()),
        "lang": None if order.lang == JAPANESE else order.lang,
        "leftovers": None if order.leftovers is LeftoverWish.ASK else order.leftovers.value,
        "max_mb": None if order.max_mb is None else repr(order.max_mb),  # entries hold no fractions
        "message_ids": sorted(order.choice.ids),
        "message_numbers": sorted(order.choice.numbers),
        "policy": None if order.policy is None else _policy_payload(order.policy),
        "request": None if order.request is None else order.request.value,
        "since": None if order.since is None else to_text(order.since),
        "strip_metadata": order.strip_metadata,
        "thirds": sorted(order.thirds),
        "until": None if order.until is None else to_text(order.until),
    }
    return {name: value for name, value in options.items() if value}


def _policy_payload(policy: Policy) -> dict[str, Any]:
    return {
        "kinds": sorted(kind.name for kind in policy.kinds),
        "masked": sorted(policy.masked),
        "people": policy.people,
        "unmasked": sorted(policy.unmasked),
    }


def _order(package: ExportedPackage, options: Mapping[str, Any], texts: Mapping[str, Any]) -> ExportOrder:
    since, until = (from_text(options[name]) if name in options else None for name in ("since", "until"))
    return ExportOrder(
        profile=package.profile,
        contract=package.contract,
        since=since,
        until=until,
        policy=_policy(options["policy"], texts.get("patterns", ())) if "policy" in options else None,
        counterparts=frozenset(options.get("counterparts", ())) or None,
        thirds=frozenset(options.get("thirds", ())),
        leftovers=LeftoverWish(options.get("leftovers", LeftoverWish.ASK.value)),
        leftover_answers=dict(texts.get("leftover_answers", {})),
        strip_metadata=bool(options.get("strip_metadata")),
        request=RequestKind(options["request"]) if "request" in options else None,
        choice=MessageChoice(frozenset(options.get("message_ids", ())), frozenset(options.get("message_numbers", ()))),
        lang=str(options.get("lang", JAPANESE)),
        max_mb=float(options["max_mb"]) if "max_mb" in options else None,
        every=timedelta(seconds=options.get("every", 0)),
    )


def _policy(payload: Mapping[str, Any], patterns: Iterable[str]) -> Policy:
    return Policy(
        kinds=frozenset(MaskKind[name] for name in payload["kinds"]),
        people=bool(payload["people"]),
        patterns=tuple(map(re.compile, patterns)),
        masked=frozenset(payload["masked"]),
        unmasked=frozenset(payload["unmasked"]),
    )
