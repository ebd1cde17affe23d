"""What is told of many stories at once, each kind in one query."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from articles.models import Article, Capture, TaggedArticle
from articles.selectors.provenance import original_of


def topics_of(stories: Sequence[Article]) -> dict[int, list[str]]:
    """Return the names of each story's topics in their order, by the key of the story."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    rows = TaggedArticle.objects.filter(content_object_id__in=[story.pk for story in stories])
    for key, name in rows.order_by("tag__name").values_list("content_object_id", "tag__name"):
        found[key].append(name)
    return found


def links_of(stories: Sequence[Article]) -> dict[int, str]:
    """Return where each story was first published, by its key, if that can be opened."""
    keys = {story.current_capture_id: story.pk for story in stories}
    captures = Capture.objects.filter(pk__in=[key for key in keys if key]).only("url")
    links = ((keys[capture.pk], original_of(capture)) for capture in captures)
    return {key: original.link for key, original in links if original and original.link}
