"""Addresses of videos are made from templates, and what is put into them stays in its place."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vklive.errors import ConfigError
from vklive.server.settings import DevApiSettings
from vklive.server.source_urls import PLACEHOLDERS, Player, SourceUrls, check_template

TEMPLATE = "https://video.example/{channel_url}/{id}.m3u8?ip={ip}&agent={user_agent}"
text = st.text(st.characters(exclude_categories=["Cs"]))


def test_without_a_template_there_are_no_addresses():
    assert SourceUrls().of("a", channel_url="b", player=Player()) == []


@given(text, text, text, text)
def test_whatever_is_put_in_comes_out_where_it_belongs(id_, channel_url, ip, user_agent):
    player = Player(ip=ip, user_agent=user_agent)

    (made,) = SourceUrls(TEMPLATE).of(id_, channel_url=channel_url, player=player)

    parts = urlsplit(made.url)
    assert (parts.netloc, parts.path.count("/"), parts.fragment) == ("video.example", 2, "")
    assert parse_qs(parts.query, keep_blank_values=True) == {"ip": [ip], "agent": [user_agent]}


@pytest.mark.parametrize(
    "template", ["", "https://example/fixed", "{{}}", *(f"x{{{name}}}" for name in sorted(PLACEHOLDERS))]
)
def test_a_template_that_can_be_filled_is_taken(template):
    check_template("here", template)
    SourceUrls(template).of("a", channel_url="b", player=Player())


@pytest.mark.parametrize(
    "template", ["{", "}", "{}", "{0}", "{token}", "{id.__class__}", "{id[0]}", "{id!r}", "{id:>9999999999}"]
)
def test_a_template_that_cannot_is_refused_where_it_is_set(template):
    for setting in ("stream_source_url", "record_source_url"):
        with pytest.raises(ConfigError) as caught:
            DevApiSettings(**{setting: template})

        assert caught.value.where == f"devapi.{setting}"
