"""What is told of an exchange that failed: one of our errors, with the cause that the libraries' errors show.

Never their texts, which may hold addresses, nor the errors themselves, whose request holds the token.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from gettext import gettext as _
from http.client import HTTPException, IncompleteRead

import requests
import urllib3.exceptions

from archiver.chatwork.exchange_deadline import NETWORK_ERRORS, ExchangeOverdue
from archiver.errors import ChatworkError, NotUnderstood, Unreachable


def error_of(target: str, error: Exception) -> ChatworkError:
    """Our error for one that a request of the path `target` ended with."""
    if (no_answer := _lack_of_answer(error)) is not None:
        return Unreachable(path=target, detail=no_answer)
    if _has(error, IncompleteRead, ConnectionError):
        return NotUnderstood(path=target, detail=_("the reply was cut short"))
    return NotUnderstood(path=target, detail=_("the reply is damaged"))


def is_no_http(error: BaseException) -> bool:
    """Whether a host did answer, but not with a head of HTTP that can be read."""
    return not _has(error, ConnectionError, ExchangeOverdue) and _has(
        error, HTTPException, requests.exceptions.InvalidHeader
    )


def _lack_of_answer(error: Exception) -> str | None:
    """Why no answer has come; None if one has begun."""
    match error:
        case ExchangeOverdue():
            return _("the reply took too long")
        case requests.Timeout() | urllib3.exceptions.TimeoutError() | TimeoutError():
            return _("no answer in time")
        case urllib3.exceptions.SSLError():
            return _("no secure connection")
        case requests.exceptions.InvalidHeader() | urllib3.exceptions.HTTPError() | HTTPException():
            return None
    for cause in _chain(error):
        if isinstance(cause, ssl.SSLError):
            return _lack_of_security(cause)
        if refused := re.match(r"Tunnel connection failed: (\d{3})\b", str(cause)):
            return _refusal_of_proxy(int(refused[1]))
    return _lack_of_connection(error)


def _lack_of_connection(error: Exception) -> str:
    if isinstance(error, requests.exceptions.ProxyError):
        return _("the proxy cannot be reached")
    if _has(error, requests.exceptions.SSLError):
        return _("no secure connection")
    if is_no_http(error):
        return _("the answer is not HTTP")
    if _has(error, ConnectionResetError, ConnectionAbortedError, BrokenPipeError):
        return _("the connection was closed without an answer")
    return _("no connection")


_OF_ANOTHER_TIME = (9, 10)
_OF_ANOTHER_HOST = (62, 64)
"""Both as numbers of OpenSSL, `X509_V_ERR_…` in <openssl/x509_vfy.h>: not yet valid, expired; name, address."""


def _lack_of_security(error: ssl.SSLError) -> str:
    """What is wrong with the encrypted connection, as far as it is known."""
    if isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return _("the connection was closed without an answer")
    if not isinstance(error, ssl.SSLCertVerificationError):
        return _("no secure connection")
    if error.verify_code in _OF_ANOTHER_TIME:
        return _("its certificate is not valid at the time of this computer's clock")
    if error.verify_code in _OF_ANOTHER_HOST:
        return _("its certificate is of another host")
    return _("its certificate is not trusted; a proxy or a protection program may stand in between")


def _refusal_of_proxy(status: int) -> str:
    if status == 407:
        return _("the proxy asks for a user name and a password")
    return _("the proxy refuses with status {status}").format(status=status)


def _has(error: BaseException, *kinds: type[BaseException]) -> bool:
    return any(isinstance(cause, kinds) for cause in _chain(error))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what it came of, as far as that is of the network."""
    while isinstance(error, (*NETWORK_ERRORS, OSError)):
        yield error
        error = error.__cause__ or error.__context__
