"""The backend: opens and writes the index table, and replaces it by a new one in one transaction.

The table is in the archive's own database and is used through its connection. But the outbox
decouples writes to it from the archive's transactions: otherwise a rebuild would block every
import.
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
    CREATE_TABLE,
    DISABLE_STATISTICS,
    INDEXES,
    NEW_TABLE,
    TABLE,
    table_comment,
)
from articles.searching.postgresql.writer import Writer

logger = logging.getLogger(__name__)

_LOCK_KEY = 0x73656172  # "sear"; imports use another key
_LOCK_NOT_AVAILABLE = "55P03"
#: Limit of one wait for running searches: new searches queue behind the swap meanwhile.
_SWAP_LOCK_TIMEOUT = "250ms"
_RETRY_SECONDS = 1.0  # between two attempts at the swap
_BUILD_MEMORY = "256MB"
_FLUSH_PENDING_LIST = (
    "SELECT gin_clean_pending_list(indexrelid) FROM pg_index JOIN pg_class c ON c.oid = indexrelid "
    "JOIN pg_am ON pg_am.oid = c.relam WHERE amname = 'gin' AND indrelid = %s::regclass"
)


class Backend:
    """The search index of an archive in PostgreSQL."""

    @contextmanager
    def reader(self, identity: UUID, seconds: float) -> Iterator[Reader]:
        """Open the index for reading, with a time limit in seconds.

        Raises IndexMissingError, SearchTimeoutError.
        """
        connection = connections[router.db_for_read(SearchIndex)]
        with connection.cursor() as cursor:
            rows = _check_table(cursor, identity)
        yield Reader(connection, rows, seconds)

    @contextmanager
    def lock(self, *, wait: bool) -> Iterator[None]:
        """Hold the write lock; raises IndexBusyError when it is taken and ``wait`` is false."""
        # A connection of its own: an advisory lock ends with the session that holds it.
        holder = _write_connection().copy()
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
        """Open the index for writing; writes are durable after the block, or rolled back.

        Raises IndexMissingError. The caller holds the lock.
        """
        connection = _write_connection()
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            _check_table(cursor, identity)
            writer = Writer(cursor, TABLE)
            yield writer
            if writer.has_written:
                # New rows are in the pending list of the GIN index, which every search scans.
                cursor.execute(_FLUSH_PENDING_LIST, [TABLE])

    @contextmanager
    def builder(self, identity: UUID, busiest_day: int) -> Iterator[Writer]:
        """Open a new index beside the old one; it replaces the old one after the block.

        ``busiest_day`` is the largest number of articles on one day. The caller holds the lock.
        """
        connection = _write_connection()
        with connection.cursor() as cursor:
            try:
                _create_table(connection, cursor, identity)
                yield Writer(cursor, NEW_TABLE)
                _build_indexes(connection, cursor)
                _swap_tables(connection, cursor)
            except BaseException:
                with suppress(Error):  # the next build drops what a killed one leaves
                    cursor.execute(f"DROP TABLE IF EXISTS {NEW_TABLE}")
                raise


def _write_connection() -> BaseDatabaseWrapper:
    return connections[router.db_for_write(SearchIndex)]


def _check_table(cursor: CursorWrapper, identity: UUID) -> float:
    """Return the estimated row count; raises IndexMissingError unless the table is ours."""
    cursor.execute(
        "SELECT obj_description(oid, 'pg_class'), reltuples FROM pg_class "
        "WHERE oid = to_regclass(%s)",
        [TABLE],
    )
    row = cursor.fetchone()
    if row is None or row[0] != table_comment(identity):
        raise IndexMissingError(
            "the search index belongs to another archive or has an old format"
            if row
            else "the archive has no search index yet"
        )
    return float(row[1])


def _create_table(connection: BaseDatabaseWrapper, cursor: CursorWrapper, identity: UUID) -> None:
    with transaction.atomic(using=connection.alias):
        cursor.execute("SELECT to_regnamespace(%s)", [SCHEMA])
        if cursor.fetchone()[0] is None:
            cursor.execute(f"CREATE SCHEMA {SCHEMA}")
        cursor.execute(f"DROP TABLE IF EXISTS {NEW_TABLE}")
        cursor.execute(CREATE_TABLE)
        cursor.execute(DISABLE_STATISTICS)
        cursor.execute(f"COMMENT ON TABLE {NEW_TABLE} IS '{table_comment(identity)}'")


def _build_indexes(connection: BaseDatabaseWrapper, cursor: CursorWrapper) -> None:
    """Create the indexes after the rows: many times faster than updating them row by row."""
    with transaction.atomic(using=connection.alias):
        cursor.execute("SELECT set_config('maintenance_work_mem', %s, true)", [_BUILD_MEMORY])
        for statement in INDEXES:
            cursor.execute(statement)
        cursor.execute(f"ANALYZE {NEW_TABLE}")


def _swap_tables(connection: BaseDatabaseWrapper, cursor: CursorWrapper) -> None:
    """Replace the old table by the new one as soon as no search reads the old one."""
    while True:
        try:
            with transaction.atomic(using=connection.alias):
                cursor.execute("SELECT set_config('lock_timeout', %s, true)", [_SWAP_LOCK_TIMEOUT])
                cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
                cursor.execute(f"ALTER TABLE {NEW_TABLE} RENAME TO document")
                cursor.execute("SELECT set_config('lock_timeout', '0', true)")
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") != _LOCK_NOT_AVAILABLE:
                raise
            logger.info("waiting for searches in the old index before replacing it")
            time.sleep(_RETRY_SECONDS)
        else:
            return
