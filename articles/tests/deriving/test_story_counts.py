"""Counts of stories: the migration fills new tables of counts."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from articles.models import MonthCount, OutletAuthor
from articles.tests.support.import_runs import assert_counts_are_right, run_import
from tools.demo import SAMPLES


@pytest.mark.django_db
def test_migration_counts_existing_stories() -> None:
    run_import(SAMPLES)
    assert_counts_are_right()
    before = MonthCount.objects.count(), OutletAuthor.objects.count()
    MonthCount.objects.all().delete()
    OutletAuthor.objects.all().delete()
    import_module("articles.migrations.0005_counts_of_outlets").fill(
        apps, connection.schema_editor()
    )
    assert_counts_are_right()
    assert before == (MonthCount.objects.count(), OutletAuthor.objects.count()) > (1, 1)
