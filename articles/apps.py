"""The Django app that holds the whole archive."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ArticlesConfig(AppConfig):
    """Name the app and its rows' key type."""

    name = "articles"
    verbose_name = "Archive"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to what the log is to say, and register the checks."""
        from articles.access import checks, reauthentication, security_log, sessions

        checks.register_checks()
        security_log.listen()
        sessions.listen()
        reauthentication.listen()


class ArchiveAdminConfig(AdminConfig):
    """Django's admin with the archive's own site."""

    default_site = "articles.access.admin_site.ArchiveAdminSite"
