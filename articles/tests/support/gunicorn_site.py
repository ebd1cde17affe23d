"""The WSGI application for gunicorn, with static files under names without a hash."""

from __future__ import annotations

from django.conf import settings

from archive_site.wsgi import application

settings.STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}

__all__ = ["application"]
