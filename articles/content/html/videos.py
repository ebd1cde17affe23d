"""Videos of YouTube and Vimeo: parsing their URLs, the page of a video, its player."""

from __future__ import annotations

import html as html_entities
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlsplit

from articles.content.urls.normalization import extract_host

#: The only origins from which a page may load a player, and only on a reader's request.
PLAYER_SITES = ("https://www.youtube-nocookie.com", "https://player.vimeo.com")

_YOUTUBE_HOST = re.compile(r"(?:^|\.)(?:youtube\.com|youtube-nocookie\.com|youtu\.be)$")
_VIMEO_HOST = re.compile(r"(?:^|\.)vimeo\.com$")
# "videoseries" and "live_stream" name a list and a channel, and are as long as an ID.
_YOUTUBE_ID = re.compile(r"(?!videoseries|live_stream)[\w-]{11}(?![\w-])", re.ASCII)
_YOUTUBE_PATH = re.compile(r"/(?:embed|v|e|shorts|live)/")
_VIMEO_PATH = re.compile(
    r"/(?:m/|video/|channels/[^/]+/|groups/[^/]+/videos/|(?:album|showcase)/\d+/video/)?"
    r"([0-9]{1,12})(?:/([0-9a-f]{6,20}))?/?"
)
_VIMEO_KEY = re.compile(r"[0-9a-f]{6,20}")
_SECONDS = re.compile(r"(\d{1,6})s?", re.ASCII)
_CLOCK = re.compile(r"(?:(\d{1,2})h)?(?:(\d{1,3})m)?(?:(\d{1,5})s)?", re.ASCII)
#: YouTube's IDs have a fixed length: what follows one without a separator is other text.
_YOUTUBE_URL = re.compile(
    r"https?://(?:www\.|m\.)?(?:youtu\.be/[\w-]{11}|youtube\.com/(?:watch\?v=[\w-]{11}"
    r"|(?:embed|shorts|live)/[\w-]{11}|channel/UC[\w-]{22}))",
    re.ASCII | re.IGNORECASE,
)
#: A figure of stored HTML up to the end of its link: the first group is the ``href``.
_FIGURE = re.compile(
    r'<figure>(?:<img [^<>]*>)?<a href="([^"<>]*)">[^<>]*(?:<img [^<>]*>)?[^<>]*</a>'
)


@dataclass(frozen=True, slots=True)
class Video:
    """A video. ``key`` gives access to an unlisted one of Vimeo; ``start`` is in seconds."""

    site: str  # "youtube.com" or "vimeo.com"
    id: str
    key: str = ""
    start: int | None = None

    @property
    def watch_url(self) -> str:
        """Return the canonical URL of the page of this video."""
        if self.site == "youtube.com":
            at = "" if self.start is None else f"&t={self.start}s"
            return f"https://www.youtube.com/watch?v={self.id}{at}"
        at = "" if self.start is None else f"#t={self.start}s"
        return f"https://vimeo.com/{self.id}" + (f"/{self.key}" if self.key else "") + at

    @property
    def embed_url(self) -> str:
        """Return the URL of the player of this video."""
        if self.site == "youtube.com":
            return f"https://www.youtube-nocookie.com/embed/{self.id}"
        return f"https://player.vimeo.com/video/{self.id}" + (f"?h={self.key}" if self.key else "")

    def starting_at(self, seconds: int | None) -> Video:
        """Return the same video, starting at ``seconds`` or, with None, at its beginning."""
        return replace(self, start=seconds)


def is_video_site(host: str) -> bool:
    """Return whether the URLs of ``host`` (lower case) are videos."""
    return bool(_YOUTUBE_HOST.search(host) or _VIMEO_HOST.search(host))


def parse_video_url(url: str) -> Video | None:
    """Return the video of ``url``, which is its page or its player in any form; else None.

    >>> parse_video_url("https://youtu.be/abcdefghijk?t=1m30s").watch_url
    'https://www.youtube.com/watch?v=abcdefghijk&t=90s'
    >>> parse_video_url("https://player.vimeo.com/video/123?h=0a1b2c3d4e").watch_url
    'https://vimeo.com/123/0a1b2c3d4e'
    """
    host = extract_host(url)
    if not is_video_site(host):
        return None
    parts = urlsplit(url.strip())
    if parts.scheme.lower() not in {"http", "https"}:
        return None
    query = parse_qs(parts.query)
    start = _parse_start(query, parts.fragment)
    if _VIMEO_HOST.search(host):
        vimeo = _VIMEO_PATH.fullmatch(parts.path)
        if vimeo is None:
            return None
        key = vimeo[2] or query.get("h", [""])[0]
        return Video("vimeo.com", vimeo[1], key if _VIMEO_KEY.fullmatch(key) else "", start)
    if host.endswith("youtu.be"):
        candidate = parts.path.lstrip("/")
    elif path := _YOUTUBE_PATH.match(parts.path):
        candidate = parts.path[path.end() :]
    else:
        candidate = query.get("v", [""])[0]
    youtube = _YOUTUBE_ID.match(candidate)
    return Video("youtube.com", youtube[0], start=start) if youtube else None


def _parse_start(query: dict[str, list[str]], fragment: str) -> int | None:
    values = [value for name in ("t", "start") for value in query.get(name, [])]
    for value in (*values, fragment.removeprefix("t=")):
        if seconds_only := _SECONDS.fullmatch(value):
            return int(seconds_only[1])
        if value and (clock := _CLOCK.fullmatch(value)):
            hours, minutes, seconds = (int(number or 0) for number in clock.groups())
            return hours * 3600 + minutes * 60 + seconds
    return None


def trim_glued_text(url: str) -> str:
    """Return ``url`` without text that is glued to an ID of YouTube.

    >>> trim_glued_text("https://youtu.be/abcdefghijk100")
    'https://youtu.be/abcdefghijk'
    """
    match = _YOUTUBE_URL.match(url)
    is_continued = match is not None and url[match.end() :].startswith(("/", "?", "&", "#"))
    return url if match is None or is_continued else match[0]


def player_sites(html: str) -> list[str]:
    """Return the sites of the videos in the figures of stored HTML, each once, in order."""
    found = (_parse_figure(figure) for figure in _FIGURE.finditer(html))
    return list(dict.fromkeys(video.site for video in found if video))


def add_player_notes(html: str, make_note: Callable[[str], str]) -> str:
    """Return stored HTML with a class on the figures of videos and a note after each link.

    ``make_note`` returns the HTML of the note for the site that serves the player.
    """

    def box(figure: re.Match[str]) -> str:
        video = _parse_figure(figure)
        if video is None:
            return figure[0]
        return figure[0].replace("<figure>", '<figure class="player">', 1) + make_note(video.site)

    return _FIGURE.sub(box, html)


def _parse_figure(figure: re.Match[str]) -> Video | None:
    return parse_video_url(html_entities.unescape(figure[1]))
