"""Of an authority is said whether this program offers it, and no more."""

from __future__ import annotations

import pytest

from archiver.evidence.stamps.authority_kinds import class_sentence, class_words
from archiver.export.stamps import class_texts
from archiver.settings.model import AuthoritySetting
from archiver.settings.tsa_offers import OFFERS, is_offered


def test_only_what_is_offered_is_called_so() -> None:
    """Address and root must be those of the offer."""
    offer = OFFERS[0].setting

    assert is_offered(offer)
    assert not is_offered(AuthoritySetting(offer.name, "http://tsa.example/", offer.roots))
    assert not is_offered(AuthoritySetting(offer.name, offer.url, "roots.pem"))


@pytest.mark.parametrize("is_offered", [True, False])
def test_a_class_is_said_with_its_source(is_offered: bool) -> None:
    """That it is not on the minister's list, with the month of that list; of any other nothing is known."""
    sentence, words = class_sentence("a", is_offered=is_offered), class_words(is_offered=is_offered)
    (text,) = class_texts({"a": is_offered})

    assert is_offered == ("2024-03" in sentence) == ("not on the minister's list" in words) == ("2024-03" in text)
    assert is_offered != ("not known" in sentence)
