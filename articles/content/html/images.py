"""Pictures and embeds: the URL that an ``img`` really stands for, and the page behind a player."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qs, unquote, urlsplit

from articles.content.html.tree import Element
from articles.content.html.videos import parse_video_url
from articles.content.text.normalization import normalize_line
from articles.content.urls.normalization import extract_host, identity_hash, make_code, resolve_link

#: The attributes in which lazy loaders keep the URL, best first.
_LAZY_ATTRIBUTES = (
    "data-src", "data-original", "data-lazy-src", "data-actualsrc", "data-original-src",
    "data-url", "data-full-url", "data-echo",
)  # fmt: skip
_SRCSET_ATTRIBUTES = ("data-srcset", "data-lazy-srcset", "srcset")
_TRACKER_HOSTS = re.compile(
    r"(^|\.)(amazon-adsystem\.com|assoc-amazon\.com|doubleclick\.net|scorecardresearch\.com"
    r"|google-analytics\.com|feedburner\.com|pixel\.wp\.com|stats\.wordpress\.com|stat\.xzdns\.com"
    r"|ir-na\.amazon|quantserve\.com|feedsportal\.com|mf\.feeds\.reuters\.com)$|^ir-"
)
_MAX_ICON_EDGE = 40  # pixels; smaller pictures are emoji and icons in a line of text
_WESERV_HOSTS = frozenset({"images.weserv.nl", "wsrv.nl", "images.rsshub.app"})
_WORDPRESS_PROXY_HOST = re.compile(r"i[0-3]\.wp\.com$")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in the body of a post. ``url`` is where the outlet published it."""

    url: str
    alt: str
    caption: str

    @property
    def url_hash(self) -> str:
        """Return the SHA-256 of the normalized URL as 64 hexadecimal digits."""
        return identity_hash(self.url)


@lru_cache(maxsize=8)
def image_code(url: str) -> str:
    """Return the code of a picture in the archive's own URLs: 16 characters."""
    return make_code(identity_hash(url), 16)


def image_path(url: str) -> str:
    """Return the path of the archive's own URL for the picture at ``url``."""
    return f"/i/{image_code(url)}"


def unwrap_image_proxy(url: str) -> str:
    """Return the URL that a resizing proxy fetches, else ``url`` itself.

    >>> unwrap_image_proxy("https://images.weserv.nl/?url=gdb.voanews.example/A_w900.jpg&w=300")
    'https://gdb.voanews.example/A_w900.jpg'
    >>> unwrap_image_proxy("https://i0.wp.com/press.example/x.png?resize=600")
    'https://press.example/x.png'
    """
    for _ in range(3):  # proxies are sometimes nested
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        if host in _WESERV_HOSTS and "url=" in parts.query:
            # The target is often not percent-encoded, and then has its own query.
            target = parts.query.split("url=", 1)[1]
            head, _, options = target.partition("&")
            target = head if "?" not in unquote(head) else f"{head}&{options}".rstrip("&")
            target = unquote(target) if "%2f" in target.lower() else target
            target = target.removeprefix("ssl:")
        elif _WORDPRESS_PROXY_HOST.match(host) and "." in parts.path.lstrip("/").split("/", 1)[0]:
            target = parts.path.lstrip("/")
        else:
            return url
        url = (
            target
            if target.startswith(("http://", "https://"))
            else "https://" + target.lstrip("/")
        )
    return url


def image_url(element: Element, base: str) -> str | None:
    """Return the absolute URL of an ``img`` or ``source``, without image proxies, or None.

    Lazy loaders' attributes take precedence over ``src``, which then holds a placeholder.
    """
    attrs = element.attrs
    candidates = [attrs[name] for name in _LAZY_ATTRIBUTES if attrs.get(name)]
    candidates += [
        _largest_candidate(attrs[name]) for name in _SRCSET_ATTRIBUTES[:2] if attrs.get(name)
    ]
    candidates.append(attrs.get("src", ""))
    if attrs.get("srcset"):
        candidates.append(_largest_candidate(attrs["srcset"]))
    for candidate in candidates:
        if not candidate.strip() or candidate.strip().lower().startswith("data:"):
            continue
        absolute = resolve_link(candidate, base)
        if absolute is None or absolute.startswith("mailto:"):
            continue
        try:
            target = resolve_link(unwrap_image_proxy(absolute), base)
        except ValueError:
            continue
        if target:
            return target.partition("#")[0]
    return None


def _largest_candidate(srcset: str) -> str:
    best, best_size = "", -1.0
    for part in re.split(r",\s+", srcset.strip()):
        fields = part.split()
        if not fields:
            continue
        descriptor = re.fullmatch(r"([\d.]+)[wx]", fields[-1]) if len(fields) > 1 else None
        try:
            value = float(descriptor[1]) if descriptor else 0.0
        except ValueError:
            value = 0.0
        if value > best_size:
            best, best_size = fields[0], value
    return best


def is_tracking_pixel(element: Element, url: str) -> bool:
    """Return whether a picture only counts readers."""
    return "1" in {_size_attribute(element, "width"), _size_attribute(element, "height")} or bool(
        _TRACKER_HOSTS.search(extract_host(url))
    )


def is_icon(element: Element) -> bool:
    """Return whether a picture is an emoji or an icon in a line of text."""
    if "emoji" in element.attrs.get("class", ""):
        return True
    edges = [_size_attribute(element, "width"), _size_attribute(element, "height")]
    return all(edge.isdigit() and int(edge) <= _MAX_ICON_EDGE for edge in edges)


def _size_attribute(element: Element, name: str) -> str:
    value = element.attrs.get(name, "").strip().lower().removesuffix("px")
    return value if value.isascii() and len(value) < 6 else ""


def image_from_picture(picture: Element, base: str) -> Element:
    """Return the ``img`` of a ``picture``; without a URL of its own, with that of a ``source``."""
    parts = [child for child in picture.children if isinstance(child, Element)]
    image = next((part for part in parts if part.tag == "img"), Element("img"))
    srcsets = [part.attrs["srcset"] for part in parts if part.attrs.get("srcset")]
    if image_url(image, base) is None and srcsets:
        image.attrs["srcset"] = srcsets[-1]
    return image


def build_image(element: Element, url: str) -> Element:
    """Return the ``img`` as it is stored: the archive's own URL, alt text, size."""
    attrs = {"src": image_path(url), "alt": normalize_line(element.attrs.get("alt", ""))}
    width, height = _size_attribute(element, "width"), _size_attribute(element, "height")
    if width.isdigit() and height.isdigit() and int(width) and int(height):
        attrs |= {"width": width, "height": height}
    return Element("img", attrs)


def embed_url(element: Element, base: str) -> str | None:
    """Return the URL that a reader can open for an ``iframe``, ``video``, ``audio``, … .

    For players of YouTube and Vimeo that is the page of the video, for frames of Embedly the page
    that they embed.
    """
    attrs = element.attrs
    links = [attrs.get(name, "") for name in ("src", "data-src", "data", "href", "data-sdkid")]
    links += [c.attrs.get("src", "") for c in element.children if isinstance(c, Element)]
    for link in links:
        url = resolve_link(link, base) if link else None
        if url and not url.startswith("mailto:"):
            return watch_url(url)
    return None


def watch_url(url: str) -> str:
    """Return the page of the video for the URL of a player, else ``url`` itself.

    >>> watch_url("https://www.youtube-nocookie.com/embed/abcdefghijk?rel=0")
    'https://www.youtube.com/watch?v=abcdefghijk'
    """
    if extract_host(url) == "cdn.embedly.com":
        target = parse_qs(urlsplit(url).query).get("url", [""])[0]
        url = resolve_link(target, url) or url
    if video := parse_video_url(url):
        return video.watch_url
    host = extract_host(url)
    if host.endswith("facebook.com") and "/plugins/" in url:
        href = parse_qs(urlsplit(url).query).get("href", [""])[0]
        return resolve_link(href, url) or url
    return url


def build_embed_figure(url: str, poster: Element | None = None) -> Element:
    """Return the figure that replaces a player: a link with its URL as the label."""
    display_url = url.split("://", 1)[-1].removeprefix("www.")
    label = display_url if len(display_url) <= 60 else display_url[:59] + "…"
    children: list[Element | str] = [poster] if poster else []
    link = Element("a", {"href": url}, [label])
    return Element("figure", {}, [*children, link])
