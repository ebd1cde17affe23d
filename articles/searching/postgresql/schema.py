"""The table of the index, in a schema of its own that backups exclude.

``words`` has the tokens of a story without positions: bigrams, words, every single character, and
words with the character after them; those of the title again with the prefix ``^``, and facts with
the prefix ``#``. What tokens do not decide is tested on ``title`` and ``folded``, the folded texts.
Their words are delimited by a control character, so that ``strpos`` matches only at word
boundaries, as :func:`~articles.content.search_text.text_folding.find_matches` does.

The comment on the table names its archive and format; it stays with the table when that is renamed.
"""

from __future__ import annotations

import re
from uuid import UUID

from articles.content.search_text.character_folding import CJK
from articles.models.search_outbox import SCHEMA

#: Version of the format; increase it when older tables can no longer be read.
FORM = "2"
TABLE = f"{SCHEMA}.document"
NEW_TABLE = f"{SCHEMA}.document_new"
_BOUNDARY = "\x01"  # delimits words; folded text has no control characters
_WORDS = re.compile(f"[^ {CJK}]+")

CREATE_TABLE = f"""
CREATE TABLE {NEW_TABLE} (
    article bigint PRIMARY KEY, moment bigint NOT NULL, day date NOT NULL,
    fingerprint bigint NOT NULL, source bigint NOT NULL, author bigint, tags bigint[] NOT NULL,
    language text NOT NULL, languages text[] NOT NULL, kind text NOT NULL,
    has_image boolean NOT NULL, has_changed boolean NOT NULL, is_public boolean NOT NULL,
    is_long boolean NOT NULL, title text NOT NULL, folded text NOT NULL,
    words tsvector NOT NULL
)
"""
#: Token statistics would take most of the time of ANALYZE, and no plan uses them.
DISABLE_STATISTICS = (
    f"ALTER TABLE {NEW_TABLE} ALTER words SET STATISTICS 0, ALTER folded SET STATISTICS 0, "
    "ALTER title SET STATISTICS 0"
)
INDEXES = (
    f"CREATE UNIQUE INDEX ON {NEW_TABLE} (is_public, moment, article)",
    f"CREATE INDEX ON {NEW_TABLE} USING gin (words)",
)


def table_comment(identity: UUID) -> str:
    """Return the comment of a table that serves the archive with this index UUID."""
    return f"{FORM} {identity}"


def mark_words(folded: str) -> str:
    r"""Return a folded text, or needle, with its words delimited.

    >>> mark_words("台湾与ai时代")
    '台湾与\x01ai\x01时代'
    """
    return _WORDS.sub(rf"{_BOUNDARY}\g<0>{_BOUNDARY}", folded)


def quote_lexeme(token: str) -> str:
    """Return ``token`` quoted for a tsvector or tsquery literal."""
    doubled = token.replace("\\", "\\\\").replace("'", "''")
    return f"'{doubled}'"
