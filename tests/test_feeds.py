"""Lists of addresses are read however they come, and nothing but addresses comes of them."""

import gzip
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sources import sitemaps
from sources.feeds import feed_links, read_feed
from sources.listing import (
    LONGEST_TITLE,
    MOST_LISTED,
    MOST_TYPED,
    Listed,
    NotAListing,
    markup_of,
    page_address,
    read_typed,
    root_of,
)
from sources.sitemaps import read_sitemap, unpacked

AT = "https://times.example/feed/"
RSS = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Times</title>
<link>https://times.example/</link><item><title>A {title} deal</title><link>{link}</link>
<description>Only a part of the text.</description>
<pubDate>Mon, 02 Nov 2026 10:00:00 +0200</pubDate></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://times.example/base/">
<title>Times</title><entry><title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">A <em>deal
</em></div></title><link rel="alternate" href="deal"/><updated>2026-11-02T08:00:00Z</updated>
</entry></feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<item rdf:about="https://times.example/a"><title>Deal</title><link>https://times.example/a</link>
<dc:date>2026-11-02T08:00:00Z</dc:date></item></rdf:RDF>"""
SITEMAP = """<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc>https://times.example/old</loc><lastmod>2025-01-01</lastmod></url>
<url><loc>/none</loc></url>
<url><loc> https://times.example/new </loc><lastmod>2026-12-01</lastmod><news:news>
<news:publication_date>2026-11-02T10:00:00+02:00</news:publication_date>
<news:title>Deal &amp; strait</news:title></news:news><i:image xmlns:i="http://i.example/">
<i:loc>https://times.example/i.jpg</i:loc><i:title>Boat</i:title></i:image></url></urlset>"""
INDEX = """<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<sitemap><loc>https://times.example/1.xml</loc></sitemap>
<sitemap><loc>https://times.example/2.xml.gz</loc><lastmod>2026-11-02</lastmod></sitemap>
</sitemapindex>"""
MOMENT = datetime(2026, 11, 2, 8, tzinfo=UTC)


def feed(document, url=AT):
    return read_feed(markup_of(document.encode()), url=url)


def test_rss_atom_and_rdf_name_their_pages_with_title_and_date_in_utc():
    page = Listed("https://times.example/a", "A harbour deal", MOMENT)
    assert feed(RSS.format(title="harbour", link="/a")) == [page]
    assert feed(ATOM) == [Listed("https://times.example/base/deal", "A deal", MOMENT)]
    assert feed(RDF) == [Listed("https://times.example/a", "Deal", MOMENT)]


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("&lt;b&gt;bold&lt;/b&gt;", "bold"),
        ("<![CDATA[<script>alert(1)</script><i>sly</i>]]>", "sly"),
        ("&amp;eacute;t&amp;eacute;", "été"),
        ("AT&amp;T", "AT&T"),
        ("x\n\t y", "x y"),
        ("协议 😀 e\u0301", "协议 😀 é"),
        ("w" * 3000, None),
    ],
)
def test_titles_are_one_line_of_plain_text(title, shown):
    [page] = feed(RSS.format(title=title, link="/a"))
    assert page.title == f"A {shown} deal" if shown else len(page.title) == LONGEST_TITLE


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "file:///etc/passwd", "", "http://", "?" * 3]
)
def test_what_is_no_web_address_is_no_page(link):
    assert [page for page in feed(RSS.format(title="", link=link)) if "times" not in page.url] == []


def test_pages_are_named_once_and_not_without_end():
    item = "<item><link>https://times.example/{}</link></item>"
    items = "".join(item.format(number // 2) for number in range(2 * MOST_LISTED + 50))
    pages = feed(f"<rss version='2.0'><channel>{items}</channel></rss>")
    assert len(pages) == len({page.url for page in pages}) == MOST_LISTED


def test_broken_feed_is_read_as_far_as_it_goes():
    whole = RSS.format(title="harbour &nbsp; <br>", link="/a")
    [page] = feed(whole.replace("</channel></rss>", ""))
    assert page.url == "https://times.example/a"


@pytest.mark.parametrize(
    ("data", "title"),
    [
        (
            RSS.format(title="Füße", link="/a").replace("utf-8", "iso-8859-1").encode("latin-1"),
            "Füße",
        ),
        (RSS.format(title="Füße", link="/a").encode("utf-16"), "Füße"),
        (b"\n\n<br />Warning: x\n" + RSS.format(title="x", link="/a").encode(), "x"),
    ],
)
def test_encodings_and_noise_before_the_root_are_seen_through(data, title):
    assert title in read_feed(markup_of(data), url=AT)[0].title


def test_entities_of_the_documents_own_are_refused():
    bomb = '<?xml version="1.0"?><!-- x --><!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    for document in (bomb + "<rss>&b;</rss>", bomb.replace("ENTITY", "entity") + SITEMAP):
        with pytest.raises(NotAListing, match="entities of its own"):
            markup_of(document.encode())
    plain = '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://x.example/rss.dtd">'
    assert feed(plain + RSS.split("?>", 1)[1].format(title="x", link="/a"))


def test_bytes_that_are_the_name_of_a_file_open_none(tmp_path):
    secret = tmp_path / "feed.xml"
    secret.write_text(RSS.format(title="secret", link="/a"))
    with pytest.raises(NotAListing):
        read_feed(str(secret), url=AT)


def test_binary_data_is_no_list():
    with pytest.raises(NotAListing, match="no feed and no sitemap"):
        markup_of(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9)


def test_page_names_its_feeds_those_of_comments_last():
    page = """<html><head><base href="/b/"><link rel="alternate" title="Comments" href="c.xml"
    type="application/rss+xml"><link rel="ALTERNATE" type="application/atom+xml; x" href="a.xml">
    <link rel="alternate" hreflang="de" href="/de"><link rel="alternate" type="application/rss+xml"
    href="javascript:x">"""
    assert feed_links(page, url="https://times.example/x/y") == [
        "https://times.example/b/a.xml",
        "https://times.example/b/c.xml",
    ]


def test_sitemap_names_pages_newest_first_with_the_news_date_before_the_change():
    found = read_sitemap(markup_of(SITEMAP.encode()), url="https://times.example/sitemap.xml")
    assert found.pages == [
        Listed("https://times.example/new", "Deal & strait", MOMENT),
        Listed("https://times.example/old", "", datetime(2025, 1, 1, tzinfo=UTC)),
        Listed("https://times.example/none"),
    ]
    assert found.count == 3


def test_index_names_further_sitemaps_newest_first():
    found = read_sitemap(INDEX, url=AT)
    assert [one.url for one in found.further] == [
        "https://times.example/2.xml.gz",
        "https://times.example/1.xml",
    ]


def test_packed_list_is_unpacked_up_to_a_limit(monkeypatch):
    assert unpacked(gzip.compress(b"<urlset/>")) == b"<urlset/>"
    assert unpacked(b"<urlset/>") == b"<urlset/>"
    with pytest.raises(NotAListing, match="cut or damaged"):
        unpacked(gzip.compress(b"<urlset/>")[:-9])
    monkeypatch.setattr(sitemaps, "MAX_UNPACKED_BYTES", 1024)
    with pytest.raises(NotAListing, match="more than"):
        unpacked(gzip.compress(b"0" * 5_000_000))


@pytest.mark.parametrize(
    ("given_url", "address"),
    [
        ("/a?utm_source=rss&id=3&UTM_x=1#top", "https://times.example/a?id=3"),
        ("/a?utm_source=rss", "https://times.example/a"),
        ("  https://x.example/a b ", ""),
        ("//x.example/p", "https://x.example/p"),
        ("https://x.example/" + "a" * 2000, ""),
        ("https://x.example/\u200b\0", ""),
        ("https://x.example/ü", "https://x.example/ü"),
        ("http://[::1", ""),
        ("mailto:a@x.example", ""),
        ("", ""),
    ],
)
def test_address_of_a_page_is_absolute_and_says_nothing_of_readers(given_url, address):
    assert page_address(given_url, AT) == address


def test_typed_lines_are_addresses_or_named():
    typed = read_typed(
        "\n# mine\nhttps://x.example/1\r\nnonsense\nhttps://x.example/1\nftp://x.example\n"
    )
    assert typed.listed == [Listed("https://x.example/1")]
    assert [problem.split(":")[0] for problem in typed.problems] == [
        "Line 4 is not a web address",
        "Line 6 is not a web address",
    ]
    with pytest.raises(NotAListing, match="Line 1 is not"):
        read_typed("x")
    many = "\n".join(f"https://x.example/{number}" for number in range(MOST_TYPED + 1))
    with pytest.raises(NotAListing, match="Paste them in parts"):
        read_typed(many)


PIECES = st.sampled_from(
    """<rss version='2.0'> <channel> <item> </item> <link> </link> <title> </title> <url> </url>
    <loc> </loc> <urlset> <sitemapindex> <sitemap> <![CDATA[ ]]> <!-- &#x; &lt; <entry> </entry>
    <feed xmlns='http://www.w3.org/2005/Atom'> https://x.example/ <link\thref=' '/> <pubDate> <?xml
    <updated>9999-99-99 ?> <!DOCTYPE <base\thref= <link\trel=alternate\ttype=application/rss+xml
    href=//[ \0 \ud800""".split(" ")
)


@settings(max_examples=60)
@example(["<urlset>", "<rsshttps:://x>", "</urlset>"], "utf-8")
@given(
    st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=40),
    st.sampled_from(["utf-8", "utf-16"]),
)
def test_no_document_breaks_the_readers_and_all_they_find_can_be_stored(pieces, charset):
    data = "".join(pieces).encode(charset, errors="surrogatepass")
    found = []
    for read in (
        lambda markup: read_feed(markup, url=AT),
        lambda markup: read_sitemap(markup, url=AT).pages,
        lambda markup: [Listed(link) for link in feed_links(markup, url=AT)],
        lambda markup: read_typed(markup).listed,
    ):
        try:
            markup = markup_of(data)
            root_of(markup)
            found += read(markup)
        except NotAListing:
            continue
    for page in found:
        assert urlsplit(page.url).scheme in {"http", "https"}
        (page.url + page.title).encode()
        assert "\0" not in page.url + page.title
