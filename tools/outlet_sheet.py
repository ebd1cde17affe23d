"""Write the sheet of the outlets: what is removed and what share of the text remains.

    python -m tools.outlet_sheet FOLDER > docs/outlet-sheet.md

FOLDER holds post files. The sheet has numbers and the names of outlets and rules, no text of any
post, and is the same in every run over the same files.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from articles.content.outlets.registry import Outlet, general, known_outlets
from articles.content.post_file.parsing import RULES_VERSION
from tools.outlet_counts import Counted, Counts, count_folder, sum_of_rules

COMMAND = "python -m tools.outlet_sheet FOLDER > docs/outlet-sheet.md"
_HEADER = """\
# What is left of the outlets' text

Written by `{command}`, not by hand; [outlets.md](outlets.md) explains the rules.
Rules version {version}. {posts} posts ({folders}); {skipped} files were no posts and {refused}
could not be read.

*Share* is the text that is kept, of the text that a reader of the body as it came would see:
characters without white space, rows of dashes, scripts and styles, captions included. The address
of a player or the words for an icon come in for what cannot be shown, so a share may pass 100 %.
*In doubt* are posts that lost text which no rule has taken: more than 2 % and 50 characters.
"""
_COLUMNS = (
    "outlet", "posts", "untouched", "characters", "kept", "share", "median", "least (day)",
    "pictures", "kept", "flagged", "in doubt",
)  # fmt: skip
#: What is removed everywhere without a rule.
_STEPS = {
    "date": "Date above the story, which becomes the time of publication.",
    "hidden": "Elements that the page hides, such as a graphic in a size for other screens.",
    "title": "Headline that the body repeats.",
    "tracking pixel": "Picture that only counts readers.",
    "button": "Control of the page.",
    "select": "Control of the page.",
    "textarea": "Control of the page.",
    "script": "Code, which nobody sees.",
    "style": "Code, which nobody sees.",
    "svg": "Drawing of an icon.",
    "template": "Parts that a script would show.",
}


def sheet(counts: Counts) -> str:
    """Return the sheet of ``counts`` as Markdown."""
    outlets = {outlet.slug: outlet for outlet in known_outlets()}
    groups = {
        slug: [post for post in counts.posts if post.outlet == slug]
        for slug in {post.outlet for post in counts.posts}
    }
    ranked = sorted((slug for slug in groups if slug), key=lambda slug: (-len(groups[slug]), slug))
    parts = [
        _HEADER.format(
            command=COMMAND,
            version=RULES_VERSION,
            posts=f"{len(counts.posts):,}",
            folders=", ".join(f"{n:,} of `{name}`" for name, n in sorted(counts.folders.items())),
            skipped=counts.skipped,
            refused=counts.refused,
        ),
        _shares([(_name(outlets[slug]), groups[slug]) for slug in ranked], groups, counts.posts),
        "## The rules for everybody\n",
        _rules(general(), counts.posts),
        _silent(general(), counts.posts),
    ]
    for slug in ranked:
        parts += _section(outlets[slug], groups[slug])
    missing = [f"`{slug}`" for slug in sorted(outlets) if slug not in groups]
    if missing:
        parts.append(f"## Outlets without a post here\n\n{', '.join(missing)}.\n")
    return "\n".join(part for part in parts if part)


def _name(outlet: Outlet) -> str:
    return f"{outlet.name} (`{outlet.slug}`)"


def _shares(
    rows: Sequence[tuple[str, list[Counted]]],
    groups: dict[str, list[Counted]],
    everything: list[Counted],
) -> str:
    lines = [f"| {' | '.join(_COLUMNS)} |", "| --- |" + " ---: |" * (len(_COLUMNS) - 1)]
    lines += [_share_row(name, posts) for name, posts in rows]
    if "" in groups:
        lines.append(_share_row("outlets without a file", groups[""]))
    lines.append(_share_row("**all**", everything))
    return "\n".join(lines) + "\n"


def _share_row(name: str, posts: list[Counted]) -> str:
    before, after = sum(post.before for post in posts), sum(post.after for post in posts)
    shares = [post.share for post in posts if post.before]
    least = min(((post.share, post.day) for post in posts if post.before), default=(1.0, "no text"))
    cells = [
        name,
        f"{len(posts):,}",
        f"{sum(post.is_untouched for post in posts):,}",
        f"{before:,}",
        f"{after:,}",
        _percent(after / before if before else 1.0),
        _percent(median(shares) if shares else 1.0),
        f"{_percent(least[0])} ({least[1]})",
        f"{sum(post.pictures_before for post in posts):,}",
        f"{sum(post.pictures_after for post in posts):,}",
        f"{sum(bool(post.flags) for post in posts):,}",
        f"{sum(post.is_in_doubt for post in posts):,}",
    ]
    return f"| {' | '.join(cells)} |"


def _percent(share: float) -> str:
    return f"{share:.1%}".replace("%", " %")


def _section(outlet: Outlet, posts: list[Counted]) -> list[str]:
    flags = Counter(flag for post in posts for flag in post.flags)
    told = ", ".join(f"{flag} {count:,}" for flag, count in sorted(flags.items()))
    return [
        f"## {_name(outlet)}\n",
        _rules(outlet, posts),
        _silent(outlet, posts),
        f"Flags: {told}.\n" if told else "",
    ]


def _rules(outlet: Outlet, posts: list[Counted]) -> str:
    """Return what each rule took; steps that need no rule (title, date, …) come after."""
    sums = sum_of_rules(posts)
    rows = [(f"`{rule.id}`", rule.reason, f"{outlet.slug}/{rule.id}") for rule in outlet.rules]
    rows += [(step, _STEPS.get(step, ""), step) for step in sorted(sums) if "/" not in step]
    found = [
        f"| {label} | {reason} | {' | '.join(f'{n:,}' for n in sums[name])} |"
        for label, reason, name in rows
        if name in sums
    ]
    if not found:
        return "Nothing was removed.\n"
    head = ["| rule | what is removed | posts | times | characters |"]
    return "\n".join([*head, "| --- | --- | ---: | ---: | ---: |", *found]) + "\n"


def _silent(outlet: Outlet, posts: list[Counted]) -> str:
    matched = {rule for post in posts for rule in post.removed}
    silent = [f"`{r.id}`" for r in outlet.rules if f"{outlet.slug}/{r.id}" not in matched]
    return f"Never matched: {', '.join(silent)}.\n" if silent else ""


def main(arguments: Sequence[str]) -> int:
    """Write the sheet of the folder that ``arguments`` names; return the exit code."""
    folder = Path(arguments[0]) if len(arguments) == 1 else None
    if folder is None or not folder.is_dir():
        sys.stderr.write(f"usage: {COMMAND}\nFOLDER is a folder of post files.\n")
        return 2
    counts = count_folder(folder)
    if not counts.posts:
        sys.stderr.write(f"{folder}: no post file in it; name a folder that holds some.\n")
        return 1
    sys.stdout.write(sheet(counts))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
