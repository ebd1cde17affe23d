"""The client of a request as rate limits see it: an IPv4 address or an IPv6 /64 network."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest

_IPV6_PREFIX_BITS = 64  # a /64 is what one household or machine has to itself


def client_address(request: HttpRequest) -> str:
    """Return the IPv4 address or the IPv6 /64 that the request came from, "" if unknown.

    Any client can send X-Forwarded-For. It is trusted only behind a proxy (BEHIND_PROXY), and only
    its last entry, which that proxy wrote.
    """
    remote = str(request.META.get("REMOTE_ADDR", ""))
    if settings.BEHIND_PROXY:
        last = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        return _network(last) or _network(remote)
    return _network(remote)


def _network(text: str) -> str:
    try:
        address = ipaddress.ip_address(text.partition("%")[0])  # fe80::1%eth0
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((int(address), _IPV6_PREFIX_BITS), strict=False))
