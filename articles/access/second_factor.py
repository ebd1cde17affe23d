"""The second factor of an account: a code of an app on a telephone, or a recovery code for it.

Devices are django-otp's. :mod:`~articles.access.throttling.login_throttle` limits wrong codes as
it limits wrong passwords.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from base64 import b32encode
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import transaction
from django.http import HttpRequest
from django_otp import login
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

RECOVERY_CODES = 10
_RECOVERY_BYTES = 15  # 120 bits: so many can't be guessed from a plain hash, and need no slow one
_HASH_BYTES = 10  # 16 characters in base32, which is what the column of django-otp takes

_Account = AbstractBaseUser | AnonymousUser


def asked_of(user: _Account) -> bool:
    """Tell whether ``user`` has to give a code when logging in."""
    return settings.SECOND_FACTOR != "off" and has_one(user)


def has_one(user: _Account) -> bool:
    """Tell whether ``user`` has set up a second factor; a query."""
    return bool(TOTPDevice.objects.filter(user_id=user.pk, confirmed=True).exists())


def page_before(request: HttpRequest) -> str:
    """Return the name of the page that has to come before any other of the admin, "" for none."""
    if settings.SECOND_FACTOR == "off" or request.user.is_verified():  # type: ignore[union-attr]
        return ""
    if has_one(request.user):
        return "second_factor_code"
    return "second_factor" if settings.SECOND_FACTOR == "required" else ""


def accept(user: _Account, typed: str) -> Any:
    """Return the device for whose code ``typed`` stands, None for a wrong one.

    A code serves once. Of an app it is taken 30 seconds early and late, for clocks that differ.
    """
    code = _plain(typed)
    with transaction.atomic():  # the rows are locked, or two requests could use one code
        if re.fullmatch("[0-9]{6}", code):
            devices, token = TOTPDevice.objects, code
        else:
            devices, token = StaticDevice.objects, _hashed(code)
        for device in devices.select_for_update().filter(user_id=user.pk, confirmed=True):
            if device.verify_token(token):
                return device
    return None


def enter(request: HttpRequest, device: Any) -> None:
    """Note that the session's second factor was given; the session gets a new key."""
    login(request, device)
    request.session.cycle_key()


def set_up(user: _Account, key: str, typed: str) -> Any:
    """Return a new device of ``user`` with the secret ``key``, None when ``typed`` is not its code.

    The account has no other device afterwards.
    """
    with transaction.atomic():
        device = TOTPDevice.objects.create(user=user, name="App", key=key)
        if device.verify_token(_plain(typed)):
            TOTPDevice.objects.filter(user=user).exclude(pk=device.pk).delete()
            return device
        device.delete()
    return None


def address_for_app(user: _Account, key: str) -> str:
    """Return the otpauth address by which an app takes over the secret ``key``."""
    return str(TOTPDevice(user=user, key=key).config_url)


def new_recovery_codes(user: _Account) -> list[str]:
    """Return ten new codes, of which only hashes are kept; older ones serve no longer."""
    codes = [
        "-".join(re.findall("....", b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode()))
        for _ in range(RECOVERY_CODES)
    ]
    with transaction.atomic():
        device, _ = StaticDevice.objects.get_or_create(user=user, name="Recovery codes")
        device.token_set.all().delete()
        StaticToken.objects.bulk_create(
            StaticToken(device=device, token=_hashed(_plain(code))) for code in codes
        )
    return [code.lower() for code in codes]


def recovery_codes_left(user: _Account) -> int:
    """Return how many codes have not been used."""
    return int(StaticToken.objects.filter(device__user=user).count())


def remove(user: _Account) -> bool:
    """Take the second factor and the recovery codes of ``user`` away; tell whether there was one.

    Sessions in which it was given count as sessions without it from then on.
    """
    with transaction.atomic():
        StaticDevice.objects.filter(user=user).delete()
        deleted, _ = TOTPDevice.objects.filter(user=user).delete()
    return bool(deleted)


def _plain(typed: str) -> str:
    """Return letters and digits alone, in one case and width.

    >>> _plain(" １23 456 "), _plain("ABCD-efgh")
    ('123456', 'abcdefgh')
    """
    return re.sub("[^0-9a-z]", "", unicodedata.normalize("NFKC", typed).lower())


def _hashed(code: str) -> str:
    return b32encode(hashlib.sha256(code.encode()).digest()[:_HASH_BYTES]).decode()
