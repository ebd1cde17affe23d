"""Hits as the page shows them: with what was found marked, and the same text only once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from articles.models import Article, ArticleBody
from articles.searching.conditions import Term
from articles.searching.snippets import Piece, pieces, snippet


@dataclass(slots=True)
class Hit:
    """A story that was found; ``same`` are further ones of this page with the very same text."""

    article: Article
    title: list[Piece]
    snippet: list[Piece]
    address: str
    same: list[Hit] = field(default_factory=list)


def hits_of(articles: Sequence[Article], terms: Sequence[Term], words: str) -> list[Hit]:
    """Return the hits of a page; one query. ``words`` stay marked in a story that is opened."""
    keys = [article.pk for article in articles]
    texts = dict(ArticleBody.objects.filter(pk__in=keys).values_list("pk", "text"))
    marks = f"?{urlencode({'mark': words})}" if words else ""
    in_text = [term for term in terms if term.field == "any"]
    hits: dict[tuple[object, ...], Hit] = {}
    for article in articles:
        text = texts.get(article.pk, "")
        key = _same(article, text)
        first = hits.get(key)
        hit = Hit(
            article=article,
            title=pieces(article.title, terms),
            snippet=[] if first else snippet(text, in_text),
            address=article.get_absolute_url() + marks,
        )
        if first:
            first.same.append(hit)
        else:
            hits[key] = hit
    return list(hits.values())


def _same(article: Article, text: str) -> tuple[object, ...]:
    """Return what stories share that are one story to a reader.

    That is the text to the byte; without one, the headline in the same outlet.
    """
    if text.strip():
        return (hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest(),)
    if article.title:
        return article.source_id, article.title
    return (article.pk,)
