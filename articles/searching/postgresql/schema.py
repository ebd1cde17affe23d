"""The one table of the index, in a schema of its own, which no backup carries.

``words`` says which tokens a story has, without their places: bigrams, words, every single
character, words with the character behind them; those of the title once more after ``^``, and
facts after ``#``. Whatever they leave open is told by ``title`` and ``folded``, the folded texts
themselves. Their words stand between two marks, so that a part of the text that is looked for
begins and ends with a word where it has to, and ``strpos`` tells what ``find`` tells.

The comment on the table says which archive it serves; it goes with the table when that is renamed.
"""

from __future__ import annotations

import re
from uuid import UUID

from articles.content.search_text.character_folding import CJK
from articles.models.search_outbox import SCHEMA

#: Raised when an older table cannot be read any more.
FORM = "2"
TABLE = f"{SCHEMA}.document"
NEW_TABLE = f"{SCHEMA}.document_new"
_MARK = "\x01"  # folded text has no control characters
_WORDS = re.compile(f"[^ {CJK}]+")

CREATE = f"""
CREATE TABLE {NEW_TABLE} (
    article bigint PRIMARY KEY, moment bigint NOT NULL, day date NOT NULL,
    fingerprint bigint NOT NULL, source bigint NOT NULL, author bigint, tags bigint[] NOT NULL,
    language text NOT NULL, languages text[] NOT NULL, kind text NOT NULL,
    has_image boolean NOT NULL, has_changed boolean NOT NULL, is_public boolean NOT NULL,
    is_long boolean NOT NULL, title text NOT NULL, folded text NOT NULL,
    words tsvector NOT NULL
)
"""
#: Statistics of tokens would cost the most of an ANALYZE, and nothing is planned by them.
TUNE = (
    f"ALTER TABLE {NEW_TABLE} ALTER words SET STATISTICS 0, ALTER folded SET STATISTICS 0, "
    "ALTER title SET STATISTICS 0"
)
INDEXES = (
    f"CREATE UNIQUE INDEX ON {NEW_TABLE} (is_public, moment, article)",
    f"CREATE INDEX ON {NEW_TABLE} USING gin (words)",
)


def comment_of(identity: UUID) -> str:
    """Return what the table says of itself when it serves the archive with this index."""
    return f"{FORM} {identity}"


def marked(folded: str) -> str:
    r"""Return a folded text, or needle, with its words between marks.

    >>> marked("台湾与ai时代")
    '台湾与\x01ai\x01时代'
    """
    return _WORDS.sub(rf"{_MARK}\g<0>{_MARK}", folded)


def lexeme(token: str) -> str:
    """Return ``token`` as it is written in a tsvector or a tsquery."""
    doubled = token.replace("\\", "\\\\").replace("'", "''")
    return f"'{doubled}'"
