"""Makes the full-text index of an archive current before it is used."""

from __future__ import annotations

from archiver import errors
from archiver.store.archive import Archive
from archiver.store.search import index


def make_current(archive: Archive) -> None:
    """Rebuild the index if it is not current; if that is impossible now, searches do without."""
    try:
        with archive.reading() as reading:
            if not index.is_possible(reading.sql) or index.is_current(reading.sql):
                return
        with archive.writing() as writing:
            if not index.is_current(writing.sql):
                with index.damage_forgiven():
                    index.rebuild(writing.sql)
    except (errors.HomeNotWritable, errors.DatabaseNotOpened, errors.ArchiveBusy, errors.DiskFull, errors.OlderArchive):
        return  # the scan finds the same, only slower
