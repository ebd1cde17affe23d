"""Fixtures of the contract tests: an index of documents, without articles in the database."""

from __future__ import annotations

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from articles.tests.searching.backend_contract.index_fixture import Index

#: Backends that work with any database; each is tested with every database.
ANYWHERE: tuple[str, ...] = ()


@pytest.fixture(autouse=True, params=["of the database", *ANYWHERE])
def _backend(request: pytest.FixtureRequest, settings: Settings) -> None:
    """Run the test with each backend that works with this database."""
    in_database = request.param == "of the database"
    settings.SEARCH_BACKEND = connection.vendor if in_database else request.param


@pytest.fixture
def index(db: None) -> Index:
    """Return an empty index."""
    return Index()
