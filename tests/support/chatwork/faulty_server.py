"""A server on loopback whose connections can fail on purpose."""

from dataclasses import dataclass

from archiver.demo.loopback import HttpAnswer, LoopbackHandler, LoopbackServer

_CHUNKS_PER_SECOND = 20  # in which a slowed body is sent


@dataclass(frozen=True, slots=True)
class FaultyAnswer(HttpAnswer):
    """A response, and how it is sent."""

    sent: int | None = None
    """Only this many bytes of the body are sent, then the connection closes; None sends all."""
    wait: float = 0.0
    """How many seconds pass before the first byte."""
    rate: int | None = None
    """Bytes of the body per second; None: as fast as possible."""
    dropped: bool = False
    """Whether the connection closes without a byte."""


def faulty(answer: HttpAnswer) -> FaultyAnswer:
    """The same answer, which can be given a failure."""
    return answer if isinstance(answer, FaultyAnswer) else FaultyAnswer(answer.status, answer.headers, answer.body)


class FaultyHandler(LoopbackHandler):
    """One connection to it."""

    def send(self, answer: HttpAnswer) -> None:
        """Wait, then send the answer or nothing."""
        how = faulty(answer)
        if how.wait:
            self.server.stopping.wait(how.wait)
        if how.dropped or self.server.stopping.is_set():
            self.close_connection = True
        else:
            super().send(how)

    def send_body(self, answer: HttpAnswer) -> None:
        """Send so much of the body, so fast."""
        how = faulty(answer)
        body = how.body
        if how.sent is not None:
            body = body.cut(0, how.sent)
            self.close_connection = True
        limit = max(1, how.rate // _CHUNKS_PER_SECOND) if how.rate else 1 << 16
        for chunk in body.chunks(limit):
            if how.rate:
                self.wfile.flush()
                self.server.stopping.wait(len(chunk) / how.rate)
            self.wfile.write(chunk)
            if self.server.stopping.is_set():
                self.close_connection = True
                return


class FaultyServer(LoopbackServer):
    """A server that sends answers as they say."""

    handler_type = FaultyHandler
