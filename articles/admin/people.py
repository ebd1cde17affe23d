"""Accounts. Only a superuser gives rights: whoever could give some could take them all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

if TYPE_CHECKING:
    _UserAdmin = DjangoUserAdmin[User]
else:
    _UserAdmin = DjangoUserAdmin

_RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")

admin.site.unregister(User)
admin.site.unregister(Group)


def _is_superuser(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))


@admin.register(User)
class UserAdmin(_UserAdmin):
    """Accounts; those with rights of their own are a superuser's business."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the rights, too, for everybody but superusers."""
        fields = super().get_readonly_fields(request, obj)
        return fields if _is_superuser(request) else (*fields, *_RIGHTS)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tell whether the account may be changed, its password included."""
        return super().has_change_permission(request, obj) and _may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tell whether the account may be deleted."""
        return super().has_delete_permission(request, obj) and _may_touch(request, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Return the accounts; one action on many must not reach those with rights."""
        accounts = super().get_queryset(request)
        if _is_superuser(request) or request.method != "POST":
            return accounts
        return accounts.filter(_ORDINARY).distinct()

    def user_change_password(
        self,
        request: HttpRequest,
        id: str,  # noqa: A002 - Django names it
        form_url: str = "",
    ) -> HttpResponse:
        """Return the page for another's password; one's own needs the old one, on its own page."""
        if id == str(request.user.pk):
            return redirect("admin:password_change")
        return super().user_change_password(request, id, form_url)


#: Accounts that can't do anything but log in.
_ORDINARY = Q(is_staff=False, is_superuser=False, groups=None, user_permissions=None)


def _may_touch(request: HttpRequest, account: Any) -> bool:
    if account is None or _is_superuser(request):
        return True
    return User.objects.filter(_ORDINARY, pk=account.pk).exists()


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin):
    """Groups carry rights, so only superusers change them."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Tell whether the person is a superuser."""
        return _is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tell whether the person is a superuser."""
        return _is_superuser(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tell whether the person is a superuser."""
        return _is_superuser(request)
