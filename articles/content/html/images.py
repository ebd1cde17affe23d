"""Pictures and embeds: which address an ``img`` really means, and what a player shows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qs, unquote, urlsplit

from articles.content.html.tree import Element
from articles.content.html.videos import video_at
from articles.content.text.normalization import one_line
from articles.content.urls.normalization import code_of, host_of, identity_hash, resolved

#: Where lazy loaders keep the address, best first.
_LAZY = (
    "data-src", "data-original", "data-lazy-src", "data-actualsrc", "data-original-src",
    "data-url", "data-full-url", "data-echo",
)  # fmt: skip
_SETS = ("data-srcset", "data-lazy-srcset", "srcset")
_PIXEL_HOSTS = re.compile(
    r"(^|\.)(amazon-adsystem\.com|assoc-amazon\.com|doubleclick\.net|scorecardresearch\.com"
    r"|google-analytics\.com|feedburner\.com|pixel\.wp\.com|stats\.wordpress\.com|stat\.xzdns\.com"
    r"|ir-na\.amazon|quantserve\.com|feedsportal\.com|mf\.feeds\.reuters\.com)$|^ir-"
)
_ICON_EDGE = 40  # pixels; smaller pictures are emoji and icons that stand in a line of text
_WESERV = frozenset({"images.weserv.nl", "wsrv.nl", "images.rsshub.app"})
_WP_PROXY = re.compile(r"i[0-3]\.wp\.com$")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture's place in an article. ``url`` is where the outlet published it."""

    url: str
    alt: str
    caption: str

    @property
    def url_hash(self) -> str:
        """Return the SHA-256 of the address as 64 hexadecimal digits."""
        return identity_hash(self.url)


@lru_cache(maxsize=8)
def picture_code(url: str) -> str:
    """Return the code of a picture in the archive's own addresses: 16 characters."""
    return code_of(identity_hash(url), 16)


def picture_path(url: str) -> str:
    """Return the path under which the archive shows the picture of ``url``."""
    return f"/i/{picture_code(url)}"


def unwrapped(url: str) -> str:
    """Return the address that a resizing proxy was asked for, else ``url`` itself.

    >>> unwrapped("https://images.weserv.nl/?url=gdb.voanews.example/A_w900.jpg&w=300")
    'https://gdb.voanews.example/A_w900.jpg'
    >>> unwrapped("https://i0.wp.com/press.example/x.png?resize=600")
    'https://press.example/x.png'
    """
    for _ in range(3):  # proxies are nested now and then
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        if host in _WESERV and "url=" in parts.query:
            # The target is often put in unquoted, its own query and all.
            target = parts.query.split("url=", 1)[1]
            head, _, options = target.partition("&")
            target = head if "?" not in unquote(head) else f"{head}&{options}".rstrip("&")
            target = unquote(target) if "%2f" in target.lower() else target
            target = target.removeprefix("ssl:")
        elif _WP_PROXY.match(host) and "." in parts.path.lstrip("/").split("/", 1)[0]:
            target = parts.path.lstrip("/")
        else:
            return url
        url = (
            target
            if target.startswith(("http://", "https://"))
            else "https://" + target.lstrip("/")
        )
    return url


def picture_url(element: Element, base: str) -> str | None:
    """Return the absolute, unwrapped address that an ``img`` or ``source`` means, or None.

    Lazy loaders' attributes win over ``src``, which then holds a stand-in.
    """
    attrs = element.attrs
    candidates = [attrs[name] for name in _LAZY if attrs.get(name)]
    candidates += [_largest(attrs[name]) for name in _SETS[:2] if attrs.get(name)]
    candidates.append(attrs.get("src", ""))
    if attrs.get("srcset"):
        candidates.append(_largest(attrs["srcset"]))
    for candidate in candidates:
        if not candidate.strip() or candidate.strip().lower().startswith("data:"):
            continue
        absolute = resolved(candidate, base)
        if absolute is None or absolute.startswith("mailto:"):
            continue
        try:
            target = resolved(unwrapped(absolute), base)
        except ValueError:
            continue
        if target:
            return target.partition("#")[0]
    return None


def _largest(srcset: str) -> str:
    best, best_size = "", -1.0
    for part in re.split(r",\s+", srcset.strip()):
        words = part.split()
        if not words:
            continue
        size = re.fullmatch(r"([\d.]+)[wx]", words[-1]) if len(words) > 1 else None
        try:
            value = float(size[1]) if size else 0.0
        except ValueError:
            value = 0.0
        if value > best_size:
            best, best_size = words[0], value
    return best


def is_pixel(element: Element, url: str) -> bool:
    """Tell whether a picture only counts readers."""
    return "1" in {_edge(element, "width"), _edge(element, "height")} or bool(
        _PIXEL_HOSTS.search(host_of(url))
    )


def is_icon(element: Element) -> bool:
    """Tell whether a picture is an emoji or an icon that stands in a line of text."""
    if "emoji" in element.attrs.get("class", ""):
        return True
    edges = [_edge(element, "width"), _edge(element, "height")]
    return all(edge.isdigit() and int(edge) <= _ICON_EDGE for edge in edges)


def _edge(element: Element, name: str) -> str:
    value = element.attrs.get(name, "").strip().lower().removesuffix("px")
    return value if value.isascii() and len(value) < 6 else ""


def image_of(picture: Element, base: str) -> Element:
    """Return the ``img`` of a ``picture``; without an address it takes that of a ``source``."""
    parts = [child for child in picture.children if isinstance(child, Element)]
    image = next((part for part in parts if part.tag == "img"), Element("img"))
    sets = [part.attrs["srcset"] for part in parts if part.attrs.get("srcset")]
    if picture_url(image, base) is None and sets:
        image.attrs["srcset"] = sets[-1]
    return image


def image_element(element: Element, url: str) -> Element:
    """Return the ``img`` as it is stored: the archive's own address, alt text, size."""
    attrs = {"src": picture_path(url), "alt": one_line(element.attrs.get("alt", ""))}
    width, height = _edge(element, "width"), _edge(element, "height")
    if width.isdigit() and height.isdigit() and int(width) and int(height):
        attrs |= {"width": width, "height": height}
    return Element("img", attrs)


def embed_url(element: Element, base: str) -> str | None:
    """Return the address that a reader can open for an ``iframe``, ``video``, ``audio``, … .

    Players of YouTube and Vimeo give the page of the video, frames of Embedly what is in them.
    """
    attrs = element.attrs
    links = [attrs.get(name, "") for name in ("src", "data-src", "data", "href", "data-sdkid")]
    links += [c.attrs.get("src", "") for c in element.children if isinstance(c, Element)]
    for link in links:
        url = resolved(link, base) if link else None
        if url and not url.startswith("mailto:"):
            return watch_url(url)
    return None


def watch_url(url: str) -> str:
    """Return the page of a video for the address of its player, else ``url`` itself.

    >>> watch_url("https://www.youtube-nocookie.com/embed/abcdefghijk?rel=0")
    'https://www.youtube.com/watch?v=abcdefghijk'
    """
    if host_of(url) == "cdn.embedly.com":
        target = parse_qs(urlsplit(url).query).get("url", [""])[0]
        url = resolved(target, url) or url
    if video := video_at(url):
        return video.watch_url
    host = host_of(url)
    if host.endswith("facebook.com") and "/plugins/" in url:
        href = parse_qs(urlsplit(url).query).get("href", [""])[0]
        return resolved(href, url) or url
    return url


def embed_figure(url: str, poster: Element | None = None) -> Element:
    """Return the figure that stands for a player: a link that names where it leads."""
    shown = url.split("://", 1)[-1].removeprefix("www.")
    label = shown if len(shown) <= 60 else shown[:59] + "…"
    children: list[Element | str] = [poster] if poster else []
    link = Element("a", {"href": url}, [label])
    return Element("figure", {}, [*children, link])
