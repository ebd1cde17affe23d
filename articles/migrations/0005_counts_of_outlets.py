"""How many stories an outlet has in each month and under each byline: stored, as days are."""

from __future__ import annotations

from collections import Counter
from typing import Any

import django.db.models.deletion
from django.db import migrations, models

_PART = 1_000


def fill(apps: Any, schema_editor: Any) -> None:
    """Count what is there; what comes later is counted as it is written."""
    alias = schema_editor.connection.alias
    stories = apps.get_model("articles", "Article").objects.using(alias).filter(state="published")
    months: Counter[Any] = Counter()
    authors: Counter[Any] = Counter()
    grouped = stories.order_by().values_list("source_id", "day", "author_id")
    for source, day, author, number in grouped.annotate(n=models.Count("pk")).iterator():
        months[source, day.replace(day=1)] += number
        if author is not None:
            authors[source, author] += number
    for name, column, counts in (
        ("MonthCount", "month", months),
        ("OutletAuthor", "author_id", authors),
    ):
        model = apps.get_model("articles", name)
        rows = [
            model(source_id=source, story_count=number, **{column: value})
            for (source, value), number in sorted(counts.items())
        ]
        model.objects.using(alias).bulk_create(rows, batch_size=_PART)


class Migration(migrations.Migration):
    dependencies = [("articles", "0004_folded_names")]
    operations = [
        migrations.CreateModel(
            name="MonthCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField(help_text="The first day of the month.")),
                ("story_count", models.PositiveIntegerField(default=0)),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="months",
                        to="articles.source",
                    ),
                ),
            ],
            options={
                "ordering": ["source", "month"],
                "indexes": [models.Index(fields=["month", "-story_count"], name="month_by_outlet")],
                "constraints": [
                    models.UniqueConstraint(fields=("source", "month"), name="one_count_a_month")
                ],
            },
        ),
        migrations.CreateModel(
            name="OutletAuthor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("story_count", models.PositiveIntegerField(default=0)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="outlets",
                        to="articles.author",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="bylines",
                        to="articles.source",
                    ),
                ),
            ],
            options={
                "ordering": ["source", "-story_count", "author"],
                "indexes": [
                    models.Index(fields=["source", "-story_count"], name="outlet_by_author")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("source", "author"), name="one_count_an_author")
                ],
            },
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
