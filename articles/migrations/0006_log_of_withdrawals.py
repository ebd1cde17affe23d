"""What was withdrawn and erased, the latest first: the order of the public log."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("articles", "0005_counts_of_outlets")]
    operations = [
        migrations.AddIndex(
            model_name="article",
            index=models.Index(
                condition=models.Q(("state_changed_at__isnull", False)),
                fields=["state", "-state_changed_at", "code"],
                name="article_state_changed",
            ),
        ),
        migrations.AddIndex(
            model_name="blockedidentity",
            index=models.Index(fields=["-blocked_at", "code"], name="blocked_latest"),
        ),
    ]
