"""Writing to the table: rows are copied in, each in the place of an older one of its article."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from django.db.backends.utils import CursorWrapper

from articles.content.search_text.tokenization import GAP, Tokens
from articles.searching.conditions import facts_of, languages
from articles.searching.index_documents import Document
from articles.searching.postgresql.query_plan import LONG, fact, title_token
from articles.searching.postgresql.schema import lexeme, marked

_MOST_BYTES = 900_000  # of the tokens of a story; a tsvector ends at a mebibyte
_COLUMNS = (
    "article, moment, day, fingerprint, source, author, tags, language, languages, kind, "
    "has_image, has_changed, is_public, is_long, title, folded, words"
)


class Writer:
    """Puts documents into a table; ``cursor`` is in a transaction where that matters."""

    def __init__(self, cursor: CursorWrapper, table: str) -> None:
        self._cursor = cursor
        self._table = table
        self.has_written = False

    def put(self, documents: Sequence[Document]) -> None:
        """Add the documents, each in the place of an older one of the same article.

        One that is there already, as it is, costs a look-up.
        """
        self._cursor.execute(
            f"SELECT article, fingerprint FROM {self._table} WHERE article = ANY(%s::bigint[])",
            [[document.article_id for document in documents]],
        )
        known = dict(self._cursor.fetchall())
        new = [d for d in documents if known.get(d.article_id) != d.fingerprint]
        self.drop([d.article_id for d in new if d.article_id in known])
        if not new:
            return
        self.has_written = True
        with self._cursor.copy(f"COPY {self._table} ({_COLUMNS}) FROM STDIN") as copy:
            for document in new:
                copy.write_row(_row(document))

    def drop(self, article_ids: Collection[int]) -> None:
        """Take articles out; those that are not there are no mistake."""
        self._cursor.execute(
            f"DELETE FROM {self._table} WHERE article = ANY(%s::bigint[])", [list(article_ids)]
        )


def _row(d: Document) -> tuple[object, ...]:
    tokens = {*_tokens(d.cut_text), *_tokens(d.cut_title)}
    tokens.update(map(title_token, _tokens(d.cut_title)))
    is_long = sum(len(token.encode()) for token in tokens) > _MOST_BYTES
    words = [LONG] if is_long else [*tokens, *_facts(d)]
    title, text = marked(d.folded_title), marked(d.folded_text)
    return (
        d.article_id, d.moment, d.day, d.fingerprint, d.source, d.author, list(d.tags), d.language,
        list(languages(d.language)), d.kind, d.has_image, d.has_changed, d.is_public, is_long,
        title, f"{title}\n{text}", " ".join(map(lexeme, words)),
    )  # fmt: skip


def _tokens(tokens: Tokens) -> set[str]:
    return {*tokens.main, *tokens.boundary, *tokens.characters} - {GAP}


def _facts(document: Document) -> Iterator[str]:
    return (fact(name, value) for name, value in facts_of(document))
