"""Whose request it is, as far as limits are concerned: an address, or a network of them."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest

_IPV6_NETWORK = 64  # bits: what one household or machine has to itself


def address_of(request: HttpRequest) -> str:
    """Return the IPv4 address or the IPv6 /64 that the request came from, "" when none is known.

    Anybody can write an X-Forwarded-For. Only a proxy may be believed, and of the list only its
    last entry, which that proxy has written itself.
    """
    direct = str(request.META.get("REMOTE_ADDR", ""))
    if settings.BEHIND_PROXY:
        last = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        return _network(last) or _network(direct)
    return _network(direct)


def _network(text: str) -> str:
    try:
        address = ipaddress.ip_address(text.partition("%")[0])  # fe80::1%eth0
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((int(address), _IPV6_NETWORK), strict=False))
