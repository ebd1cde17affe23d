"""Autocomplete: public names in either script, and current headlines."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from articles.models import Article, Author, SearchChange, SearchIndex, SourceAlias, Tag
from articles.models.folded_name import fold_name
from articles.searching.search import search
from articles.tests.support.factories import make_source
from articles.tests.support.page_fixtures import at
from articles.tests.support.search_fixtures import assert_archive_queries, publish_indexed

pytestmark = pytest.mark.django_db


def suggestions_for(client: Client, typed: str) -> list[tuple[str, str]]:
    response = client.get(f"/search/suggest?q={quote(typed)}")
    assert response.status_code == 200
    return [(each["kind"], each["text"]) for each in response.json()["suggestions"]]


def test_names_are_suggested_in_either_script(client: Client) -> None:
    author = Author.objects.create(name="臺北小記者", slug="a")
    source = make_source("台灣日報")
    publish_indexed(
        {"title": "x", "author": author, "source": source, "tags": ("臺灣選舉", "Other")},
        {"title": "y", "source": source},
    )
    assert suggestions_for(client, "台") == [
        ("outlet", "台灣日報"), ("topic", "臺灣選舉"), ("author", "臺北小記者"),
    ]  # fmt: skip
    assert suggestions_for(client, "台湾选") == [("topic", "臺灣選舉")]


def test_outlet_is_suggested_by_an_alias(client: Client) -> None:
    source = make_source("德国之声", slug="dw")
    SourceAlias.objects.create(source=source, alias="Deutsche Welle")
    publish_indexed({"title": "x", "source": source})
    assert (
        suggestions_for(client, "deut") == suggestions_for(client, "DW") == [("outlet", "德国之声")]
    )


def test_headlines_are_suggested_for_an_incomplete_last_word(client: Client) -> None:
    publish_indexed(
        {"title": "The harbour reopens", "published_at": at(8)},
        {"title": "The harbour closes", "published_at": at(9)},
        {"title": "臺灣的港口", "published_at": at(10)},
    )
    assert suggestions_for(client, "harbour") == [
        ("story", "The harbour closes"), ("story", "The harbour reopens"),
    ]  # fmt: skip
    assert suggestions_for(client, "harbour reo") == [("story", "The harbour reopens")]
    assert suggestions_for(client, "harbour eopens") == []
    assert suggestions_for(client, "台湾的") == [("story", "臺灣的港口")]


def test_suggestion_has_the_url_of_the_story_or_search(client: Client) -> None:
    source = make_source("Other Gazette", language="en")
    [story] = publish_indexed({"title": "Other ferry", "language": "en", "source": source})
    response: Any = client.get("/search/suggest?q=other")
    assert response.json()["suggestions"] == [
        {"kind": "outlet", "text": "Other Gazette", "lang": "en",
         "url": "/search/?q=source%3A%22Other+Gazette%22"},
        {"kind": "story", "text": "Other ferry", "lang": "en", "url": story.get_absolute_url()},
    ]  # fmt: skip


def test_eight_suggestions_at_most(client: Client) -> None:
    publish_indexed(
        *({"title": f"Ferry {n}", "source": make_source(f"Ferry {n}"), "tags": (f"Ferry {n}",)}
          for n in range(12))
    )  # fmt: skip
    kinds = [kind for kind, _ in suggestions_for(client, "ferry")]
    assert len(kinds) == 8
    assert kinds.count("story") == 3


def test_names_without_public_stories_are_not_suggested(client: Client) -> None:
    [story] = publish_indexed({"title": "Secret harbour"})
    make_source("Secret outlet")
    Tag.objects.create(name="Secret topic", slug="secret-topic")
    Author.objects.create(name="Secret author", slug="secret-author")
    Article.objects.filter(pk=story.pk).update(state="withdrawn", state_reason="asked")
    SearchChange.record([story.pk])
    assert suggestions_for(client, "secret") == []


@pytest.mark.parametrize(
    "typed", ["", "source:BBC", "！！", "-ferry", "ferry OR 港", "exact:港", '"']
)
def test_only_plain_words_have_suggestions(client: Client, typed: str) -> None:
    publish_indexed({"title": "ferry 港"})
    assert suggestions_for(client, typed) == []


def test_names_are_suggested_without_an_index(client: Client) -> None:
    publish_indexed({"title": "Example ferry"})
    SearchIndex.objects.all().delete()
    assert suggestions_for(client, "example") == [("outlet", "Example Herald")]


def test_number_of_queries_for_suggestions(client: Client) -> None:
    publish_indexed(
        *({"title": f"Ferry {n}", "source": make_source(f"Ferry {n}")} for n in range(9))
    )
    with assert_archive_queries(7):
        # aliases; outlets; topics; authors; the index identity; stories; which have changed
        suggestions_for(client, "ferry")


@pytest.mark.parametrize(
    "typed", ["tag:台湾", "tag:臺灣", "tag:臺湾", "author:王小明", "author:王小朋"]
)
def test_filters_find_names_in_either_script(typed: str) -> None:
    author = Author.objects.create(name="王小明", slug="a")
    Author.objects.create(name="王小朋", slug="b", merged_into=author)
    publish_indexed({"title": "x", "tags": ("臺灣",), "author": author}, {"title": "y"})
    with search(typed) as found:
        assert [article.title for article in found.page().articles] == ["x"]


def test_folded_names_follow_the_names() -> None:
    tag = Tag.objects.create(name="臺灣", slug="a")
    assert tag.folded == fold_name("台湾")
    tag.name = "ＡＩ"
    tag.save()
    tag.refresh_from_db()
    assert tag.folded == "ai"
    Author.objects.bulk_create([Author(name="臺灣", slug="b"), Author(name="！！", slug="c")])
    assert list(Author.objects.order_by("slug").values_list("folded", flat=True)) == ["台湾", ""]


def test_folded_name_is_truncated_to_the_column() -> None:
    assert len(Author.objects.create(name="㎞" * 200, slug="a").folded) == 200
