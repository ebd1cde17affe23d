"""The archive of these tests: the samples, and stories with features that the samples lack."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

from django.core.management import call_command
from PIL import Image as Drawing

from articles.images.store import prepare_upload, save_upload
from articles.models import Article, Image, Source
from articles.publishing.publication_state import withdraw
from articles.tests.support.post_files import make_post, write_post

SAMPLES = Path(__file__).resolve().parents[3] / "samples" / "posts"
OUTLET, AUTHOR, TAG = "长堤日报", "林晓舟", "航运"  # of all stories made here
WORD = "灯塔"  # part of each of their titles
DAY = dt.date(2021, 1, 14)
_TITLE = (
    "第{0}号灯塔管理处宣布：北方港务局将在三号码头以东重新设立夜间引航站，"
    "渔民与船东称等待已久——本报记者在雨中走访沿岸七个村庄"
)
_SENTENCE = "船员们说，他们在海上等了六天，{0}号灯塔的光在第{1}个晚上终于又亮了起来。"


def fill_archive(folder: Path, stories: int = 60) -> None:
    """Import the samples, and ``stories`` stories of one day, outlet, author and topic.

    The newest of these has three versions; one more is withdrawn; one picture has a stored file.
    """
    posts = folder / "posts"
    for number in range(stories):
        write_post(posts, f"{number}/{DAY}-story.md", _post(number))
    for version in (2, 3):
        write_post(posts, f"0/{DAY + dt.timedelta(version)}-story.md", _post(0, version))
    write_post(posts, f"gone/{DAY}-story.md", _post(stories))
    for path in (SAMPLES, posts):
        call_command("import_posts", str(path), "--workers=0", "--no-progress", verbosity=0)
    withdraw(Article.objects.get(title=_TITLE.format(stories)), "At the outlet's own request.")
    Source.objects.filter(name=OUTLET).update(rights="© 长堤日报", description="A daily paper.")
    for picture in Image.objects.all():
        buffer = io.BytesIO()
        Drawing.new("RGB", (1200, 800), "teal").save(buffer, "PNG")
        buffer.seek(0)
        save_upload(picture, prepare_upload(buffer))
        break


def _post(number: int, version: int = 1) -> bytes:
    published = dt.datetime.combine(DAY, dt.time(20), dt.UTC) - dt.timedelta(minutes=number)
    published += dt.timedelta(days=version if version > 1 else 0)
    sentences = [_SENTENCE.format(number, night) for night in range(1, 30 + version)]
    body = "".join(f"<p>{each * 3}</p>" for each in sentences)
    return make_post(
        title=_TITLE.format(number),
        date=published.isoformat(),
        url=f"https://longdike.example/news/{number}",
        category=OUTLET,
        author=AUTHOR,
        tags=[TAG],
        body=body,
    )
