"""The second port of the simulated Chatwork: files at signed addresses, valid for seconds, avatars and icons.

Modelled on CloudFront, which serves Chatwork's files (chatwork-api.md §3.2). The expiry limits the start of a
transfer, not its length.
"""

import hmac
import re
import secrets
from collections.abc import Mapping
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from archiver.demo.chatwork.file_bytes import held_content, tiny_png
from archiver.demo.chatwork.http import HttpAnswer, HttpRequest
from archiver.demo.chatwork.model import File
from archiver.demo.chatwork.state import ChatworkState

_DENIED = b'<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code></Error>'


class DownloadServer:
    """Signs download addresses and answers requests for them; `lifetime` is in seconds."""

    def __init__(self, state: ChatworkState, lifetime: int) -> None:
        self._state = state
        self._lifetime = lifetime
        self._secret = secrets.token_bytes(32)

    def sign_address(self, file: File) -> str:
        """A download address of the file; a transfer can begin in the next `lifetime` seconds."""
        path = f"/uploadfile/{str(file.room_id)[:-3]}/{file.room_id}/{file.key}.dat"
        expires = str(self._state.seconds() + self._lifetime)
        query = {
            "response-content-type": "",
            "response-content-disposition": _disposition(file.name),
            "Expires": expires,
            "Signature": self._signature(path, expires),
            "Key-Pair-Id": "DEMO",
        }
        return f"{self._state.files_url}{path}?{urlencode(query, quote_via=quote, safe='')}"

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """The answer to a request: a file, a part of it, a picture, or a refusal."""
        if request.method != "GET":
            return HttpAnswer(405)
        parts = urlsplit(request.path)
        if re.fullmatch(r"/(avatar|icon)/ico_[a-z_]+\.png", parts.path):
            return HttpAnswer(200, {"content-type": "image/png"}, held_content(tiny_png()))
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        file = self._valid_file(parts.path, query)
        if file is None:
            return HttpAnswer(403, {"content-type": "application/xml"}, held_content(_DENIED))
        disposition = query.get("response-content-disposition", "attachment")
        return _file_answer(file, disposition, request.headers)

    def _valid_file(self, path: str, query: Mapping[str, str]) -> File | None:
        expires, signature = query.get("Expires", ""), query.get("Signature", "")
        known = hmac.compare_digest(signature.encode(), self._signature(path, expires).encode())
        if not known or self._state.seconds() > int(expires):
            return None
        with self._state.lock:
            files = self._state.files.values()
            return next((f for f in files if path.endswith(f"/{f.key}.dat") and not f.gone), None)

    def _signature(self, path: str, expires: str) -> str:
        return hmac.digest(self._secret, f"{path}?{expires}".encode(), "sha256").hex()


def _disposition(name: str) -> str:
    return f"attachment;filename*=UTF-8''{quote(name.encode('utf-8', 'surrogatepass'), safe='')}"


def _file_answer(file: File, disposition: str, request_headers: Mapping[str, str]) -> HttpAnswer:
    """The whole file, or the range that `Range` asks for while `If-Range` agrees (RFC 9110 §13.1.5, §14)."""
    content, etag = file.content, f'"{file.key}"'
    headers = {
        "content-type": "binary/octet-stream",
        "content-disposition": disposition,
        "accept-ranges": "bytes",
        "etag": etag,
    }
    match = re.fullmatch(r"bytes=([0-9]{0,18})-([0-9]{0,18})", request_headers.get("range", ""))
    if not match or match.group() == "bytes=-" or request_headers.get("if-range", etag) != etag:
        return HttpAnswer(200, headers, content)
    start, stop = _byte_range(match[1], match[2], content.size)
    if start >= stop:
        return HttpAnswer(416, {**headers, "content-range": f"bytes */{content.size}"})
    content_range = {"content-range": f"bytes {start}-{stop - 1}/{content.size}"}
    return HttpAnswer(206, {**headers, **content_range}, content.cut(start, stop))


def _byte_range(first: str, last: str, size: int) -> tuple[int, int]:
    if not first:
        return max(0, size - int(last)), size
    return int(first), min(size, int(last) + 1) if last else size
