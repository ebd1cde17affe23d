"""``/opensearch.xml`` and its suggestions, for the search bar of browsers."""

from __future__ import annotations

import json
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string
from django.test import Client
from pytest_django.fixtures import Settings

from articles.tests.support.factories import make_source
from articles.tests.support.page_fixtures import publish

pytestmark = pytest.mark.django_db

SITE = "https://news.example"
_NAMESPACE = "{http://a9.com/-/spec/opensearch/1.1/}"


@pytest.fixture(autouse=True)
def _site(settings: Settings) -> None:
    settings.SITE_URL = SITE


def get_description(client: Client, path: str = "/opensearch.xml") -> ElementTree.Element:
    response = client.get(path)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/opensearchdescription+xml"
    root = ElementTree.fromstring(response.content)
    assert root.tag == f"{_NAMESPACE}OpenSearchDescription"
    return root


def templates(root: ElementTree.Element) -> dict[str, str]:
    """Return the URL templates by their rel."""
    urls = root.findall(f"{_NAMESPACE}Url")
    return {url.attrib["rel"]: url.attrib["template"] for url in urls}


def test_description_follows_the_specification(client: Client, settings: Settings) -> None:
    settings.SITE_NAMES = {"": "An Archive & its <long> name"}
    root = get_description(client)
    text = {child.tag.removeprefix(_NAMESPACE): child.text or "" for child in root}
    assert text["ShortName"] == "An Archive & its"
    assert 0 < len(text["Description"]) <= 1024
    assert text["InputEncoding"] == "UTF-8"
    assert text["Image"] == f"{SITE}/icon"
    assert templates(root)["self"] == f"{SITE}/opensearch.xml"


@pytest.mark.parametrize("prefix", ["", "/zh-hant"])
def test_description_has_the_language_prefix_of_its_url(client: Client, prefix: str) -> None:
    results = templates(get_description(client, f"{prefix}/opensearch.xml"))["results"]
    assert results == f"{SITE}{prefix}/search/?q={{searchTerms}}"


def test_suggestions_have_the_format_of_browsers(client: Client) -> None:
    publish(source=make_source("Harbour Herald"))
    template = templates(get_description(client))["suggestions"]
    response = client.get(template.removeprefix(SITE).replace("{searchTerms}", quote("harb")))
    assert response["Content-Type"] == "application/x-suggestions+json"
    typed, found = json.loads(response.content)
    assert typed == "harb"
    assert "Harbour Herald" in found


def test_pages_link_to_the_description() -> None:
    html = render_to_string("pages/_opensearch_link.html")
    assert 'rel="search" type="application/opensearchdescription+xml"' in html
    assert 'href="/opensearch.xml"' in html
