"""The class of an authority is what the settings state and the list of that month says, and no more."""

from __future__ import annotations

import pytest

from archiver.app import OFFERS, is_offered
from archiver.evidence.stamps.roots import LISTED, AuthorityKind, class_of, class_sentence
from archiver.export.stamps import class_texts
from archiver.settings.model import AuthoritySetting


def test_only_what_is_offered_is_called_so() -> None:
    """Address and root must be those of the offer."""
    offer = OFFERS[0].setting

    assert is_offered(offer)
    assert not is_offered(AuthoritySetting(offer.name, "http://tsa.example/", offer.roots))
    assert not is_offered(AuthoritySetting(offer.name, offer.url, "roots.pem"))


@pytest.mark.parametrize(
    ("accredited_as", "offered", "kind", "said"),
    [
        ("", True, AuthorityKind.OFFERED, "not on the list"),
        ("", False, AuthorityKind.OTHER, "not known"),
        ("seiko", False, AuthorityKind.LISTED, "by your settings セイコーソリューションズ株式会社"),
    ],
)
def test_a_class_is_said_with_its_source(accredited_as: str, offered: bool, kind: AuthorityKind, said: str) -> None:
    """A stated one is told as stated, with the month of the list, and that nothing was compared."""
    known = class_of(accredited_as, is_offered=offered)
    sentence = class_sentence("a", known)

    assert kind is known.kind
    assert said in sentence
    assert (kind is AuthorityKind.LISTED) == ("was not compared" in sentence)
    assert ("2024-03" in sentence) == (kind is not AuthorityKind.OTHER)
    (text,) = class_texts({"a": known})
    assert ("確かめていません" in text) == (kind is AuthorityKind.LISTED)


def test_the_list_has_the_operators_that_its_page_names() -> None:
    """Four, of two of which the page's own text gives the day here."""
    assert ["seiko", "mind", "amano", "gmo-globalsign"] == [one.id for one in LISTED]
