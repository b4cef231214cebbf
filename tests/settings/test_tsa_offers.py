"""The authorities that are offered can be used as they stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver.app import OFFERS, Offer
from archiver.evidence.stamps import roots
from archiver.settings import file


@pytest.mark.parametrize("offer", OFFERS, ids=lambda offer: offer.name)
def test_the_root_of_each_is_in_certifi(offer: Offer) -> None:
    """Anybody finds the root in a browser, and the fingerprint is that of the root named."""
    der = roots.certifi_root(offer.root)

    assert offer.root_name in roots.subject(der)


def test_they_are_two_of_different_owners() -> None:
    """One that stops, or errs, does not take the other with it."""
    for part in ("name", "url", "root", "owner"):
        assert 2 == len({getattr(offer, part) for offer in OFFERS}), part


def test_they_are_settings_that_can_be_written_and_read(tmp_path: Path) -> None:
    """What `init` writes of them is read back the same."""
    offered = tuple(offer.setting for offer in OFFERS)

    file.write_settings(tmp_path, language="ja", token_source="env:T", authorities=offered)

    assert offered == file.load_settings(tmp_path, {}).timestamp.authorities
