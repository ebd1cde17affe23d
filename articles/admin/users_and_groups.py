"""Users and groups. Only superusers grant permissions; anybody else could grant themselves all.

Every change needs a recent reauthentication with one's own password.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import path

from articles.access import second_factor
from articles.access.reauthentication import require_reauthentication
from articles.access.security_log import log_event
from articles.admin.base.confirmation_pages import (
    ConfirmationPage,
    ConfirmForm,
    object_view,
    render_confirmation,
)
from articles.admin.base.typed_bases import ModelAdmin

if TYPE_CHECKING:
    _UserAdmin = DjangoUserAdmin[User]
else:
    _UserAdmin = DjangoUserAdmin

_PERMISSION_FIELDS = ("is_staff", "is_superuser", "groups", "user_permissions")

admin.site.unregister(User)
admin.site.unregister(Group)


def _is_superuser(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))


class ReauthenticatedAdmin(ModelAdmin):
    """An admin that requires reauthentication before it changes or deletes a row."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Return the form of a row; users who may only view it need no reauthentication."""
        can_save = self.has_change_permission(request) or self.has_add_permission(request)
        challenge = require_reauthentication(request) if can_save else None
        return challenge or super().changeform_view(request, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Return the page that confirms a deletion."""
        can_delete = self.has_delete_permission(request)
        challenge = require_reauthentication(request) if can_delete else None
        return challenge or super().delete_view(request, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Return the list; a POST is an action on selected rows, so it needs reauthentication."""
        challenge = require_reauthentication(request) if request.method == "POST" else None
        return challenge or super().changelist_view(request, *args, **kwargs)


@admin.register(User)
class UserAdmin(ReauthenticatedAdmin, _UserAdmin):
    """Users; only superusers manage those who have permissions of their own."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the read-only fields; for all but superusers, also the permission fields."""
        fields = super().get_readonly_fields(request, obj)
        return fields if _is_superuser(request) else (*fields, *_PERMISSION_FIELDS)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether the account may be changed, its password included."""
        return super().has_change_permission(request, obj) and _can_manage(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether the account may be deleted."""
        return super().has_delete_permission(request, obj) and _can_manage(request, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Return the accounts; bulk actions must not reach those with permissions."""
        accounts = super().get_queryset(request)
        if _is_superuser(request) or request.method != "POST":
            return accounts
        return accounts.filter(_UNPRIVILEGED).distinct()

    def user_change_password(
        self,
        request: HttpRequest,
        id: str,  # noqa: A002 - Django names it
        form_url: str = "",
    ) -> HttpResponse:
        """Return the form for another user's password; redirect to Django's form for one's own.

        That one asks for the old password.
        """
        if id == str(request.user.pk):
            return redirect("admin:password_change")
        can_change = self.has_change_permission(request)
        challenge = require_reauthentication(request) if can_change else None
        return challenge or super().user_change_password(request, id, form_url)

    def get_urls(self) -> list[Any]:
        """Return Django's URLs, and that of the page that removes a second factor."""
        page = object_view(self, self.remove_second_factor)
        own = path("<int:object_id>/second_factor/", page, name="auth_user_second_factor")
        return [own, *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Return the form, with a link to that page when the superuser can use it."""
        account = kwargs.get("obj")
        context["can_remove_second_factor"] = bool(
            account and _is_superuser(request) and second_factor.has_second_factor(account)
        )
        return super().render_change_form(request, context, *args, **kwargs)

    def remove_second_factor(self, request: HttpRequest, account: User) -> HttpResponseBase:
        """Return the page on which a superuser removes another user's second factor."""
        if not _is_superuser(request):
            raise PermissionDenied
        if account.pk == request.user.pk:
            return redirect("admin:second_factor")
        if challenge := require_reauthentication(request):
            return challenge
        if request.method != "POST":
            return render_confirmation(request, self, _REMOVAL_PAGE, ConfirmForm(), account)
        if second_factor.remove_second_factor(account):
            log_event(
                request, "Second factor: of user %s taken away by %s", account.pk, request.user
            )
            self.log_change(request, account, "Second factor removed.")
            messages.success(request, f"{account} now logs in with the password alone.")
        return redirect("admin:auth_user_change", account.pk)


_REMOVAL_PAGE = ConfirmationPage(
    title="Remove the second factor",
    text=(
        "For a person who has lost their phone and their recovery codes. Talk to them first, to "
        "make sure that they are the ones who ask. Until they set up a new second factor, they "
        "log in with the password alone."
    ),
    button="Remove it",
    dangerous=True,
)


#: Accounts that can do nothing but log in.
_UNPRIVILEGED = Q(is_staff=False, is_superuser=False, groups=None, user_permissions=None)


def _can_manage(request: HttpRequest, account: Any) -> bool:
    if account is None or _is_superuser(request):
        return True
    return User.objects.filter(_UNPRIVILEGED, pk=account.pk).exists()


@admin.register(Group)
class GroupAdmin(ReauthenticatedAdmin, DjangoGroupAdmin):
    """Groups grant permissions, so only superusers change them."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return whether the user is a superuser."""
        return _is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether the user is a superuser."""
        return _is_superuser(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether the user is a superuser."""
        return _is_superuser(request)
