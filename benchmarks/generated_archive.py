"""An archive of any size, written directly into the tables: to measure pages, not imports.

Django must be set up before this module is imported.
"""

from __future__ import annotations

import hashlib
import random
import zlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate, count
from typing import TypeVar

from django.db import models, transaction
from django.db.models import F

from articles.content.post_file.parsing import Kind
from articles.content.post_file.publication_date import Evidence
from articles.content.text.date_parsing import Precision
from articles.deriving.story_counts import CountDeltas
from articles.models import (
    Article,
    ArticleBody,
    Author,
    Capture,
    ImportRun,
    Original,
    RunState,
    Sighting,
    Source,
    SourceAlias,
    Tag,
    TaggedArticle,
    TagReason,
)
from benchmarks.synthetic.outlets import OUTLETS
from benchmarks.synthetic.vocabulary import Language, languages

Row = TypeVar("Row", bound=models.Model)

# Every size covers the same days, so that a day, a month and an outlet grow with the archive.
FIRST = datetime(2020, 7, 1, tzinfo=UTC)
DAYS = 100
TOPICS = 60
PEOPLE = 40
BATCH = 2_000
VERSIONED_EVERY = 20  # one article in 20 was edited silently after publication
VERSIONS = 3


class ArchiveGenerator:
    """Writes an archive of ``size`` articles; the same size gives the same archive."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._rng = random.Random(size)  # noqa: S311 - chance, no secret
        self._languages = languages(0)
        self._count_deltas = CountDeltas()
        self._capture_ids = count(size + 1)
        self._weights = list(accumulate(outlet.share for outlet in OUTLETS))
        # Text of the usual length from few paragraphs: the cost of a page depends on the length.
        self._texts = {
            code: [language.text(self._rng, 700) for _ in range(200)]
            for code, language in self._languages.items()
        }

    def fill(self) -> None:
        """Write all rows; the database must be migrated and hold no articles."""
        with transaction.atomic():
            self._run = ImportRun.objects.create(
                started_at=FIRST, finished_at=FIRST, state=RunState.FINISHED, created=self._size
            )
            self._create_names()
        for first in range(1, self._size + 1, BATCH):
            with transaction.atomic():
                self._write_batch(range(first, min(first + BATCH, self._size + 1)))
        with transaction.atomic():
            self._write_counts()

    def _create_names(self) -> None:
        self._sources = []
        for number, outlet in enumerate(OUTLETS, 1):
            source = Source.objects.create(name=outlet.name, slug=f"outlet-{number}", language="zh")
            SourceAlias.objects.create(source=source, alias=outlet.name)
            self._sources.append(source)
        self._authors = [
            Author.objects.create(name=f"{source.name} desk", slug=f"desk-{source.pk}")
            for source in self._sources
        ]
        self._authors += [
            Author.objects.create(name=f"Person {number}", slug=f"person-{number}")
            for number in range(1, PEOPLE + 1)
        ]
        self._tags = [
            Tag.objects.create(name=f"Topic {number}", slug=f"topic-{number}")
            for number in range(1, len(OUTLETS) + TOPICS + 1)
        ]

    def _write_batch(self, numbers: Iterable[int]) -> None:
        articles = [self._make_article(number) for number in numbers]
        captures = [capture for article in articles for capture in self._make_captures(article)]
        _bulk_create(Original, (_make_original(capture) for capture in captures))
        _bulk_create(Article, articles)
        _bulk_create(ArticleBody, (self._make_body(article) for article in articles))
        _bulk_create(Capture, captures)
        _bulk_create(Sighting, (self._make_sighting(capture) for capture in captures))
        _bulk_create(
            TaggedArticle, (row for article in articles for row in self._make_taggings(article))
        )

    def _make_article(self, number: int) -> Article:
        rng = self._rng
        outlet_index = rng.choices(range(len(OUTLETS)), cum_weights=self._weights)[0]
        language = self._language(outlet_index)
        published = FIRST + timedelta(seconds=rng.randrange(DAYS * 86_400))
        has_person = rng.random() < 0.1
        author = self._authors[
            rng.randrange(len(OUTLETS), len(self._authors)) if has_person else outlet_index
        ]
        source = self._sources[outlet_index]
        digest = hashlib.sha256(str(number).encode()).hexdigest()
        title = language.title(rng)
        return Article(
            id=number,
            identity_hash=digest,
            url=f"https://news.example/{number}",
            code=f"{number:08}",
            slug=f"story-{number}",
            title=title,
            excerpt=rng.choice(self._texts[language.code])[:150],
            source=source,
            author=author,
            kind=Kind.STORY,
            language={"hans": "zh-Hans", "hant": "zh-Hant"}.get(language.code, "en"),
            published_at=published,
            published_precision=Precision.SECOND,
            published_evidence=Evidence.FRONT_MATTER,
            day=published.date(),
            captured_at=published,
            imported_at=published,
            character_count=1_500,
            version_count=VERSIONS if number % VERSIONED_EVERY == 0 else 1,
            updated_at=published,
        )

    def _language(self, outlet_index: int) -> Language:
        return self._languages[OUTLETS[outlet_index].script]

    def _make_body(self, article: Article) -> ArticleBody:
        code = {"zh-Hans": "hans", "zh-Hant": "hant"}.get(article.language, "en")
        texts = self._rng.choices(self._texts[code], k=6)
        html = "".join(f"<p>{text}</p>" for text in texts)
        return ArticleBody(article_id=article.pk, html=html, text="\n\n".join(texts))

    def _make_captures(self, article: Article) -> Iterator[Capture]:
        """Yield the captures, newest first; the newest has the same primary key as the article."""
        for version in range(article.version_count, 0, -1):
            is_newest = version == article.version_count
            captured_at = article.published_at - timedelta(hours=article.version_count - version)
            digest = hashlib.sha256(f"{article.pk} {version}".encode()).hexdigest()
            yield Capture(
                id=article.pk if is_newest else next(self._capture_ids),
                article_id=article.pk,
                original_id=digest,
                order_path=f"_posts/{article.pk}-{version}.md".encode(),
                front_matter={"title": article.title},
                front_matter_at=captured_at,
                url=article.url,
                title=article.title,
                text_hash=digest,
                character_count=1_500,
                kind=article.kind,
                source=article.source,
                published_at=captured_at,
                published_precision=article.published_precision,
                published_evidence=article.published_evidence,
                version=version,
                imported_at=captured_at,
            )

    def _make_sighting(self, capture: Capture) -> Sighting:
        return Sighting(
            root="bench",
            path=capture.order_path,
            original_id=capture.original_id,
            size=len(_post_content(capture)),
            mtime_ns=0,
            ctime_ns=0,
            inode=capture.pk,
            first_run=self._run,
            last_run=self._run,
        )

    def _make_taggings(self, article: Article) -> Iterator[TaggedArticle]:
        """Yield the outlet's tag, and a topic for every second article; count the article."""
        tags = [self._tags[article.source_id - self._sources[0].pk]]
        if article.pk % 2:
            tags.append(self._rng.choice(self._tags[len(OUTLETS) :]))
        columns = ("state", "day", "source_id", "author_id")
        row = {name: getattr(article, name) for name in columns}
        self._count_deltas.add(row, [tag.pk for tag in tags], 1)
        for tag in tags:
            yield TaggedArticle(
                content_object_id=article.pk,
                tag=tag,
                reason=TagReason.IMPORT,
                listed_at=article.published_at,
                arrived_at=article.first_public_at,
            )

    def _write_counts(self) -> None:
        Article.objects.update(current_capture_id=F("id"))
        self._count_deltas.apply()


def _post_content(capture: Capture) -> bytes:
    """Return a short post file for the capture; no measured page shows its text."""
    date = f"{capture.published_at:%Y-%m-%dT%H:%M:%S}.000Z"
    return (
        f'---\nlayout: post\ntitle: "{capture.title}"\ndate: {date}\nfrom: {capture.url}\n---\n'
        f"[{capture.title}]({capture.url})\n------\n\n<div>\n<p>{capture.version}</p>\n</div>\n"
    ).encode()


def _make_original(capture: Capture) -> Original:
    content = _post_content(capture)
    return Original(sha256=capture.original_id, data=zlib.compress(content, 1), size=len(content))


def _bulk_create(model: type[Row], rows: Iterable[Row]) -> None:
    model._default_manager.bulk_create(list(rows))
