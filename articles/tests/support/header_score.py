"""The score of response headers by the published table of MDN's HTTP Observatory.

It starts at 100. Bonuses count only for a score of at least 90; 100 and more is an A+.
"""

from __future__ import annotations

from http.cookies import Morsel
from typing import Any

BROAD = {"*", "http:", "https:", "ftp:", "http://*", "https://*"}
INLINE = {"'unsafe-inline'", "data:"}
HALF_A_YEAR = 15_768_000  # seconds


def parse_policy(response: Any) -> dict[str, set[str]]:
    """Return the directives of the Content-Security-Policy, each with its set of sources."""
    parts = response.headers.get("Content-Security-Policy", "").split(";")
    directives = [part.split() for part in parts if part.strip()]
    assert len({name for name, *_ in directives}) == len(directives), "a duplicate directive"
    return {name: set(sources) for name, *sources in directives}


def score_headers(response: Any) -> dict[str, int]:
    """Return the points of each header, negative for a penalty."""
    policy = parse_policy(response)
    return {
        "policy": _policy(policy),
        "frames": _frames(response, policy),
        "cookies": _cookies(list(response.cookies.values())),
        "sharing": _sharing(response),
        "resources": _resources(response.headers.get("Cross-Origin-Resource-Policy", "")),
        "referrer": _referrer(response.headers.get("Referrer-Policy", "")),
        "transport": _transport(response.headers.get("Strict-Transport-Security", "")),
        "types": 0 if response.headers.get("X-Content-Type-Options") == "nosniff" else -5,
    }


def total_score(response: Any) -> int:
    """Return the total score."""
    points = score_headers(response).values()
    score = 100 + sum(each for each in points if each < 0)
    return score + sum(each for each in points if each > 0) if score >= 90 else score


def _policy(policy: dict[str, set[str]]) -> int:
    if not policy:
        return -25
    default = policy.get("default-src", {"*"})
    scripts, objects = policy.get("script-src", default), policy.get("object-src", default)
    styles = policy.get("style-src", default)
    if scripts & (BROAD | INLINE) or objects & BROAD:
        return -20
    everything = set().union(*policy.values())
    if any(source.startswith(("http:", "ftp:")) for source in everything):
        return -20
    if "'unsafe-eval'" in scripts | styles:
        return -10
    if styles & (BROAD | INLINE):
        return 0
    return 10 if default == {"'none'"} else 5


def _frames(response: Any, policy: dict[str, set[str]]) -> int:
    ancestors = policy.get("frame-ancestors")
    if ancestors and not ancestors & BROAD:
        return 5
    return 0 if response.headers.get("X-Frame-Options") in {"DENY", "SAMEORIGIN"} else -20


def _cookies(cookies: list[Morsel[str]]) -> int:
    if not cookies:
        return 0
    worst = 5
    for cookie in cookies:
        session = "sess" in cookie.key.lower()
        if not cookie["secure"]:
            worst = min(worst, -40 if session else -20)
        if session and not cookie["httponly"]:
            worst = min(worst, -30)
        if cookie["samesite"] not in {"Lax", "Strict"}:
            worst = min(worst, 0 if not cookie["samesite"] and "csrf" not in cookie.key else -20)
    return worst


def _sharing(response: Any) -> int:
    credentials = response.headers.get("Access-Control-Allow-Credentials")
    return -50 if credentials == "true" else 0


def _resources(value: str) -> int:
    return {"": 0, "cross-origin": 0, "same-site": 10, "same-origin": 10}.get(value, -5)


def _referrer(value: str) -> int:
    good = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
    return 0 if not value else 5 if value in good else -5


def _transport(value: str) -> int:
    parts = [part.strip().lower() for part in value.split(";")]
    ages = [int(part[8:]) for part in parts if part.startswith("max-age=")]
    if not ages:
        return -20
    return 0 if ages[0] >= HALF_A_YEAR else -10
