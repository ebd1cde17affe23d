"""The writer of the index table: an upsert by DELETE and COPY."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from django.db.backends.utils import CursorWrapper

from articles.content.search_text.tokenization import GAP, Tokens
from articles.searching.conditions import document_facts, language_prefixes
from articles.searching.index_documents import Document
from articles.searching.postgresql.query_compiler import LONG_TEXT_TOKEN, fact_token, title_token
from articles.searching.postgresql.schema import mark_words, quote_lexeme

_MAX_TOKEN_BYTES = 900_000  # tokens of one story; a tsvector is limited to 1 MiB
_COLUMNS = (
    "article, moment, day, fingerprint, source, author, tags, language, languages, kind, "
    "has_image, has_changed, is_public, is_long, title, folded, words"
)


class Writer:
    """Writes documents to a table; the caller wraps ``cursor`` in a transaction where needed."""

    def __init__(self, cursor: CursorWrapper, table: str) -> None:
        self._cursor = cursor
        self._table = table
        self.has_written = False

    def upsert(self, documents: Sequence[Document]) -> None:
        """Add the documents; each replaces an older one of the same article.

        An unchanged document costs only a lookup.
        """
        self._cursor.execute(
            f"SELECT article, fingerprint FROM {self._table} WHERE article = ANY(%s::bigint[])",
            [[document.article_id for document in documents]],
        )
        known = dict(self._cursor.fetchall())
        new = [d for d in documents if known.get(d.article_id) != d.fingerprint]
        self.delete([d.article_id for d in new if d.article_id in known])
        if not new:
            return
        self.has_written = True
        with self._cursor.copy(f"COPY {self._table} ({_COLUMNS}) FROM STDIN") as copy:
            for document in new:
                copy.write_row(_row(document))

    def delete(self, article_ids: Collection[int]) -> None:
        """Delete articles by primary key; missing ones are ignored."""
        self._cursor.execute(
            f"DELETE FROM {self._table} WHERE article = ANY(%s::bigint[])", [list(article_ids)]
        )


def _row(d: Document) -> tuple[object, ...]:
    tokens = {*_all_tokens(d.text_tokens), *_all_tokens(d.title_tokens)}
    tokens.update(map(title_token, _all_tokens(d.title_tokens)))
    is_long = sum(len(token.encode()) for token in tokens) > _MAX_TOKEN_BYTES
    words = [LONG_TEXT_TOKEN] if is_long else [*tokens, *_fact_tokens(d)]
    title, text = mark_words(d.folded_title), mark_words(d.folded_text)
    return (
        d.article_id, d.moment, d.day, d.fingerprint, d.source, d.author, list(d.tags), d.language,
        list(language_prefixes(d.language)), d.kind, d.has_image, d.has_changed, d.is_public,
        is_long, title, f"{title}\n{text}", " ".join(map(quote_lexeme, words)),
    )  # fmt: skip


def _all_tokens(tokens: Tokens) -> set[str]:
    return {*tokens.main, *tokens.boundary, *tokens.characters} - {GAP}


def _fact_tokens(document: Document) -> Iterator[str]:
    return (fact_token(name, value) for name, value in document_facts(document))
