"""The pages of one's own second factor: giving it, setting it up, renewing codes, removing it."""

from __future__ import annotations

from base64 import b32encode
from typing import Any

import segno
from django import forms
from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import default_key

from articles.access import second_factor
from articles.access.access_pages import next_page, show
from articles.access.reauthentication import CodeField, ProofForm, ask_again
from articles.access.security_log import note

_KEY_SECONDS = 3600  # how long a key that was shown can be set up
_TITLE = "Second factor"


class CodeForm(forms.Form):
    """A code alone."""

    code = CodeField()


class SetUpForm(CodeForm):
    """A code, and the key that it belongs to, signed: nobody can bring a key of their own."""

    key = forms.CharField(widget=forms.HiddenInput)


def give_code(request: HttpRequest) -> HttpResponse:
    """Return the page after the password, for accounts with a second factor."""
    if second_factor.page_before(request) != "second_factor_code":
        return HttpResponseRedirect(next_page(request))
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        device = second_factor.accept(request.user, form.cleaned_data["code"])
        if device is not None:
            second_factor.enter(request, device)
            note(request, "Second factor: %s", request.user)
            _tell_of_recovery(request, device)
            return HttpResponseRedirect(next_page(request))
        form.add_error(None, "That is not right. Each code serves once: wait for the next one.")
    if form.is_bound:
        note(request, "Second factor failed: %s", request.user)
    return show(request, "code", _TITLE, form=form)


def own(request: HttpRequest) -> HttpResponse:
    """Return the page of one's own second factor: to set one up, or to change the one there is."""
    if settings.SECOND_FACTOR == "off":
        raise Http404("SECOND_FACTOR is off.")
    if second_factor.has_one(request.user):
        return _change(request)
    return ask_again(request) or _set_up(request)


def _set_up(request: HttpRequest) -> HttpResponse:
    salt = f"second factor of {request.user.pk}"
    form = SetUpForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        key = _unsigned(form.cleaned_data["key"], salt)
        device = key and second_factor.set_up(request.user, key, form.cleaned_data["code"])
        if device:
            second_factor.enter(request, device)
            return _new_codes(request, "Second factor: set up by %s")
        form.add_error("code", "That is not the code of this key. Is the telephone’s clock right?")
    else:
        key = ""
    key = key or default_key()
    address = second_factor.address_for_app(request.user, key)
    squares = segno.make(address, error="m").matrix
    return show(
        request, "second_factor_set_up", _TITLE, form=form,
        key=b32encode(bytes.fromhex(key)).decode(), signed=signing.dumps(key, salt=salt),
        address=address, size=len(squares) + 8, squares=_drawn(squares),
    )  # fmt: skip


def _change(request: HttpRequest) -> HttpResponse:
    form = ProofForm(request.user, request.POST if request.method == "POST" else None)
    if form.is_valid():
        if "renew" in request.POST:
            return _new_codes(request, "Second factor: new recovery codes of %s")
        second_factor.remove(request.user)
        note(request, "Second factor: removed by %s", request.user)
        messages.success(request, "The second factor was removed.")
        return redirect("admin:second_factor")
    if form.is_bound:
        note(request, "Second factor failed: %s", request.user)
    left = second_factor.recovery_codes_left(request.user)
    return show(request, "second_factor", _TITLE, form=form, left=left)


def _new_codes(request: HttpRequest, event: str) -> HttpResponse:
    note(request, event, request.user)
    codes = second_factor.new_recovery_codes(request.user)
    return show(request, "recovery_codes", "Recovery codes", status=201, codes=codes)


def _tell_of_recovery(request: HttpRequest, device: Any) -> None:
    if isinstance(device, StaticDevice):
        note(request, "Second factor: %s used a recovery code", request.user)
        left = second_factor.recovery_codes_left(request.user)
        messages.warning(request, f"That code is used up. Recovery codes that are left: {left}.")


def _unsigned(signed: str, salt: str) -> str:
    try:
        return str(signing.loads(signed, salt=salt, max_age=_KEY_SECONDS))
    except signing.BadSignature:
        return ""


def _drawn(squares: Any) -> str:
    """Return the dark squares as the path of an SVG, with the margin of four that readers need."""
    return "".join(
        f"M{x + 4} {y + 4}h1v1h-1z"
        for y, row in enumerate(squares)
        for x, dark in enumerate(row)
        if dark
    )
