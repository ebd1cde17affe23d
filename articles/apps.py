"""The Django app that holds the whole archive."""

from django.apps import AppConfig


class ArticlesConfig(AppConfig):
    """Name the app and its rows' key type."""

    name = "articles"
    verbose_name = "Archive"
    default_auto_field = "django.db.models.BigAutoField"
