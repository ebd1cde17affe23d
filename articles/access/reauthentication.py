"""The password again, before accounts, rights or a second factor are changed.

Whoever finds an open browser, or steals a session, does not know it.
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

from articles.access.access_pages import lead_to, next_page, show
from articles.access.second_factor import accept, asked_of
from articles.access.security_log import note

_CONFIRMED = "doors_confirmed"


class CodeField(forms.CharField):
    """A code of the app, or a recovery code."""

    widget = forms.TextInput(
        attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "size": 32}
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label="Code", max_length=100, **kwargs)


class ProofForm(forms.Form):
    """One's own password, and a code where the account has a second factor."""

    password = forms.CharField(
        strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    code = CodeField()

    def __init__(self, user: AbstractBaseUser | AnonymousUser, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        if not asked_of(user):
            del self.fields["code"]

    def clean(self) -> dict[str, Any]:
        """Refuse what is wrong; a code is not used up by a wrong password."""
        values = self.cleaned_data
        if not self.errors:
            right = self.user.check_password(values["password"])
            if right and "code" in self.fields:
                right = accept(self.user, values["code"]) is not None
            if not right:
                raise forms.ValidationError(
                    "That is not right. Each code serves once: wait for the next one."
                    if "code" in self.fields
                    else "That is not your password."
                )
        return values


def listen() -> None:
    """Count from now on the password of a login, too."""
    user_logged_in.connect(_confirm, dispatch_uid="doors confirming")


def ask_again(request: HttpRequest) -> HttpResponse | None:
    """Return the way to the page that asks for the password; None where it was given of late.

    A form that was opened in time can be sent for as long again.
    """
    limit = settings.CONFIRM_SECONDS * (2 if request.method == "POST" else 1)
    if 0 <= time.time() - request.session.get(_CONFIRMED, 0) <= limit:
        return None
    if request.method == "POST":
        messages.warning(request, "Nothing was saved: the form was open for too long.")
    return lead_to(request, "confirm")


def confirm(request: HttpRequest) -> HttpResponse:
    """Return the page that asks for the password, and leads on when it is right."""
    form = ProofForm(request.user, request.POST if request.method == "POST" else None)
    if form.is_valid():
        _confirm(request)
        note(request, "Password again: %s", request.user)
        return HttpResponseRedirect(next_page(request))
    if form.is_bound:
        note(request, "Password again failed: %s", request.user)
    return show(request, "confirm", "Your password again", form=form)


def _confirm(request: HttpRequest, **kwargs: Any) -> None:
    request.session[_CONFIRMED] = int(time.time())
