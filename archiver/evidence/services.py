"""What the records say of the service that the data came from, and whether that is Chatwork's own address.

Standard library and Python 3.8 syntax, because this module is also handed out inside packages.
"""

from __future__ import annotations

from gettext import gettext as _
from itertools import groupby
from typing import Any, Callable, Iterable, Iterator, Mapping, NamedTuple, Sequence  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.verify.findings import Verification

CHATWORK = "https://api.chatwork.com/v2"
"""The address of Chatwork's API; source: developer.chatwork.com/docs/endpoints."""


class RecordedService(NamedTuple):
    """A service, from a time until that of the next one."""

    since: str
    """As records write it."""
    address: str
    certificate: str
    """The name in the certificate; empty without one."""
    issuer: str
    until: str = ""
    """When another address took its place; empty if none did, and where only the services are listed."""


def read_services(entries: Iterable[Mapping[str, Any]]) -> Sequence[RecordedService]:
    """The services that `service` records name, oldest first; those that this program did not write are left out."""
    found = []
    for entry in entries:
        payload = entry["payload"]
        if entry["kind"] == "service" and isinstance(payload.get("address"), str):
            certificate, issuer = (str(payload.get(name) or "") for name in ("certificate", "issuer"))
            found.append(RecordedService(str(entry["observed_at"]), payload["address"], certificate, issuer))
    return found


def other_addresses(services: Sequence[RecordedService]) -> Sequence[RecordedService]:
    """The first of each stretch of services at one address that is not Chatwork's, with the stretch's end."""
    first = [next(stretch) for stretch in stretches(services)]
    ends = [*(one.since for one in first[1:]), ""]
    return [one._replace(until=ends[number]) for number, one in enumerate(first) if one.address != CHATWORK]


def stretches(services: Sequence[RecordedService]) -> Iterator[Iterator[RecordedService]]:
    """The services parted where the address changes."""
    return (stretch for _address, stretch in groupby(services, lambda one: one.address))


def note_services(verification: Verification, services: Sequence[RecordedService]) -> None:
    """Say which other address than Chatwork's the data came from."""
    for one in other_addresses(services):
        verification.add_note(other_address_sentence(one))


def other_address_sentence(service: RecordedService, written: Callable[[str], str] = str) -> str:
    """That the data came from an address that is not Chatwork's, and when; `written` gives a time in words."""
    sentence = _("At {time} the archive's data began to come from {address}, which is not Chatwork's address.")
    if service.until:
        sentence = _("From {time} until {until} the archive's data came from {address}, not Chatwork's address.")
    times = {"time": written(service.since), "until": service.until and written(service.until)}
    return sentence.format(address=service.address, **times)
