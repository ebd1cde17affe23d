"""The admin pages of the user's own second factor: enter a code, set up, renew codes, remove."""

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
from articles.access.access_pages import next_url, render_page
from articles.access.reauthentication import (
    CodeField,
    ReauthenticationForm,
    require_reauthentication,
)
from articles.access.security_log import log_event

_KEY_MAX_AGE_SECONDS = 3600  # how long a displayed key can still be set up
_TITLE = "Second factor"


class CodeForm(forms.Form):
    """A code."""

    code = CodeField()


class EnrollmentForm(CodeForm):
    """A code and the key that it belongs to; the key is signed, so nobody can supply their own."""

    key = forms.CharField(widget=forms.HiddenInput)


def enter_code(request: HttpRequest) -> HttpResponse:
    """Return the page after the password, for accounts with a second factor."""
    if second_factor.pending_step(request) != "second_factor_code":
        return HttpResponseRedirect(next_url(request))
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        device = second_factor.verify_code(request.user, form.cleaned_data["code"])
        if device is not None:
            second_factor.mark_verified(request, device)
            log_event(request, "Second factor: %s", request.user)
            _warn_if_recovery_code(request, device)
            return HttpResponseRedirect(next_url(request))
        form.add_error(None, "Wrong code. Each code works once: wait for the next one.")
    if form.is_bound:
        log_event(request, "Second factor failed: %s", request.user)
    return render_page(request, "code", _TITLE, form=form)


def manage(request: HttpRequest) -> HttpResponse:
    """Return the page that sets up the user's second factor, or manages an existing one."""
    if settings.SECOND_FACTOR == "off":
        raise Http404("SECOND_FACTOR is off.")
    if second_factor.has_second_factor(request.user):
        return _manage_existing(request)
    return require_reauthentication(request) or _enroll(request)


def _enroll(request: HttpRequest) -> HttpResponse:
    salt = f"second factor of {request.user.pk}"
    form = EnrollmentForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        key = _unsign(form.cleaned_data["key"], salt)
        device = key and second_factor.enroll_device(request.user, key, form.cleaned_data["code"])
        if device:
            second_factor.mark_verified(request, device)
            return _renew_codes(request, "Second factor: set up by %s")
        form.add_error("code", "Wrong code for this key. Is your phone’s clock right?")
    else:
        key = ""
    key = key or default_key()
    otpauth_url = second_factor.provisioning_url(request.user, key)
    qr_matrix = segno.make(otpauth_url, error="m").matrix
    return render_page(
        request, "second_factor_set_up", _TITLE, form=form,
        key=b32encode(bytes.fromhex(key)).decode(), signed_key=signing.dumps(key, salt=salt),
        otpauth_url=otpauth_url, qr_size=len(qr_matrix) + 8, qr_path=_svg_path(qr_matrix),
    )  # fmt: skip


def _manage_existing(request: HttpRequest) -> HttpResponse:
    form = ReauthenticationForm(request.user, request.POST if request.method == "POST" else None)
    if form.is_valid():
        if "renew" in request.POST:
            return _renew_codes(request, "Second factor: new recovery codes of %s")
        second_factor.remove_second_factor(request.user)
        log_event(request, "Second factor: removed by %s", request.user)
        messages.success(request, "The second factor was removed.")
        return redirect("admin:second_factor")
    if form.is_bound:
        log_event(request, "Second factor failed: %s", request.user)
    codes_left = second_factor.count_recovery_codes(request.user)
    return render_page(request, "second_factor", _TITLE, form=form, codes_left=codes_left)


def _renew_codes(request: HttpRequest, event: str) -> HttpResponse:
    log_event(request, event, request.user)
    codes = second_factor.create_recovery_codes(request.user)
    return render_page(request, "recovery_codes", "Recovery codes", status=201, codes=codes)


def _warn_if_recovery_code(request: HttpRequest, device: Any) -> None:
    if isinstance(device, StaticDevice):
        log_event(request, "Second factor: %s used a recovery code", request.user)
        codes_left = second_factor.count_recovery_codes(request.user)
        messages.warning(request, f"That code is used up. Recovery codes left: {codes_left}.")


def _unsign(signed: str, salt: str) -> str:
    try:
        return str(signing.loads(signed, salt=salt, max_age=_KEY_MAX_AGE_SECONDS))
    except signing.BadSignature:
        return ""


def _svg_path(qr_matrix: Any) -> str:
    """Return the dark modules as an SVG path, with the quiet zone of four modules (ISO 18004)."""
    return "".join(
        f"M{x + 4} {y + 4}h1v1h-1z"
        for y, row in enumerate(qr_matrix)
        for x, dark in enumerate(row)
        if dark
    )
