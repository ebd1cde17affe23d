"""``content.html.videos``: every URL of a video gives one page and one player."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from articles.content.html.cleaning.policy import POLICY
from articles.content.html.videos import (
    Video,
    is_video_site,
    parse_video_url,
    player_sites,
    trim_glued_text,
)
from articles.content.urls.normalization import normalize_url

ID = "a-Bc_d3fGh1"
PAGE = f"https://www.youtube.com/watch?v={ID}"


@pytest.mark.parametrize(
    "url",
    [
        PAGE,
        f"http://youtube.com/watch?v={ID}",
        f"https://m.youtube.com/watch?app=desktop&v={ID}&list=PL0123456789",
        f"https://music.youtube.com/watch?v={ID}",
        f"https://www.youtube.com/watch?v={ID}#new_tab",
        f"https://youtu.be/{ID}",
        f"https://youtu.be/{ID}?si=abcdef",
        f"https://www.youtube.com/embed/{ID}?rel=0&showinfo=0",
        f"https://www.youtube.com/embed/{ID}?&&&enablejsapi=1",
        f"https://www.youtube-nocookie.com/embed/{ID}",
        f"https://www.youtube.com/shorts/{ID}",
        f"https://www.youtube.com/live/{ID}?feature=share",
        f"https://www.youtube.com/v/{ID}",
        f"  HTTPS://WWW.YouTube.COM/watch?v={ID}\n",
    ],
)
def test_all_forms_of_a_youtube_url_are_one_video(url: str) -> None:
    video = parse_video_url(url)
    assert video == Video("youtube.com", ID)
    assert video.watch_url == PAGE


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("https://vimeo.com/123456", "https://vimeo.com/123456"),
        ("https://player.vimeo.com/video/123456?title=0", "https://vimeo.com/123456"),
        ("https://vimeo.com/channels/staff/123456", "https://vimeo.com/123456"),
        ("https://vimeo.com/groups/boats/videos/123456", "https://vimeo.com/123456"),
        ("https://vimeo.com/showcase/77/video/123456", "https://vimeo.com/123456"),
        ("https://vimeo.com/123456/0a1b2c3d4e", "https://vimeo.com/123456/0a1b2c3d4e"),
        (
            "https://player.vimeo.com/video/123456?h=0a1b2c3d4e",
            "https://vimeo.com/123456/0a1b2c3d4e",
        ),
        ("https://vimeo.com/123456#t=1m5s", "https://vimeo.com/123456#t=65s"),
    ],
)
def test_all_forms_of_a_vimeo_url_are_one_page(url: str, page: str) -> None:
    video = parse_video_url(url)
    assert video is not None
    assert video.watch_url == page


@pytest.mark.parametrize(
    ("url", "start"),
    [
        (f"{PAGE}&t=90", 90),
        (f"{PAGE}&t=90s", 90),
        (f"{PAGE}&t=0s", 0),
        (f"{PAGE}&t=1h2m3s", 3723),
        (f"{PAGE}#t=2m", 120),
        (f"https://www.youtube.com/embed/{ID}?start=452", 452),
        (f"{PAGE}&t=soon", None),
        (f"{PAGE}&t=", None),
        (PAGE, None),
    ],
)
def test_start_is_in_seconds(url: str, start: int | None) -> None:
    video = parse_video_url(url)
    assert video is not None
    assert video.start == start


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://www.youtube.com/",
        "https://www.youtube.com/channel/UCabcdefghijklmnopqrstuv",
        "https://www.youtube.com/playlist?list=PL0123456789",
        "https://www.youtube.com/embed/videoseries?list=PL0123456789",
        "https://www.youtube.com/embed/live_stream?channel=UCabc",
        "https://www.youtube.com/watch?v=short",
        "https://www.youtube.com/watch?v=much-too-long-for-one",
        "https://youtube.com.evil.example/watch?v=" + ID,
        "https://notyoutube.com/watch?v=" + ID,
        "https://evil.example/?https://www.youtube.com/watch?v=" + ID,
        f"javascript://www.youtube.com/watch?v={ID}",
        "https://vimeo.com/about",
        "https://vimeo.com/event/123",
        "https://[broken",
    ],
)
def test_other_urls_are_no_video(url: str) -> None:
    assert parse_video_url(url) is None


def test_is_video_site() -> None:
    assert is_video_site("m.youtube.com")
    assert is_video_site("youtu.be")
    assert is_video_site("player.vimeo.com")
    assert not is_video_site("vimeo.com.example")
    assert not is_video_site("myyoutu.be")


def test_watch_url_is_allowed_and_parses_to_the_same_video() -> None:
    for video in (
        Video("youtube.com", ID),
        Video("youtube.com", ID, start=0),
        Video("vimeo.com", "123", "0a1b2c3d4e", 75),
    ):
        assert POLICY.allows("a", "href", video.watch_url)
        assert parse_video_url(video.watch_url) == video


@given(st.text(max_size=80))
@example("https://www.youtube.com/watch?v=" + "é" * 11)
@example("https://www.youtube.com/watch?v=a&t=" + "9" * 5000)
def test_any_text_is_accepted(tail: str) -> None:
    for url in (tail, f"https://www.youtube.com/{tail}", f"https://vimeo.com/{tail}"):
        video = parse_video_url(url)
        assert video is None or POLICY.allows("a", "href", video.watch_url)
        assert url.startswith(trim_glued_text(url))


@pytest.mark.parametrize(
    ("glued", "url"),
    [
        (f"https://youtu.be/{ID}100", f"https://youtu.be/{ID}"),
        (f"{PAGE}Follow", PAGE),
        (f"https://youtu.be/{ID}?t=5", f"https://youtu.be/{ID}?t=5"),
        (f"{PAGE}&t=5s", f"{PAGE}&t=5s"),
        (
            "https://www.youtube.com/channel/UCabcdefghijklmnopqrstuvFollow",
            "https://www.youtube.com/channel/UCabcdefghijklmnopqrstuv",
        ),
        (
            "https://www.youtube.com/channel/UCabcdefghijklmnopqrstuv/join",
            "https://www.youtube.com/channel/UCabcdefghijklmnopqrstuv/join",
        ),
        ("https://press.example/abcdefghijklm", "https://press.example/abcdefghijklm"),
    ],
)
def test_text_glued_to_an_id_is_trimmed(glued: str, url: str) -> None:
    assert trim_glued_text(glued) == url


def test_player_sites_are_found_in_figures() -> None:
    figure = f'<figure><a href="{PAGE}">youtube.com</a></figure>'
    poster = (
        '<figure><img src="/i/0000000000000000" alt=""><a href="https://vimeo.com/1">x</a></figure>'
    )
    assert player_sites(f"<p>甲</p>{figure}{figure}") == ["youtube.com"]
    assert player_sites(poster + figure) == ["vimeo.com", "youtube.com"]
    assert player_sites(figure.replace('fGh1"', 'fGh1&amp;t=9s"')) == ["youtube.com"]
    assert player_sites(f'<p><a href="{PAGE}">in the text</a></p>') == []
    assert player_sites('<figure><a href="https://audio.example/1">x</a></figure>') == []


def test_url_normalization_does_not_change_video_urls() -> None:
    assert normalize_url(f"https://youtu.be/{ID}") == f"https://youtu.be/{ID}"
    assert normalize_url(f"{PAGE}&t=5") == f"{PAGE}&t=5"
