"""Demands in great numbers."""

from __future__ import annotations

import pytest
from tests.client.api.scripted import DONE, Http, api_over, page, refused

from vklive.devapi.models.points import MAX_DEMANDS
from vklive.errors import UnavailableError
from vklive.testing.loop import run_virtual


def numbers(http: Http) -> list[list[int]]:
    return [[demand["id"] for demand in each.body["demands"]] for each in http.asked]


@pytest.mark.parametrize("done", ["accept", "reject"])
def test_many_demands_are_settled_by_the_hundred_and_in_order(done):
    http = Http(*[DONE] * 3)
    api = api_over(http)
    run_virtual(getattr(api.points, done)("streamer", demands=range(250)))
    assert MAX_DEMANDS == 100
    assert numbers(http) == [[*range(100)], [*range(100, 200)], [*range(200, 250)]]
    assert {each.path for each in http.asked} == {f"/v1/channel_point/reward/demand/{done}"}


def test_no_demands_are_no_call():
    http = Http()
    run_virtual(api_over(http).points.accept("streamer", demands=[]))
    assert http.asked == []


def test_what_fails_in_the_middle_is_told_and_what_follows_is_not_tried():
    async def scene() -> None:
        http = Http(DONE, refused(503, "service_unavailable"))
        with pytest.raises(UnavailableError):
            await api_over(http).points.accept("streamer", demands=range(300))
        assert [len(each) for each in numbers(http)] == [100, 100]

    run_virtual(scene())


def test_all_pages_of_demands_are_taken_and_can_be_settled():
    async def scene() -> None:
        def demand(number: int) -> dict[str, object]:
            return {"id": number, "user": {"id": 9}, "reward": {"id": "w"}}

        http = Http(
            page(extra={"offset": 2, "is_last": False}, demands=[demand(1), demand(2)]),
            page(extra={"offset": 3, "is_last": True}, demands=[demand(3)]),
            DONE,
        )
        api = api_over(http)
        await api.points.reject(
            "streamer", demands=[each async for each in api.points.demands("streamer", page_size=2)]
        )
        assert [each.params.get("offset") for each in http.asked] == ["0", "2", None]
        assert http.asked[2].body == {"demands": [{"id": 1}, {"id": 2}, {"id": 3}]}

    run_virtual(scene())
