"""What kind of authority stamps: one that this program offers, one on the Japanese minister's list, or another.

The list is that of the Ministry of Internal Affairs and Communications, under its notice 146 of 2021, as far as it was
known on the day below. Which of them an authority of the settings is, only the owner states: the certificates
that the ministry publishes are not compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from gettext import gettext as _

LIST_SOURCE = "https://www.soumu.go.jp/main_sosiki/joho_tsusin/top/ninshou-law/timestamp.html"
LIST_AS_OF = "2024-03"
"""The month that the page itself names; read on 2026-11-26 in a stored copy."""


@dataclass(frozen=True, slots=True)
class ListedService:
    """A time-stamping service on the minister's list."""

    id: str
    """What the settings call it."""
    operator: str
    service: str | None
    """The service's name on the list; None: not known here."""
    since: str | None
    """The day of its accreditation; None: not known here."""


LISTED = (
    ListedService("seiko", "セイコーソリューションズ株式会社", "セイコータイムスタンプサービス", "2023-02-16"),
    ListedService("mind", "三菱電機インフォメーションネットワーク株式会社", "MINDタイムスタンプサービス", "2023-02-16"),
    ListedService("amano", "アマノ株式会社", "アマノタイムスタンプサービス3161", None),
    ListedService("gmo-globalsign", "GMOグローバルサイン", None, "2024-03-18"),
)
"""The services on the list as of that month."""


class AuthorityKind(StrEnum):
    """What is known of an authority."""

    OFFERED = "offered"
    """It is one of the two that a fresh install offers; neither is on the list."""
    LISTED = "listed"
    """The owner states that it is a service on the list."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class AuthorityClass:
    """The kind of an authority, and which listed service it is stated to be."""

    kind: AuthorityKind = AuthorityKind.OTHER
    listed: ListedService | None = None


UNKNOWN_CLASS = AuthorityClass()


def class_of(accredited_as: str, *, is_offered: bool) -> AuthorityClass:
    """The class of an authority by what the settings state, and by whether this program offers it."""
    listed = next((one for one in LISTED if one.id == accredited_as), None)
    if listed is not None:
        return AuthorityClass(AuthorityKind.LISTED, listed)
    return AuthorityClass(AuthorityKind.OFFERED if is_offered else AuthorityKind.OTHER)


def class_sentence(name: str, known: AuthorityClass) -> str:
    """The class of an authority in one sentence, on the user's own screen."""
    if known.listed is not None:
        sentence = _(
            "{name}: by your settings {operator}, which is on the list of services that the Japanese minister has "
            "accredited (as of {month}). That its certificates are theirs was not compared."
        )
        return sentence.format(name=name, operator=known.listed.operator, month=LIST_AS_OF)
    if known.kind is AuthorityKind.OFFERED:
        sentence = _(
            "{name}: a public authority; not on the list of services that the Japanese minister has accredited (as of "
            "{month})."
        )
        return sentence.format(name=name, month=LIST_AS_OF)
    return _("{name}: an authority of your own choice; its class is not known here.").format(name=name)
