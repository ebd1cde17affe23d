"""Rebuild a body as a sequence of semantic blocks: paragraphs, headings, lists, figures, … .

Whatever the markup was, what comes out is a flat flow of blocks whose insides are phrasing
content, nested only where nesting means something (quotes, lists, tables). Text is never dropped
here; what has no meaning (wrappers, empty elements, presentation) is unwrapped.
"""

from __future__ import annotations

import re

from articles.content.html import images
from articles.content.html.restructuring import compound_blocks
from articles.content.html.restructuring.inline_content import (
    EDGE,
    MEDIA,
    WHOLE_FIGURE,
    filled,
    flattened,
    is_a,
    is_prose,
    language_attrs,
    phrasing_of,
    trimmed,
    with_breaks,
    with_captions,
    with_language,
    without_leading_breaks,
)
from articles.content.html.tree import Element, Node, has_any, text_of
from articles.content.urls.normalization import resolved

_WRAPPERS = frozenset(
    "address article aside body center dialog dir div fieldset figcaption footer form header "
    "hgroup legend main menu nav noscript p section tbody td tfoot th thead tr li dd dt caption "
    "summary colgroup".split()
)
_SPECIAL = frozenset("h1 h2 h3 h4 h5 h6 ul ol dl blockquote pre table figure hr details".split())
_BLOCKS = _WRAPPERS | _SPECIAL | MEDIA
_PHRASING = frozenset(
    "a abbr b bdi bdo cite code del dfn em i ins kbd mark q rp rt ruby s samp small strong sub "
    "sup time u var".split()
)
_READINGS = frozenset({"rp", "rt"})  # which stand in a ruby and nowhere else
_RENAMED = {"strike": "s", "tt": "code", "acronym": "abbr", "big": "span", "rb": "span"}
_KEPT_ATTRS = {
    "abbr": ("title",),
    "time": ("datetime",),
    "del": ("datetime",),
    "ins": ("datetime",),
}
_CAPTION_CLASS = re.compile(
    r"(?:^|[\s_-])(?:(?:wp-|image-|media-|photo-|pic-|figure-|img-)?caption(?:-text)?"
    r"|(?:image|photo|pic)-?(?:desc(?:ription)?|info|credit))(?:$|[\s_-])",
    re.IGNORECASE,
)
_SPACE = re.compile("[ \t\r\n\f\v\x85\xa0\u2028\u2029]+")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff\ud800-\udfff]")


def _text(text: str) -> str:
    """Return text between two tags without controls, each run of space as one."""
    if not text.isprintable():
        return _SPACE.sub(" ", _CONTROLS.sub("", text))
    # Printable text holds neither, but for the common space.
    return _SPACE.sub(" ", text) if "  " in text else text


class Flow:
    """Turns light trees into blocks; collects the pictures it met as ``path -> address``."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.picture_urls: dict[str, str] = {}
        self.pixels = 0

    def blocks(self, nodes: list[Node], wrap: str = "p") -> list[Element]:
        """Return ``nodes`` as blocks; runs of text become ``wrap`` elements."""
        out: list[Element] = []
        run: list[Node] = []

        for node in nodes:
            if isinstance(node, str) or not (
                node.tag in _BLOCKS or has_any(node.children, _BLOCKS)
            ):
                run.append(node)
            elif node.tag == "img" and (alt := self._icon(node)) is not None:
                run.append(alt)
            else:
                if run:
                    out += self._paragraphs(run, wrap)
                    run = []
                out += with_language(node, self._block(node, wrap))
        if run:
            out += self._paragraphs(run, wrap)
        return with_captions(out)

    def closed(self, nodes: list[Node]) -> list[Element]:
        """Return ``nodes`` as the blocks of a container: no caption waits for a figure outside."""
        return [
            Element("p", block.attrs, block.children) if block.tag == "figcaption" else block
            for block in self.blocks(nodes)
        ]

    def _block(self, node: Element, wrap: str) -> list[Element]:
        if node.tag not in _WRAPPERS:
            special = self._special(node, wrap)
            if special is not None:
                return special
        if WHOLE_FIGURE in node.attrs:
            return self._whole_figure(node)
        is_caption = node.tag == "figcaption" or (
            "class" in node.attrs and _CAPTION_CLASS.search(node.attrs["class"])
        )
        if is_caption and not has_any(node.children, MEDIA):
            return filled(Element("figcaption", {}, self.joined(node.children)))
        return self.blocks(node.children, wrap)

    def _special(self, node: Element, wrap: str) -> list[Element] | None:
        """Return the blocks of an element that means something, None when it only wraps."""
        match node.tag:
            case tag if tag in MEDIA:
                return self._media(node)
            case "h1" | "h2" | "h3" | "h4" | "h5" | "h6" as tag:
                return self.blocks(node.children, "h2" if tag == "h1" else tag)
            case "ul" | "ol":
                return compound_blocks.list_of(self, node)
            case "dl":
                return compound_blocks.definitions(self, node)
            case "blockquote":
                return filled(Element("blockquote", {}, [*self.closed(node.children)]))
            case "pre":
                return self._preformatted(node)
            case "table":
                return compound_blocks.table(self, node)
            case "figure":
                return self._figure(node)
            case "details":
                return compound_blocks.details(self, node)
            case "hr":
                return [Element("hr")]
            case "a":
                return self._linked(node, wrap)
        return None

    def _preformatted(self, node: Element) -> list[Element]:
        """Return a ``pre``; where an editor made a box of prose with it, a quotation."""
        if is_prose(node):
            return filled(Element("blockquote", {}, [*self.closed(with_breaks(node.children))]))
        text = self.inline(node.children, keep_space=True)
        return filled(Element("pre", {}, without_leading_breaks(text)))

    def _paragraphs(self, run: list[Node], wrap: str) -> list[Element]:
        """Return a run of phrasing content as paragraphs, cut where two line breaks meet."""
        if len(run) == 1 and isinstance(run[0], str):
            text = _text(run[0]).strip(EDGE)
            return [Element(wrap, {}, [text])] if text else []
        parts: list[list[Node]] = [[]]
        breaks = 0
        for node in self.inline(run):
            if isinstance(node, Element) and node.tag == "br":
                breaks += 1
            elif isinstance(node, str) and not node.strip(EDGE) and breaks:
                continue
            else:
                if breaks >= 2 and wrap == "p":
                    parts.append([])
                elif breaks:
                    parts[-1].append(Element("br"))
                breaks = 0
                parts[-1].append(node)
        paragraphs = (Element(wrap, {}, trimmed(part)) for part in parts)
        return [p for p in paragraphs if text_of(p).strip(EDGE)]

    def inline(
        self, nodes: list[Node], *, keep_space: bool = False, in_ruby: bool = False
    ) -> list[Node]:
        """Return phrasing content: known elements with known attributes, the others unwrapped."""
        out: list[Node] = []
        for node in nodes:
            if isinstance(node, str):
                out.append(_CONTROLS.sub("", node) if keep_space else _text(node))
            elif node.tag == "br":
                out.append(Element("br"))
            elif node.tag == "wbr":
                continue
            elif node.tag == "img":
                if alt := self._icon(node):
                    out.append(alt)
            elif node.tag in _READINGS and not in_ruby:
                out.extend(self.inline(node.children, keep_space=keep_space))
            else:
                stays = node.tag in _PHRASING or node.tag in _RENAMED or language_attrs(node)
                inside = node.tag == "ruby" or (in_ruby and not stays)
                inner = self.inline(node.children, keep_space=keep_space, in_ruby=inside)
                out.extend(self._phrase(node, inner))
        return out

    def _phrase(self, node: Element, children: list[Node]) -> list[Node]:
        tag = _RENAMED.get(node.tag, node.tag)
        attrs = language_attrs(node)
        if tag not in _PHRASING:
            return [Element("span", attrs, children)] if attrs and children else children
        for name in _KEPT_ATTRS.get(tag, ()):
            if node.attrs.get(name):
                attrs[name] = _SPACE.sub(" ", node.attrs[name]).strip()
        if tag == "a":
            href = resolved(node.attrs.get("href", ""), self.base)
            if href is None:
                return children
            attrs["href"] = href
        if not "".join(map(text_of, children)).strip():
            return children  # an emphasised space is a space
        return [Element(tag, attrs, children)]

    def joined(self, nodes: list[Node]) -> list[Node]:
        """Return blocks as phrasing content, a line break between them."""
        out: list[Node] = []
        for block in self.blocks(nodes):
            if out:
                out.append(Element("br"))
            inner = phrasing_of(block, _PHRASING | {"br", "img"})
            out.extend([Element("span", block.attrs, inner)] if block.attrs else inner)
        if len(out) == 1 and isinstance(out[0], Element) and out[0].tag == "small":
            return out[0].children
        return out

    def _figure(self, node: Element) -> list[Element]:
        inside = self.blocks(node.children)
        if len(inside) == 1 and inside[0].tag in {"table", "pre", "blockquote"}:
            return inside
        captions = [b for b in inside if b.tag == "figcaption"]
        rest = [b for b in inside if b.tag != "figcaption"]
        if captions and len(rest) == 1 and rest[0].tag in {"table", "pre", "blockquote", "figure"}:
            body = rest[0].children if rest[0].tag == "figure" else [rest[0]]
            return [Element("figure", {}, [*body, captions[0]])]
        return inside

    def _whole_figure(self, node: Element) -> list[Element]:
        """Return a block that a rule calls a picture with its caption as a figure."""
        inside = self.blocks(node.children)
        if [block.tag for block in inside] != ["figure", "p"]:
            return inside
        caption = Element("figcaption", inside[1].attrs, inside[1].children)
        return with_captions([inside[0], caption])

    def _linked(self, node: Element, wrap: str) -> list[Element]:
        """Return the blocks inside a link; a linked picture keeps its link."""
        inside = self.blocks(node.children, wrap)
        href = resolved(node.attrs.get("href", ""), self.base)
        if href is None or images.unwrapped(href) in self.picture_urls.values():
            return inside
        for block in inside:
            if block.tag == "figure" and is_a(block.children[0], "img"):
                if not re.search(r"\.(?:jpe?g|png|gif|webp|avif)$", href, re.IGNORECASE):
                    block.children[0] = Element("a", {"href": href}, [block.children[0]])
            elif block.tag == wrap:
                block.children = [Element("a", {"href": href}, flattened(block, {"a"}))]
        return inside

    def _icon(self, node: Element) -> str | None:
        """Return the text that an icon or a pixel stands for; None for a real picture."""
        url = images.picture_url(node, self.base)
        if url is None:
            return ""
        if images.is_pixel(node, url):
            self.pixels += 1
            return ""
        return node.attrs.get("alt", "") if images.is_icon(node) else None

    def _media(self, node: Element) -> list[Element]:
        if node.tag == "picture":
            return self.blocks([images.image_of(node, self.base)])
        if node.tag == "img":
            url = images.picture_url(node, self.base)
            return [Element("figure", {}, [self._picture(node, url)])] if url else []
        url = images.embed_url(node, self.base)
        if url is None:
            return self.blocks(node.children)
        poster = images.picture_url(
            Element("img", {"src": node.attrs.get("poster", "")}), self.base
        )
        image = self._picture(Element("img"), poster) if poster else None
        return [images.embed_figure(url, image)]

    def _picture(self, node: Element, url: str) -> Element:
        self.picture_urls[images.picture_path(url)] = url
        return images.image_element(node, url)
