"""What the log says of people who log in and change things: who and what, never the words.

The name that was typed stands in the log only when somebody has it: people type passwords there.
An address stands there only where LOG_ADDRESSES says so.
"""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models import Model
from django.db.models.signals import m2m_changed, post_delete, post_save
from django.http import HttpRequest

from articles.access.client_address import address_of

logger = logging.getLogger("articles.events")


def note(request: HttpRequest | None, what: str, *arguments: Any) -> None:
    """Log an event; ``what`` is a format, and must hold nothing that a reader typed."""
    if request is not None and settings.LOG_ADDRESSES:
        what, arguments = f"{what} from %s", (*arguments, address_of(request) or "nowhere")
    logger.info(what, *arguments)


def known_name(name: str) -> str:
    """Return ``name`` if an account bears it, else a word for any other."""
    users = get_user_model()._default_manager
    known = "\0" not in name and users.filter(username=name).exists()
    return name if known else "(no such name)"


def listen() -> None:
    """Log from now on who logs in and out, and what is changed in the admin."""
    user_logged_in.connect(_logged_in, dispatch_uid="doors")
    user_logged_out.connect(_logged_out, dispatch_uid="doors")
    user_login_failed.connect(_failed, dispatch_uid="doors")
    post_save.connect(_changed, sender=LogEntry, dispatch_uid="doors")
    for model in (get_user_model(), Group):
        post_save.connect(_account_saved, sender=model, dispatch_uid="doors")
        post_delete.connect(_account_deleted, sender=model, dispatch_uid="doors")
    m2m_changed.connect(_rights_changed, dispatch_uid="doors")


def _logged_in(request: HttpRequest, user: Model, **kwargs: Any) -> None:
    note(request, "Login: %s", user)


def _logged_out(request: HttpRequest, user: Model | None, **kwargs: Any) -> None:
    if user is not None:
        note(request, "Logout: %s", user)


def _failed(credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    note(request, "Login failed: %s", known_name(str(credentials.get("username", ""))))


def _changed(instance: LogEntry, created: bool, **kwargs: Any) -> None:
    if created:
        verb = str(instance.get_action_flag_display()).lower()
        kind = instance.content_type.model if instance.content_type else "thing"
        note(None, "Admin: %s, %s %s %s", instance.user, verb, kind, instance.object_id)


def _account_saved(instance: Model, created: bool, **kwargs: Any) -> None:
    if created:
        note(None, "Account: new %s %s", instance._meta.model_name, instance.pk)


def _account_deleted(instance: Model, **kwargs: Any) -> None:
    note(None, "Account: deleted %s %s", instance._meta.model_name, instance.pk)


def _rights_changed(instance: Any, action: str, model: type[Model], **kwargs: Any) -> None:
    if model in {Permission, Group} and action in {"post_add", "post_remove", "post_clear"}:
        kind = instance._meta.model_name
        note(None, "Account: rights of %s %s changed (%s)", kind, instance.pk, action[5:])
