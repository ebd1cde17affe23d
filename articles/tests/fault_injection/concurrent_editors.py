"""Editors who work without pause, each in a separate process while other commands run."""

from __future__ import annotations

import json
import random
import sys
from collections import Counter

from django.db import DatabaseError

from articles.models import Article, Capture
from articles.publishing import editing, erasure, publication_state
from articles.publishing.editing import EditError, Editor


def edit_repeatedly(name: str, count: int, may_erase: bool = False) -> None:
    """Apply ``count`` random actions to articles; print counts and errors as JSON."""
    rng = random.Random(name)
    result: Counter[str] = Counter()
    faults: list[str] = []
    for number in range(count):
        keys = list(Article.objects.order_by("pk").values_list("pk", flat=True))
        if not keys:
            continue
        article = Article.objects.filter(pk=rng.choice(keys)).first()
        action = rng.choice([*_ACTIONS, *(["erase"] if may_erase and number % 7 == 0 else [])])
        try:
            if article is not None:
                _apply_edit(action, article, f"{name} {number}", rng)
                result[action] += 1
        except (EditError, Article.DoesNotExist, Capture.DoesNotExist):
            result["refused"] += 1
        except (DatabaseError, LookupError) as error:
            faults.append(f"{action}: {type(error).__name__}: {error}")
    sys.stdout.write(json.dumps({"done": result, "faults": faults}))


def retitle(name: str, code: str, count: int) -> None:
    """Set ``count`` titles of one article, one after another."""
    for number in range(count):
        article = Article.objects.get(code=code)
        editing.set_fields(article, {"title": f"{name} {number}"}, Editor(None))


_ACTIONS = (
    "title", "tags", "author", "day", "revert", "publish", "review", "withdraw", "hide", "show",
)  # fmt: skip


def _apply_edit(action: str, article: Article, text: str, rng: random.Random) -> None:
    editor = Editor(None, text)
    number = int(text.split()[-1])  # other editors use the same names at the same time
    names = [f"name {number // 4 * 3 + rng.randrange(6)}" for _ in range(3)]
    if action == "title":
        editing.set_fields(article, {"title": text}, editor)
    elif action == "tags":
        editing.set_fields(article, {"tags": names}, editor)
    elif action == "author":
        editing.set_fields(article, {"author": names[0]}, editor)
    elif action == "day":
        day = f"2021-01-{rng.randrange(10, 20)}T12:00:00+00:00"
        editing.set_fields(article, {"published_at": day, "title": "one for all"}, editor)
    elif action == "revert":
        editing.revert_fields(article, ["title", "tags", "author", "published_at"], editor)
    elif action == "publish":
        publication_state.publish(article)
    elif action == "review":
        publication_state.send_to_review(article)
    elif action == "withdraw":
        publication_state.withdraw(article, text)
    elif action == "erase":
        erasure.erase(article, editor)
    else:
        capture = article.captures.order_by("pk").last()
        if capture is not None and action == "hide":
            publication_state.hide_version(capture, editor)
        elif capture is not None:
            publication_state.show_version(capture, editor)
