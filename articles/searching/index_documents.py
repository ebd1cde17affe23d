"""The document that is indexed for an article, loaded from the database in batches."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from django.db.models import Q

from articles.content.search_text.text_folding import fold
from articles.content.search_text.tokenization import Tokens, tokenize
from articles.models import Article, State, TaggedArticle

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)
#: Part of every fingerprint; increase it when the same article has to be indexed differently.
_FORM = b"2"


def epoch_microseconds(moment: dt.datetime) -> int:
    """Return the microseconds from 1970 to ``moment``: the sort key of the index."""
    return (moment - _EPOCH) // _MICROSECOND


@dataclass(frozen=True)
class Document:
    """An article as it is indexed. ``source``, ``author`` and ``tags`` are primary keys.

    Readers find it only when ``is_public``, editors always.
    """

    article_id: int
    moment: int  # microseconds since 1970
    day: dt.date
    title: str
    text: str
    source: int
    author: int | None
    tags: tuple[int, ...]
    language: str
    kind: str
    has_image: bool
    has_changed: bool
    is_public: bool = True

    @cached_property
    def folded_title(self) -> str:
        """Return the folded title, in which terms are searched."""
        return fold(self.title)

    @cached_property
    def folded_text(self) -> str:
        """Return the folded text, in which terms are searched."""
        return fold(self.text)

    @cached_property
    def title_tokens(self) -> Tokens:
        """Return the tokens of the title."""
        return tokenize(self.folded_title)

    @cached_property
    def text_tokens(self) -> Tokens:
        """Return the tokens of the text."""
        return tokenize(self.folded_text)

    @property
    def fingerprint(self) -> int:
        """Return 63 bits of a hash of everything that is indexed."""
        facts = (
            self.moment, self.day.toordinal(), self.source, self.author, self.tags, self.language,
            self.kind, self.has_image, self.has_changed, self.is_public, len(self.title),
        )  # fmt: skip
        digest = hashlib.blake2b(_FORM + repr(facts).encode(), digest_size=8)
        digest.update(self.title.encode("utf-8", "surrogatepass"))
        digest.update(self.text.encode("utf-8", "surrogatepass"))
        return int.from_bytes(digest.digest(), "big") >> 1


_COLUMNS = (
    "pk", "published_at", "day", "title", "source_id", "author_id", "language", "kind",
    "picture_count", "version_count", "state", "body__text",
)  # fmt: skip


def load_documents(article_ids: Collection[int]) -> list[Document]:
    """Return the documents of the articles that exist, by primary key; two queries."""
    rows = Article.objects.filter(pk__in=article_ids).order_by("pk")
    tags: defaultdict[int, list[int]] = defaultdict(list)
    taggings = TaggedArticle.objects.filter(content_object_id__in=article_ids)
    for article_id, tag_id in taggings.values_list("content_object_id", "tag_id"):
        tags[article_id].append(tag_id)
    return [
        Document(
            article_id=pk,
            moment=epoch_microseconds(published_at),
            day=day,
            title=title,
            text=text or "",
            source=source,
            author=author,
            tags=tuple(sorted(tags[pk])),
            language=language,
            kind=kind,
            has_image=pictures > 0,
            has_changed=versions > 1,
            is_public=state == State.PUBLISHED,
        )
        for (
            pk, published_at, day, title, source, author, language, kind, pictures, versions,
            state, text,
        ) in rows.values_list(*_COLUMNS)
    ]  # fmt: skip


def article_id_batches(batch: int) -> Iterator[list[int]]:
    """Yield the primary keys of all articles in batches: public ones last, oldest day first."""
    keys: list[int] = []
    public = Q(state=State.PUBLISHED)
    halves = (Article.objects.filter(half).order_by("day", "pk") for half in (~public, public))
    rows = (half.values_list("pk", flat=True).iterator(chunk_size=10_000) for half in halves)
    for key in chain.from_iterable(rows):
        keys.append(key)
        if len(keys) == batch:
            yield keys
            keys = []
    if keys:
        yield keys
