"""Functions that create rows for tests; every value has a plausible default."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import zlib
from typing import Any

from articles.content.post_file.parsing import Kind
from articles.content.post_file.publication_date import Evidence
from articles.content.text.date_parsing import Precision
from articles.models import (
    Article,
    ArticleBody,
    Capture,
    ImportIssue,
    ImportRun,
    Original,
    RunState,
    Sighting,
    Source,
    State,
)

NOON = dt.datetime(2020, 2, 26, 12, tzinfo=dt.UTC)
_numbers = itertools.count(1)


def make_source(name: str = "Example Herald", **values: Any) -> Source:
    """Return the outlet with this name; create it if it does not exist."""
    slug = name.lower().replace(" ", "-")
    return Source.objects.get_or_create(name=name, defaults={"slug": slug, **values})[0]


def make_article(**values: Any) -> Article:
    """Return a new article, by default published and with an empty body."""
    number = next(_numbers)
    url = values.pop("url", f"https://herald.example/{number}")
    html, text = values.pop("html", ""), values.pop("text", "")
    identity = hashlib.sha256(url.encode()).hexdigest()
    published_at = values.setdefault("published_at", NOON)
    defaults = {
        "identity_hash": identity,
        "url": url,
        "code": identity[:12],
        "slug": f"story-{number}",
        "title": f"Story {number}",
        "source": values.get("source") or make_source(),
        "kind": Kind.STORY,
        "published_precision": Precision.SECOND,
        "published_evidence": Evidence.FRONT_MATTER,
        "day": published_at.date(),
        "imported_at": NOON,
        "updated_at": NOON,
        # It is or was public unless it is in review.
        "first_public_at": None if values.get("state") == State.REVIEW else NOON,
    }
    article = Article.objects.create(**{**defaults, **values})
    ArticleBody.objects.create(article=article, html=html, text=text)
    return article


def make_run(**values: Any) -> ImportRun:
    """Return a new finished import run."""
    defaults = {"started_at": NOON, "finished_at": NOON, "state": RunState.FINISHED}
    return ImportRun.objects.create(**{**defaults, **values})


def make_original(content: bytes) -> Original:
    """Return the original with these bytes; create it if it does not exist."""
    return Original.objects.get_or_create(
        sha256=hashlib.sha256(content).hexdigest(),
        defaults={"data": zlib.compress(content), "size": len(content)},
    )[0]


def make_sighting(content: bytes, path: bytes, root: str = "posts") -> Sighting:
    """Return a new sighting of this content at this path."""
    run = make_run()
    return Sighting.objects.create(
        root=root,
        path=path,
        original=make_original(content),
        stem_hash=Sighting.hash_stem(path),
        size=len(content),
        mtime_ns=0,
        ctime_ns=0,
        inode=0,
        first_run=run,
        last_run=run,
    )


def make_capture(
    content: bytes = b"---\ntitle: Story\ndate: 2020-02-26\n---\nText of a story.\n",
    path: bytes = b"2020-02-26-story.md",
    root: str = "posts",
    **values: Any,
) -> Capture:
    """Return a new capture of this content; its original and sighting are created, too.

    Without ``article`` it belongs to a new article.
    """
    make_sighting(content, path, root)
    article = values.pop("article", None) or make_article()
    defaults = {
        "order_path": path,
        "title": article.title,
        "text_hash": hashlib.sha256(content).hexdigest(),
        "kind": article.kind,
        "source": article.source,
        "published_at": article.published_at,
        "published_precision": article.published_precision,
        "published_evidence": article.published_evidence,
        "rules_version": "1",
        "imported_at": NOON,
    }
    return Capture.objects.create(
        article=article, original=make_original(content), **{**defaults, **values}
    )


def make_issue(content: bytes, path: bytes, root: str = "posts", **values: Any) -> ImportIssue:
    """Return a new quarantined file."""
    defaults = {
        "sha256": hashlib.sha256(content).hexdigest(),
        "data": zlib.compress(content),
        "size": len(content),
        "reason": "line 1: no front matter",
        "created_at": NOON,
    }
    return ImportIssue.objects.create(
        run=make_run(), root=root, path=path, **{**defaults, **values}
    )
