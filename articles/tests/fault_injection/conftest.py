"""Fixtures of the fault injection tests: archives, and posts to import."""

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

from articles.models.search_outbox import SCHEMA
from articles.tests.backups.isolated_archive import ON_SQLITE, server
from articles.tests.fault_injection.archives import TestArchive
from articles.tests.support.archive_comparison import Dump
from articles.tests.support.post_files import BODY, STORY_URL, make_post, write_post
from benchmarks.generate_posts import generate_posts

POSTS = int(os.environ.get("KILL_TEST_POSTS", "40"))

NewArchive = Callable[[], TestArchive]


@pytest.fixture(scope="session")
def posts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of generated posts with edited headlines, copies and a broken file."""
    folder = tmp_path_factory.mktemp("posts") / "posts"
    generate_posts(folder, POSTS, seed=20210114)
    for number in range(30):
        url = f"{STORY_URL}/{number % 10}"
        post = make_post(url=url, title=f"第{number}次改的标题", body=BODY + f"<p>{number}</p>")
        write_post(folder, f"{'zma'[number % 3]}/2021-01-14-{number}.md", post)
    write_post(folder, "2021-01-14-broken.md", b"---\nno end\n")
    return folder


@pytest.fixture(scope="session")
def empty_archive(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None
) -> Iterator[NewArchive]:
    """Return a function that makes an archive without tables."""
    names_made: list[str] = []

    def make() -> TestArchive:
        folder = tmp_path_factory.mktemp("archive")
        if ON_SQLITE:
            return TestArchive(f"sqlite:///{folder}/archive.sqlite3", folder / "media", folder)
        names_made.append(f"{settings.DATABASES['default']['NAME']}_{uuid.uuid4().hex[:8]}")
        execute_on_server("CREATE DATABASE {}", names_made[-1])
        server_url = os.environ["DATABASE_URL"].rpartition("/")[0]
        return TestArchive(f"{server_url}/{names_made[-1]}", folder / "media", folder)

    yield make
    for name in names_made:
        execute_on_server("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


@pytest.fixture(scope="session")
def archive_without_tables(empty_archive: NewArchive) -> NewArchive:
    """Return a function that makes an archive without tables; PostgreSQL reuses one database."""
    if ON_SQLITE:
        return empty_archive
    archive = empty_archive()

    def make() -> TestArchive:
        shutil.rmtree(archive.media, ignore_errors=True)
        with closing(archive.connect()) as connection:
            connection.execute(f"DROP SCHEMA IF EXISTS kept, public, {SCHEMA} CASCADE")
            connection.execute("CREATE SCHEMA public")
        return archive

    return make


@pytest.fixture(scope="session")
def migrated(empty_archive: NewArchive) -> TestArchive:
    """Return an archive with empty tables, as a template for copies."""
    archive = empty_archive()
    result = archive.run_command("migrate", "--verbosity=0")
    assert result.code == 0, result.err
    return archive


@pytest.fixture(scope="session")
def new_archive(migrated: TestArchive, empty_archive: NewArchive) -> NewArchive:
    """Return a function that makes an archive with empty tables."""
    return copy_factory(migrated, empty_archive)


def copy_factory(template: TestArchive, empty_archive: NewArchive) -> NewArchive:
    """Return a function that makes copies of ``template``, which must not be in use.

    On PostgreSQL it refills one database each time, because to create one takes seconds.
    """
    if not ON_SQLITE:
        return _refill_factory(template, empty_archive())

    def make() -> TestArchive:
        copy = empty_archive()
        Path(copy.name).write_bytes(Path(template.name).read_bytes())
        return copy

    return make


def _refill_factory(template: TestArchive, archive: TestArchive) -> NewArchive:
    execute_on_server("DROP DATABASE {}", archive.name)
    execute_on_server("CREATE DATABASE {} TEMPLATE {}", archive.name, template.name)
    with closing(archive.connect()) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in rows.fetchall()]
        connection.execute("DROP SCHEMA IF EXISTS kept CASCADE; CREATE SCHEMA kept")
        for table in tables:
            connection.execute(f"CREATE TABLE kept.{table} AS TABLE public.{table}")

    def make() -> TestArchive:
        shutil.rmtree(archive.media, ignore_errors=True)
        with closing(archive.connect()) as connection:
            connection.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")  # of the previous rows
            connection.execute("SET session_replication_role = replica")  # no foreign keys
            connection.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
            for table in tables:
                connection.execute(f"INSERT INTO {table} SELECT * FROM kept.{table}")  # noqa: S608
        return archive

    return make


@pytest.fixture(scope="session")
def full_archive(migrated: TestArchive, empty_archive: NewArchive, posts: Path) -> TestArchive:
    """Return an archive with all the posts; no test changes it (on PostgreSQL its own database)."""
    archive = copy_factory(migrated, empty_archive)()
    result = archive.run_import(posts)
    assert result.code == 3, result.err
    assert result.summary["failed"] == 1
    return archive


@pytest.fixture(scope="session")
def expected_dump(full_archive: TestArchive) -> Dump:
    """Return the dump of an archive after an undisturbed import."""
    full_archive.assert_consistent()
    return full_archive.dump()


@pytest.fixture(scope="session")
def archive_in_use(full_archive: TestArchive, empty_archive: NewArchive) -> NewArchive:
    """Return a function that makes archives with all the posts."""
    return copy_factory(full_archive, empty_archive)


def execute_on_server(statement: str, *names: str) -> None:
    """Run a statement about databases; ``names`` replace its braces."""
    with closing(server()) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
