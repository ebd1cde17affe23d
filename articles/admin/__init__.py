"""The editors' pages under ``/admin/``, one module for each subject."""

# These register tags that the archive does not use, and devices that show their secret keys.
# They are imported first, to be unregistered below.
import django_otp.plugins.otp_static.admin
import django_otp.plugins.otp_totp.admin  # noqa: F401
import taggit.admin  # noqa: F401
from django.conf import settings
from django.contrib import admin
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from taggit.models import Tag as UnusedTag

from articles.admin import (
    authors_and_tags,
    blocked_identities,
    images,
    import_runs,
    redirects,
    sources,
    users_and_groups,
)
from articles.admin.article import article_admin

__all__ = [
    "article_admin",
    "authors_and_tags",
    "blocked_identities",
    "images",
    "import_runs",
    "redirects",
    "sources",
    "users_and_groups",
]

admin.site.site_header = admin.site.site_title = settings.SITE_NAME
admin.site.index_title = "Editing"
admin.site.unregister([UnusedTag, StaticDevice, TOTPDevice])
