"""Archives for the tests of backups: an empty one, one with rows and pictures, and its backup."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings
from psycopg import sql

from articles.tests.backups.isolated_archive import MEDIA_FILES, ON_SQLITE, Archive, server

_ROWS = """
from articles.tests.support.factories import *
article = make_article(title="標題 \\U0001f4f0", flags=["short"], text="text\\n")
make_capture(bytes(range(256)), b"\\xff/x.md", article=article, front_matter={"tags": ["a", "b"]})
make_capture(b"second", b"y.md", article=article, hidden=True, hidden_reason="a name")
make_issue(b"", b"empty.md")
"""


@pytest.fixture(scope="module")
def new_archive(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None
) -> Iterator[Callable[[], Archive]]:
    """Return a function that returns an archive without tables and media."""
    made: list[str] = []

    def make() -> Archive:
        folder = tmp_path_factory.mktemp("archive")
        if ON_SQLITE:
            return Archive(f"sqlite:///{folder}/archive.sqlite3", folder / "media")
        made.append(f"{settings.DATABASES['default']['NAME']}_{uuid.uuid4().hex[:8]}")
        with closing(server()) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(made[-1])))
        server_url = os.environ["DATABASE_URL"].rpartition("/")[0]
        return Archive(f"{server_url}/{made[-1]}", folder / "media")

    yield make
    for name in made:
        with closing(server()) as connection:
            connection.execute(
                sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            )


@pytest.fixture(scope="module")
def origin(new_archive: Callable[[], Archive]) -> Archive:
    """Return an archive with rows of every kind and with pictures."""
    archive = new_archive()
    completed = archive.run("migrate", "--verbosity=0")
    assert completed.returncode == 0, completed.stderr
    completed = archive.run("version", before=_ROWS)
    assert completed.returncode == 0, completed.stderr
    for name, content in MEDIA_FILES.items():
        path = archive.media / os.fsdecode(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return archive


@pytest.fixture(scope="module")
def made_backup(origin: Archive, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a backup of ``origin`` that no test changes."""
    target = tmp_path_factory.mktemp("backups") / "made"
    completed = origin.run("backup", target)
    assert (completed.returncode, completed.stderr) == (0, "")
    return target


@pytest.fixture
def backup(made_backup: Path, tmp_path: Path) -> Path:
    """Return a copy of the backup to change."""
    return Path(shutil.copytree(made_backup, tmp_path / "backup"))


@pytest.fixture
def empty(new_archive: Callable[[], Archive]) -> Archive:
    """Return an archive without tables."""
    return new_archive()
