"""The words of an address that leads nowhere, by which its reader may be helped on.

Only addresses that a reader may have followed are read. What robots try by the thousand, such as
``/wp-login.php`` and ``/.env``, has no words here.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

MAX_PATH = 600  # characters that are read, of an address that may be any length
MAX_WORDS = 10  # of at most so many characters: together less than a search may have
MAX_WORD = 40  # an unspaced headline of Chinese is one word
_DECODINGS = 2  # on top of the server's own: links are encoded twice now and then

#: Sections of the site that hold no words of a story, and what only robots ask for.
_NOT_FOR_READERS = frozenset({
    "a", "actuator", "admin", "administrator", "api", "autodiscover", "backup", "cgi-bin",
    "config", "console", "i", "node_modules", "phpmyadmin", "server-status", "static", "vendor",
    "xmlrpc",
})  # fmt: skip
#: Sections whose own name is no word of what is looked for, and the same at the end of addresses.
_SECTIONS = frozenset({
    "about", "archive", "authors", "coverage", "feed", "news", "posts", "search", "sources",
    "story", "tags", "withdrawals",
})  # fmt: skip
_ENDS = frozenset({"amp", "feed", "index"})
_ROBOTS = re.compile(r"/\.|/wp-|//|[\x00-\x1f\x7f<>\\$|;{}]|%[0-9A-Fa-f]{2}")
#: The end of a file's name; of a page's it is dropped, with any other nobody reads the file.
_SUFFIX = re.compile(r"\.([A-Za-z][A-Za-z0-9~]{0,5})/?\Z")
_PAGES = frozenset({"html", "htm", "shtml", "xhtml", "md"})
_APART = re.compile(r"[\W_]+")


def address_words(path: str) -> list[str]:
    """Return the words of ``path``, as the server has decoded it, each once in their order.

    They are in small letters, so that none of them is a sign of the search such as ``OR``. Numbers
    are left out: they are days and counters. A path that no reader follows has none.

    >>> address_words("/2021/01/14/port-reopens/"), address_words("/tags/港口/恢复_通航.html")
    (['port', 'reopens'], ['港口', '恢复', '通航'])
    >>> address_words("/wp-login.php"), address_words("/.git/config"), address_words("/a/7k2m9xqa/")
    ([], [], [])
    """
    path = _decoded(path[:MAX_PATH])
    segments = [segment for segment in path.split("/") if segment]
    if _ROBOTS.search(path) or not segments or segments[0].lower() in _NOT_FOR_READERS:
        return []
    if suffix := _SUFFIX.search(path):
        if suffix[1].lower() not in _PAGES:
            return []
        path = path[: suffix.start()]
    pieces = _APART.split(path.lower())
    if segments[0].lower() in _SECTIONS:
        pieces.remove(segments[0].lower())
    words = (piece[:MAX_WORD] for piece in pieces if _is_word(piece))
    return list(dict.fromkeys(words))[:MAX_WORDS]


def _decoded(path: str) -> str:
    for _ in range(_DECODINGS):
        path = unquote(path, errors="replace")
    return path


def _is_word(text: str) -> bool:
    """Tell whether a piece can be looked for: no number, no single letter of ours, no leftover."""
    if not any(char.isalpha() for char in text):
        return False
    return text not in _ENDS and (len(text) > 1 or not text.isascii())
