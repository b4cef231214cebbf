"""The tables: entries, replies and seals (the evidence), readable tables (made of entries), working tables.

Readable tables can be thrown away and made again. Working tables hold what only the next run needs.
"""

from archiver.store.schema.evidence import (
    TRIGGERS,
    entry,
    metadata,
    reply,
    seal,
)
from archiver.store.schema.readable import (
    attachment,
    blob,
    change,
    contract,
    coverage,
    delivery,
    file,
    gap,
    member,
    message,
    message_version,
    person,
    reading,
    room,
    task,
    task_version,
    window,
)
from archiver.store.schema.working import (
    SEARCH,
    alert,
    last_list,
    memory,
    picture,
    quest,
    retry,
    rotation,
    search_version,
    stamp,
    verification,
    visit,
)

READABLE = tuple(table for table in metadata.sorted_tables if table.info.get("readable"))
