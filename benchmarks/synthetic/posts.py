"""Convert a story into a post file: the outlet's HTML, front matter, path."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from itertools import chain, zip_longest
from urllib.parse import quote

from benchmarks.synthetic.outlets import FEED_FOOTER, Outlet
from benchmarks.synthetic.stories import (
    EDITED,
    NEWEST,
    RESENT,
    Story,
    edit_story,
    resend_story,
    stories,
)
from benchmarks.synthetic.vocabulary import Language

NEI_ST = "Nei.st"
FEED_FOOTER_SHARE = 0.2
RAW_URLS = 0.08  # share of the URLs with a title in which it is not percent-encoded
LAZY_EVERY = 12  # one story in 12 has lazy pictures
ON_THE_SITE = timedelta(days=14)  # newer posts are in _posts/, older ones in archived/
NAME_UNITS = 50  # UTF-16 units of the title in the file name
EMPTY_URL_TITLE = "untitled"


@dataclass(frozen=True, slots=True)
class Post:
    """A post file: its path below the folder, and its bytes."""

    path: str
    content: bytes


def posts(seed: int) -> Iterator[Post]:
    """Yield post files without end; the same seed gives the same files; no path occurs twice."""
    seen: set[str] = set()
    for rng, language, story in stories(seed):
        for capture in _captures(rng, language, story):
            for post in _files(capture):
                if post.path not in seen:
                    seen.add(post.path)
                    yield post


def _captures(rng: random.Random, language: Language, bare_story: Story) -> Iterator[Story]:
    story = replace(bare_story, url=_story_url(rng, language, bare_story))
    if story.size:
        story = replace(story, paragraphs=_paragraphs(rng, language, story))
    yield story
    roll = rng.random()
    if roll < EDITED:
        for _ in range(rng.choices((1, 2, 4), (88, 9, 3))[0]):
            story = edit_story(rng, story, language)
            yield story
    elif roll < EDITED + RESENT:
        yield resend_story(story)


def _story_url(rng: random.Random, language: Language, story: Story) -> str:
    template = story.outlet.url_template
    if rng.random() < RAW_URLS:
        template = template.replace("{quoted}", "{raw}")
    title = story.title.replace("\n", "") or EMPTY_URL_TITLE
    when = story.published
    return template.format(
        date=f"{when:%Y%m%d}",
        year=when.year,
        month=f"{when:%m}",
        day=f"{when:%d}",
        number=story.number,
        slug="-".join(rng.choices(SLUG_WORDS, k=4)),
        # As careless outlets do: a question mark of the title begins a query.
        quoted=quote(title.replace(" ", "-"), safe="?"),
        raw=title.replace(" ", "-"),
    )


SLUG_WORDS = tuple(
    first + second
    for first in ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "haven")
    for second in ("", "field", "gate", "light", "mark", "stone", "wind", "yard")
)


def _paragraphs(rng: random.Random, language: Language, story: Story) -> tuple[str, ...]:
    """Return the paragraphs that fill the file up to the story's size."""
    left = story.size - len(render(story))
    wrapping = len(story.outlet.paragraph.encode()) - len("{text}")
    paragraphs: list[str] = []
    while left > 0 or not paragraphs:
        size = max(40, min(left - wrapping, rng.randint(90, 700)))
        text = language.text(rng, size)
        roll = rng.random()
        if roll < 0.06:
            link = f"https://link.example/{story.number}/{len(paragraphs)}"
            text = f'{text}<a href="{link}" target="_blank">{rng.choice(language.clauses)}</a>'
        elif roll < 0.10:
            text = f"<strong>{text}</strong>"
        elif roll < 0.12:
            text = f"“{text}”&nbsp;"
        paragraphs.append(text)
        left -= len(text.encode()) + wrapping
    return tuple(paragraphs)


def _template_values(story: Story) -> dict[str, str | int]:
    """Return the values of the placeholders in the outlet's templates."""
    when = story.outlet_time
    return {
        "title": story.title.strip(),
        "url": story.url,
        "author": story.author,
        "number": story.number,
        "year": when.year,
        "month": f"{when:%m}",
        "day": f"{when:%d}",
        "clock": f"{when + timedelta(hours=1):%H:%M}",
        "iso": f"{when:%Y-%m-%dT%H:%M:%S}",
        "rfc822": format_datetime(when, usegmt=True),
        "beijing": f"{when + timedelta(hours=8):%Y-%m-%d %H:%M:%S}",
        "src": f"https://pictures.example/{story.number}.jpg",
    }


def _pictures(story: Story) -> Iterator[str]:
    outlet = story.outlet
    values = _template_values(story)
    for index, caption in enumerate(story.captions):
        source = f"pictures.example/{story.number}-{index}.jpg"
        values["src"] = (outlet.proxy or "https://") + source
        values["caption"] = caption
        picture = outlet.picture.format(**values)
        if story.number % LAZY_EVERY == 0:  # loaded by a script, some with a noscript copy
            lazy = picture.replace(' src="', ' class="lazyload" data-src="', 1)
            picture = f"{lazy}<noscript>{picture}</noscript>" if index else lazy
        yield picture


def body_html(story: Story) -> str:
    """Return the body on one line: opening, pictures and paragraphs alternating, furniture."""
    outlet = story.outlet
    if story.bare and not story.captions:
        return "".join(story.paragraphs)
    values = _template_values(story)
    texts = [outlet.paragraph.format(text=text, **values) for text in story.paragraphs]
    # The furniture depends only on the story's number, so copies of a story have the same.
    furniture_rng = random.Random(story.number)  # noqa: S311 - chance, no secret
    closings = [
        html.format(**values) for share, html in outlet.closings if furniture_rng.random() < share
    ]
    if outlet.feed_footer and furniture_rng.random() < FEED_FOOTER_SHARE:
        closings.append(FEED_FOOTER)
    middle = chain.from_iterable(zip_longest(_pictures(story), texts, fillvalue=""))
    return "".join((outlet.opening.format(**values), *middle, *closings))


def _nei_st_html(story: Story) -> str:
    """Return the pretty-printed Nei.st dialect: no title line, one element per line."""
    lines = [
        f'<article class="post type-post" id="post-{story.number}">',
        ' <header class="page-header">',
        f'  <h1 class="page-title">\n   {story.title.strip()}\n  </h1>',
        " </header>",
        ' <div class="entry-content">',
        '  <link as="font" href="//fonts.example/a.woff" rel="preload"/>',
    ]
    for caption in story.captions:
        source = f"https://pictures.example/{story.number}-{len(lines)}.jpg"
        lines.append(f'  <img alt="{caption}" class="lazyload" data-src="{source}"/>')
    lines += [f"  <p>\n   {text}\n  </p>" for text in story.paragraphs]
    lines += ['  <div class="code-block">\n  </div>', " </div>", " <footer>\n </footer>"]
    return "\n".join([*lines, "</article>"])


def render(story: Story) -> bytes:
    """Return the bytes of the post file."""
    outlet: Outlet = story.outlet
    nei_st = outlet.name == NEI_ST
    when = story.published
    date = f"{when:%Y-%m-%dT%H:%M:%S}+00:00" if nei_st else f"{when:%Y-%m-%dT%H:%M:%S}.000Z"
    header = (
        f'---\nlayout: post\ntitle: "{_quoted_title(story)}"\ndate: {date}\n'
        f"author: {story.author}\nfrom: {story.url}\n"
        f"tags: [ {outlet.name} ]\ncategories: [ {outlet.name} ]\n---\n"
    )
    if nei_st:
        return f"{header}\n{_nei_st_html(story)}\n".encode()
    epoch = int((when + story.clock_ahead).timestamp()) * 1000
    link = f"[{story.title.strip()}]({story.url})"
    body = body_html(story)
    return f"{header}<!--{epoch}-->\n{link}\n------\n\n<div>\n{body}\n</div>\n".encode()


def _quoted_title(story: Story) -> str:
    return story.title.replace("\\", "\\\\").replace('"', '\\"')


def _files(story: Story) -> Iterator[Post]:
    """Yield the story's file and, if it has one, its twin in the other folder."""
    when: datetime = story.published
    day = f"{when:%Y-%m-%d}"
    units = _quoted_title(story).replace("/", "--").encode("utf-16-le")[: 2 * NAME_UNITS]
    name = f"{day}-{units.decode('utf-16-le', 'ignore')}.md"
    archived, on_the_site = f"archived/{day}/{name}", f"_posts/{name}"
    content = render(story)
    if story.outlet.name == NEI_ST:
        yield Post(f"archived/nei.st/{name}", content)
        return
    recent = when > NEWEST - ON_THE_SITE
    yield Post(on_the_site if recent else archived, content)
    if story.twin:
        yield Post(archived if recent else on_the_site, content)
