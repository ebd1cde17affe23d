"""From the HTML that a feed delivered to the story alone, in semantic markup.

Order: the outlets' rules on the parsed body, elements that are never a story, the outlet's date
block at the top, the rebuilding into blocks, the repeated headline, twins of lazy pictures.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from articles.content.html.images import Picture, embed_figure
from articles.content.html.restructuring.autolinks import linked
from articles.content.html.restructuring.blocks import Flow
from articles.content.html.restructuring.inline_content import MEDIA, drop_idle_directions
from articles.content.html.restructuring.markup_repair import repaired
from articles.content.html.restructuring.obfuscated_emails import reveal
from articles.content.html.restructuring.plain_text_body import paragraphs_of
from articles.content.html.restructuring.removal_rules import (
    Removal,
    apply_rules,
    mark_figures,
    removal_of,
)
from articles.content.html.restructuring.source_indentation import unindent
from articles.content.html.restructuring.video_chapters import with_chapters
from articles.content.html.tree import (
    Element,
    Node,
    from_lexbor,
    has_any,
    has_text,
    text_of,
    to_html,
    walk,
)
from articles.content.html.videos import Video, video_at
from articles.content.outlets.registry import Outlet, PictureRule, general
from articles.content.text.date_parsing import Moment, parse_date
from articles.content.text.normalization import one_line

#: Elements whose contents are never text of a story.
NEVER_STORY = frozenset(
    "script style template link meta base title svg math canvas input button select textarea "
    "option datalist frameset frame noframes noembed applet param track map area".split()
)
_RECORDED = "script, style, template, svg, button, select, textarea"
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_NULL = re.compile(r"^null\b\s*")  # what a feed writes for a byline that it has not
_NOT_WORD = re.compile(r"[\W_]+")
_ASTERISKS = re.compile(r"\*\*\s*([^*\n]{1,80}?)\s*\*\*")
_DATE_BLOCK = 160  # characters; a longer first block is text
_ADDRESS = re.compile(r"://|www\.", re.IGNORECASE)
_MOST_ADDRESSES = 2_000  # of a text; fifty times what a real one has
_BLOCK_TEXT = frozenset(
    "p div ul ol li h1 h2 h3 h4 h5 h6 table tr section article blockquote pre dl hr".split()
)
_NOT_IN_DATE = _BLOCK_TEXT | MEDIA


@dataclass(frozen=True, slots=True)
class Structured:
    """A body in semantic markup, not yet cleaned, and what was found on the way."""

    html: str
    pictures: tuple[Picture, ...]
    removals: tuple[Removal, ...]
    date: Moment | None
    byline: str
    is_excerpt: bool


def structure(html: str, *, base: str, title: str, outlet: Outlet | None) -> Structured:
    """Return the story in ``html``: ``base`` is the address of the post, ``title`` its headline."""
    body = LexborHTMLParser(repaired(html)).body
    if body is None:
        return Structured("", (), (), None, "", is_excerpt=False)
    outlets = (general(), outlet) if outlet else (general(),)
    named = _byline_of(body, outlet)
    removals = apply_rules(body, outlets)
    mark_figures(body, outlets)
    for node in body.css(_RECORDED):
        removals.append(removal_of(node.tag or "", node.text(deep=True)))
    tree = from_lexbor(body, NEVER_STORY)
    reveal(tree)
    unindent(tree)
    _drop_hidden(tree, removals)
    date, byline = _take_date(tree, outlet.time_zone if outlet else "UTC", removals)
    flow = Flow(base)
    video = video_at(base)
    plain = paragraphs_of(tree)
    blocks = flow.closed(tree.children if plain is None else plain)
    if flow.pixels:
        removals.append(Removal("tracking pixel", 0, ""))
    for rules_of in outlets:
        for rule in rules_of.pictures:
            blocks = _without_picture(blocks, rule, rules_of.slug, flow, removals)
    blocks = _without_title(blocks, title, removals)
    blocks = [_subheading(block) for block in blocks]
    blocks = _without_rules_at_edges(_without_twins(blocks))
    if video:
        blocks = _with_player(with_chapters(blocks, video), video)
    if (video or plain is not None) and _ADDRESS.subn("", html)[1] <= _MOST_ADDRESSES:
        blocks = [_with_links(block) for block in blocks]
    drop_idle_directions(blocks)
    return Structured(
        html="\n".join(to_html([block]) for block in blocks),
        pictures=tuple(_pictures(blocks, flow)),
        removals=tuple(removals),
        date=date,
        byline=named or byline,
        is_excerpt=not _excerpt_rules(outlets).isdisjoint(r.rule for r in removals),
    )


def _byline_of(body: Any, outlet: Outlet | None) -> str:
    """Return the names that stand where the outlet writes its authors."""
    found = body.css(outlet.byline) if outlet and outlet.byline else ()
    return ", ".join(dict.fromkeys(filter(None, (one_line(n.text(deep=True)) for n in found))))


def _excerpt_rules(outlets: Iterable[Outlet]) -> set[str]:
    return {f"{o.slug}/{rule.id}" for o in outlets for rule in o.removals if rule.excerpt}


def _drop_hidden(node: Element, removals: list[Removal]) -> None:
    kept: list[Node] = []
    for child in node.children:
        if isinstance(child, Element):
            if child.attrs and _is_hidden(child.attrs):
                removals.append(removal_of("hidden", text_of(child)))
                continue
            _drop_hidden(child, removals)
        kept.append(child)
    node.children = kept


def _is_hidden(attrs: dict[str, str]) -> bool:
    style = attrs.get("style", "")
    return "hidden" in attrs or ("none" in style.lower() and bool(_HIDDEN_STYLE.search(style)))


def _take_date(tree: Element, zone: str, removals: list[Removal]) -> tuple[Moment | None, str]:
    """Take the outlet's date block from the top of ``tree``; return its date and byline."""
    parent = tree
    while True:
        first = next((c for c in parent.children if not _is_blank(c)), None)
        # A paragraph that is a date belongs to the story: outlets write theirs into a block.
        if not isinstance(first, Element) or first.tag in MEDIA or first.tag == "p":
            return None, ""
        lines = [] if has_any(first.children, _NOT_IN_DATE) else _date_lines(first)
        moment = parse_date(lines[-1], zone) if lines else None
        if moment is not None:
            parent.children.remove(first)
            removals.append(removal_of("date", " ".join(lines)))
            return moment, ", ".join(filter(None, (_NULL.sub("", each) for each in lines[:-1])))
        parent = first


def _is_blank(node: Node) -> bool:
    return not has_text(node) and not (isinstance(node, Element) and has_any([node], MEDIA))


def _date_lines(block: Element) -> list[str]:
    """Return the lines of a block that is short enough for a date, else none."""
    lines: list[str] = []
    length = -1
    for line in filter(None, map(one_line, _lines(block))):
        lines.append(line)
        length += 1 + len(line)
        if length > _DATE_BLOCK:
            return []
    return lines


def _lines(node: Element) -> list[str]:
    lines = [""]
    for child in node.children:
        if isinstance(child, str):
            lines[-1] += child
        elif child.tag == "br":
            lines.append("")
        else:
            inner = _lines(child)
            lines[-1] += inner[0]
            lines += inner[1:]
            if child.tag in _BLOCK_TEXT:
                lines.append("")
    return lines


def _without_title(blocks: list[Element], title: str, removals: list[Removal]) -> list[Element]:
    """Return ``blocks`` without the headline, where the body begins by repeating it."""
    wanted = _key(title)
    if not wanted:
        return blocks
    for i, block in enumerate(blocks[:4]):
        heading = block.tag in {"h2", "h3"}
        if (heading or (i == 0 and block.tag == "p")) and _key(text_of(block)) == wanted:
            removals.append(removal_of("title", text_of(block)))
            return blocks[:i] + blocks[i + 1 :]
    return blocks


def _key(text: str) -> str:
    return _NOT_WORD.sub("", text).lower()


def _without_picture(
    blocks: list[Element], rule: PictureRule, slug: str, flow: Flow, removals: list[Removal]
) -> list[Element]:
    kept = []
    for block in blocks:
        images = _images(block) if block.tag == "figure" else []
        urls = [flow.picture_urls.get(image.attrs.get("src", ""), "") for image in images]
        if urls and all(rule.url.search(url) for url in urls):
            removals.append(Removal(f"{slug}/{rule.id}", 0, urls[0]))
        else:
            kept.append(block)
    return kept


def _subheading(block: Element) -> Element:
    """Return a paragraph that stands between two pairs of asterisks as the heading it is."""
    text = block.children[0] if block.tag == "p" and len(block.children) == 1 else ""
    if isinstance(text, str) and (match := _ASTERISKS.fullmatch(text)):
        return Element("h3", block.attrs, [match[1]])
    return block


def _without_twins(blocks: list[Element]) -> list[Element]:
    """Return ``blocks`` without pictures that follow themselves, as lazy loaders leave them."""
    out: list[Element] = []
    for block in blocks:
        before = out[-1] if out and out[-1].tag == "figure" == block.tag else None
        sources = [e.attrs["src"] for e in _images(block)] if before else []
        if before and sources and sources == [e.attrs["src"] for e in _images(before)]:
            if len(block.children) > len(before.children):
                out[-1] = block
        else:
            out.append(block)
    return out


def _without_rules_at_edges(blocks: list[Element]) -> list[Element]:
    """Return ``blocks`` without horizontal rules at the edges or beside each other."""
    out: list[Element] = []
    for block in blocks:
        if block.tag != "hr" or (out and out[-1].tag != "hr"):
            out.append(block)
    while out and out[-1].tag == "hr":
        out.pop()
    return out


def _with_player(blocks: list[Element], video: Video) -> list[Element]:
    """Return ``blocks`` with the figure of the post's own video first."""
    url = video.at(None).watch_url
    for block in blocks:
        links = [e.attrs["href"] for e in walk(block) if block.tag == "figure" and e.tag == "a"]
        shown = [video_at(link) for link in links]
        if any(other and other.at(None).watch_url == url for other in shown):
            return [block, *(other for other in blocks if other is not block)]
    return [embed_figure(url), *blocks]


def _with_links(block: Element) -> Element:
    """Return ``block`` with the addresses in its text as links; ``pre`` is left as it is."""
    if block.tag == "pre":
        return block
    return Element(block.tag, block.attrs, linked(block.children))


def _images(block: Element) -> list[Element]:
    return [element for element in walk(block) if element.tag == "img"]


def _pictures(blocks: list[Element], flow: Flow) -> list[Picture]:
    found: list[Picture] = []
    for block in blocks if flow.picture_urls else ():
        images = _images(block)
        figures = [block, *walk(block)] if images else []
        captions = {
            id(image): one_line(text_of(figure.children[-1]))
            for figure in figures
            if figure.tag == "figure"
            and isinstance(figure.children[-1], Element)
            and figure.children[-1].tag == "figcaption"
            for image in _images(figure)
        }
        for image in images:
            url = flow.picture_urls[image.attrs["src"]]
            found.append(Picture(url, image.attrs["alt"], captions.get(id(image), "")))
    return found
