"""The article is taken out of a page, a paragraph to a line, and nothing of it is run."""

from datetime import UTC, datetime

import pytest

from sources.webpages import page_details, page_text

PAGE = """<!doctype html><html lang="en-GB"><head><title>Talks | The Harbour Times</title>
<meta property="og:site_name" content="The Harbour Times"><meta name="author" content="Ann Lee">
<meta property="article:published_time" content="2023-05-10T18:36:00+02:00">
<link rel="canonical" href="https://times.example/talks"><script>alert("run")</script></head>
<body><nav><ul><li><a href="/">Start</a></li><li><a href="/w">World</a></li></ul></nav>
<article><h1>Harbour talks end without a deal</h1>
<p>The two ministers met in the harbour town on Tuesday and spoke for <b>nine</b> hours about the
<a href="/q">quotas</a> that have divided them for years.</p>
<h2>next steps</h2>
<p>Neither side would say on Wednesday when they are going to meet again.</p>
<blockquote><p>“We will be back,” said one of them.</p></blockquote>
<ul><li>The first point is about nets and their mesh.</li>
<li><p>The second is about <em>boats</em> and their engines.</p></li></ul>
<p>Short one.</p><p>One line<br>and another with &lt;b&gt;signs&lt;/b&gt; in it.</p>
<p>The fleet will sail on Monday whatever happens, the owners wrote to all papers.</p>
</article><script>document.write("written")</script></body></html>"""

LINES = [
    "Harbour talks end without a deal",
    (
        "The two ministers met in the harbour town on Tuesday and spoke for nine hours about the "
        "quotas that have divided them for years."
    ),
    "next steps",
    "Neither side would say on Wednesday when they are going to meet again.",
    "“We will be back,” said one of them.",
    "• The first point is about nets and their mesh.",
    "• The second is about boats and their engines.",
    "Short one.",
    "One line",
    "and another with <b>signs</b> in it.",
    "The fleet will sail on Monday whatever happens, the owners wrote to all papers.",
]


def test_each_heading_bullet_quote_and_paragraph_is_a_line():
    assert page_text(PAGE).split("\n\n") == LINES


def test_page_says_what_it_is():
    details = page_details(PAGE)
    assert details.headline == "Harbour talks end without a deal"
    assert (details.byline, details.outlet) == ("Ann Lee", "The Harbour Times")
    assert details.published_at == datetime(2023, 5, 10, 16, 36, tzinfo=UTC)
    assert (details.url, details.language) == ("https://times.example/talks", "en-GB")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("just words", "just words"),
        ("<p>an <b>open end", "an open end"),
        ("<div>one</div><script>evil()</script><p>two<li>three", "one\n\ntwo\n\n• three"),
        ("<html><body><script>only()</script><style>p{}</style></body></html>", ""),
        ("<h1>a &amp; b</h1><table><tr><td>cod</td><td>12</td></tr></table>", "a & b\n\ncod 12"),
        ("<" * 10, "<" * 10),
    ],
)
def test_broken_page_gives_the_text_it_has(html, text):
    assert page_text(html) == text


@pytest.mark.parametrize("html", ["<div>" * 20_000 + "deep", "<b>" * 50_000, "</p>" * 50_000])
def test_deep_nesting_is_survived(html):
    page_text(html)
    page_details(html)


def test_unclosed_tags_of_an_old_page_lose_no_text():
    body = "".join(f"<p><font>Paragraph {number} of the old page." for number in range(400))
    text = page_text(f"<html><body>{body}</body></html>")
    assert all(f"Paragraph {number} of" in text for number in range(400))
