"""Separate permissions to publish, withdraw and hide, for whoever could do so until now."""

from __future__ import annotations

from typing import Any

from django.db import migrations

_PERMISSIONS = {
    ("article", "publish_article"): "Can publish article",
    ("article", "withdraw_article"): "Can withdraw article",
    ("capture", "hide_capture"): "Can hide capture",
}


def grant(apps: Any, schema_editor: Any) -> None:
    """Create the permissions, and grant them to every user and group with ``change_article``."""
    alias = schema_editor.connection.alias
    content_types = apps.get_model("contenttypes", "ContentType").objects.using(alias)
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    new = []
    for (model, codename), name in _PERMISSIONS.items():
        content_type, _ = content_types.get_or_create(app_label="articles", model=model)
        permission, _ = permissions.get_or_create(
            content_type=content_type, codename=codename, defaults={"name": name}
        )
        new.append(permission)
    change = permissions.filter(
        content_type__app_label="articles", codename="change_article"
    ).first()
    if change is None:  # a new archive
        return
    for user in change.user_set.using(alias).all():
        user.user_permissions.add(*new)
    for group in change.group_set.using(alias).all():
        group.permissions.add(*new)


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0007_changes_of_lists"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [
        migrations.AlterModelOptions(
            name="article",
            options={
                "get_latest_by": "published_at",
                "ordering": ["-published_at", "-id"],
                "permissions": [
                    ("publish_article", "Can publish article"),
                    ("withdraw_article", "Can withdraw article"),
                ],
            },
        ),
        migrations.AlterModelOptions(
            name="capture",
            options={"permissions": [("hide_capture", "Can hide capture")]},
        ),
        migrations.RunPython(grant, migrations.RunPython.noop),
    ]
