"""Bulk inserts write the same rows as bulk_create."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError

from articles.deriving.bulk_insert import insert_objects, insert_rows
from articles.models import Article, DayCount, Original, Redirect
from articles.tests.support.archive_comparison import raw_rows
from articles.tests.support.factories import make_article

pytestmark = pytest.mark.django_db


def test_insert_objects_writes_the_same_rows_as_bulk_create() -> None:
    article = make_article(flags=["short", "港口"])
    article.captured_at = dt.datetime(2020, 1, 2, 3, tzinfo=dt.UTC)
    rows = []
    for write in (Article.objects.bulk_create, lambda each: insert_objects(Article, each)):
        Article.objects.filter(pk=article.pk).delete()
        write([article])
        rows.append(raw_rows()["articles.Article"])
    assert rows[0] == rows[1]
    assert len(rows[0]) == 1


def test_bytes_are_stored_unchanged() -> None:
    insert_rows(Original, ["sha256", "data", "size"], [("a" * 64, b"\x00\xff", 2)])
    assert bytes(Original.objects.get().data) == b"\x00\xff"


def test_existing_row_is_unchanged_when_conflicts_are_ignored() -> None:
    day = dt.date(2020, 1, 2)
    insert_rows(DayCount, ["day", "story_count"], [(day, 1)])
    insert_rows(DayCount, ["day", "story_count"], [(day, 2)], ignore_conflicts=True)
    assert DayCount.objects.get().story_count == 1
    with pytest.raises(IntegrityError):
        insert_rows(DayCount, ["day", "story_count"], [(day, 2)])


def test_without_rows_there_is_no_statement(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        insert_rows(Redirect, ["path"], [])
