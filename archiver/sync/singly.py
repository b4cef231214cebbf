"""What a round reads one by one when its lists are done: back-fill first, then re-reading, within a share."""

from __future__ import annotations

from collections.abc import Sequence

from archiver.sync.backfill import Seeker, learn_late
from archiver.sync.options import Options
from archiver.sync.reread import reread
from archiver.sync.share import share


def singly(seeker: Seeker, rooms: Sequence[int], *, contracted: Sequence[int], options: Options) -> None:
    """Read single messages of these rooms; `contracted` are all that are read. What is left waits without a word.

    Raises TokenRefused, StorageError.
    """
    desk = seeker.desk
    learn_late(desk.archive, contracted, at=desk.now())
    transport = desk.client.transport
    most = share(transport.budget, desk.now(), reserve=transport.reserve, full=options.full)
    seeker.backfill(rooms, most=most)
    open_rooms = [room for room in rooms if room not in seeker.closed]
    reread(seeker, open_rooms, period=options.reread_every, most=most)
