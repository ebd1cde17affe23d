"""Links for URLs in plain text: each link ends where its URL does.

Chinese is written without spaces, and collectors joined lines with nothing between; so a URL ends
where Chinese begins, where the next URL begins, and where a row of dashes begins.
"""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv4Address

from articles.content.html.tree import Element, Node
from articles.content.html.videos import trim_glued_text
from articles.content.urls.normalization import extract_host, resolve_link

_URL_START = re.compile(r"https?://|(?<![A-Za-z0-9@./:_-])www\.", re.IGNORECASE)
_SCHEME = re.compile(r"https?://", re.IGNORECASE)
# A path may contain unescaped letters of alphabets that are written with spaces.
_URL = re.compile(
    r"(?:https?://)?(?:[a-z0-9_-]+\.)+[a-z0-9-]*[a-z0-9](?::[0-9]{1,5})?"
    r"(?:[/?#][a-z0-9\-._~:/?#\[\]@!$&'()*+,;=%\u00c0-\u024f\u0370-\u04ff]*)?",
    re.IGNORECASE,
)
_WEB_ARCHIVE_PREFIX = re.compile(r"[/.]archive\.[a-z]+/[^\s/]+/(?:[^\s/]+/)?$", re.IGNORECASE)
_SEPARATOR_ROW = re.compile(r"[-_]{4}|[=~]{3}|[*#]{2}|\.{3}")
_TRAILING_PUNCTUATION = ".,;:!?'\"([*&#"
#: The label of the next URL, glued to this one: ``https://a.example/meTwitter: https://…``.
_NEXT_LABEL = re.compile(
    r"(?:Facebook|Twitter|Instagram|Telegram|WhatsApp|Discord|Patreon|Pay[Pp]al|You[Tt]ube|Android"
    r"|iOS|E?mail)$"
)
_AFTER_LABEL = re.compile(r"[ \u3000]*(?:[:：→]|https?://)")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_UNLINKED = frozenset({"a", "code", "kbd", "samp"})


def find_urls(text: str) -> list[tuple[int, int]]:
    """Return the begin and end of each URL in ``text``.

    >>> text = "見https://a.example/b_(c)。歡迎"
    >>> [text[begin:end] for begin, end in find_urls(text)]
    ['https://a.example/b_(c)']
    """
    spans = []
    position = 0
    while begin := _URL_START.search(text, position):
        end = _url_end(text, begin.start())
        if end is not None:
            spans.append((begin.start(), end))
        position = end or begin.end()
    return spans


def _url_end(text: str, begin: int) -> int | None:
    """Return the end of the URL that begins at ``begin``, or None when it is no URL."""
    match = _URL.match(text, begin, _next_url_start(text, begin))
    if match is None or text[match.end() : match.end() + 1] == "@":  # a user name before a host
        return None
    url = match[0]
    if row := _SEPARATOR_ROW.search(url, len("https://")):
        url = url[: row.start()]
    url = _cut_unmatched_bracket(trim_glued_text(url)).rstrip(_TRAILING_PUNCTUATION)
    if _AFTER_LABEL.match(text, begin + len(url)):
        url = _NEXT_LABEL.sub("", url)
    return begin + len(url) if _URL.fullmatch(url) else None


def _next_url_start(text: str, begin: int) -> int:
    """Return the start of the next URL; one in a query or a web archive's path does not count."""
    for other in _SCHEME.finditer(text, begin + len("http://")):
        before = text[max(begin, other.start() - 80) : other.start()]
        if not before.endswith("=") and not _WEB_ARCHIVE_PREFIX.search(before):
            return other.start()
    return len(text)


def _cut_unmatched_bracket(url: str) -> str:
    """Return ``url`` up to the first closing bracket that has no opening one."""
    for opening, closing in ("()", "[]"):
        depth = 0
        for i, char in enumerate(url):
            depth += (char == opening) - (char == closing)
            if depth < 0:
                url = url[:i]
                break
    return url


def autolink(nodes: list[Node]) -> list[Node]:
    """Return phrasing content with the URLs in its text as links; the text stays the same."""
    out: list[Node] = []
    for node in nodes:
        if isinstance(node, str):
            out += _autolink_text(node)
        elif node.tag in _UNLINKED:
            out.append(node)
        else:
            out.append(Element(node.tag, node.attrs, autolink(node.children)))
    return out


def _autolink_text(text: str) -> list[Node]:
    out: list[Node] = []
    last = 0
    for begin, end in find_urls(text):
        url = text[begin:end]
        href = resolve_link(url if _SCHEME.match(url) else f"http://{url}", "")
        if href is not None and _is_linkable_host(extract_host(href)):
            out += [text[last:begin], Element("a", {"href": href}, [url])]
            last = end
    return [node for node in (*out, text[last:]) if node != ""]


def _is_linkable_host(host: str) -> bool:
    """Return whether a URL parser accepts ``host``: one that ends in a number is an IPv4 address.

    The sanitizer would take the href of any other away (WHATWG URL, "ends in a number").
    """
    if not _NUMBER.fullmatch(host.rpartition(".")[2]):
        return host[:1].isalnum()
    try:
        return bool(IPv4Address(host))
    except AddressValueError:
        return False
