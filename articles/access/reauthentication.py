"""Ask for the password again before accounts, permissions or a second factor are changed.

Whoever finds an open browser or steals a session does not know it.
"""

from __future__ import annotations

import time
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from articles.access.access_pages import next_url, redirect_to, render_page
from articles.access.second_factor import requires_code, verify_code
from articles.access.security_log import log_event

_CONFIRMED_KEY = "doors_confirmed"  # an old name, kept for existing sessions


class CodeField(forms.CharField):
    """A code of the authenticator app, or a recovery code."""

    widget = forms.TextInput(
        attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "size": 32}
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label="Code", max_length=100, **kwargs)


class ReauthenticationForm(forms.Form):
    """The user's own password, and a code if the account has a second factor."""

    password = forms.CharField(
        strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    code = CodeField()

    def __init__(self, user: AbstractBaseUser | AnonymousUser, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        if not requires_code(user):
            del self.fields["code"]

    def clean(self) -> dict[str, Any]:
        """Check the password, then the code: a wrong password must not use up a code."""
        values = self.cleaned_data
        if not self.errors:
            is_valid = self.user.check_password(values["password"])
            if is_valid and "code" in self.fields:
                is_valid = verify_code(self.user, values["code"]) is not None
            if not is_valid:
                raise forms.ValidationError(
                    "That is not right. Each code serves once: wait for the next one."
                    if "code" in self.fields
                    else "That is not your password."
                )
        return values


def connect_signals() -> None:
    """Make each login count as a confirmation of the password."""
    user_logged_in.connect(_record_confirmation, dispatch_uid=__name__)


def require_reauthentication(request: HttpRequest) -> HttpResponse | None:
    """Return a redirect to the page that asks for the password, None if it was confirmed recently.

    CONFIRM_SECONDS is the limit for a GET; a POST gets twice that, so that a form opened in time
    can still be sent.
    """
    limit = settings.CONFIRM_SECONDS * (2 if request.method == "POST" else 1)
    if 0 <= time.time() - request.session.get(_CONFIRMED_KEY, 0) <= limit:
        return None
    if request.method == "POST":
        messages.warning(request, "Nothing was saved: the form was open for too long.")
    return redirect_to(request, "confirm")


def confirm(request: HttpRequest) -> HttpResponse:
    """Return the page that asks for the password; the right one redirects to ``next``."""
    form = ReauthenticationForm(request.user, request.POST if request.method == "POST" else None)
    if form.is_valid():
        _record_confirmation(request)
        log_event(request, "Password again: %s", request.user)
        return HttpResponseRedirect(next_url(request))
    if form.is_bound:
        log_event(request, "Password again failed: %s", request.user)
    return render_page(request, "confirm", "Your password again", form=form)


def _record_confirmation(request: HttpRequest, **kwargs: Any) -> None:
    request.session[_CONFIRMED_KEY] = int(time.time())
