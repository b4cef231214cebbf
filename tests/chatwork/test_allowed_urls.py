"""Where the token may be sent."""

from __future__ import annotations

import pytest

from archiver import errors
from archiver.chatwork.allowed_urls import base_url
from tests.support.cases import cases_of


@pytest.mark.parametrize(("url", "expected"), cases_of(__file__, "https_and_this_computer_are_allowed"))
def test_https_and_this_computer_are_allowed(url: str, expected: str) -> None:
    """Tests and the demo speak plain http to the own machine."""
    assert expected == base_url({"CHATWORK_API_BASE_URL": url})


@pytest.mark.parametrize("url", cases_of(__file__, "everything_else_is_refused"))
def test_everything_else_is_refused(url: str) -> None:
    """Whatever a reader of addresses could take for another host; what may be a secret in it is not repeated."""
    if url.strip() != url:
        url += "x"

    with pytest.raises(errors.BadBaseUrl) as raised:
        base_url({"CHATWORK_API_BASE_URL": url})

    assert "secret" not in str(raised.value)
