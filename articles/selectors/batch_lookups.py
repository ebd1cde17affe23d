"""Lookups for many stories at once, one query each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from articles.models import Article, Capture, TaggedArticle
from articles.selectors.provenance import original_link


def topics_by_article(stories: Sequence[Article]) -> dict[int, list[str]]:
    """Return the sorted topic names of each story, by the primary key of the story."""
    topics: defaultdict[int, list[str]] = defaultdict(list)
    rows = TaggedArticle.objects.filter(content_object_id__in=[story.pk for story in stories])
    for key, name in rows.order_by("tag__name").values_list("content_object_id", "tag__name"):
        topics[key].append(name)
    return topics


def original_links_by_article(stories: Sequence[Article]) -> dict[int, str]:
    """Return the original URL of each story that has an http or https one, by primary key."""
    keys = {story.current_capture_id: story.pk for story in stories}
    captures = Capture.objects.filter(pk__in=[key for key in keys if key]).only("url")
    links = ((keys[capture.pk], original_link(capture)) for capture in captures)
    return {key: original.link for key, original in links if original and original.link}
