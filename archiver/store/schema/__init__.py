"""The tables: entries, replies and seals (the evidence), readable tables (made of entries), working tables.

Readable tables can be thrown away and made again. Working tables hold what only the next run needs.
"""

from archiver.store.schema.evidence import *
from archiver.store.schema.evidence import metadata
from archiver.store.schema.readable import *
from archiver.store.schema.working import *

READABLE = tuple(table for table in metadata.sorted_tables if table.info.get("readable"))
