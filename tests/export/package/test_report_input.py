"""What a report says of records that were erased and seals that were kept apart, in each form of a package."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from archiver.evidence.looks import CHATWORK, read_services
from archiver.export.package.report_input import (
    erasure_sentences,
    other_service_text,
    period_text,
    put_back_sentences,
    service_text,
)
from archiver.export.package_scope import PackageScope
from archiver.records import JST, ContractRoom, RoomId
from tests.support.reports import report_inputs

ERASURE: dict[str, Any] = {"kind": "erasure", "key": "erasure/2", "seq": 45, "observed_at": "2026-11-27T06:35:24.000Z"}
LEFT_OVER = {"000003-2026-11-27.json": "0" * 64}
ROLLBACK: dict[str, Any] = {
    "kind": "rollback",
    "key": "rollback/46",
    "seq": 46,
    "observed_at": "2026-11-27T06:36:24.000Z",
    "payload": {"numbers": [3], "files": LEFT_OVER, "first": 40, "last": 41, "lost": 3, "place": "seals"},
}


@pytest.mark.parametrize("has_records", [True, False])
def test_a_place_is_named_that_the_reader_has(has_records: bool) -> None:
    """A package for an office or a court has no folder `data/`, so there the digests and seals are in the archive."""
    (erased,) = erasure_sentences([ERASURE, ROLLBACK], {2: 7}, has_records=has_records)
    (put_back,) = put_back_sentences([ERASURE, ROLLBACK], has_records=has_records)

    assert "記録 7件" in erased
    assert "確定していた記録 3件" in put_back
    assert ["data/" in sentence for sentence in (erased, put_back)] == [has_records, has_records]
    assert ["報告者の保管庫に残" in sentence for sentence in (erased, put_back)] == [not has_records, not has_records]


def service(address: str, day: int, *names: str) -> dict[str, Any]:
    """A record of a service that answered from a day on."""
    payload = {"address": address} | dict(zip(("certificate", "issuer"), names, strict=False))
    return {"kind": "service", "observed_at": f"2026-11-{day:02}T01:00:00.000Z", "payload": payload}


def test_the_data_is_said_to_come_from_the_recorded_address() -> None:
    """Chatwork's own address is named with its certificate, another one on page 1 as well, none where none is known."""
    names = "*.chatwork.com", "Amazon"
    own, other, back = service(CHATWORK, 1, *names), service("https://chat.example/v2", 2), service(CHATWORK, 3, *names)
    of_chatwork, forged = read_services([own]), read_services([own, other])

    assert "Chatwork公式API" not in service_text(())
    assert service_text(of_chatwork) == (
        f"Chatwork公式API({CHATWORK}、証明書の名前 *.chatwork.com、発行者 Amazon。2026-11-01 10:00:00から)"
    )
    assert other_service_text(of_chatwork) == ""
    assert service_text(forged).endswith(
        "Chatworkのものではないアドレス(https://chat.example/v2。2026-11-02 10:00:00から)"
    )
    on_page_1 = "Chatworkのものではないアドレス https://chat.example/v2(2026年11月2日 10:00:00から)"
    assert on_page_1 == other_service_text(forged)
    over = read_services([own, other, back])
    assert on_page_1.replace("から)", "から2026年11月3日 10:00:00まで)") == other_service_text(over)
    assert ["11-01", "11-02", "11-03"] == re.findall(r"2026-(\S+) \S+から\)", service_text(over))


def test_a_period_is_told_by_its_days_as_a_person_says_them() -> None:
    """Page 1 names it; a time of day stands only where a bound is no midnight."""
    day = datetime(2026, 10, 16, tzinfo=JST)
    contract = replace(report_inputs.CONTRACT, rooms=(ContractRoom(RoomId(5), start=day),))

    assert "2026年10月16日から最後のメッセージまで" == period_text(PackageScope(contract))
    until = PackageScope(contract, day, day + timedelta(days=2, hours=9))
    assert "2026年10月16日から2026年10月18日 09:00:00の直前まで" == period_text(until)
