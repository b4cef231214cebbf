"""The order of an export: which package is wanted, of what, and where. Each wish is declared here once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import Field, dataclass, field, fields, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archiver.errors import N_
from archiver.export import PROFILES
from archiver.export.package_scope import NOTHING, MessageChoice
from archiver.records import JST, RequestKind, Review
from archiver.report_language import JAPANESE, LANGUAGES

if TYPE_CHECKING:
    from archiver.export.mask.policy_and_covers import Policy


def option(default: object, /, *names: str, **given: object) -> Any:
    """A wish; one with `help` is an option of `export`, one with `page` a field of the page, by its own name.

    `given`: as click takes it, or `choices`, `least`; `page`: the label, what is told beside it, and the short form.
    """
    return field(default=default, metadata={"names": names, **given})


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOrder:
    """The order of an export as the user gave it, its options in the order of the help."""

    contract: str | None = None
    """The id or the platform's number of the contract; None: the only one."""
    profile: str = option(
        "support",
        "--for",
        metavar=N_("WHO"),
        help=N_(
            "For whom: support (the platform's support team), lawyer, court or consult (a telephone consultation)."
        ),
    )
    since: datetime | None = option(None, "--from", metavar=N_("DAY"), help=N_("Only messages sent from this day on."))
    """The beginning (included) that replaces those of the contract's periods."""
    until: datetime | None = option(None, "--to", metavar=N_("DAY"), help=N_("Only messages sent up to this day."))
    """The end (excluded) that replaces those of the contract's periods."""
    request: RequestKind | None = option(
        None,
        "--request",
        choices=[kind.value for kind in RequestKind],
        help=N_("What you ask for; left out: what the dates and amounts that you entered suggest."),
    )
    lang: str = option(
        JAPANESE,
        "--report-lang",
        choices=LANGUAGES,
        hidden=True,
        page=(
            N_("In English, for a client or a lawyer abroad"),
            N_(
                "Messages, names and what you entered stay in their language. Courts and platforms in Japan get it "
                "in Japanese."
            ),
            N_("In English"),
        ),
        help=N_("The language of the export's own texts: ja (left out: this), or en for a client or lawyer abroad."),
    )
    choice: MessageChoice = option(
        NOTHING,
        "--messages",
        default=None,
        metavar=N_("LIST"),
        help=N_(
            "The messages for the excerpt: ids, addresses copied in Chatwork, "
            "or numbers like No.12, separated by commas."
        ),
    )
    counterparts: Collection[int] = option(())
    """The accounts of the other side; none: those that were mapped."""
    masks: Collection[str] = option(
        (),
        "--mask",
        metavar=N_("TEXT"),
        multiple=True,
        page=(N_("Hide these texts everywhere, too (one a line)"), "", N_("words hidden: {n}")),
        help=N_("Hide this text everywhere, or a person: the whole name or the account id."),
    )
    no_mask: bool = option(False, "--no-mask", hidden=True, help=N_("Hide only what is asked for here."))
    mask_people: Collection[int] = option((), "--mask")
    unmask_people: Collection[int] = option(
        (), "--unmask", metavar=N_("PERSON"), multiple=True, help=N_("Show this person's name.")
    )
    max_mb: float | None = option(
        None, "--max-mb", least=0.1, hidden=True, metavar="N", help=N_("The export's maximum size.")
    )
    """The size limit; None: the profile's."""
    zip: bool = option(False, "--zip", hidden=True, help=N_("Make a zip file too, however large."))
    """Whether a bag above 2 GB is zipped, too."""
    out: Path | None = option(
        None, "--out", metavar=N_("DIR"), help=N_("Where to put the export; left out: the usual folder.")
    )
    """The folder for the package; None: `exports` in the home."""
    every_message: bool = option(
        False,
        "--all",
        hidden=True,
        help=N_("Open every message for reading; for a court: put in again what it has already."),
    )
    policy: Policy | None = None
    """What is masked, as `with_policy` makes it of the wishes above; None: nothing."""
    thirds: Collection[int] = option(())
    """Accounts put apart as third persons for this package, besides those that were mapped."""
    asks_who_wrote_last: bool = False
    """Whether somebody is there to say on which side those stand who wrote after the other side's last act."""
    reviews: Sequence[Review] = ()
    """What was read and decided, besides what is kept for the contract."""
    every: timedelta = timedelta(minutes=5)
    """The interval between readings according to the settings."""

    @property
    def max_bytes(self) -> int | None:
        """The size limit of the package in bytes; for a court, of each of its files."""
        limit = self.max_mb if self.max_mb is not None else PROFILES[self.profile].max_mb
        return None if limit is None else int(limit * 1_000_000)

    def with_policy(self) -> ExportOrder:
        """The same with the policy of its profile and wishes. Raises UsageError for a bad pattern."""
        from archiver.export.mask.policy_and_covers import masking_policy  # its patterns take long to compile

        return replace(
            self,
            policy=masking_policy(
                self.profile,
                masks=self.masks,
                no_mask=self.no_mask,
                mask_people=self.mask_people,
                unmask_people=self.unmask_people,
            ),
        )

    def record(self) -> dict[str, object]:
        """The wishes that differ from what is left out, by their names, for the entry of the export.

        Of texts to mask, which may be names of people, only how many: an entry stays when a person is erased.
        """
        wishes = {one: getattr(self, one.name) for one in fields(self) if one.metadata}
        told = {one.name: _recorded(value) for one, value in wishes.items() if value and value != one.default}
        masks = {"masks": len(self.masks)} if self.masks else {}
        return {name: value for name, value in told.items() if name not in {"profile", "lang", "masks", "out"}} | masks


OPTIONS = [one for one in fields(ExportOrder) if "help" in one.metadata]
"""The wishes that are options of the command."""

ON_PAGE = [one for one in fields(ExportOrder) if "page" in one.metadata]
"""The wishes that the page asks for as they are declared."""


def ticked_value(one: Field[Any]) -> str:
    """What the box of a wish gives when it is ticked; empty: the page has a field for its texts."""
    return "yes" if one.default is False else str(one.metadata.get("choices", [""])[-1])


def read_wish(one: Field[Any], given: str) -> Any:
    """The wish as a field of the page gives it; a blank one is what is left out."""
    if one.default is False:
        return given == ticked_value(one)
    if one.metadata.get("multiple"):
        return tuple(line.strip() for line in given.splitlines() if line.strip())
    return given or one.default


def _recorded(value: Any) -> object:
    match value:
        case datetime():
            return value.astimezone(JST).isoformat()
        case MessageChoice():
            return ",".join([*sorted(value.ids), *(f"No.{one}" for one in sorted(value.numbers))])
        case set() | frozenset() | tuple():
            return sorted(value)
    return value


def option_words(wishes: Mapping[str, Any]) -> list[str]:
    """Wishes, typed or recorded, as options of the command; of recorded texts to mask it is only known how many."""
    given = [(one.metadata.get("names"), wishes.get(one.name), one.default) for one in fields(ExportOrder)]
    named = [(names[0], value) for names, value, default in given if names and value and value != default]
    each = [(name, one) for name, value in named for one in (value if isinstance(value, list | tuple) else [value])]
    return [word for name, one in each for word in ([name] if one is True else [name, str(one)])]
