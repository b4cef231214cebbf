"""Downloads as the demo needs them, made as hard as Chatwork's: addresses valid for seconds, and parts of files.

Modelled on CloudFront, which serves Chatwork's files (chatwork-api.md §3.2). The expiry limits the start of a
transfer, not its length.
"""

import hmac
import re
import secrets
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from archiver.demo.chatwork import DemoChatwork, File
from archiver.demo.loopback import HttpAnswer, HttpRequest, held_content

_DENIED = b'<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code></Error>'


class SignedDownloads(DemoChatwork):
    """A Chatwork whose files lie at signed addresses, in which a transfer can begin for `address_seconds`."""

    def __init__(self, *, address_seconds: int = 30, **options: Any) -> None:
        super().__init__(**options)
        self._address_seconds = address_seconds
        self._secret = secrets.token_bytes(32)

    def download_url(self, file: File) -> str:
        """An address of the file that is good for some seconds."""
        path = self.download_path(file)
        expires = str(self.seconds() + self._address_seconds)
        query = {
            "response-content-type": "",
            "response-content-disposition": _disposition(file.filename),
            "Expires": expires,
            "Signature": self._signature(path, expires),
            "Key-Pair-Id": "DEMO",
        }
        return f"{self.files_url}{path}?{urlencode(query, quote_via=quote, safe='')}"

    def answer_files(self, request: HttpRequest) -> HttpAnswer:
        """A file, a part of it, a picture, or a refusal."""
        if request.method != "GET":
            return HttpAnswer(405)
        parts = urlsplit(request.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        answer = super().answer_files(request)
        if answer.headers["content-type"] == "image/png":
            return answer
        expires, signature = query.get("Expires", ""), query.get("Signature", "")
        is_known = hmac.compare_digest(signature.encode(), self._signature(parts.path, expires).encode())
        if answer.status != 200 or not is_known or self.seconds() > int(expires):
            return HttpAnswer(403, {"content-type": "application/xml"}, held_content(_DENIED))
        disposition = query.get("response-content-disposition", "attachment")
        headers = {**answer.headers, "content-disposition": disposition, "accept-ranges": "bytes"}
        return _part(replace(answer, headers=headers), request)

    def _signature(self, path: str, expires: str) -> str:
        return hmac.digest(self._secret, f"{path}?{expires}".encode(), "sha256").hex()


def _disposition(name: str) -> str:
    return f"attachment;filename*=UTF-8''{quote(name.encode('utf-8', 'surrogatepass'), safe='')}"


def _part(answer: HttpAnswer, request: HttpRequest) -> HttpAnswer:
    """The whole file, or the range that `Range` asks for while `If-Range` agrees (RFC 9110 §13.1.5, §14)."""
    etag, size = answer.headers["etag"], answer.body.size
    match = re.fullmatch(r"bytes=([0-9]{0,18})-([0-9]{0,18})", request.headers.get("range", ""))
    if not match or match.group() == "bytes=-" or request.headers.get("if-range", etag) != etag:
        return answer
    start, stop = _byte_range(match[1], match[2], size)
    if start >= stop:
        return HttpAnswer(416, {**answer.headers, "content-range": f"bytes */{size}"})
    span = {"content-range": f"bytes {start}-{stop - 1}/{size}"}
    return HttpAnswer(206, {**answer.headers, **span}, answer.body.cut(start, stop))


def _byte_range(first: str, last: str, size: int) -> tuple[int, int]:
    if not first:
        return max(0, size - int(last)), size
    return int(first), min(size, int(last) + 1) if last else size
