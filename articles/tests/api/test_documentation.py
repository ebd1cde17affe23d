"""The examples in docs/api.md: each request returns the documented response."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from articles.models import Author
from articles.searching import index_updates
from articles.tests.support.factories import make_source
from articles.tests.support.import_runs import PROJECT
from articles.tests.support.page_fixtures import add_version, at, publish
from articles.tests.support.post_files import STORY_URL

TEXT = (PROJECT / "docs" / "api.md").read_text()
_REQUEST = re.compile(r"^```\nGET (\S+)\n```\n(?:```json\n(.+?)\n```)?", re.MULTILINE | re.DOTALL)
_CURSOR = re.compile("after=[^&]+$")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _archive() -> None:
    author = Author.objects.create(name="王小明", slug="王小明")
    article = publish(
        tags=("港口",), author=author, source=make_source("示例日报"), code="abcd1234",
        published_at=at(8), slug="港口", excerpt="北方港务局星期四宣布。", url=STORY_URL,
    )  # fmt: skip
    add_version(article, 1)
    publish(title="港口", published_at=at(7))
    index_updates.update()


def test_all_examples_are_tested() -> None:
    assert len(_REQUEST.findall(TEXT)) == TEXT.count("\nGET /") == 3


@pytest.mark.parametrize(("address", "expected"), _REQUEST.findall(TEXT))
def test_example_matches_the_response(client: Client, address: str, expected: str) -> None:
    found: dict[str, Any] = client.get(address).json()
    if not expected:
        assert found["code"] in address
        assert [key for key in found if f"`{key}`" not in TEXT and f'"{key}"' not in TEXT] == []
        return
    if found.get("next"):
        found["next"] = _CURSOR.sub("after=CURSOR", found["next"])
    assert found == json.loads(expected)


@pytest.mark.parametrize("address", re.findall(r"`(/(?:search|api)/[^`]+)`", TEXT))
def test_paths_in_the_text_return_200(client: Client, address: str) -> None:
    assert client.get(address.replace("…", "港口")).status_code == 200
