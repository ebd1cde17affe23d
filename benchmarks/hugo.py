"""Build the same posts as a Hugo site: pages, lists by tag and by day, a feed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import yaml

from benchmarks.process_measurement import Measurement, measure

PAGE_SIZE = 100
CONFIGURATION = """\
baseURL = "https://news.example/"
title = "News"
disableKinds = ["sitemap", "robotsTXT", "404"]
enableGitInfo = false
[taxonomies]
tag = "tags"
day = "days"
[outputs]
home = ["HTML", "RSS"]
section = ["HTML"]
taxonomy = ["HTML"]
term = ["HTML"]
[services.rss]
limit = 50
[markup.goldmark.renderer]
unsafe = true
"""
PAGE_LAYOUT = """\
<!doctype html><html lang="zh"><head><meta charset="utf-8"><title>{{ .Title }}</title></head>
<body><article><h1>{{ .Title }}</h1>
<p>{{ .Params.author }} <time>{{ .Date.Format "2006-01-02 15:04" }}</time>
<a href="{{ .Params.from }}">source</a></p>
{{ .Content }}</article></body></html>
"""
LIST_LAYOUT = """\
<!doctype html><html lang="zh"><head><meta charset="utf-8"><title>{{ .Title }}</title></head>
<body><h1>{{ .Title }}</h1><ul>
{{ range (.Paginate .Pages PAGE_SIZE).Pages }}<li><time>{{ .Date.Format "2006-01-02" }}</time>
<a href="{{ .RelPermalink }}">{{ .LinkTitle }}</a></li>
{{ end }}</ul>
{{ with .Paginator.Prev }}<a href="{{ .URL }}">newer</a>{{ end }}
{{ with .Paginator.Next }}<a href="{{ .URL }}">older</a>{{ end }}
</body></html>
""".replace("PAGE_SIZE", str(PAGE_SIZE))
HOME_LAYOUT = LIST_LAYOUT.replace(".Paginate .Pages", ".Paginate .Site.RegularPages")

# Hugo would run these in a text as shortcodes; an archive must not.
SHORTCODE = re.compile(r"\{\{[<%]")


@dataclass(slots=True)
class HugoSite:
    """A site: its folder, its number of posts, and a reason for each post that was skipped."""

    folder: Path
    posts: int = 0
    skipped: list[str] = field(default_factory=list)


def hugo_version() -> str:
    """Return Hugo's version, or an empty string if it is not installed."""
    if shutil.which("hugo") is None:
        return ""
    completed = subprocess.run(["hugo", "version"], capture_output=True, text=True, check=True)
    match = re.search(r"v\d+(\.\d+)+", completed.stdout)
    return match.group() if match else completed.stdout.strip()


def write_site(posts: Path, folder: Path) -> HugoSite:
    """Write the post files below ``posts`` as a Hugo site into ``folder``.

    One invalid header aborts Hugo's whole build, so a post whose header Hugo can't parse is
    listed in ``skipped`` instead.
    """
    site = HugoSite(folder)
    layouts, content = folder / "layouts", folder / "content" / "posts"
    (layouts / "_default").mkdir(parents=True)
    content.mkdir(parents=True)
    (folder / "config.toml").write_text(CONFIGURATION)
    (layouts / "index.html").write_text(HOME_LAYOUT)
    (layouts / "_default" / "single.html").write_text(PAGE_LAYOUT)
    (layouts / "_default" / "list.html").write_text(LIST_LAYOUT)
    for path in sorted(posts.rglob("*.md")):
        name = os.fsencode(path.relative_to(posts)).decode(errors="replace")
        try:
            page = _hugo_page(path.read_bytes().decode(errors="replace"))
        except ValueError as error:
            site.skipped.append(f"{name}: {error}")
            continue
        site.posts += 1
        (content / f"{site.posts:07}.md").write_text(page, encoding="utf-8", newline="")
    return site


def _hugo_page(post: str) -> str:
    """Return a post as a Hugo page: its header as strict YAML, its body unchanged.

    Raises ValueError with the reason if Hugo can't take the post.
    """
    if not post.startswith("---\n"):
        raise ValueError("has no front matter")
    header, mark, body = post[4:].partition("\n---\n")
    if not mark:
        raise ValueError("front matter has no end")
    try:
        fields = yaml.load(header, Loader=yaml.CBaseLoader)  # noqa: S506 - it creates strings only
    except yaml.YAMLError as error:
        raise ValueError(f"front matter is not YAML: {str(error).splitlines()[0]}") from error
    if not isinstance(fields, dict):
        raise ValueError("front matter is not a mapping")
    if SHORTCODE.search(body):
        raise ValueError("body contains what Hugo takes for a shortcode")
    moment = _parse_date(fields.get("date"))
    fields["date"] = moment.isoformat()
    fields["days"] = [f"{moment.astimezone(UTC):%Y-%m-%d}"]
    # ``url`` would set the page's own URL; ``layout`` names a Jekyll template.
    hugo_fields = {name: value for name, value in fields.items() if name not in {"url", "layout"}}
    # A JSON string is a YAML string, and YAML never reads it as a number or a boolean.
    lines = [
        f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in hugo_fields.items()
    ]
    return "\n".join(["---", *lines, "---", body])


def _parse_date(text: object) -> datetime:
    for candidate in (str(text), str(text)[:10]):
        try:
            moment = datetime.fromisoformat(candidate)
        except ValueError:
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    raise ValueError(f"date {text!r} is not a date")


def build(site: HugoSite, log_folder: Path) -> Measurement:
    """Build ``site`` from scratch with Hugo, on all processors; return the measurement."""
    shutil.rmtree(site.folder / "public", ignore_errors=True)
    command = ["hugo", "--quiet", "--buildFuture", "--source", str(site.folder)]
    command += ["--cacheDir", str(site.folder / "cache")]  # the default would leave it behind
    return measure(command, folder=site.folder, environment=os.environ, log_folder=log_folder)
