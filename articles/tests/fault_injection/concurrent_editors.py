"""Editors who work without a pause, each as a process of its own beside other commands."""

from __future__ import annotations

import json
import random
import sys
from collections import Counter

from django.db import DatabaseError

from articles.models import Article, Capture
from articles.publishing import editing, publication_state
from articles.publishing.editing import EditError, Editor


def edit_without_pause(name: str, count: int, may_erase: bool = False) -> None:
    """Do ``count`` things to articles, print what was done and what could not be."""
    chance = random.Random(name)
    done: Counter[str] = Counter()
    faults: list[str] = []
    for number in range(count):
        keys = list(Article.objects.order_by("pk").values_list("pk", flat=True))
        if not keys:
            continue
        article = Article.objects.filter(pk=chance.choice(keys)).first()
        step = chance.choice([*_STEPS, *(["erase"] if may_erase and number % 7 == 0 else [])])
        try:
            if article is not None:
                _do(step, article, f"{name} {number}", chance)
                done[step] += 1
        except (EditError, Article.DoesNotExist, Capture.DoesNotExist):
            done["refused"] += 1
        except (DatabaseError, LookupError) as error:
            faults.append(f"{step}: {type(error).__name__}: {error}")
    sys.stdout.write(json.dumps({"done": done, "faults": faults}))


def retitle(name: str, code: str, count: int) -> None:
    """Give one article ``count`` titles, one after another."""
    for number in range(count):
        article = Article.objects.get(code=code)
        editing.set_fields(article, {"title": f"{name} {number}"}, Editor(None))


_STEPS = (
    "title", "tags", "author", "day", "revert", "publish", "review", "withdraw", "hide", "show",
)  # fmt: skip


def _do(step: str, article: Article, words: str, chance: random.Random) -> None:
    editor = Editor(None, words)
    number = int(words.split()[-1])  # names that the others come to at the same time
    names = [f"name {number // 4 * 3 + chance.randrange(6)}" for _ in range(3)]
    if step == "title":
        editing.set_fields(article, {"title": words}, editor)
    elif step == "tags":
        editing.set_fields(article, {"tags": names}, editor)
    elif step == "author":
        editing.set_fields(article, {"author": names[0]}, editor)
    elif step == "day":
        day = f"2021-01-{chance.randrange(10, 20)}T12:00:00+00:00"
        editing.set_fields(article, {"published_at": day, "title": "one for all"}, editor)
    elif step == "revert":
        editing.revert_fields(article, ["title", "tags", "author", "published_at"], editor)
    elif step == "publish":
        publication_state.publish(article)
    elif step == "review":
        publication_state.send_to_review(article)
    elif step == "withdraw":
        publication_state.withdraw(article, words)
    elif step == "erase":
        publication_state.erase(article, editor)
    else:
        capture = article.captures.order_by("pk").last()
        if capture is not None and step == "hide":
            publication_state.hide_version(capture, editor)
        elif capture is not None:
            publication_state.show_version(capture, editor)
