"""When each story was first public here: the order of the feeds of arrivals."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models


def fill(apps: Any, schema_editor: Any) -> None:
    """Take the import of what is or was public, or the last publication if there was one since."""
    alias = schema_editor.connection.alias
    articles = apps.get_model("articles", "Article").objects.using(alias).order_by()
    articles.filter(address_frozen=True).update(first_public_at=models.F("imported_at"))
    published = articles.filter(state="published", state_changed_at__isnull=False)
    published.update(first_public_at=models.F("state_changed_at"))
    taggings = apps.get_model("articles", "TaggedArticle").objects.using(alias)
    article = articles.filter(pk=models.OuterRef("content_object_id"))
    taggings.filter(listed_at__isnull=False).update(
        arrived_at=models.Subquery(article.values("first_public_at")[:1])
    )


class Migration(migrations.Migration):
    dependencies = [("articles", "0008_permissions_to_publish")]
    operations = [
        migrations.AddField(
            model_name="article",
            name="first_public_at",
            field=models.DateTimeField(
                help_text="When readers could first see it. From then on the slug stays, and a new "
                "day leaves a redirect.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="taggedarticle",
            name="arrived_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
