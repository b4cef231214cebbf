"""Where the token may be sent."""

from __future__ import annotations

import pytest

from archiver import errors
from archiver.chatwork.allowed_urls import base_url


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", "https://api.chatwork.com/v2"),
        ("https://api.example.com/v2/", "https://api.example.com/v2"),
        ("http://127.0.0.1:8000/v2", "http://127.0.0.1:8000/v2"),
        ("http://127.9.9.9", "http://127.9.9.9"),
        ("http://[::1]:80", "http://[::1]"),
        (" http://localhost:1/ ", "http://localhost:1"),
        ("HTTP://LOCALHOST:1", "http://localhost:1"),
        ("https://API.Chatwork.com/v2", "https://api.chatwork.com/v2"),
        ("https://api.chatwork.com:443/v2/", "https://api.chatwork.com/v2"),
        ("https://api.example.com:4443/V2", "https://api.example.com:4443/V2"),
    ],
)
def test_https_and_this_computer_are_allowed(url: str, expected: str) -> None:
    """Tests and the demo speak plain http to the own machine."""
    assert expected == base_url({"CHATWORK_API_BASE_URL": url})


@pytest.mark.parametrize(
    "url",
    [
        "http://api.chatwork.com/v2",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "http://127.0.0.1@example.com",
        "http://127.0.0.1\\@example.com",
        "http://example.com#@127.0.0.1",
        "http://0x7f.1",
        "http://[::1",
        "http://127.0.0.1:99999",
        "http://127.0.0.1:x",
        "https://",
        "https:///v2",
        "ftp://127.0.0.1",
        "file:///etc/passwd",
        "127.0.0.1:8000",
        "https://api.chatwork.com/v2?x=1",
        "https://例.jp",
        "https://a b",
        "https://a\n",
        "https://a\nb",
    ],
)
def test_everything_else_is_refused(url: str) -> None:
    """Whatever a reader of addresses could take for another host is refused."""
    if url.strip() != url:
        url += "x"

    with pytest.raises(errors.BadBaseUrl):
        base_url({"CHATWORK_API_BASE_URL": url})


def test_a_password_in_the_address_is_not_repeated() -> None:
    """Error messages get shown to others."""
    with pytest.raises(errors.BadBaseUrl) as raised:
        base_url({"CHATWORK_API_BASE_URL": "https://me:canary@example.com"})

    assert "canary" not in str(raised.value)
