"""The OpenAPI document: it is valid, and every response matches it."""

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
from articles.api.openapi import load_document
from articles.api.query_parameters import DEFAULT_SIZE, MAX_SIZE
from articles.api.serializers import ROW_KEYS
from articles.models import Article
from articles.publishing import publication_state
from articles.searching import index_updates
from articles.searching.search import Sort
from articles.tests.support.page_fixtures import page_text, publish
from articles.tests.support.url_walk import create_full_archive

pytestmark = pytest.mark.django_db

LIST = "/api/v1/articles"


def validate(name: str, payload: Any) -> None:
    """Validate a response against a schema of the document."""
    schema = {
        "$ref": f"#/components/schemas/{name}",
        "components": load_document()["components"],
    }
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(payload)


def get_validated(client: Client, address: str) -> Any:
    """Return the response of a path, validated against the schema for its status."""
    response = client.get(address)
    code = address.startswith(f"{LIST}/")
    operation = load_document()["paths"][f"{LIST}/{{code}}" if code else LIST]["get"]
    assert str(response.status_code) in operation["responses"]
    [(kind, content)] = operation["responses"][str(response.status_code)]["content"].items()
    assert response["Content-Type"] == kind
    found = json.loads(response.content)
    validate(content["schema"]["$ref"].rpartition("/")[2], found)
    return found


def test_document_is_valid() -> None:
    document = load_document()
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


def test_document_matches_the_code() -> None:
    parameters = load_document()["paths"][LIST]["get"]["parameters"]
    schemas = {each["name"]: each["schema"] for each in parameters}
    assert tuple(schemas) == PARAMETERS
    assert schemas["page_size"]["default"] == DEFAULT_SIZE
    assert schemas["page_size"]["maximum"] == MAX_SIZE
    assert schemas["sort"]["enum"] == list(Sort)
    row = load_document()["components"]["schemas"]["Row"]
    assert tuple(row["properties"]) == tuple(row["required"]) == ROW_KEYS


def test_schemas_can_fail(client: Client) -> None:
    publish()
    index_updates.update()
    page = get_validated(client, LIST)
    for wrong in (
        {**page, "count": "1"},
        {**page, "count_at_least": 10_000},
        {**page, "more": 1},
        {key: value for key, value in page.items() if key != "next"},
        {**page, "results": [{**page["results"][0], "published_at": 5}]},
    ):
        with pytest.raises(ValidationError):
            validate("Page", wrong)


def test_responses_of_an_imported_archive_match_the_document(client: Client, tmp_path: Any) -> None:
    article = create_full_archive(tmp_path / "posts")
    page = get_validated(client, LIST)
    assert page["count"] == 1
    story = get_validated(client, f"{LIST}/{article.code}")
    assert story["images"]
    assert get_validated(client, f"{LIST}/zzzzzzzz")["status"] == 410
    assert get_validated(client, f"{LIST}/00000000")["status"] == 404
    publication_state.withdraw(article, "asked")
    assert get_validated(client, f"{LIST}/{article.code}")["status"] == 410


NAMES = st.sampled_from([*PARAMETERS, "text", "x"]) | st.text(min_size=1, max_size=5)
VALUES = (
    st.sampled_from(["1", "100", "newest", "relevance", "港口", '"', "-", "(", "*"]) | st.text()
)


@pytest.fixture
def archive(tmp_path: Any) -> Article:
    return create_full_archive(tmp_path / "posts")


@properties(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(st.dictionaries(NAMES, VALUES, max_size=4))
def test_responses_to_any_query_match_the_document(
    archive: Article, parameters: dict[str, str]
) -> None:
    query = urlencode(parameters, errors="replace")
    found = get_validated(Client(), f"{LIST}?{query}")
    assert ("results" in found) == (set(parameters) <= set(PARAMETERS) and "status" not in found)
    assert found.get("status", 400) == 400  # never a server error


def test_docs_page_is_complete_without_javascript(client: Client) -> None:
    page = page_text(client, "/api/v1/docs")
    assert "<script>" not in page
    assert "search-autocomplete.js" not in page
    for path, item in load_document()["paths"].items():
        assert f"<code>GET {path}</code>" in page
        for parameter in item["get"]["parameters"]:
            assert f"<code>{parameter['name']}</code>" in page
    for name, schema in load_document()["components"]["schemas"].items():
        assert f"Keys of {name}<" in page
        for key in schema["properties"]:
            assert f"<code>{key}</code>" in page


def test_document_is_served_unchanged(client: Client) -> None:
    response = client.get("/api/v1/openapi.json")
    assert json.loads(response.content) == load_document()
