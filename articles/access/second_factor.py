"""The second factor of an account: a code of an authenticator app (TOTP), or a recovery code.

Devices are django-otp's. :mod:`~articles.access.throttling.login_throttle` throttles wrong codes
like wrong passwords.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from base64 import b32encode
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import transaction
from django.http import HttpRequest
from django_otp import login
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from articles.content.text.stream_safe_text import normalize_unicode

RECOVERY_CODES = 10
_RECOVERY_BYTES = 15  # 120 random bits can't be guessed from a fast hash, so no slow one is needed
_HASH_BYTES = 10  # 16 characters in base32: the width of django-otp's column

_Account = AbstractBaseUser | AnonymousUser


def requires_code(user: _Account) -> bool:
    """Return whether ``user`` has to enter a code when logging in."""
    return settings.SECOND_FACTOR != "off" and has_second_factor(user)


def has_second_factor(user: _Account) -> bool:
    """Return whether ``user`` has set up a second factor; one query."""
    return bool(TOTPDevice.objects.filter(user_id=user.pk, confirmed=True).exists())


def pending_step(request: HttpRequest) -> str:
    """Return the URL name of the page that must come before the rest of the admin, "" for none."""
    if settings.SECOND_FACTOR == "off" or request.user.is_verified():  # type: ignore[union-attr]
        return ""
    if has_second_factor(request.user):
        return "second_factor_code"
    return "second_factor" if settings.SECOND_FACTOR == "required" else ""


def verify_code(user: _Account, entered: str) -> Any:
    """Return the device of ``user`` that the code ``entered`` belongs to, None for a wrong code.

    A code works once. An app's code is accepted 30 seconds early and late, for clocks that differ.
    """
    code = _normalize_code(entered)
    with transaction.atomic():  # without the row lock, two requests could use one code
        if re.fullmatch("[0-9]{6}", code):
            devices, token = TOTPDevice.objects, code
        else:
            devices, token = StaticDevice.objects, _hash_code(code)
        for device in devices.select_for_update().filter(user_id=user.pk, confirmed=True):
            if device.verify_token(token):
                return device
    return None


def mark_verified(request: HttpRequest, device: Any) -> None:
    """Mark the session as verified by ``device``; the session gets a new key."""
    login(request, device)
    request.session.cycle_key()


def enroll_device(user: _Account, key: str, entered: str) -> Any:
    """Return a new device of ``user`` with the secret ``key``, None if ``entered`` is a wrong code.

    The new device replaces all others of the account.
    """
    with transaction.atomic():
        device = TOTPDevice.objects.create(user=user, name="App", key=key)
        if device.verify_token(_normalize_code(entered)):
            TOTPDevice.objects.filter(user=user).exclude(pk=device.pk).delete()
            return device
        device.delete()
    return None


def provisioning_url(user: _Account, key: str) -> str:
    """Return the ``otpauth:`` URL that hands the secret ``key`` to an authenticator app."""
    return str(TOTPDevice(user=user, key=key).config_url)


def create_recovery_codes(user: _Account) -> list[str]:
    """Return ten new codes, of which only hashes are stored; older ones stop working."""
    codes = [
        "-".join(re.findall("....", b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode()))
        for _ in range(RECOVERY_CODES)
    ]
    with transaction.atomic():
        device, _ = StaticDevice.objects.get_or_create(user=user, name="Recovery codes")
        device.token_set.all().delete()
        StaticToken.objects.bulk_create(
            StaticToken(device=device, token=_hash_code(_normalize_code(code))) for code in codes
        )
    return [code.lower() for code in codes]


def count_recovery_codes(user: _Account) -> int:
    """Return how many recovery codes are unused."""
    return int(StaticToken.objects.filter(device__user=user).count())


def remove_second_factor(user: _Account) -> bool:
    """Remove the second factor and recovery codes of ``user``; return whether there was one.

    Sessions that it verified count as unverified from then on.
    """
    with transaction.atomic():
        StaticDevice.objects.filter(user=user).delete()
        deleted, _ = TOTPDevice.objects.filter(user=user).delete()
    return bool(deleted)


def _normalize_code(entered: str) -> str:
    """Return only the letters and digits, in lower case and half width.

    >>> _normalize_code(" １23 456 "), _normalize_code("ABCD-efgh")
    ('123456', 'abcdefgh')
    """
    return re.sub("[^0-9a-z]", "", normalize_unicode("NFKC", entered).lower())


def _hash_code(code: str) -> str:
    return b32encode(hashlib.sha256(code.encode()).digest()[:_HASH_BYTES]).decode()
