"""However people write a channel, it is the same slug."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vklive.devapi.channel_url import MAX_LENGTH, slug_of


@pytest.mark.parametrize(
    "written",
    [
        "streamer",
        "Streamer",
        " streamer ",
        "streamer/",
        "/streamer",
        "https://live.vkvideo.ru/streamer",
        "https://live.vkvideo.ru/STREAMER/",
        "http://live.vkvideo.ru/streamer?from=mail#chat",
        "live.vkvideo.ru/streamer",
        "https://live.vkvideo.ru/app/embed/streamer",
        "streamer ?from=mail",
        "streamer /",
    ],
)
def test_slug_and_address_mean_the_same(written):
    assert slug_of(written) == "streamer"


@pytest.mark.parametrize(
    "written", ["", " ", "/", "https://live.vkvideo.ru/", "https://[broken/x", "a\0b", "a\nb", "x" * (MAX_LENGTH + 1)]
)
def test_what_can_be_no_slug_is_none(written):
    assert slug_of(written) == ""


@given(st.text())
def test_a_slug_is_its_own_slug(written):
    assert slug_of(slug_of(written)) == slug_of(written)
