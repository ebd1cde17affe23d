"""What a reader on a slow line has to load: limits of pages, styles and scripts, compressed."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from articles.models import Article
from articles.tests.page_quality.fixtures import fill
from articles.tests.page_quality.page_kinds import KINDS

LIST_BYTES = 30_000  # fifty stories with long titles
FRAME_BYTES = 10_000  # of a story's page, beside its text
CSS_BYTES = 20_000
SCRIPT_BYTES = 15_000
STATIC = Path(settings.BASE_DIR) / "static"


@pytest.mark.django_db
def test_pages_are_small(client: Client, tmp_path: Path) -> None:
    fill(tmp_path)
    large = []
    for kind in KINDS:
        size = _packed(client.get(kind.address()).content)
        limit = LIST_BYTES
        if kind.name.startswith("article"):
            path = kind.address().partition("?")[0]
            story = next(each for each in Article.objects.all() if each.get_absolute_url() in path)
            limit = FRAME_BYTES + _packed(story.body.text.encode())
        if size >= limit:
            large.append(f"{kind.name}: {size} bytes, and {limit} are too many")
    assert not large


@pytest.mark.django_db
def test_lists_that_are_measured_are_full(client: Client, tmp_path: Path) -> None:
    fill(tmp_path)
    for name in ("day", "source", "tag", "author"):
        kind = next(each for each in KINDS if each.name == name)
        page = client.get(kind.address()).content.decode()
        assert len(set(re.findall(r'href="(/2021/01/14/[^"/]+/)"', page))) == 50, name


def test_styles_and_scripts_are_small() -> None:
    assert _all_packed("*.css") < CSS_BYTES
    assert _all_packed("*.js") < SCRIPT_BYTES


def _all_packed(pattern: str) -> int:
    """Return the bytes of all files together that a reader's page may use."""
    files = [path for path in STATIC.rglob(pattern) if not path.name.startswith("admin")]
    assert files
    return sum(_packed(path.read_bytes()) for path in files)


def _packed(content: bytes) -> int:
    return len(gzip.compress(content, 6))
