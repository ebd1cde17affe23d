"""The outlets: their share of an archive, host, URLs and the furniture of their pages.

Names and hosts are those of real outlets, because the archive's rules depend on them; paths,
pictures and words are invented. ``{…}`` in a template is replaced for each story:
``{date}`` 20210114, ``{year}`` ``{month}`` ``{day}``, ``{number}`` (unique), ``{slug}`` (Latin),
``{quoted}`` (the title, percent-encoded), ``{raw}`` (the title as it is), ``{url}``, ``{title}``.
"""

from __future__ import annotations

from dataclasses import dataclass

FEED_FOOTER = (
    '<br><hr><div>获取更多RSS：<br><a href="https://feedx.net" style="color:orange" '
    'target="_blank">https://feedx.net</a> <br><a href="https://feedx.xyz" style="color:orange" '
    'target="_blank">https://feedx.xyz</a><br></div>'
)
PLAIN_PARAGRAPH = "<p>{text}</p>"
SMALL_CAPTION = (
    '<img src="{src}" width="100%"><div><small style="color: #999;">{caption}</small></div>'
)
PLAIN_PICTURE = '<p><img src="{src}" alt="img" class="aligncenter" width="500" /></p>'
FIGURE = (
    '<figure><img alt="{caption}" src="{src}" referrerpolicy="no-referrer"><br>'
    "<figcaption>{caption}</figcaption></figure>"
)
BOXED_PICTURE = (
    '<div class="floatImg center"><div class="wrap"><img src="{src}" '
    'alt="{caption}"></div><div class="picinfo">{caption}</div></div>'
)


@dataclass(frozen=True, slots=True)
class Outlet:
    """One outlet. ``share`` is relative; ``closings`` are (probability, HTML) pairs."""

    name: str
    url_template: str
    share: int
    script: str = "hans"
    opening: str = ""
    paragraph: str = PLAIN_PARAGRAPH
    picture: str = PLAIN_PICTURE
    proxy: str = ""
    closings: tuple[tuple[float, str], ...] = ()
    title_end: tuple[float, str] = (0.0, "")
    title_start: str = ""
    stubs: float = 0.0
    feed_footer: bool = False


OUTLETS = (
    Outlet(
        "(臺)中央社CNA",
        "https://www.cna.com.tw/news/firstnews/{date}{number}.aspx",
        12756,
        "hant",
        picture=BOXED_PICTURE,
        proxy="https://images.weserv.nl/?url=",
        closings=(
            (
                0.62,
                (
                    "<div class='paragraph moreArticle'>"
                    "<div class='moreArticle-title'>延伸閱讀</div>"
                    "<a class='moreArticle-link' href='https://www.cna.com.tw/news/acn/1{number}.aspx'>"
                    "<i class='icon-dot'></i><span>{title}</span></a></div>"
                ),
            ),
            (0.10, "<div class=\"SubscriptionInner\"><a href='javascript:'>x</a><input></div>"),
            (
                0.76,
                (
                    '<div class="paragraph bottomArticleBanner show"><div class="pcBox" '
                    'data-width="685" data-height="250"></div></div>'
                ),
            ),
        ),
        title_end=(0.03, "[影]"),
        feed_footer=True,
    ),
    Outlet(
        "法广",
        "http://www.rfi.fr//cn/news/{date}-{quoted}-{number}",
        10754,
        opening="<div>{day}/{month}/{year} - {clock}</div>",
        picture='<img src="{src}">',
        closings=(
            (0.58, '<div class="o-self-promo o-self-promo--hidden" data-selfpromo-app></div>'),
            (0.23, '<divclass="m-block-ad "><button class="m-interstitial">x</button></div>'),
            (0.42, '<p class="t-copyright">© {year} Agence Exemple</p>'),
        ),
        title_end=(0.42, " – 法国国际广播电台 - RFI"),
        feed_footer=True,
    ),
    Outlet(
        "联合早报",
        "https://www.zaobao.com/realtime/china/story{date}-{number}",
        8600,
        closings=(
            (
                1.0,
                (
                    '<section id="imu"><div id="dfp-ad-imu1"> </div></section>'
                    '<div id="innity-in-post"></div>'
                ),
            ),
        ),
    ),
    Outlet(
        "路透",
        "https://cn.reuters.com/article/{slug}-idCN{number}",
        6021,
        opening="<div><i>{iso}Z</i></div>",
        picture=FIGURE,
        closings=(
            (
                0.25,
                (
                    '<div class="Attribution_container"><p class="Attribution_content">x</p></div>'
                    '<div class="StandardArticleBody_trustBadgeContainer"><span>x</span></div>'
                ),
            ),
        ),
        feed_footer=True,
    ),
    Outlet(
        "大纪元",
        "https://www.epochtimes.com/gb/{year}/{month}/{day}/n{number}.htm",
        4628,
        opening="<p>【大纪元{year}年{month}月{day}日讯】</p>",
        closings=((0.95, "<p>责任编辑：{author}#</p>"),),
    ),
    Outlet(
        "美国之音",
        "https://www.voachinese.com/a/{slug}-{date}/{number}.html",
        4216,
        opening="<div><i>{rfc822}</i></div>",
        picture=SMALL_CAPTION,
        proxy="https://images.weserv.nl?url=",
        feed_footer=True,
    ),
    Outlet(
        "德国之声",
        "https://www.dw.com/zh/{quoted}/a-{number}",
        3484,
        opening="<div><i>{author}<br>{iso}.120Z</i></div>",
        picture=SMALL_CAPTION,
        proxy="https://images.weserv.nl/?url=",
        closings=(
            (0.16, '<h3>相关图集</h3><div><img src="{src}" width="100%"><b>{title}</b></div>'),
            (0.77, "<p><em>© {year}年德国之声版权声明：{title}</em></p>"),
        ),
        feed_footer=True,
    ),
    Outlet(
        "BBC",
        "http://www.bbc.com/zhongwen/simp/world-{number}",
        2065,
        opening='<div class="Grid-sc-1"><h1 class="Headline-sc-1">{title}</h1></div>'
        '<div class="StyledTimestamp-sc-1"><time datetime="{iso}">{clock}</time></div>',
        paragraph='<div class="Grid-sc-1"><p class="Paragraph-sc-1">{text}</p></div>',
        picture=FIGURE,
        closings=(
            (0.69, '<ul><li><a href="{url}?more">{title}</a></li></ul>'),
            (0.50, '<div class="dotcom-ad"></div>'),
        ),
        stubs=0.11,
    ),
    Outlet(
        "RTI 中央廣播電臺",
        "https://www.rti.org.tw/news/view/id/{number}",
        1845,
        "hant",
        picture='<img src="{src}" width="360" alt="{caption}" title="{caption}"><br>',
        closings=((1.0, '...<a target="_blank" href="{url}">...more</a>'),),
        title_start="[國際] ",
        title_end=(0.16, " - {date}-6"),
    ),
    Outlet(
        "自由亚洲电台",
        "https://www.rfa.org/mandarin/yataibaodao/{slug}/{number}.html",
        1816,
        opening="<p> </p>",
        picture='<figure class="image-richtext captioned"><img alt="{caption}" '
        'src="/mandarin/picture-{number}.jpg"/><figcaption class="image-caption">{caption}'
        '</figcaption><div id="zoomattribute"><a href="{src}"><img src="/icon-zoom.png"/></a>'
        "</div></figure>",
        closings=(
            (0.84, '<ul><li><a class="external-link" href="{url}">{title}</a></li></ul>'),
            (0.9, "<p>记者：{author} 责编：{author} 网编：{author}</p>"),
        ),
    ),
    Outlet(
        "中国数字时代",
        "https://chinadigitaltimes.net/chinese/{year}/{month}/{quoted}-{number}/",
        1813,
        closings=(
            (
                0.43,
                (
                    '<p>The post <a rel="nofollow" href="{url}">{title}</a> appeared first on '
                    '<a rel="nofollow" href="https://chinadigitaltimes.net/chinese">中国数字时代</a>.'
                    "</p>"
                ),
            ),
            (0.15, '<iframe class="wp-embedded-content" src="{url}embed/"></iframe>'),
        ),
        title_start="{column}",
    ),
    Outlet(
        "Solidot",
        "https://www.solidot.org/story?sid={number}",
        1588,
        paragraph="{text}<br>",
        closings=((1.0, '<img src="https://img.solidot.org//0/446/constant.jpg" height="120"/>'),),
    ),
    Outlet(
        "经济学人en",
        "https://www.economist.com/briefing/{year}/{month}/{day}/{slug}-{number}",
        1507,
        "en",
        opening='<aside ><div ><time dateTime="{iso}Z" >{iso}</time><meta itemProp="author"/>'
        "</div></aside>",
        paragraph="<p >{text}</p>",
        picture='<img src="{src}"/>',
        proxy="https://images.weserv.nl/?url=",
        closings=(
            (0.31, '<div  id="gpt-ad-slot-1" data-test-id="Inline Ad"></div>'),
            (0.12, '<p >Listen on: <a href="https://www.economist.comhttps://x.example">x</a></p>'),
        ),
        feed_footer=True,
    ),
    Outlet("Nei.st", "https://nei.st/medium/{slug}-{number}", 1448),
    Outlet(
        "纽约时报",
        "https://cn.nytimes.com/culture/{date}/{slug}-{number}/",
        821,
        opening="<div><i>{author}<br>{beijing}</i></div>",
        picture=SMALL_CAPTION,
        proxy="https://images.weserv.nl?url=",
        closings=((0.79, '<p><a href="{url}dual/">点击查看本文英文版。</a></p>'),),
        feed_footer=True,
    ),
    Outlet(
        "维权网",
        "https://wqw2010.blogspot.com/{year}/{month}/{number}.html",
        660,
        opening="<span><a name='more'></a></span><p><br /></p>",
        paragraph='<p class="MsoNormal"><span style="font-family: 宋体; font-size: 12.0pt; '
        'mso-ascii-theme-font: minor-fareast;">{text}<span lang="EN-US"><o:p></o:p></span></span>'
        "</p>",
    ),
    Outlet(
        "寒冬",
        "https://zh.bitterwinter.org/{slug}-{number}/",
        239,
        "hant",
        picture='<figure class="wp-caption aligncenter"><img class="size-full" src="{src}" '
        'srcset="{src} 640w" sizes="(max-width: 640px) 100vw, 640px" /><figcaption '
        'class="wp-caption-text">{caption}</figcaption></figure>',
        closings=(
            (0.93, '<section class="widget"><a class="donate-us" href="{url}">x</a></section>'),
            (0.75, '<p>The post <a href="{url}">{title}</a> first appeared on Winter.</p>'),
        ),
    ),
    Outlet(
        "CCTV新闻联播",
        "https://cn.govopendata.com/xinwenlianbo/{date}/{number}/",
        194,
        paragraph='<li><a target="_blank" href="{url}#1">{text}</a></li>',
    ),
    Outlet(
        "金融时报",
        "https://cn.ft.com/story/{number}?full=y",
        87,
        opening='<div class="story-lead">{title}</div>',
        closings=((1.0, '<div class="o-ads in-article-advert"></div>'),),
        feed_footer=True,
    ),
    # An outlet that no rule knows, as there always is one.
    Outlet("晨窗快报", "https://news.example/{slug}/{raw} {number}", 650, picture=FIGURE),
)
