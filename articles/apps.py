"""The Django app of the archive."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ArticlesConfig(AppConfig):
    """The one app of the archive."""

    name = "articles"
    verbose_name = "Archive"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks and connect the signal handlers."""
        from articles import private_files
        from articles.access import checks, reauthentication, security_log, sessions

        checks.register_checks()
        private_files.connect_signals()
        security_log.connect_signals()
        sessions.connect_signals()
        reauthentication.connect_signals()


class ArchiveAdminConfig(AdminConfig):
    """Django's admin with the archive's own admin site."""

    default_site = "articles.access.admin_site.ArchiveAdminSite"
