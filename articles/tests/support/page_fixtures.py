"""Fixtures for tests of pages: stories with their counts, and stories with versions."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.test import Client

from articles.content.post_file.parsing import parse_post
from articles.deriving.story_counts import CountDeltas
from articles.deriving.unit_of_work import listing_times
from articles.models import Article, Capture, Tag, TaggedArticle
from articles.tests.support.factories import make_article, make_capture
from articles.tests.support.post_files import make_post


def publish(*, tags: tuple[str, ...] = (), **values: Any) -> Article:
    """Return a new story, and update the counts; it is public unless ``state`` says otherwise."""
    article = make_article(**values)
    for name in tags:
        tag = Tag.objects.get_or_create(name=name)[0]
        listed_at, arrived_at = listing_times(article)
        TaggedArticle.objects.create(
            content_object=article, tag=tag, listed_at=listed_at, arrived_at=arrived_at
        )
    deltas = CountDeltas()
    row = {name: getattr(article, name) for name in ("state", "day", "source_id", "author_id")}
    deltas.add(row, Tag.objects.filter(name__in=tags).values_list("pk", flat=True), 1)
    with transaction.atomic():
        deltas.apply()
    return article


def add_version(
    article: Article, number: int | None, *, shown: bool = True, **post: Any
) -> Capture:
    """Return a new capture of ``article``, the current one if ``shown``, from a post file."""
    content = make_post(url=article.url, **post)
    path = f"2021-01-14-{number}.md".encode()
    parsed = parse_post(content, path)
    capture = make_capture(
        content,
        path,
        article=article,
        version=number,
        title=parsed.title,
        text_hash=parsed.text_hash,
        character_count=len(parsed.text),
        language=parsed.language,
        url=parsed.url,
        front_matter=parsed.front_matter,
        front_matter_at=parsed.front_matter_at,
        removals=[asdict(removal) for removal in parsed.removals],
    )
    if number is not None:
        article.version_count = max(article.version_count, number)
    if shown:
        article.current_capture = capture
        article.title, article.language = parsed.title, parsed.language
        article.captured_at = parsed.front_matter_at
        article.body.html, article.body.text = parsed.html, parsed.text
        article.body.save()
    article.save()
    return capture


def at(hour: int, minute: int = 0, day: int = 14) -> dt.datetime:
    """Return a time in January 2021, in UTC."""
    return dt.datetime(2021, 1, day, hour, minute, tzinfo=dt.UTC)


def page_text(client: Client, url: str, status: int = 200) -> str:
    """Return the HTML at ``url``; asserts the status."""
    response = client.get(url)
    assert response.status_code == status, (url, response.status_code)
    return response.content.decode()
