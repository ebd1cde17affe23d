"""The indexes of the feeds of arrivals; ``first_public_at`` takes the place of a flag."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("articles", "0009_first_public_at")]
    operations = [
        migrations.RemoveField(model_name="article", name="address_frozen"),
        migrations.AddIndex(
            model_name="article",
            index=models.Index(
                fields=["state", "-first_public_at", "-id"], name="article_arrivals"
            ),
        ),
        migrations.AddIndex(
            model_name="article",
            index=models.Index(
                fields=["source", "state", "-first_public_at", "-id"],
                name="article_source_arrivals",
            ),
        ),
        migrations.AddIndex(
            model_name="article",
            index=models.Index(
                fields=["author", "state", "-first_public_at", "-id"],
                name="article_author_arrivals",
            ),
        ),
        migrations.AddIndex(
            model_name="taggedarticle",
            index=models.Index(
                fields=["tag", "-arrived_at", "-content_object"], name="tagging_arrivals"
            ),
        ),
    ]
