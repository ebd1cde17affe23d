"""Suggestions while typing: public names in either script, and headlines as they are now."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from articles.models import Article, Author, SearchChange, SearchIndex, SourceAlias, Tag
from articles.models.folded_name import folded_name
from articles.searching.search import search
from articles.tests.support.factories import make_source
from articles.tests.support.page_fixtures import at
from articles.tests.support.search_fixtures import asks_the_archive, publish_indexed

pytestmark = pytest.mark.django_db


def suggested(client: Client, typed: str) -> list[tuple[str, str]]:
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
    assert suggested(client, "台") == [
        ("outlet", "台灣日報"), ("topic", "臺灣選舉"), ("author", "臺北小記者"),
    ]  # fmt: skip
    assert suggested(client, "台湾选") == [("topic", "臺灣選舉")]


def test_outlet_is_suggested_by_another_of_its_names(client: Client) -> None:
    source = make_source("德国之声", slug="dw")
    SourceAlias.objects.create(source=source, alias="Deutsche Welle")
    publish_indexed({"title": "x", "source": source})
    assert suggested(client, "deut") == suggested(client, "DW") == [("outlet", "德国之声")]


def test_headlines_are_suggested_with_a_last_word_that_has_only_begun(client: Client) -> None:
    publish_indexed(
        {"title": "The harbour reopens", "published_at": at(8)},
        {"title": "The harbour closes", "published_at": at(9)},
        {"title": "臺灣的港口", "published_at": at(10)},
    )
    assert suggested(client, "harbour") == [
        ("story", "The harbour closes"), ("story", "The harbour reopens"),
    ]  # fmt: skip
    assert suggested(client, "harbour reo") == [("story", "The harbour reopens")]
    assert suggested(client, "harbour eopens") == []
    assert suggested(client, "台湾的") == [("story", "臺灣的港口")]


def test_suggestion_leads_to_the_story_or_to_those_of_the_name(client: Client) -> None:
    source = make_source("Other Gazette", language="en")
    [story] = publish_indexed({"title": "Other ferry", "language": "en", "source": source})
    response: Any = client.get("/search/suggest?q=other")
    assert response.json()["suggestions"] == [
        {"kind": "outlet", "text": "Other Gazette", "lang": "en",
         "url": "/search/?q=source%3A%22Other+Gazette%22"},
        {"kind": "story", "text": "Other ferry", "lang": "en", "url": story.get_absolute_url()},
    ]  # fmt: skip


def test_no_more_than_eight_are_suggested(client: Client) -> None:
    publish_indexed(
        *({"title": f"Ferry {n}", "source": make_source(f"Ferry {n}"), "tags": (f"Ferry {n}",)}
          for n in range(12))
    )  # fmt: skip
    kinds = [kind for kind, _ in suggested(client, "ferry")]
    assert len(kinds) == 8
    assert kinds.count("story") == 3


def test_what_is_withdrawn_or_hidden_is_not_suggested(client: Client) -> None:
    [story] = publish_indexed({"title": "Secret harbour"})
    make_source("Secret outlet")
    Tag.objects.create(name="Secret topic", slug="secret-topic")
    Author.objects.create(name="Secret author", slug="secret-author")
    Article.objects.filter(pk=story.pk).update(state="withdrawn", state_reason="asked")
    SearchChange.note([story.pk])
    assert suggested(client, "secret") == []


@pytest.mark.parametrize(
    "typed", ["", "source:BBC", "！！", "-ferry", "ferry OR 港", "exact:港", '"']
)
def test_nothing_but_words_is_suggested_for(client: Client, typed: str) -> None:
    publish_indexed({"title": "ferry 港"})
    assert suggested(client, typed) == []


def test_names_are_suggested_without_an_index(client: Client) -> None:
    publish_indexed({"title": "Example ferry"})
    SearchIndex.objects.all().delete()
    assert suggested(client, "example") == [("outlet", "Example Herald")]


def test_queries_for_suggestions(client: Client) -> None:
    publish_indexed(
        *({"title": f"Ferry {n}", "source": make_source(f"Ferry {n}")} for n in range(9))
    )
    with asks_the_archive(7):
        # aliases; outlets; topics; authors; the index's name; stories; which have changed
        suggested(client, "ferry")


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
    assert tag.folded == folded_name("台湾")
    tag.name = "ＡＩ"
    tag.save()
    tag.refresh_from_db()
    assert tag.folded == "ai"
    Author.objects.bulk_create([Author(name="臺灣", slug="b"), Author(name="！！", slug="c")])
    assert list(Author.objects.order_by("slug").values_list("folded", flat=True)) == ["台湾", ""]


def test_long_name_is_folded_to_what_the_column_takes() -> None:
    assert len(Author.objects.create(name="㎞" * 200, slug="a").folded) == 200
