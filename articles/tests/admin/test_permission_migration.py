"""The migration of permissions: an upgrade locks nobody out."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db import connection

from articles.tests.support.editors import make_person

pytestmark = pytest.mark.django_db
NEW = {"publish_article", "withdraw_article", "hide_capture"}


def test_whoever_could_change_articles_may_publish_withdraw_and_hide() -> None:
    Permission.objects.filter(codename__in=NEW).delete()  # as in an archive of the version before
    editor = make_person("ada", "change_article", is_staff=True)
    viewer = make_person("eve", "view_article", is_staff=True)
    group = Group.objects.create(name="Editors")
    group.permissions.set(Permission.objects.filter(codename="change_article"))
    member = make_person("ben", is_staff=True)
    member.groups.add(group)

    migration = import_module("articles.migrations.0008_permissions_to_publish")
    for _ in range(2):  # twice is no different from once
        migration.grant(apps, SimpleNamespace(connection=connection))

    wanted = {"articles.publish_article", "articles.withdraw_article", "articles.hide_capture"}
    for person, expected in ((editor, wanted), (member, wanted), (viewer, set())):
        person = type(person).objects.get(pk=person.pk)  # without its cache of permissions
        assert {name for name in wanted if person.has_perm(name)} == expected
    assert Permission.objects.filter(codename__in=NEW).count() == 3
