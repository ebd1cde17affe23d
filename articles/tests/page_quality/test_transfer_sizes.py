"""Transfer sizes for readers on a slow line: limits for compressed pages, styles and scripts."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from articles.models import Article
from articles.tests.page_quality.fixtures import fill_archive
from articles.tests.page_quality.page_kinds import PAGE_KINDS

LIST_BYTES = 30_000  # fifty stories with long titles
FRAME_BYTES = 10_000  # of a story's page, without its text
CSS_BYTES = 20_000
SCRIPT_BYTES = 15_000
STATIC = Path(settings.BASE_DIR) / "static"


@pytest.mark.django_db
def test_pages_are_small(client: Client, tmp_path: Path) -> None:
    fill_archive(tmp_path)
    large = []
    for kind in PAGE_KINDS:
        size = _gzip_size(client.get(kind.path()).content)
        limit = LIST_BYTES
        if kind.name.startswith("article"):
            path = kind.path().partition("?")[0]
            story = next(each for each in Article.objects.all() if each.get_absolute_url() in path)
            limit = FRAME_BYTES + _gzip_size(story.body.text.encode())
        if size >= limit:
            large.append(f"{kind.name}: {size} bytes, and {limit} are too many")
    assert not large


@pytest.mark.django_db
def test_measured_lists_are_full(client: Client, tmp_path: Path) -> None:
    fill_archive(tmp_path)
    for name in ("day", "source", "tag", "author"):
        kind = next(each for each in PAGE_KINDS if each.name == name)
        page = client.get(kind.path()).content.decode()
        assert len(set(re.findall(r'href="(/2021/01/14/[^"/]+/)"', page))) == 50, name


def test_styles_and_scripts_are_small() -> None:
    assert _total_gzip_size("*.css") < CSS_BYTES
    assert _total_gzip_size("*.js") < SCRIPT_BYTES


def _total_gzip_size(pattern: str) -> int:
    """Return the compressed bytes of all files that a public page may use."""
    files = [path for path in STATIC.rglob(pattern) if not path.name.startswith("admin")]
    assert files
    return sum(_gzip_size(path.read_bytes()) for path in files)


def _gzip_size(content: bytes) -> int:
    return len(gzip.compress(content, 6))
