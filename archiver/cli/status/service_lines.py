"""Which other address than Chatwork's the archive's data came from, for `archive status`."""

from __future__ import annotations

from archiver.evidence.services import other_address_sentence, other_addresses, read_services
from archiver.render.times import minute_text
from archiver.store.archive import Reading
from archiver.store.queries import current_state
from archiver.store.time_text import from_text


def service_lines(reading: Reading) -> list[str]:
    """One sentence for each such time; empty if everything came from Chatwork's address, or nothing tells."""
    services = other_addresses(read_services(current_state.service_entries(reading)))
    return [other_address_sentence(one, minute_text(from_text(one.since))) for one in services]
