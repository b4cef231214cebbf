"""Where the data of a package came from, in words, as the `service` records say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from archiver.evidence.services import CHATWORK, RecordedService, other_addresses, stretches
from archiver.render.invisible_characters import visible
from archiver.render.times import local_time
from archiver.report_language import say


def service_text(services: Sequence[RecordedService]) -> str:
    """The services as the statement on the method names them, each once while the address stays."""
    firsts = [{one._replace(since=""): one for one in reversed(list(stretch))} for stretch in stretches(services)]
    texts = [_service_text(one) for first in firsts for one in sorted(first.values())]
    return say("、").join(texts) or say("Chatworkの形式で応答するAPI(アドレスは不明)")


def other_service_text(services: Sequence[RecordedService]) -> str:
    """What page 1 says of addresses that are not Chatwork's; empty if there are none."""
    addresses = say("、").join(
        say("{address}({since}から{until}まで)", **_names(one), until=_local(one.until))
        if one.until
        else say("{address}({since}から)", **_names(one))
        for one in other_addresses(services)
    )
    return say("Chatworkのものではないアドレス {addresses}", addresses=addresses) if addresses else ""


def _names(service: RecordedService) -> dict[str, str]:
    return {"address": visible(service.address), "since": _local(service.since)}


def _service_text(service: RecordedService) -> str:
    parts = [visible(service.address)]
    if service.certificate:
        parts.append(say("証明書の名前 {name}", name=visible(service.certificate)))
    if service.issuer:
        parts.append(say("発行者 {issuer}", issuer=visible(service.issuer)))
    what = say("Chatwork公式API") if service.address == CHATWORK else say("Chatworkのものではないアドレス")
    return say("{what}({parts}。{since}から)", what=what, parts=say("、").join(parts), since=_local(service.since))


def _local(at: str) -> str:
    return local_time(datetime.fromisoformat(at))
