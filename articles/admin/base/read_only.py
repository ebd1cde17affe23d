"""Admin classes without the permissions to add, delete or change rows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from articles.admin.base.keyset_changelist import KeysetAdmin


class NoAddOrDeleteAdmin(KeysetAdmin):
    """Rows that only the archive itself creates, and that nobody deletes in the admin."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False


class ReadOnlyAdmin(NoAddOrDeleteAdmin):
    """Rows that can only be viewed."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False
