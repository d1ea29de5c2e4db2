from __future__ import annotations

import pytest

from tests.telegram_server.markup import parse_html, read_link, render
from tests.telegram_server.refusals import Refusal


def entity(kind, offset, length, **more):
    return {"type": kind, "offset": offset, "length": length, **more}


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("", "", []),
        ("plain", "plain", []),
        ("&lt;b&gt; &amp; &quot; &#20320; &#x4f60;", '<b> & " 你 你', []),
        ("&nbsp; &copy; R&D; &", "&nbsp; &copy; R&D; &", []),
        ("<b>你好</b> <i>x</i>", "你好 x", [entity("bold", 0, 2), entity("italic", 3, 1)]),
        ("😀<b>b</b>", "😀b", [entity("bold", 2, 1)]),
        ("<b>a<i>b</i></b>", "ab", [entity("bold", 0, 2), entity("italic", 1, 1)]),
        ("<STRONG>a</strong>", "a", [entity("bold", 0, 1)]),
        ("<b></b>a", "a", []),
        ("<b>a</>", "a", [entity("bold", 0, 1)]),
        ('<a href="https://undocs.org/A/76/319?a=1&amp;b=2">A</a>', "A",
         [entity("text_link", 0, 1, url="https://undocs.org/A/76/319?a=1&b=2")]),
        ("<a href='nowhere'>A</a>", "A", []),
        ('<pre><code class="language-python">x</code></pre>', "x", [entity("pre", 0, 1, language="python")]),
        ("<code><b>x</b></code>", "x", [entity("code", 0, 1)]),
        ("<blockquote expandable>q</blockquote>", "q", [entity("expandable_blockquote", 0, 1)]),
        ("<blockquote>a<blockquote>b</blockquote></blockquote>", "ab", [entity("blockquote", 0, 2)]),
        ('<span class="tg-spoiler">s</span>', "s", [entity("spoiler", 0, 1)]),
        ("5 > 3", "5 > 3", []),
    ],
)  # fmt: skip
def test_reads_html(source, text, entities):
    assert parse_html(source) == (text, entities)


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("<p>a</p>", 'Unsupported start tag "p" at byte offset 0'),
        ("你<br>", 'Unsupported start tag "br" at byte offset 3'),
        ("3 < 5 years", 'Unsupported start tag "" at byte offset 2'),
        ("a <5> b", 'Unsupported start tag "5" at byte offset 2'),
        ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<b>a</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<b><i>a</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        ("<b>a</b", "Unclosed end tag at byte offset 4"),
        ('<a href="x>a</a>', "Unclosed start tag at byte offset 0"),
        ('<a ="x">a</a>', 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<a href=x/y>a</a>", "Unexpected end of name token at byte offset 8"),
        ("<span>a</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_refuses_html_that_telegram_refuses(source, problem):
    with pytest.raises(Refusal) as raised:
        parse_html(source)
    assert (raised.value.code, str(raised.value)) == (400, f"Bad Request: can't parse entities: {problem}")


@pytest.mark.parametrize(
    "source",
    [
        "<b>a<i>b</i></b> c",
        "&lt;script&gt; &amp; <u>you</u>",
        '<a href="https://un.org/x?a=1&amp;b=2">你 😀</a>!',
        "<blockquote expandable>q</blockquote>",
    ],
)
def test_renders_what_it_read(source):
    assert render(*parse_html(source)) == source


@pytest.mark.parametrize(
    ("address", "read"),
    [
        ("https://un.org", "https://un.org/"),
        ("un.org/a", "http://un.org/a"),
        ("tg://user?id=5", "tg://user?id=5"),
        ("http://localhost/x", None),
        ("javascript:alert(1)", None),
        ("ftp://un.org", None),
        ("more", None),
        ("https://", None),
    ],
)
def test_knows_addresses_that_a_message_may_hold(address, read):
    assert read_link(address) == read
