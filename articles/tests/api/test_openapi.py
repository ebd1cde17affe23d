"""The OpenAPI document: it is well formed, and every answer is what it says."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as properties
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker, ValidationError

from articles.api.articles import PARAMETERS
from articles.api.openapi import description
from articles.api.query_parameters import DEFAULT_SIZE, MAX_SIZE
from articles.api.serializers import KEYS
from articles.models import Article
from articles.publishing import publication_state
from articles.searching import index_updates
from articles.searching.search import Sort
from articles.tests.support.page_fixtures import page_text, publish
from articles.tests.support.url_walk import filled_archive

pytestmark = pytest.mark.django_db

LIST = "/api/v1/articles"


def check(name: str, answer: Any) -> None:
    """Check an answer against a schema of the document."""
    schema = {
        "$ref": f"#/components/schemas/{name}",
        "components": description()["components"],
    }
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(answer)


def answer_of(client: Client, address: str) -> Any:
    """Return what an address answers, checked against what the document says of its status."""
    response = client.get(address)
    code = address.startswith(f"{LIST}/")
    operation = description()["paths"][f"{LIST}/{{code}}" if code else LIST]["get"]
    assert str(response.status_code) in operation["responses"]
    [(kind, content)] = operation["responses"][str(response.status_code)]["content"].items()
    assert response["Content-Type"] == kind
    found = json.loads(response.content)
    check(content["schema"]["$ref"].rpartition("/")[2], found)
    return found


def test_document_is_well_formed() -> None:
    document = description()
    assert document["openapi"] == "3.1.0"
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    text = json.dumps(document)
    for name in document["components"]["schemas"]:
        assert f'"#/components/schemas/{name}"' in text, f"{name} is used nowhere"
    for path, item in document["paths"].items():
        operation = item["get"]
        named = {p["name"] for p in operation["parameters"] if p["in"] == "path"}
        assert named == set(path.partition("{")[2].removesuffix("}").split()), path
        assert all(each["description"] for each in operation["responses"].values())


def test_document_says_what_the_code_takes() -> None:
    parameters = description()["paths"][LIST]["get"]["parameters"]
    schemas = {each["name"]: each["schema"] for each in parameters}
    assert tuple(schemas) == PARAMETERS
    assert schemas["page_size"]["default"] == DEFAULT_SIZE
    assert schemas["page_size"]["maximum"] == MAX_SIZE
    assert schemas["sort"]["enum"] == list(Sort)
    row = description()["components"]["schemas"]["Row"]
    assert tuple(row["properties"]) == tuple(row["required"]) == KEYS


def test_schemas_can_fail(client: Client) -> None:
    publish()
    index_updates.update()
    page = answer_of(client, LIST)
    for wrong in (
        {**page, "count": "1"},
        {**page, "count_at_least": 10_000},
        {**page, "more": 1},
        {key: value for key, value in page.items() if key != "next"},
        {**page, "results": [{**page["results"][0], "published_at": 5}]},
    ):
        with pytest.raises(ValidationError):
            check("Page", wrong)


def test_every_answer_of_an_imported_archive_is_as_described(client: Client, tmp_path: Any) -> None:
    article = filled_archive(tmp_path / "posts")
    page = answer_of(client, LIST)
    assert page["count"] == 1
    story = answer_of(client, f"{LIST}/{article.code}")
    assert story["images"]
    assert answer_of(client, f"{LIST}/zzzzzzzz")["status"] == 410
    assert answer_of(client, f"{LIST}/00000000")["status"] == 404
    publication_state.withdraw(article, "asked")
    assert answer_of(client, f"{LIST}/{article.code}")["status"] == 410


NAMES = st.sampled_from([*PARAMETERS, "text", "x"]) | st.text(min_size=1, max_size=5)
VALUES = (
    st.sampled_from(["1", "100", "newest", "relevance", "港口", '"', "-", "(", "*"]) | st.text()
)


@pytest.fixture
def archive(tmp_path: Any) -> Article:
    return filled_archive(tmp_path / "posts")


@properties(
    deadline=None, max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(st.dictionaries(NAMES, VALUES, max_size=4))
def test_whatever_is_asked_the_answer_is_as_described(
    archive: Article, parameters: dict[str, str]
) -> None:
    query = urlencode(parameters, errors="replace")
    found = answer_of(Client(), f"{LIST}?{query}")
    assert ("results" in found) == (set(parameters) <= set(PARAMETERS) and "status" not in found)
    assert found.get("status", 400) == 400  # it is never a fault of ours


def test_page_tells_all_of_it_and_no_script_makes_it(client: Client) -> None:
    page = page_text(client, "/api/v1/docs")
    assert "<script>" not in page
    assert "search.js" not in page
    for path, item in description()["paths"].items():
        assert f"<code>GET {path}</code>" in page
        for parameter in item["get"]["parameters"]:
            assert f"<code>{parameter['name']}</code>" in page
    for name, schema in description()["components"]["schemas"].items():
        assert f"Keys of {name}<" in page
        for key in schema["properties"]:
            assert f"<code>{key}</code>" in page


def test_document_is_served_as_it_is_kept(client: Client) -> None:
    response = client.get("/api/v1/openapi.json")
    assert json.loads(response.content) == description()
