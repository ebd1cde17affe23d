"""When each day's and each outlet's list of stories last changed: what the sitemaps tell."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

_PART = 1_000


def fill(apps: Any, schema_editor: Any) -> None:
    """Tell the newest change of a story that is there; what comes later is noted as it comes."""
    alias = schema_editor.connection.alias
    stories = apps.get_model("articles", "Article").objects.using(alias).filter(state="published")
    changes = apps.get_model("articles", "ListChange")
    for column, beginning in (("day", "day"), ("source_id", "source")):
        latest = stories.order_by().values_list(column).annotate(at=models.Max("updated_at"))
        rows = [changes(place=f"{beginning}/{key}", changed_at=at) for key, at in latest]
        changes.objects.using(alias).bulk_create(rows, batch_size=_PART)


class Migration(migrations.Migration):
    dependencies = [("articles", "0006_log_of_withdrawals")]
    operations = [
        migrations.CreateModel(
            name="ListChange",
            fields=[
                (
                    "place",
                    models.CharField(
                        help_text="day/2021-01-14, source/7",
                        max_length=40,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("changed_at", models.DateTimeField()),
            ],
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
