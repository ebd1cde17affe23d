"""The table of the index: opened, written, and replaced by a new one in one transaction.

It is in the archive's own database and on its own connection, yet written apart from the archive,
which has the outbox for that: a rebuild would else hold up every import.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from uuid import UUID

from django.db import Error, OperationalError, connections, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from articles.models import SearchIndex
from articles.models.search_outbox import SCHEMA
from articles.searching.backend import IndexBusyError, IndexMissingError
from articles.searching.postgresql.reader import Reader
from articles.searching.postgresql.schema import (
    CREATE,
    INDEXES,
    NEW_TABLE,
    TABLE,
    TUNE,
    comment_of,
)
from articles.searching.postgresql.writer import Writer

logger = logging.getLogger(__name__)

_LOCK_KEY = 0x73656172  # "sear"; imports have another
_LOCK_NOT_AVAILABLE = "55P03"
#: A search that comes while the switch waits for older ones waits behind it for so long at most.
_SWITCH_WAITS = "250ms"
_PAUSE = 1.0  # seconds between two tries
_BUILD_MEMORY = "256MB"
_CLEAN = (
    "SELECT gin_clean_pending_list(indexrelid) FROM pg_index JOIN pg_class c ON c.oid = indexrelid "
    "JOIN pg_am ON pg_am.oid = c.relam WHERE amname = 'gin' AND indrelid = %s::regclass"
)


class Backend:
    """The index in a PostgreSQL archive."""

    @contextmanager
    def reader(self, identity: UUID, seconds: float) -> Iterator[Reader]:
        """Open the index to read for so long; raises IndexMissingError, TooSlowError."""
        connection = connections[router.db_for_read(SearchIndex)]
        with connection.cursor() as cursor:
            rows = _opened(cursor, identity)
        yield Reader(connection, rows, seconds)

    @contextmanager
    def lock(self, *, wait: bool) -> Iterator[None]:
        """Be the only one that writes; raises IndexBusyError when another does and none waits."""
        # A connection of its own: the lock lives as long as the session that took it.
        holder = _for_writing().copy()
        try:
            with holder.cursor() as cursor:
                name = "pg_advisory_lock" if wait else "pg_try_advisory_lock"
                cursor.execute(f"SELECT {name}(%s)", [_LOCK_KEY])
                if cursor.fetchone()[0] is False:
                    raise IndexBusyError("another process writes to the search index")
            yield
        finally:
            holder.close()

    @contextmanager
    def writer(self, identity: UUID) -> Iterator[Writer]:
        """Open the index to write; what was put is durable after the block, or not there at all.

        Raises IndexMissingError. The caller holds the lock.
        """
        connection = _for_writing()
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            _opened(cursor, identity)
            writer = Writer(cursor, TABLE)
            yield writer
            if writer.has_written:
                # New rows wait in a list that every search would read through.
                cursor.execute(_CLEAN, [TABLE])

    @contextmanager
    def builder(self, identity: UUID, busiest_day: int) -> Iterator[Writer]:
        """Open a new index beside the old one; it takes its place after the block.

        ``busiest_day`` is how many articles a day has at the most. The caller holds the lock.
        """
        connection = _for_writing()
        with connection.cursor() as cursor:
            try:
                _create(connection, cursor, identity)
                yield Writer(cursor, NEW_TABLE)
                _finish(connection, cursor)
                _switch(connection, cursor)
            except BaseException:
                with suppress(Error):  # what a killed one leaves is dropped by the next
                    cursor.execute(f"DROP TABLE IF EXISTS {NEW_TABLE}")
                raise


def _for_writing() -> BaseDatabaseWrapper:
    return connections[router.db_for_write(SearchIndex)]


def _opened(cursor: CursorWrapper, identity: UUID) -> float:
    """Return about how many rows the table has; raises IndexMissingError unless it is ours."""
    cursor.execute(
        "SELECT obj_description(oid, 'pg_class'), reltuples FROM pg_class "
        "WHERE oid = to_regclass(%s)",
        [TABLE],
    )
    row = cursor.fetchone()
    if row is None or row[0] != comment_of(identity):
        raise IndexMissingError(
            "the search index belongs to another archive, or is an old one"
            if row
            else "the archive has no search index yet"
        )
    return float(row[1])


def _create(connection: BaseDatabaseWrapper, cursor: CursorWrapper, identity: UUID) -> None:
    with transaction.atomic(using=connection.alias):
        cursor.execute("SELECT to_regnamespace(%s)", [SCHEMA])
        if cursor.fetchone()[0] is None:
            cursor.execute(f"CREATE SCHEMA {SCHEMA}")
        cursor.execute(f"DROP TABLE IF EXISTS {NEW_TABLE}")
        cursor.execute(CREATE)
        cursor.execute(TUNE)
        cursor.execute(f"COMMENT ON TABLE {NEW_TABLE} IS '{comment_of(identity)}'")


def _finish(connection: BaseDatabaseWrapper, cursor: CursorWrapper) -> None:
    """Index the rows: all at once is many times quicker than one by one."""
    with transaction.atomic(using=connection.alias):
        cursor.execute("SELECT set_config('maintenance_work_mem', %s, true)", [_BUILD_MEMORY])
        for statement in INDEXES:
            cursor.execute(statement)
        cursor.execute(f"ANALYZE {NEW_TABLE}")


def _switch(connection: BaseDatabaseWrapper, cursor: CursorWrapper) -> None:
    """Put the new table into the place of the old one, once no search reads that."""
    while True:
        try:
            with transaction.atomic(using=connection.alias):
                cursor.execute("SELECT set_config('lock_timeout', %s, true)", [_SWITCH_WAITS])
                cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
                cursor.execute(f"ALTER TABLE {NEW_TABLE} RENAME TO document")
                cursor.execute("SELECT set_config('lock_timeout', '0', true)")
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") != _LOCK_NOT_AVAILABLE:
                raise
            logger.info("the new search index waits for searches in the old one")
            time.sleep(_PAUSE)
        else:
            return
