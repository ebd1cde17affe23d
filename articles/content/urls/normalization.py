"""Addresses: the identity of an article, and what a link in a body points to."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from urllib.parse import quote, unquote_to_bytes, urljoin, urlsplit

#: Query parameters by which outlets and networks follow a reader; never part of an address.
_TRACKING = re.compile(
    r"(?:utm_\w+|at_(?:medium|campaign|custom\d|link_\w+|ptr_\w+)|fbclid|gclid|dclid|gbraid|wbraid"
    r"|msclkid|twclid|yclid|igshid|mc_[ce]id|_hs(?:enc|mi)|mkt_tok|ncid|cmpid|ns_\w+|spm|xtor"
    r"|ref_src|ref_url|feedtype|feedname|ftag|ocid|guccounter|guce_\w+|mkwid|pcrid|share_\w+)$",
    re.IGNORECASE,
)
_CONTROL = re.compile("[\x00-\x20\x7f\u200b-\u200f\u2028-\u202e\u2060\ufeff]+")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_SAFE_PATH = "/-._~!$&'()*+,;=:@"
_SAFE_QUERY = _SAFE_PATH + "?"
_DOUBLE_ENCODED = re.compile(r"%25(?=[0-9A-Fa-f]{2})")
_DOUBLE_HOST = re.compile(r"^https?://[^/?#]*?(https?://.+)$", re.IGNORECASE)
_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
_ENCODING_ROUNDS = 20  # an address encoded more often than this was made to be


def identity_of(url: str) -> str:
    """Return the normal form of ``url``, by which two addresses are one article.

    Scheme http and https are one; host in lower case and ASCII; no default port, user name,
    tracking parameter or fragment; percent-encoding once and in upper case; no ``//`` and no
    slash at the end of the path. A query that is part of the address stays, in its order.

    >>> identity_of("HTTP://www.rfi.fr:80//cn/%25E6%2594%25BF/?utm_source=x&id=7#top")
    'https://www.rfi.fr/cn/%E6%94%BF?id=7'

    Raises :class:`ValueError` when ``url`` is not an http(s) address with a host.
    """
    parts = urlsplit(_CONTROL.sub(lambda m: "%20" if " " in m[0] else "", url.strip()))
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise ValueError(f"{url!r} is not an http or https address")
    port = parts.port
    host = ascii_host(parts.hostname)
    if port is not None and port not in _DEFAULT_PORTS.values():
        host = f"{host}:{port}"
    path = re.sub("/{2,}", "/", _encoded(parts.path, _SAFE_PATH)).rstrip("/")
    pairs = [pair for pair in parts.query.split("&") if pair and not _is_tracking(pair)]
    query = "&".join(_encoded(pair, _SAFE_QUERY) for pair in pairs)
    return f"https://{host}{path}" + (f"?{query}" if query else "")


def _is_tracking(pair: str) -> bool:
    name, _, value = pair.partition("=")
    return bool(_TRACKING.match(name)) or (name == "source" and value.startswith("rss-"))


def _encoded(part: str, safe: str) -> str:
    """Return ``part`` percent-encoded exactly once, whatever it was before."""
    for _ in range(_ENCODING_ROUNDS):
        once = _encoded_a_round_less(part, safe)
        if once == part:
            break
        part = once
    return part


def _encoded_a_round_less(part: str, safe: str) -> str:
    pieces = re.split(r"(%[0-9A-Fa-f]{2})", _DOUBLE_ENCODED.sub("%", part))
    return "".join(
        _canonical_escape(piece) if i % 2 else quote(piece, safe=safe, errors="replace")
        for i, piece in enumerate(pieces)
    )


def _canonical_escape(escape: str) -> str:
    char = chr(unquote_to_bytes(escape)[0])
    return char if char.isascii() and (char.isalnum() or char in "-._~") else escape.upper()


@lru_cache(maxsize=4096)
def ascii_host(host: str) -> str:
    """Return a host name in lower-case ASCII (IDNA), without a dot at its end."""
    host = host.rstrip(".").lower()
    if len(host) > 253:  # RFC 1035
        raise ValueError(f"a host name of {len(host)} characters is none")
    try:
        return host.encode("idna").decode("ascii") if not host.isascii() else host
    except UnicodeError as error:
        raise ValueError(f"{host!r} is not a host name") from error


def host_of(url: str) -> str:
    """Return the host of ``url`` in lower-case ASCII, or an empty string without one."""
    try:
        return ascii_host(urlsplit(url.strip()).hostname or "")
    except ValueError:
        return ""


def identity_hash(identity: str) -> str:
    """Return the SHA-256 of an identity as 64 hexadecimal digits."""
    return hashlib.sha256(identity.encode()).hexdigest()


def code_of(hash_hex: str, length: int = 8) -> str:
    """Return the first ``length`` characters (at most 51) of a SHA-256 in Crockford's base32.

    >>> code_of("00" * 32)
    '00000000'
    """
    number = int(hash_hex, 16) >> 1  # 255 bits are 51 characters
    end = max(250 - 5 * length, -5)
    return "".join([_CROCKFORD[(number >> shift) & 31] for shift in range(250, end, -5)])


@lru_cache(maxsize=8)  # each picture is asked for some times over; addresses may be long
def resolved(link: str, base: str) -> str | None:
    """Return ``link`` as an absolute http, https or mailto address, or None when it is not one.

    Two addresses glued together (``https://a.examplehttps://b.example/x``) give the second.
    """
    link = _CONTROL.sub(lambda m: "%20" if m[0].strip("\t\r\n") else "", link.strip())
    if link.startswith("#") or not link:
        return None
    if glued := _DOUBLE_HOST.match(link):
        link = glued[1]
    try:
        absolute = urljoin(base, link)
        parts = urlsplit(absolute)
        scheme = parts.scheme.lower()
        if scheme == "mailto":
            return "mailto:" + quote(parts.path, safe="@.+-_%") if "@" in parts.path else None
        if scheme not in _DEFAULT_PORTS or not parts.hostname:
            return None
        host = ascii_host(parts.hostname)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return None
    if not re.fullmatch(r"[a-z0-9._-]+|\[?[0-9a-f:.]+\]?", host):
        return None
    host = f"[{host}]" if ":" in host else host
    path = quote(parts.path, safe=_SAFE_PATH + "%", errors="replace")
    query = quote(parts.query, safe=_SAFE_QUERY + "%", errors="replace")
    fragment = quote(parts.fragment, safe=_SAFE_QUERY + "%", errors="replace")
    return (
        f"{scheme}://{host}{port}{path}"
        + (f"?{query}" if query else "")
        + (f"#{fragment}" if fragment else "")
    )
