"""What is asked of changes of a stream before they are sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from tests.client.api.scripted import DONE, Http, api_over

from vklive.errors import ConfigError
from vklive.testing.loop import run_virtual


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({}, "nothing is to change"),
        ({"slot_url": "second"}, "nothing is to change"),
        ({"planned_at": datetime(2027, 1, 15, 8)}, "no time zone"),  # noqa: DTZ001 - that is what is refused
    ],
)
def test_a_change_that_is_none_is_refused_and_not_sent(change: dict[str, Any], problem):
    async def scene() -> None:
        http = Http()
        with pytest.raises(ConfigError, match=problem):
            await api_over(http).channels.edit_stream("streamer", **change)
        assert http.asked == []

    run_virtual(scene())


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=3))])
def test_a_time_is_told_in_unix_seconds_whatever_its_zone(zone):
    http = Http(DONE)
    planned_at = datetime.fromtimestamp(1_800_000_000.9, zone)
    run_virtual(api_over(http).channels.edit_stream("streamer", planned_at=planned_at))
    assert http.asked[0].body == {"stream": {"planned_at": 1_800_000_000}}


def test_an_empty_title_is_a_change():
    http = Http(DONE)
    run_virtual(api_over(http).channels.edit_stream("streamer", title=""))
    assert http.asked[0].body == {"stream": {"title": ""}}
