"""Random HTML at the edge of the strict check, and a search for evidence against the check."""

from __future__ import annotations

from html.parser import HTMLParser
from random import Random
from typing import Any

from bleach._vendor.html5lib import HTMLParser as Html5lib  # type: ignore[import-not-found]
from selectolax.lexbor import LexborHTMLParser

from articles.content.html.cleaning.policy import POLICY
from articles.content.html.cleaning.sanitizer import clean_html, clean_with_bleach
from articles.content.html.cleaning.strict_check import first_fault

Event = tuple[str, ...]

_HOSTILE_TAGS = (
    "script style svg math template noscript textarea title select option form input button iframe "
    "object embed xmp plaintext frameset body html head col colgroup div section center font nobr "
    "mglyph annotation-xml foreignobject listing optgroup marquee rb rtc wbr main h1"
).split()
_FEED_TAGS = (
    *"audio b blockquote br caption center code dd details div dl dt figcaption figure".split(),
    *"font h1 h2 hr li noscript object ol p picture pre q rb rp rt rtc ruby section small".split(),
    *"span strike summary table td thead tr ul wbr".split(),
    *("a href='https://a.example/'", "a href='https://a.example/b.html'", "span class='caption'"),
    *("img src='https://a.example/1.png'", "p style='display:none'", "span lang='en'"),
    *("iframe src='https://www.youtube.com/embed/aaaaaaaaaaa'", "video src='/v.mp4'"),
)
_TAGS = sorted(POLICY.tags)
_ACCEPTED_TEXTS = (
    *("港口", "a", " ", "\n", "\t", "《言论》", "&amp;", "&lt;", "&gt;", "&nbsp;", "&amp;lt;"),
)
_TEXTS = (
    *_ACCEPTED_TEXTS,
    *("若 0<p<1", "&", "&amp;#60;", "&ampamp;", "&quot;", "&#60;", "&copy", "&ampx", "&#x0;"),
    *("<", ">", "\xa0", "\u2028", "\x0c", "\x00", "\r", "\x85", "\ufeff", "\u202e", "\x1b", "𠮷"),
    *(
        "]]>",
        "<!--",
        "-->",
        "--!>",
        "<![CDATA[",
        "<?x ?>",
        "<!doctype html>",
        "</",
        "</p",
        "{{ x }}",
    ),
    *("{{ x }}", "'", '"', "`", "/", "=", "&NewLine;"),
)
_VALUES = (
    *("", "1", "03", "0" * 6, "zh-Hant", "en", "rtl", "auto", "row", "2021-01-14", "/i/01234567"),
    *("https://a.example/", "https://a.example/?a=1&amp;b=2#c", "http://a.example:80"),
    *("https://a.example/港口", "mailto:a@b.example", "mailto:", "https://[::1]/", "https://[x"),
    *("javascript:alert(1)", "javascript:123", "java\tscript:1", "data:text/html,x", "//a.example"),
    *("https://u:p@a.example/", "https://例.example", "HTTPS://a.example", "https:a", "/i/x"),
    *("a&quot;b", "a&lt;b&gt;", "a\nb", "a'b", "a`b", "a>b", "a<b", "&nbsp;", "\xa0", "&"),
    *("&amp;quot;", "&#34;", "https://a.example/\x01"),
)
_NAMES = (
    "href src alt title lang dir width height colspan rowspan start value scope reversed datetime "
    "onclick style id name class srcdoc xlink:href xmlns HREF hidden is"
).split()


def random_document(random: Random) -> str:
    """Return HTML: mostly by the grammar, often with a mutation or two; sometimes a tag soup."""
    kind = random.random()
    if kind < 0.15:
        return "".join(_random_token(random) for _ in range(random.randint(1, 14)))
    html = "".join(
        _random_element(random, POLICY.top_level, 0) for _ in range(random.randint(1, 3))
    )
    if kind < 0.55:
        for _ in range(random.randint(1, 2)):
            html = _mutate(random, html)
    return html


def random_feed_html(random: Random) -> str:
    """Return HTML as feeds deliver it at its worst: elements opened and closed anywhere."""
    parts = []
    for _ in range(random.randint(2, 14)):
        tag = random.choice(_FEED_TAGS)
        match random.randrange(4):
            case 0:
                parts.append(random.choice(_TEXTS))
            case 1:
                parts.append(f"</{tag.split()[0]}>")
            case _:
                parts.append(f"<{tag}>")
    return "".join(parts)


def _random_element(random: Random, allowed: frozenset[str], depth: int) -> str:
    """Return an element of ``allowed`` with content that the policy allows in it."""
    if depth > 6 or random.random() < 0.2:
        return "" if "b" not in allowed else random.choice(_ACCEPTED_TEXTS)
    is_misplaced = random.random() < 0.005
    tag = random.choice(_TAGS if is_misplaced else sorted(allowed))
    attributes = _random_attributes(random, tag)
    if tag in POLICY.void:
        return f"<{tag}{attributes}>"
    children = POLICY.content_model[tag]
    parts = [
        _random_element(random, children, depth + 1) for _ in range(random.choice((0, 1, 1, 2, 3)))
    ]
    if tag not in POLICY.without_text and random.random() < 0.5:
        parts.insert(random.randint(0, len(parts)), random.choice(_ACCEPTED_TEXTS))
    return f"<{tag}{attributes}>{''.join(parts)}</{tag}>"


def _random_attributes(random: Random, tag: str) -> str:
    own = [*POLICY.attributes.get(tag, ()), "lang", "dir"]
    names = random.sample(own, random.choice((0, 0, 0, 1, 1, 2)))
    if random.random() < 0.03:
        names.append(random.choice(_NAMES))
    parts = []
    for name in names:
        allowed_values = [value for value in _VALUES if POLICY.allows(tag, name, value)]
        value = random.choice(
            allowed_values if allowed_values and random.random() < 0.97 else _VALUES
        )
        parts.append(f' {name}="{value}"')
    return "".join(parts)


def _random_token(random: Random) -> str:
    match random.randrange(5):
        case 0:
            return random.choice(_TEXTS)
        case 1:
            return f"</{random.choice(_TAGS + _HOSTILE_TAGS)}>"
        case 2:
            tag = random.choice(_HOSTILE_TAGS)
            return f"<{tag}{_random_attributes(random, tag)}>"
        case _:
            tag = random.choice(_TAGS)
            return f"<{tag}{_random_attributes(random, tag)}>"


def _mutate(random: Random, html: str) -> str:
    at = random.randint(0, len(html))
    to = min(len(html), at + random.choice((0, 1, 1, 2, 5, 12)))
    match random.randrange(4):
        case 0:
            return html[:at] + html[to:]
        case 1:
            return html[:at] + _random_token(random) + html[at:]
        case 2:
            return html[:at] + random.choice("<>\"'&;=/ \n\x00a") + html[to:]
        case _:
            other = random.randint(0, len(html))
            return html[:at] + html[other : other + random.randint(1, 20)] + html[at:]


def is_accepted(html: str) -> bool:
    """Return whether the strict check accepts ``html``."""
    return first_fault(html) is None


def find_disagreement(html: str) -> str:
    """Return the evidence of ``html`` against the strict check, or an empty string.

    For HTML that it accepts: bleach changes a byte, or html5lib or lexbor parse another tree than
    the tags spell. For other HTML: the check refuses the output of :func:`clean_html`.
    """
    if not is_accepted(html):
        stored = clean_html(html).html
        return "" if is_accepted(stored) else f"stored but not accepted: {stored!r}"
    if (again := clean_with_bleach(html)) != html:
        return f"bleach: {again!r}"
    expected = _tree_of_tags(html)
    if (tree := _html5lib_tree(html)) != expected:
        return f"html5lib: {tree!r}"
    if (tree := _lexbor_tree(html)) != expected:
        return f"lexbor: {tree!r}"
    return ""


class _TagReader(HTMLParser):
    """Reads tags as they are written, without the repairs of a browser."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.events: list[Event] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.events.append(
            ("<", tag, *_flatten_attributes({name: value or "" for name, value in attrs}))
        )
        if tag in POLICY.void:
            self.events.append((">",))

    def handle_endtag(self, tag: str) -> None:
        self.events.append((">",))

    def handle_data(self, data: str) -> None:
        _add_text(self.events, data)


def _tree_of_tags(html: str) -> list[Event]:
    reader = _TagReader()
    reader.feed(html)
    reader.close()
    return reader.events


def _html5lib_tree(html: str) -> list[Event]:
    events: list[Event] = []

    def read(element: Any) -> None:
        _add_text(events, element.text or "")
        for child in element:
            events.append(("<", str(child.tag), *_flatten_attributes(child.attrib)))
            read(child)
            events.append((">",))
            _add_text(events, child.tail or "")

    read(Html5lib(namespaceHTMLElements=False).parseFragment(html, container="div"))
    return events


def _lexbor_tree(html: str) -> list[Event]:
    events: list[Event] = []

    def read(node: Any) -> None:
        while node is not None:
            if node.tag == "-text":
                _add_text(events, node.text_content or "")
            else:
                attributes = {name: value or "" for name, value in node.attributes.items()}
                events.append(("<", node.tag, *_flatten_attributes(attributes)))
                read(node.child)
                events.append((">",))
            node = node.next

    # In an element, so that white space at the edges stays.
    body = LexborHTMLParser(f"<!doctype html><body><div>{html}</div>").body
    assert body is not None
    assert body.child is not None
    read(body.child.child)
    return events


def _flatten_attributes(attributes: dict[str, str]) -> list[str]:
    return [part for name in sorted(attributes) for part in (name, attributes[name])]


def _add_text(events: list[Event], text: str) -> None:
    if not text:
        return
    if events and events[-1][0] == "text":
        text = events.pop()[1] + text
    events.append(("text", text))
