"""Search backend: SQLite FTS5 in a file of its own, so that its commits block no page."""

from articles.searching.sqlite.index_file import Backend

__all__ = ["Backend"]
