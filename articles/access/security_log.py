"""The security log: who logs in and who changes what, never the content of a change.

A user name is logged only if an account has it, because people type passwords into that field. The
client's IP address is logged only with LOG_ADDRESSES.
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

from articles.access.client_address import client_address

logger = logging.getLogger("articles.events")


def log_event(request: HttpRequest | None, message: str, *arguments: Any) -> None:
    """Log an event. ``message`` is a format string and must not contain user input."""
    if request is not None and settings.LOG_ADDRESSES:
        message = f"{message} from %s"
        arguments = (*arguments, client_address(request) or "nowhere")
    logger.info(message, *arguments)


def redact_unknown_name(name: str) -> str:
    """Return ``name`` if an account has it, else ``(no such name)``."""
    users = get_user_model()._default_manager
    exists = "\0" not in name and users.filter(username=name).exists()
    return name if exists else "(no such name)"


def connect_signals() -> None:
    """Start logging logins, logouts, changes in the admin, and changes of accounts."""
    user_logged_in.connect(_log_login, dispatch_uid=__name__)
    user_logged_out.connect(_log_logout, dispatch_uid=__name__)
    user_login_failed.connect(_log_failed_login, dispatch_uid=__name__)
    post_save.connect(_log_admin_change, sender=LogEntry, dispatch_uid=__name__)
    for model in (get_user_model(), Group):
        post_save.connect(_log_new_account, sender=model, dispatch_uid=__name__)
        post_delete.connect(_log_deleted_account, sender=model, dispatch_uid=__name__)
    m2m_changed.connect(_log_changed_rights, dispatch_uid=__name__)


def _log_login(request: HttpRequest, user: Model, **kwargs: Any) -> None:
    log_event(request, "Login: %s", user)


def _log_logout(request: HttpRequest, user: Model | None, **kwargs: Any) -> None:
    if user is not None:
        log_event(request, "Logout: %s", user)


def _log_failed_login(
    credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
) -> None:
    name = redact_unknown_name(str(credentials.get("username", "")))
    log_event(request, "Login failed: %s", name)


def _log_admin_change(instance: LogEntry, created: bool, **kwargs: Any) -> None:
    if created:
        verb = str(instance.get_action_flag_display()).lower()
        kind = instance.content_type.model if instance.content_type else "thing"
        log_event(None, "Admin: %s, %s %s %s", instance.user, verb, kind, instance.object_id)


def _log_new_account(instance: Model, created: bool, **kwargs: Any) -> None:
    if created:
        log_event(None, "Account: new %s %s", instance._meta.model_name, instance.pk)


def _log_deleted_account(instance: Model, **kwargs: Any) -> None:
    log_event(None, "Account: deleted %s %s", instance._meta.model_name, instance.pk)


def _log_changed_rights(instance: Any, action: str, model: type[Model], **kwargs: Any) -> None:
    if model in {Permission, Group} and action in {"post_add", "post_remove", "post_clear"}:
        kind = instance._meta.model_name
        log_event(None, "Account: rights of %s %s changed (%s)", kind, instance.pk, action[5:])
