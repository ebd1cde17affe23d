"""The index in SQLite's FTS5: a file of its own, so that its commits hold up nobody's page."""

from articles.searching.sqlite.index_file import Backend

__all__ = ["Backend"]
