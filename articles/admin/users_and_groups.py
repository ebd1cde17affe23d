"""Accounts. Only a superuser gives rights: whoever could give some could take them all.

Whoever changes any of it has typed their own password a short while ago.
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
from articles.access.reauthentication import ask_again
from articles.access.security_log import note
from articles.admin.base.action_pages import ConfirmForm, Question, ask, object_page
from articles.admin.base.typed_bases import ModelAdmin

if TYPE_CHECKING:
    _UserAdmin = DjangoUserAdmin[User]
else:
    _UserAdmin = DjangoUserAdmin

_RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")

admin.site.unregister(User)
admin.site.unregister(Group)


def _is_superuser(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))


class ConfirmedAdmin(ModelAdmin):
    """Pages that ask for one's own password before they change or delete a row."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Return the form of a new row or one that is there; who may only look is not asked."""
        may = self.has_change_permission(request) or self.has_add_permission(request)
        return (may and ask_again(request)) or super().changeform_view(request, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Return the page before a row is deleted."""
        may = self.has_delete_permission(request)
        return (may and ask_again(request)) or super().delete_view(request, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Return the list; an action on what is ticked is a change."""
        asked = ask_again(request) if request.method == "POST" else None
        return asked or super().changelist_view(request, *args, **kwargs)


@admin.register(User)
class UserAdmin(ConfirmedAdmin, _UserAdmin):
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
        may = self.has_change_permission(request)
        asked = ask_again(request) if may else None
        return asked or super().user_change_password(request, id, form_url)

    def get_urls(self) -> list[Any]:
        """Return Django's addresses, and that of the page which takes a second factor away."""
        page = object_page(self, self.take_second_factor)
        own = path("<int:object_id>/second_factor/", page, name="auth_user_second_factor")
        return [own, *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Return the form, with the way to that page where it leads somewhere."""
        account = kwargs.get("obj")
        context["may_take_second_factor"] = bool(
            account and _is_superuser(request) and second_factor.has_one(account)
        )
        return super().render_change_form(request, context, *args, **kwargs)

    def take_second_factor(self, request: HttpRequest, account: User) -> HttpResponseBase:
        """Return the page by which a superuser helps somebody whose telephone is lost."""
        if not _is_superuser(request):
            raise PermissionDenied
        if account.pk == request.user.pk:
            return redirect("admin:second_factor")
        if asked := ask_again(request):
            return asked
        if request.method != "POST":
            return ask(request, self, _TAKING, ConfirmForm(), account)
        if second_factor.remove(account):
            words = (account.pk, request.user)
            note(request, "Second factor: of user %s taken away by %s", *words)
            self.log_change(request, account, "Second factor taken away.")
            messages.success(request, f"{account} logs in with the password alone now.")
        return redirect("admin:auth_user_change", account.pk)


_TAKING = Question(
    title="Take the second factor away",
    text=(
        "For a person whose telephone and recovery codes are lost. Make sure that it is they who "
        "ask: speak with them. Until they set up a new one, the password alone opens the account."
    ),
    button="Take it away",
    dangerous=True,
)


#: Accounts that can't do anything but log in.
_ORDINARY = Q(is_staff=False, is_superuser=False, groups=None, user_permissions=None)


def _may_touch(request: HttpRequest, account: Any) -> bool:
    if account is None or _is_superuser(request):
        return True
    return User.objects.filter(_ORDINARY, pk=account.pk).exists()


@admin.register(Group)
class GroupAdmin(ConfirmedAdmin, DjangoGroupAdmin):
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
