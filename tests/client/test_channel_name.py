"""Which channel a program means."""

from __future__ import annotations

import pytest

from vklive.client.channel_name import slug_meant
from vklive.errors import ConfigError


@pytest.mark.parametrize("given", ["streamer", " Streamer/ ", "https://live.vkvideo.ru/streamer?from=x"])
def test_a_slug_and_an_address_are_the_same(given):
    assert slug_meant(given) == "streamer"


@pytest.mark.parametrize("given", ["", "/", "https://live.vkvideo.ru/", "a\nb"])
def test_what_is_none_is_said_to_be_none(given):
    with pytest.raises(ConfigError, match="names no channel") as failed:
        slug_meant(given)
    assert failed.value.where == "channel_url"
