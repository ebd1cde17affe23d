"""The migration to ``first_public_at``: what was public before has a time of arrival."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from articles.models import State, TaggedArticle
from articles.tests.support.factories import NOON, make_article

BEFORE = [("articles", "0008_permissions_to_publish")]


@pytest.mark.django_db(transaction=True)
def test_upgrade_fills_the_time_of_arrival() -> None:
    later = NOON + dt.timedelta(days=3)
    public = make_article(imported_at=NOON)
    published_later = make_article(imported_at=NOON, state_changed_at=later)
    withdrawn = make_article(
        imported_at=NOON, state=State.WITHDRAWN, state_reason="asked", state_changed_at=later
    )
    never = make_article(state=State.REVIEW)
    executor = MigrationExecutor(connection)
    leaves = executor.loader.graph.leaf_nodes("articles")
    executor.migrate(BEFORE)
    before: Any = executor.loader.project_state(BEFORE).apps
    articles = before.get_model("articles", "Article").objects
    articles.exclude(pk=never.pk).update(address_frozen=True)
    harbour = before.get_model("articles", "Tag").objects.create(name="Harbour", slug="harbour")
    taggings = before.get_model("articles", "TaggedArticle").objects
    for article, listed_at in ((public, public.published_at), (never, None)):
        taggings.create(content_object_id=article.pk, tag=harbour, listed_at=listed_at)

    executor = MigrationExecutor(connection)  # it has the state of before
    executor.migrate(leaves)
    for article, expected in (
        (public, NOON), (published_later, later), (withdrawn, NOON), (never, None)
    ):  # fmt: skip
        article.refresh_from_db()
        assert article.first_public_at == expected
    arrived = dict(TaggedArticle.objects.values_list("content_object_id", "arrived_at"))
    assert arrived == {public.pk: NOON, never.pk: None}
