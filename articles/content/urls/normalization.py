"""URL normalization: the identity of an article, and absolute links in bodies."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from urllib.parse import quote, unquote_to_bytes, urljoin, urlsplit

#: Query parameters with which outlets and networks track readers; never part of the identity.
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
_GLUED_URLS = re.compile(r"^https?://[^/?#]*?(https?://.+)$", re.IGNORECASE)
_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
_MAX_ENCODING_ROUNDS = 20  # a URL encoded more often than this is an attack


def normalize_url(url: str) -> str:
    """Return the normal form of ``url``: URLs with the same normal form are one article.

    The scheme is https, also for http; the host is lower-case ASCII; default port, user name,
    tracking parameters and fragment are dropped; percent-encoding is applied once, in upper case;
    the path has no ``//`` and no trailing slash. Other query parameters stay, in their order.

    >>> normalize_url("HTTP://www.rfi.fr:80//cn/%25E6%2594%25BF/?utm_source=x&id=7#top")
    'https://www.rfi.fr/cn/%E6%94%BF?id=7'

    Raises :class:`ValueError` when ``url`` is not an http(s) URL with a host.
    """
    parts = urlsplit(_CONTROL.sub(lambda m: "%20" if " " in m[0] else "", url.strip()))
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise ValueError(f"{url!r} is not an http or https URL")
    port = parts.port
    host = normalize_host(parts.hostname)
    if port is not None and port not in _DEFAULT_PORTS.values():
        host = f"{host}:{port}"
    path = re.sub("/{2,}", "/", _percent_encode(parts.path, _SAFE_PATH)).rstrip("/")
    pairs = [
        pair
        for pair in parts.query.split("&")
        if pair and not is_tracking_parameter(pair.partition("=")[0], pair.partition("=")[2])
    ]
    query = "&".join(_percent_encode(pair, _SAFE_QUERY) for pair in pairs)
    return f"https://{host}{path}" + (f"?{query}" if query else "")


def is_tracking_parameter(name: str, value: str) -> bool:
    """Return whether a query parameter says only from where a reader came."""
    return bool(_TRACKING.match(name)) or (name == "source" and value.startswith("rss-"))


def _percent_encode(part: str, safe: str) -> str:
    """Return ``part`` percent-encoded exactly once, however often it was encoded before."""
    for _ in range(_MAX_ENCODING_ROUNDS):
        reencoded = _percent_encode_once(part, safe)
        if reencoded == part:
            break
        part = reencoded
    return part


def _percent_encode_once(part: str, safe: str) -> str:
    pieces = re.split(r"(%[0-9A-Fa-f]{2})", _DOUBLE_ENCODED.sub("%", part))
    return "".join(
        _normalize_escape(piece) if i % 2 else quote(piece, safe=safe, errors="replace")
        for i, piece in enumerate(pieces)
    )


def _normalize_escape(escape: str) -> str:
    char = chr(unquote_to_bytes(escape)[0])
    return char if char.isascii() and (char.isalnum() or char in "-._~") else escape.upper()


@lru_cache(maxsize=4096)
def normalize_host(host: str) -> str:
    """Return a host name in lower-case ASCII (IDNA), without a trailing dot.

    Raises :class:`ValueError` for what is not a host name.
    """
    host = host.rstrip(".").lower()
    if len(host) > 253:  # RFC 1035
        raise ValueError(f"a host name of {len(host)} characters is too long")
    try:
        return host.encode("idna").decode("ascii") if not host.isascii() else host
    except UnicodeError as error:
        raise ValueError(f"{host!r} is not a host name") from error


def extract_host(url: str) -> str:
    """Return the host of ``url`` in lower-case ASCII, or an empty string if it has none."""
    try:
        return normalize_host(urlsplit(url.strip()).hostname or "")
    except ValueError:
        return ""


def identity_hash(identity: str) -> str:
    """Return the SHA-256 of an identity as 64 hexadecimal digits."""
    return hashlib.sha256(identity.encode()).hexdigest()


def make_code(hash_hex: str, length: int = 8) -> str:
    """Return the first ``length`` characters (at most 51) of a SHA-256 in Crockford's base32.

    >>> make_code("00" * 32)
    '00000000'
    """
    number = int(hash_hex, 16) >> 1  # 255 bits are 51 characters
    end = max(250 - 5 * length, -5)
    return "".join([_CROCKFORD[(number >> shift) & 31] for shift in range(250, end, -5)])


@lru_cache(maxsize=8)  # each picture is resolved a few times; small, as URLs may be long
def resolve_link(link: str, base: str) -> str | None:
    """Return ``link`` as an absolute http, https or mailto URL, or None when it is not one.

    Two URLs glued together (``https://a.examplehttps://b.example/x``) give the second.
    """
    link = _CONTROL.sub(lambda m: "%20" if m[0].strip("\t\r\n") else "", link.strip())
    if link.startswith("#") or not link:
        return None
    if glued := _GLUED_URLS.match(link):
        link = glued[1]
    try:
        absolute = urljoin(base, link)
        parts = urlsplit(absolute)
        scheme = parts.scheme.lower()
        if scheme == "mailto":
            return "mailto:" + quote(parts.path, safe="@.+-_%") if "@" in parts.path else None
        if scheme not in _DEFAULT_PORTS or not parts.hostname:
            return None
        host = normalize_host(parts.hostname)
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
