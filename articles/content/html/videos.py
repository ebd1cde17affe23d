"""Videos of YouTube and Vimeo: what an address says, the page of a video, its player."""

from __future__ import annotations

import html as html_entities
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlsplit

from articles.content.urls.normalization import host_of

#: The only sites from which a page may load a player, once a reader asks for it.
PLAYER_SITES = ("https://www.youtube-nocookie.com", "https://player.vimeo.com")

_YOUTUBE_HOST = re.compile(r"(?:^|\.)(?:youtube\.com|youtube-nocookie\.com|youtu\.be)$")
_VIMEO_HOST = re.compile(r"(?:^|\.)vimeo\.com$")
# "videoseries" and "live_stream" stand for a list and a channel, and are as long as an id.
_YOUTUBE_ID = re.compile(r"(?!videoseries|live_stream)[\w-]{11}(?![\w-])", re.ASCII)
_YOUTUBE_PATH = re.compile(r"/(?:embed|v|e|shorts|live)/")
_VIMEO_PATH = re.compile(
    r"/(?:m/|video/|channels/[^/]+/|groups/[^/]+/videos/|(?:album|showcase)/\d+/video/)?"
    r"([0-9]{1,12})(?:/([0-9a-f]{6,20}))?/?"
)
_VIMEO_KEY = re.compile(r"[0-9a-f]{6,20}")
_SECONDS = re.compile(r"(\d{1,6})s?", re.ASCII)
_CLOCK = re.compile(r"(?:(\d{1,2})h)?(?:(\d{1,3})m)?(?:(\d{1,5})s)?", re.ASCII)
#: YouTube's ids have a fixed length: what follows one without a separator is another word.
_WHOLE = re.compile(
    r"https?://(?:www\.|m\.)?(?:youtu\.be/[\w-]{11}|youtube\.com/(?:watch\?v=[\w-]{11}"
    r"|(?:embed|shorts|live)/[\w-]{11}|channel/UC[\w-]{22}))",
    re.ASCII | re.IGNORECASE,
)
#: A figure of stored HTML up to the end of its link: the first group is the link's address.
_FIGURE = re.compile(
    r'<figure>(?:<img [^<>]*>)?<a href="([^"<>]*)">[^<>]*(?:<img [^<>]*>)?[^<>]*</a>'
)


@dataclass(frozen=True, slots=True)
class Video:
    """A video. ``key`` opens an unlisted one of Vimeo; ``start`` is in seconds."""

    site: str  # "youtube.com" or "vimeo.com"
    id: str
    key: str = ""
    start: int | None = None

    @property
    def watch_url(self) -> str:
        """Return the one address under which this video is linked."""
        if self.site == "youtube.com":
            at = "" if self.start is None else f"&t={self.start}s"
            return f"https://www.youtube.com/watch?v={self.id}{at}"
        at = "" if self.start is None else f"#t={self.start}s"
        return f"https://vimeo.com/{self.id}" + (f"/{self.key}" if self.key else "") + at

    def at(self, seconds: int | None) -> Video:
        """Return the same video from another second on, or from its beginning."""
        return replace(self, start=seconds)


def is_video_site(host: str) -> bool:
    """Tell whether what stands at ``host`` (lower case) is a video."""
    return bool(_YOUTUBE_HOST.search(host) or _VIMEO_HOST.search(host))


def video_at(url: str) -> Video | None:
    """Return the video that ``url`` leads to: its page or its player, in any of their forms.

    >>> video_at("https://youtu.be/abcdefghijk?t=1m30s").watch_url
    'https://www.youtube.com/watch?v=abcdefghijk&t=90s'
    >>> video_at("https://player.vimeo.com/video/123?h=0a1b2c3d4e").watch_url
    'https://vimeo.com/123/0a1b2c3d4e'
    """
    host = host_of(url)
    if not is_video_site(host):
        return None
    parts = urlsplit(url.strip())
    if parts.scheme.lower() not in {"http", "https"}:
        return None
    query = parse_qs(parts.query)
    start = _start(query, parts.fragment)
    if _VIMEO_HOST.search(host):
        vimeo = _VIMEO_PATH.fullmatch(parts.path)
        if vimeo is None:
            return None
        key = vimeo[2] or query.get("h", [""])[0]
        return Video("vimeo.com", vimeo[1], key if _VIMEO_KEY.fullmatch(key) else "", start)
    if host.endswith("youtu.be"):
        named = parts.path.lstrip("/")
    elif path := _YOUTUBE_PATH.match(parts.path):
        named = parts.path[path.end() :]
    else:
        named = query.get("v", [""])[0]
    youtube = _YOUTUBE_ID.match(named)
    return Video("youtube.com", youtube[0], start=start) if youtube else None


def _start(query: dict[str, list[str]], fragment: str) -> int | None:
    given = [value for name in ("t", "start") for value in query.get(name, [])]
    for value in (*given, fragment.removeprefix("t=")):
        if plain := _SECONDS.fullmatch(value):
            return int(plain[1])
        if value and (clock := _CLOCK.fullmatch(value)):
            hours, minutes, seconds = (int(number or 0) for number in clock.groups())
            return hours * 3600 + minutes * 60 + seconds
    return None


def whole_address(address: str) -> str:
    """Return ``address`` without what was glued to an id of YouTube.

    >>> whole_address("https://youtu.be/abcdefghijk100")
    'https://youtu.be/abcdefghijk'
    """
    known = _WHOLE.match(address)
    goes_on = known is not None and address[known.end() :].startswith(("/", "?", "&", "#"))
    return address if known is None or goes_on else known[0]


def players_in(html: str) -> list[str]:
    """Return the sites of the videos that stored HTML holds in figures, each once, in order."""
    found = (_video_of(figure) for figure in _FIGURE.finditer(html))
    return list(dict.fromkeys(video.site for video in found if video))


def with_player_boxes(html: str, note: Callable[[str], str]) -> str:
    """Return stored HTML with a class on the figures of videos, and a note behind each link.

    ``note`` makes HTML of the site that a player is loaded from.
    """

    def box(figure: re.Match[str]) -> str:
        video = _video_of(figure)
        if video is None:
            return figure[0]
        return figure[0].replace("<figure>", '<figure class="player">', 1) + note(video.site)

    return _FIGURE.sub(box, html)


def _video_of(figure: re.Match[str]) -> Video | None:
    return video_at(html_entities.unescape(figure[1]))
