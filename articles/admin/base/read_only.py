"""Lists and pages that are looked at and never changed by hand."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from articles.admin.base.keyset_changelist import KeysetAdmin


class KeptAdmin(KeysetAdmin):
    """Rows that only the archive itself makes, and that nobody deletes here."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False


class ReadOnlyAdmin(KeptAdmin):
    """Rows that can only be looked at."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False
