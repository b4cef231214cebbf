"""Sends the bytes of a file: in part where a browser asks for a part, and so that they can do nothing there."""

from __future__ import annotations

from io import BufferedReader

from flask import Response, request
from werkzeug.datastructures import Range
from werkzeug.wsgi import wrap_file

A_PIECE = 4_000_000
"""Bytes of one answer while something is played: a browser that pauses must not hold a thread of the server."""

POLICY = "sandbox; default-src 'none'"
"""A stranger's bytes may do nothing at all (Content-Security-Policy), should a browser show them."""

INERT = "application/octet-stream"


def file_response(file: BufferedReader, *, sha256: str, size: int, mimetype: str = INERT) -> Response:
    """An answer that streams them and closes the file in the end. Raises RequestedRangeNotSatisfiable."""
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
    _hand_over(answer, file)
    return answer


def _leave_out_odd_ranges(size: int) -> None:
    """Forget a part that cannot be understood, and one of the last bytes that is longer than the file (RFC 9110 §14).

    Both mean the whole file.
    """
    requested = request.range
    if requested is None or requested.units != "bytes" or requested.ranges[0][0] <= -size:
        request.environ.pop("HTTP_RANGE", None)


def _hand_over(answer: Response, file: BufferedReader) -> None:
    """Let the server itself read a part, where it can: a download that pauses must not hold one of its threads.

    It sends no more than the length says (PEP 3333, handling the Content-Length header).
    """
    begin = answer.content_range.start
    if begin is not None and "wsgi.file_wrapper" in request.environ:
        file.seek(begin)
        answer.response = wrap_file(request.environ, file)


def limit_range() -> None:
    """Let the present request ask for no more than `A_PIECE`, if it asks for a part."""
    requested = request.range
    if requested is None or requested.units != "bytes" or len(requested.ranges) != 1:
        return
    begin, end = requested.ranges[0]
    if begin >= 0:
        limit = begin + A_PIECE
        request.environ["HTTP_RANGE"] = Range("bytes", [(begin, limit if end is None else min(end, limit))]).to_header()
