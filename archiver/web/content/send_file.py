"""Responses with the bytes of a file: in part if the browser asks for a part, and inert in the browser."""

from __future__ import annotations

from io import BufferedReader

from flask import Response, request
from werkzeug.datastructures import Range
from werkzeug.wsgi import wrap_file

A_PIECE = 4_000_000
"""Bytes of one response while media is played: a browser that pauses must not block a thread of the server."""

POLICY = "sandbox; default-src 'none'"
"""Untrusted bytes may do nothing at all (Content-Security-Policy), should a browser show them."""

INERT = "application/octet-stream"


def file_response(file: BufferedReader, *, sha256: str, size: int, mimetype: str = INERT) -> Response:
    """The response that streams a file and closes it at the end. Raises RequestedRangeNotSatisfiable."""
    answer = Response(wrap_file(request.environ, file), mimetype=mimetype, direct_passthrough=True)
    answer.call_on_close(file.close)
    answer.content_length = size
    answer.set_etag(sha256)
    answer.headers["Content-Security-Policy"] = POLICY
    _leave_out_odd_ranges(size)
    try:
        answer.make_conditional(request.environ, accept_ranges=True, complete_length=size)
    except BaseException:
        file.close()
        raise
    _let_server_read(answer, file)
    return answer


def _leave_out_odd_ranges(size: int) -> None:
    """Remove an invalid range, or a suffix range longer than the file: both mean the whole file (RFC 9110 §14)."""
    requested = request.range
    if requested is None or requested.units != "bytes" or requested.ranges[0][0] <= -size:
        request.environ.pop("HTTP_RANGE", None)


def _let_server_read(answer: Response, file: BufferedReader) -> None:
    """Let the server itself read a range if it can, so that a paused download does not block one of its threads.

    The server sends no more than Content-Length says (PEP 3333).
    """
    begin = answer.content_range.start
    if begin is not None and "wsgi.file_wrapper" in request.environ:
        file.seek(begin)
        answer.response = wrap_file(request.environ, file)


def limit_range() -> None:
    """Limit the range of the current request to `A_PIECE` bytes, if it asks for a range."""
    requested = request.range
    if requested is None or requested.units != "bytes" or len(requested.ranges) != 1:
        return
    begin, end = requested.ranges[0]
    if begin >= 0:
        limit = begin + A_PIECE
        request.environ["HTTP_RANGE"] = Range("bytes", [(begin, limit if end is None else min(end, limit))]).to_header()
