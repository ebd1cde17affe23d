"""The derived columns of a capture, as the parser computes them from the original."""

from __future__ import annotations

from typing import Any

from articles.content.post_file.parsing import RULES_VERSION, ParsedPost, parse_post
from articles.models import Capture


def derive_capture_values(post: ParsedPost) -> dict[str, Any]:
    """Return the derived columns of a capture of ``post``, except ``source``."""
    return {
        "front_matter": post.front_matter,
        "front_matter_at": post.front_matter_at,
        "epoch_ms": post.epoch_ms,
        "url": post.url,
        "title": post.title,
        "text_hash": post.text_hash,
        "character_count": len(post.text),
        "picture_count": len(post.pictures),
        "excerpt": post.excerpt,
        "kind": post.kind.value,
        "language": post.language,
        "author_name": post.author,
        "tag_names": list(post.tags),
        "published_at": post.published.value,
        "published_precision": post.published.precision.value,
        "published_evidence": post.published.evidence.value,
        "flags": [flag.value for flag in post.flags],
        "warnings": list(post.warnings),
        "removals": [
            {"rule": each.rule, "characters": each.characters, "text": each.text}
            for each in post.removals
        ],
        "rules_version": RULES_VERSION,
    }


#: The names of those columns, and ``source_id``.
DERIVED_CAPTURE_FIELDS = (
    "front_matter", "front_matter_at", "epoch_ms", "url", "title", "text_hash",
    "character_count", "picture_count", "excerpt", "kind", "language", "author_name",
    "tag_names", "published_at", "published_precision", "published_evidence", "flags",
    "warnings", "removals", "rules_version", "source_id",
)  # fmt: skip


def parse_capture(capture: Capture) -> ParsedPost:
    """Parse the original of a capture with the current rules (one query if it is not loaded).

    Raises :class:`PostError` when the current rules reject the bytes.
    """
    return parse_post(capture.original.content, bytes(capture.order_path))
