"""Hits for the search page: with highlighted terms, and duplicates grouped."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from articles.models import Article, ArticleBody
from articles.searching.conditions import Term
from articles.searching.snippets import Piece, make_snippet, split_at_hits


@dataclass(slots=True)
class Hit:
    """A hit; ``duplicates`` are further hits on this page with exactly the same text."""

    article: Article
    title: list[Piece]
    snippet: list[Piece]
    url: str
    duplicates: list[Hit] = field(default_factory=list)


def make_hits(articles: Sequence[Article], terms: Sequence[Term], words: str) -> list[Hit]:
    """Return the hits of a page; one query.

    ``words`` is the query string that is highlighted in a story opened from its hit.
    """
    keys = [article.pk for article in articles]
    texts = dict(ArticleBody.objects.filter(pk__in=keys).values_list("pk", "text"))
    query_string = f"?{urlencode({'mark': words})}" if words else ""
    in_text = [term for term in terms if term.field == "any"]
    hits: dict[tuple[object, ...], Hit] = {}
    for article in articles:
        text = texts.get(article.pk, "")
        key = _duplicate_key(article, text)
        first = hits.get(key)
        hit = Hit(
            article=article,
            title=split_at_hits(article.title, terms),
            snippet=[] if first else make_snippet(text, in_text),
            url=article.get_absolute_url() + query_string,
        )
        if first:
            first.duplicates.append(hit)
        else:
            hits[key] = hit
    return list(hits.values())


def _duplicate_key(article: Article, text: str) -> tuple[object, ...]:
    """Return a key that is equal for duplicates.

    That is a hash of the exact text; without a text, the headline in the same outlet.
    """
    if text.strip():
        return (hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest(),)
    if article.title:
        return article.source_id, article.title
    return (article.pk,)
