"""The editors' pages under ``/admin/``, one module for each thing they work on."""

import taggit.admin  # noqa: F401 - registers taggit's own tags, which the archive does not use
from django.conf import settings
from django.contrib import admin
from taggit.models import Tag as UnusedTag

from articles.admin import addresses, article, names, people, pictures, runs, sources

__all__ = ["addresses", "article", "names", "people", "pictures", "runs", "sources"]

admin.site.site_header = admin.site.site_title = settings.SITE_NAME
admin.site.index_title = "Editing"
admin.site.unregister(UnusedTag)
