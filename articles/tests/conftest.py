"""What the tests share."""

from __future__ import annotations

import os
from pathlib import Path
from threading import BoundedSemaphore

import pytest
from pytest_django.fixtures import Settings

from articles.api import search_export


@pytest.fixture(autouse=True)
def _plain_files(
    settings: Settings, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Set what a .env may set otherwise, and keep files out of the project folder."""
    settings.STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.STATIC_ROOT = tmp_path
    settings.SECURE_SSL_REDIRECT = False
    # Beside the folder of the test, which may be one of posts or an archive to be compared.
    settings.SEARCH_DATABASE = tmp_path_factory.mktemp("search") / "search.sqlite3"
    settings.SECOND_FACTOR = "optional"
    settings.LIMITS_FILE = tmp_path / "limits.sqlite3"


@pytest.fixture(autouse=True)
def _no_downloads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget the downloads of other tests, whose answers nobody has closed as a server does."""
    monkeypatch.setattr(search_export, "_slots", BoundedSemaphore(search_export.AT_ONCE))


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Return the folder of real posts that ARCHIVE_CORPUS names, or skip the test."""
    folder = os.environ.get("ARCHIVE_CORPUS", "")
    if not folder:
        pytest.skip("ARCHIVE_CORPUS names no folder of real posts")
    return Path(folder)


@pytest.fixture(scope="session")
def samples() -> Path:
    """Return the folder of the posts that were written for the project."""
    return Path(__file__).resolve().parents[2] / "samples" / "posts"
