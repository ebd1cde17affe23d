"""The words in the path of a URL that was not found, to offer its reader a search.

Only URLs that a reader may have followed give words. What robots request by the thousand, such as
``/wp-login.php`` and ``/.env``, gives none.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

MAX_PATH_LENGTH = 600  # characters; the rest of a longer path is ignored
MAX_WORDS = 10  # of MAX_WORD_LENGTH each: together shorter than the longest search query
MAX_WORD_LENGTH = 40  # characters; a Chinese headline without spaces is one word
_EXTRA_DECODINGS = 2  # on top of the server's own: some links are encoded twice

#: First path segments without words of a story, and those that only robots request.
_IGNORED_SECTIONS = frozenset({
    "a", "actuator", "admin", "administrator", "api", "autodiscover", "backup", "cgi-bin",
    "config", "console", "i", "node_modules", "phpmyadmin", "server-status", "static", "vendor",
    "xmlrpc",
})  # fmt: skip
#: First path segments that are not words of the story themselves; then the same for words anywhere.
_SECTIONS = frozenset({
    "about", "archive", "authors", "coverage", "feed", "news", "posts", "search", "sources",
    "story", "tags", "withdrawals",
})  # fmt: skip
_IGNORED_ENDINGS = frozenset({"amp", "feed", "index"})
_ROBOT_REQUEST = re.compile(r"/\.|/wp-|//|[\x00-\x1f\x7f<>\\$|;{}]|%[0-9A-Fa-f]{2}")
#: A file name extension: dropped for pages; with any other the path gives no words.
_FILE_EXTENSION = re.compile(r"\.([A-Za-z][A-Za-z0-9~]{0,5})/?\Z")
_PAGE_EXTENSIONS = frozenset({"html", "htm", "shtml", "xhtml", "md"})
_WORD_SEPARATORS = re.compile(r"[\W_]+")


def extract_url_words(path: str) -> list[str]:
    """Return the words of ``path`` (decoded by the server), each once, in order.

    They are lower case, so that none is a search operator such as ``OR``. Numbers are left out:
    they are days and counters. A path that no reader follows has no words.

    >>> extract_url_words("/2021/01/14/port-reopens/")
    ['port', 'reopens']
    >>> extract_url_words("/tags/港口/恢复_通航.html")
    ['港口', '恢复', '通航']
    >>> [extract_url_words(path) for path in ("/wp-login.php", "/.git/config", "/a/7k2m9xqa/")]
    [[], [], []]
    """
    path = _decode(path[:MAX_PATH_LENGTH])
    segments = [segment for segment in path.split("/") if segment]
    if _ROBOT_REQUEST.search(path) or not segments or segments[0].lower() in _IGNORED_SECTIONS:
        return []
    if extension := _FILE_EXTENSION.search(path):
        if extension[1].lower() not in _PAGE_EXTENSIONS:
            return []
        path = path[: extension.start()]
    pieces = _WORD_SEPARATORS.split(path.lower())
    if segments[0].lower() in _SECTIONS:
        pieces.remove(segments[0].lower())
    words = (piece[:MAX_WORD_LENGTH] for piece in pieces if _is_search_word(piece))
    return list(dict.fromkeys(words))[:MAX_WORDS]


def _decode(path: str) -> str:
    for _ in range(_EXTRA_DECODINGS):
        path = unquote(path, errors="replace")
    return path


def _is_search_word(text: str) -> bool:
    """Return whether to search for ``text``: no number, single ASCII letter or ignored ending."""
    if not any(char.isalpha() for char in text):
        return False
    return text not in _IGNORED_ENDINGS and (len(text) > 1 or not text.isascii())
