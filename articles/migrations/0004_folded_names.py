"""Authors and topics by the folded form of their names, so that both scripts find them."""

from __future__ import annotations

from typing import Any

from django.db import migrations

import articles.models.folded_name

_PART = 1_000


def fill(apps: Any, schema_editor: Any) -> None:
    """Fold the names that are there; what is saved later folds its own."""
    for name in ("Author", "Tag"):
        rows = apps.get_model("articles", name).objects.using(schema_editor.connection.alias)
        part = []
        for row in rows.only("pk", "name").order_by("pk").iterator(chunk_size=_PART):
            row.folded = articles.models.folded_name.fold_name(row.name)
            part.append(row)
            if len(part) == _PART:
                rows.bulk_update(part, ["folded"])
                part = []
        rows.bulk_update(part, ["folded"])


class Migration(migrations.Migration):
    dependencies = [("articles", "0003_search_outbox")]
    operations = [
        migrations.AddField("author", "folded", articles.models.folded_name.FoldedName()),
        migrations.AddField("tag", "folded", articles.models.folded_name.FoldedName()),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
