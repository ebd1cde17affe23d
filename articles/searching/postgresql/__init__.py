"""Search backend: a table in the archive's own PostgreSQL database."""

from articles.searching.postgresql.index_table import Backend

__all__ = ["Backend"]
