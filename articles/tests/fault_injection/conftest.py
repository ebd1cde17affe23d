"""What the tests of accidents share: archives of their own, and posts to import."""

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
from articles.tests.backups.own_archive import ON_SQLITE, server
from articles.tests.fault_injection.archives import TestArchive
from articles.tests.support.archive_comparison import Dump
from articles.tests.support.post_files import ADDRESS, BODY, make_post, write_post
from benchmarks.generate_posts import generate_posts

POSTS = int(os.environ.get("KILL_TEST_POSTS", "40"))

NewArchive = Callable[[], TestArchive]


@pytest.fixture(scope="session")
def posts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of generated posts with edited headlines, copies and a broken file."""
    folder = tmp_path_factory.mktemp("posts") / "posts"
    generate_posts(folder, POSTS, seed=20210114)
    for number in range(30):
        url = f"{ADDRESS}/{number % 10}"
        post = make_post(url=url, title=f"第{number}次改的标题", body=BODY + f"<p>{number}</p>")
        write_post(folder, f"{'zma'[number % 3]}/2021-01-14-{number}.md", post)
    write_post(folder, "2021-01-14-broken.md", b"---\nno end\n")
    return folder


@pytest.fixture(scope="session")
def empty_archive(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None
) -> Iterator[NewArchive]:
    """Return a function that gives an archive without tables."""
    made: list[str] = []

    def make() -> TestArchive:
        folder = tmp_path_factory.mktemp("archive")
        if ON_SQLITE:
            return TestArchive(f"sqlite:///{folder}/archive.sqlite3", folder / "media", folder)
        made.append(f"{settings.DATABASES['default']['NAME']}_{uuid.uuid4().hex[:8]}")
        on_server("CREATE DATABASE {}", made[-1])
        address = os.environ["DATABASE_URL"].rpartition("/")[0]
        return TestArchive(f"{address}/{made[-1]}", folder / "media", folder)

    yield make
    for name in made:
        on_server("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


@pytest.fixture(scope="session")
def vacant_archive(empty_archive: NewArchive) -> NewArchive:
    """Return a function that gives an archive without tables: on PostgreSQL the last one again."""
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
    """Return an archive with its tables and nothing in them, to be copied."""
    archive = empty_archive()
    done = archive.fork("migrate", "--verbosity=0")
    assert done.code == 0, done.err
    return archive


@pytest.fixture(scope="session")
def new_archive(migrated: TestArchive, empty_archive: NewArchive) -> NewArchive:
    """Return a function that gives an archive with its tables and nothing in them."""
    return copier(migrated, empty_archive)


def copier(template: TestArchive, empty_archive: NewArchive) -> NewArchive:
    """Return a function that gives archives equal to ``template``, which nobody uses.

    On PostgreSQL it is one archive that is filled anew each time: to make a database takes
    seconds there.
    """
    if not ON_SQLITE:
        return _refilled(template, empty_archive())

    def make() -> TestArchive:
        copy = empty_archive()
        Path(copy.name).write_bytes(Path(template.name).read_bytes())
        return copy

    return make


def _refilled(template: TestArchive, archive: TestArchive) -> NewArchive:
    on_server("DROP DATABASE {}", archive.name)
    on_server("CREATE DATABASE {} TEMPLATE {}", archive.name, template.name)
    with closing(archive.connect()) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in rows.fetchall()]
        connection.execute("DROP SCHEMA IF EXISTS kept CASCADE; CREATE SCHEMA kept")
        for table in tables:
            connection.execute(f"CREATE TABLE kept.{table} AS TABLE public.{table}")

    def make() -> TestArchive:
        shutil.rmtree(archive.media, ignore_errors=True)
        with closing(archive.connect()) as connection:
            connection.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")  # of the last rows
            connection.execute("SET session_replication_role = replica")  # no foreign keys
            connection.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
            for table in tables:
                connection.execute(f"INSERT INTO {table} SELECT * FROM kept.{table}")  # noqa: S608
        return archive

    return make


@pytest.fixture(scope="session")
def full_archive(migrated: TestArchive, empty_archive: NewArchive, posts: Path) -> TestArchive:
    """Return an archive with all the posts, which no test changes: on a server its own database."""
    archive = copier(migrated, empty_archive)()
    done = archive.importing(posts)
    assert done.code == 3, done.err
    assert done.summary["failed"] == 1
    return archive


@pytest.fixture(scope="session")
def calm(full_archive: TestArchive) -> Dump:
    """Return the dump of the archive that an undisturbed import leaves."""
    full_archive.assert_sound()
    return full_archive.dump()


@pytest.fixture(scope="session")
def archive_in_use(full_archive: TestArchive, empty_archive: NewArchive) -> NewArchive:
    """Return a function that gives archives with all the posts."""
    return copier(full_archive, empty_archive)


def on_server(statement: str, *names: str) -> None:
    """Run a statement about databases, whose names stand for its braces."""
    with closing(server()) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
