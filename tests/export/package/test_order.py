"""An order of an export: what of it is recorded, and how large the export may get."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from archiver.export.package.order import ExportOrder, option_words
from archiver.export.package_scope import MessageChoice
from archiver.records import JST, RequestKind


def test_what_was_ordered_is_recorded_as_options_without_the_texts_to_mask() -> None:
    """Every option that was given, but for what the record says elsewhere; an entry stays where a person is erased."""
    order = ExportOrder(
        contract="job1",
        profile="lawyer",
        since=datetime(2026, 11, 1, tzinfo=JST),
        request=RequestKind.REVIEW,
        lang="en",
        choice=MessageChoice(frozenset({"12345678"}), frozenset({12})),
        counterparts={22, 3},
        every_message=True,
        masks=("佐藤",),
        max_mb=0.5,
        out=Path("/mnt/usb"),
        thirds=frozenset({5}),
    )

    recorded = json.loads(json.dumps(order.record()))

    assert ({}, [5], False) == (ExportOrder().record(), recorded["thirds"], "佐藤" in str(recorded))
    assert (
        "--from 2026-11-01T00:00:00+09:00 --request review --messages 12345678,No.12 --mask 1 --max-mb 0.5 --all"
    ) == " ".join(option_words(recorded))


def test_the_limit_of_an_order_is_the_profiles_unless_given() -> None:
    """In bytes; a lawyer's has none."""
    limits = [ExportOrder(profile=profile).max_bytes for profile in ("support", "lawyer")]

    assert [5_000_000, None] == limits
    assert 500_000 == ExportOrder(profile="support", max_mb=0.5).max_bytes
