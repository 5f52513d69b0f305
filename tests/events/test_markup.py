"""Strangers' text in a page: whatever they write, it stays text."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vklive.events import (
    Author,
    ChatMessage,
    Link,
    Mention,
    Part,
    RewardDemand,
    Smile,
    Text,
    html_of,
    plain_text,
)

ALLOWED = {
    "span": {"class", "data-user-id"},
    "a": {"href", "rel", "target"},
    "img": {"class", "src", "alt", "title"},
}


class Page(HTMLParser):
    """What a reader of the HTML finds in it: the text, with pictures by their `alt`, and every element."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        assert len(dict(attrs)) == len(attrs)
        self.elements.append((tag, dict(attrs)))
        if tag == "img":
            self.text += dict(attrs)["alt"] or ""
        else:
            assert not self.open, "no element of ours has another one inside"
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def handle_comment(self, data):
        pytest.fail(f"a comment: {data}")

    def handle_decl(self, decl):
        pytest.fail(f"a declaration: {decl}")

    def handle_pi(self, data):
        pytest.fail(f"an instruction: {data}")


def text(content: str) -> Part:
    return Part(text=Text(content=content))


def link(url: str, content: str = "") -> Part:
    return Part(link=Link(url=url, content=content))


def smile(url: str, name: str = "kek") -> Part:
    return Part(smile=Smile(id="1", name=name, small_url=url))


def test_each_kind_of_part_has_its_element():
    parts = [
        Part(mention=Mention(id=5, nick="Ася")),
        text(", смотри: "),
        link("https://example.org/?a=1&b=2", "сюда"),
        text(" "),
        smile("https://img.example/s.png"),
    ]

    assert html_of(parts) == (
        '<span class="mention" data-user-id="5">@Ася</span>, смотри: '
        '<a href="https://example.org/?a=1&amp;b=2" rel="noopener noreferrer nofollow ugc" target="_blank">сюда</a> '
        '<img class="smile" src="https://img.example/s.png" alt=":kek:" title="kek">'
    )


@pytest.mark.parametrize(
    "written",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "</span></div><!-- ",
        "&lt;b&gt; &amp;",
        "<![CDATA[ <?php ",
        "\"'><b>",
    ],
)
@pytest.mark.parametrize(
    "part",
    [
        text,
        lambda written: Part(mention=Mention(id=1, nick=written)),
        lambda written: link("https://example.org/", written),
        lambda written: smile("https://img.example/s.png", written),
        lambda written: smile("", written),
        lambda written: link("https://example.org/" + written.replace(" ", ""), "text"),
        lambda written: smile("https://img.example/" + written.replace(" ", "")),
    ],
)
def test_what_looks_like_html_is_shown_as_it_was_written(part, written):
    page = Page(html_of([part(written)]))

    assert page.text == plain_text([part(written)])
    assert [tag for tag, _ in page.elements] in ([], ["span"], ["a"], ["img"])
    for tag, attributes in page.elements:
        assert set(attributes) == ALLOWED[tag]


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\tscript:alert(1)",
        "java\nscript:alert(1)",
        "\x00javascript:alert(1)",
        "\x01https://example.org/",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "//example.org/",
        "/logout",
        "logout",
        "https:example.org",
        "https:\\\\example.org",
        "https://",
        "https://example.org/ onclick=alert(1)",
        "https://example.org/\njavascript:alert(1)",
        "https://example.org/\n",
        "",
    ],
)
def test_only_absolute_addresses_of_the_web_become_addresses(url):
    assert Page(html_of([link(url, "here")])).elements == []
    assert Page(html_of([link(url, "here")])).text == "here"
    assert html_of([smile(url)]) == ":kek:"


@pytest.mark.parametrize("url", ["http://example.org", "HTTPS://example.org/#a", "https://пример.рф/\u202e?q='\""])
def test_an_address_of_the_web_is_kept_as_it_is(url):
    ((_, attributes),) = Page(html_of([link(url, "here")])).elements

    assert attributes["href"] == url
    assert "noopener" in (attributes["rel"] or "")


def test_a_picture_is_the_smallest_that_there_is():
    some = Part(
        smile=Smile(name="kek", small_url="javascript:1", medium_url="https://m.example", large_url="https://l")
    )

    ((_, attributes),) = Page(html_of([some])).elements
    assert attributes["src"] == "https://m.example"


def test_control_characters_are_shown_and_line_breaks_are_of_one_kind():
    assert html_of([text("a\x00b\x1b[31mc\x85\ud800d\r\ne\rf\ng\th")]) == "a�b�[31mc��d\ne\nf\ng\th"


def test_a_part_of_an_unknown_kind_adds_nothing():
    assert html_of([text("a"), Part.unreadable({"poll": {"question": "<b>"}}), text("b")]) == "ab"


def test_messages_and_demands_have_it():
    parts = (text("<3"), link("https://example.org"), smile("https://img.example/s.png"), Part(mention=Mention(id=5)))
    message = ChatMessage(id=1, author=Author(), parts=parts)

    assert message.html == html_of(parts)
    assert message.links == (Link(url="https://example.org"),)
    assert message.smiles == (Smile(id="1", name="kek", small_url="https://img.example/s.png"),)
    assert message.mentions == (Mention(id=5),)
    assert RewardDemand(id=1, message_parts=parts).html == html_of(parts)
    assert RewardDemand(id=1, message="<3").html == "&lt;3"


_text = st.text(alphabet=st.characters(exclude_categories=[]) | st.sampled_from("<>&\"'/=:\0\r\n\t;#!-"))
_url = _text | st.builds("{}{}".format, st.sampled_from(["http://", "https://", "javascript:", "HTTPS://x"]), _text)
_part = (
    st.builds(text, _text)
    | st.builds(link, _url, _text)
    | st.builds(smile, _url, _text)
    | st.builds(lambda number, nick: Part(mention=Mention(id=number, nick=nick)), st.integers(), _text)
    | st.just(Part.unreadable({"dance": {}}))
)


@given(st.lists(_part))
def test_any_parts_read_back_as_their_text_and_nothing_but_what_is_allowed(parts):
    page = Page(html_of(parts))

    lines = "".join(plain_text([part]).replace("\r\n", "\n").replace("\r", "\n") for part in parts)
    assert page.text == re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", "\ufffd", lines)
    for tag, attributes in page.elements:
        assert set(attributes) == ALLOWED[tag]
        for address in (attributes.get("href"), attributes.get("src")):
            assert address is None or re.match("https?://", address, re.IGNORECASE)
