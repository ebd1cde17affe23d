"""Pages under ``/zh-hans/`` and ``/zh-hant/`` have no English interface text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote, unquote

import pytest
from django.conf import settings
from django.test import Client
from django.urls import resolve

from articles.http.language_prefix import HAS_INTERFACE_LANGUAGE
from articles.models import State
from articles.searching import index_updates
from articles.tests.support.factories import make_source
from articles.tests.support.page_fixtures import add_version, publish
from articles.tests.support.untranslated_text import untranslated_text

pytestmark = pytest.mark.django_db(transaction=True)

_PAGES = (
    "/", "/2020/", "/2020/02/", "/2020/02/26/", "/sources/", "/tags/", "/authors/",
    "/about/", "/about/takedown/", "/coverage/", "/coverage/2020/", "/coverage/1900/",
    "/withdrawals/", "/bookmarks/", "/search/", "/search/help/", "/search/?q=fire",
    f"/search/?q={quote('港口')}", f"/search/?q={quote('社评：x date:2021-02-30')}",
    "/search/?q=source:none+author:none+tag:none+lang:en+kind:video+from:2020+to:2019",
    "/search/?q=%22open+(+a+OR+-source:a,b", "/nothing/", "/1900/", "/1900/13/", "/2020/02/27/",
    "/?after=x", "/search/?q=fire&after=x", "/sources/none/", "/tags/none/", "/authors/none/",
    "/a/00000000/", "/2020/02/26/none/",
)  # fmt: skip


def story_paths() -> Iterator[str]:
    """Yield the paths of stories with versions, without a title, and withdrawn."""
    source = make_source("港口报")
    story = publish(title="港口火警", source=source, tags=("火警",))
    add_version(story, 1, title="港口火警", body="<p>消防员赶到。</p>")
    add_version(story, 2, title="港口火警已灭", body="<p>火已扑灭。</p>")
    story.save()
    code = story.code
    withdrawn = publish(state=State.WITHDRAWN, state_reason="作者要求", source=source)
    yield from (f"/a/{code}/versions/{rest}" for rest in ("", "1/", "1..2/", "9/", "1..1/"))
    for each in (story, publish(title="", source=source), withdrawn):
        yield each.get_absolute_url()
    yield story.source.get_absolute_url()
    yield f"/tags/{quote('火警')}/"


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant"])
def test_pages_have_no_english_text(client: Client, language: str) -> None:
    english, dead_ends = [], set()
    for path, html in _pages(client, language):
        assert f'<html lang="{language}"' in html, path
        english += [(path, text) for text in untranslated_text(html, language)]
        dead_ends |= set(_dead_ends(html, f"/{language.lower()}/"))
    assert english == [], "\n".join(map(str, english))
    assert dead_ends == set(), "link pages without an interface language without the prefix"


def _pages(client: Client, language: str) -> Iterator[tuple[str, str]]:
    paths = [*story_paths(), *_PAGES]
    index_updates.rebuild()
    for path in paths:
        response = client.get(f"/{language.lower()}{path}", secure=True)
        yield path, response.content.decode().replace(settings.SITE_NAME, "")


def _dead_ends(html: str, prefix: str) -> Iterator[str]:
    """Yield the links below ``prefix`` to what has no interface language, such as a feed."""
    for path in re.findall(r'(?:href|src|action)="([^"?#]+)', html):
        if path.startswith(prefix) and not getattr(
            resolve("/" + unquote(path.removeprefix(prefix))).func, HAS_INTERFACE_LANGUAGE, False
        ):
            yield path
