"""What the contract of search is tested on: an index of documents, without an archive behind it."""

from __future__ import annotations

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from articles.tests.searching.backend_contract.indexed import Index

#: Backends that need no database of a kind; each is tested with every database.
ANYWHERE: tuple[str, ...] = ()


@pytest.fixture(autouse=True, params=["of the database", *ANYWHERE])
def _backend(request: pytest.FixtureRequest, settings: Settings) -> None:
    """Let each backend that works here answer."""
    in_database = request.param == "of the database"
    settings.SEARCH_BACKEND = connection.vendor if in_database else request.param


@pytest.fixture
def index(db: None) -> Index:
    """Return an empty index."""
    return Index()
