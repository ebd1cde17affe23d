"""Fixtures of all tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections
from django.test import Client
from hypothesis import settings as hypothesis_settings
from pytest_django.fixtures import Settings

# How long an example takes depends on what else the machine is doing.
hypothesis_settings.register_profile("archive", deadline=None)
hypothesis_settings.load_profile("archive")


@pytest.fixture(autouse=True)
def _isolate_settings(
    settings: Settings, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Override settings that a .env may change, and keep files out of the project folder."""
    settings.STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.STATIC_ROOT = tmp_path
    settings.SECURE_SSL_REDIRECT = False
    # Outside the test's own folder, which may hold posts, or an archive to compare.
    settings.SEARCH_DATABASE = tmp_path_factory.mktemp("search") / "search.sqlite3"
    settings.SECOND_FACTOR = "optional"
    settings.LIMITS_FILE = tmp_path / "limits.sqlite3"


@pytest.fixture(autouse=True)
def _close_streaming_responses(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close files and downloads whose content the test has not read to the end.

    A server closes every response. The test client closes a streaming one only after its last
    chunk, and a test often reads only the headers.
    """
    send = Client.request
    streaming: list[Any] = []

    def request(client: Client, **environ: Any) -> Any:
        response = send(client, **environ)
        if response.streaming:
            streaming.append(response)
        return response

    monkeypatch.setattr(Client, "request", request)
    yield
    request_finished.disconnect(close_old_connections)  # as the test client does
    for response in streaming:
        if not response.closed:
            response.close()
    request_finished.connect(close_old_connections)


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Return the folder of real posts from ARCHIVE_CORPUS; skip the test without one."""
    folder = os.environ.get("ARCHIVE_CORPUS", "")
    if not folder:
        pytest.skip("ARCHIVE_CORPUS names no folder of real posts")
    return Path(folder)


@pytest.fixture(scope="session")
def samples() -> Path:
    """Return the folder of the invented sample posts."""
    return Path(__file__).resolve().parents[2] / "samples" / "posts"
