"""Where the data of a package came from, in words, as the `service` records say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from archiver.evidence.services import CHATWORK, RecordedService, other_addresses
from archiver.render.invisible_characters import visible
from archiver.render.times import local_time
from archiver.report_language import say


def service_text(services: Sequence[RecordedService]) -> str:
    """The services as the statement on the method names them, each once."""
    first = {one._replace(since=""): one.since for one in reversed(services)}
    texts = [_service_text(one, since) for one, since in sorted(first.items(), key=lambda pair: pair[1])]
    return say("、").join(texts) or say("Chatworkの形式で応答するAPI(アドレスの記録なし)")


def other_service_text(services: Sequence[RecordedService]) -> str:
    """What page 1 says of addresses that are not Chatwork's; empty if there are none."""
    addresses = say("、").join(
        say("{address}({since}から)", address=visible(one.address), since=_local(one.since))
        for one in other_addresses(services)
    )
    return say("Chatworkのものではないアドレス {addresses}", addresses=addresses) if addresses else ""


def _service_text(service: RecordedService, since: str) -> str:
    parts = [visible(service.address)]
    if service.certificate:
        parts.append(say("証明書の名前 {name}", name=visible(service.certificate)))
    if service.issuer:
        parts.append(say("発行者 {issuer}", issuer=visible(service.issuer)))
    what = say("Chatwork公式API") if service.address == CHATWORK else say("Chatworkのものではないアドレス")
    return say("{what}({parts}。{since}から)", what=what, parts=say("、").join(parts), since=_local(since))


def _local(at: str) -> str:
    return local_time(datetime.fromisoformat(at))
