"""Every failure has the API's shape, and none tells what is inside."""

from __future__ import annotations

import logging

import pytest
from litestar import Litestar, get
from litestar.exceptions import InternalServerException
from litestar.testing import AsyncTestClient

from vklive.devapi.errors import ApiError
from vklive.server.directory import DirectoryUnavailableError
from vklive.server.http.errors import exception_handlers
from vklive.server.refusal import RefusalError

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("path", ["/v1/unknown", "/v1", "/v1/channel/unknown", "/unknown", "/v2/channel"])
async def test_a_path_that_nobody_knows(http, path):
    answer = await http.get(path)

    assert (answer.status_code, answer.json()["error"]) == (404, "unknown_api_method")


@pytest.mark.parametrize(("verb", "path"), [("POST", "/v1/channel"), ("GET", "/v1/channels"), ("PUT", "/v1/channel")])
async def test_a_verb_that_a_path_does_not_take(http, bearer, verb, path):
    answer = await http.request(verb, path, headers=bearer("viewer"))

    assert (answer.status_code, answer.json()["error"]) == (405, "unknown_api_method")
    assert verb not in answer.headers["allow"]


@pytest.fixture(autouse=True)
def _only_the_servers_log(caplog):
    # The client of the tests writes down what it asks, query and all, where everybody may talk: as in `vklive serve`.
    caplog.set_level(logging.WARNING, logger="httpx")


async def failing(error: Exception):
    @get("/fails")
    async def fails() -> None:
        raise error

    app = Litestar([fails], exception_handlers=exception_handlers, logging_config=None, openapi_config=None)
    async with AsyncTestClient(app, raise_server_exceptions=False) as client:
        return await client.get("/fails", params={"access_token": "hunter2"})


@pytest.mark.parametrize("kind", [RuntimeError, InternalServerException])
async def test_what_goes_wrong_inside_is_logged_and_not_told(caplog, kind):
    answer = await failing(kind("hunter3 in /srv/secret.py"))

    assert (answer.status_code, answer.json()) == (
        500,
        {"error": "internal_server_error", "error_description": "Internal server error"},
    )
    assert "GET /fails failed" in caplog.text
    assert "hunter3" in caplog.text, "the operator sees it"
    assert "hunter2" not in caplog.text, "the query stays out of the log"


async def test_a_directory_that_does_not_answer_is_a_503_that_may_be_tried_again(caplog):
    answer = await failing(DirectoryUnavailableError("hunter3 refused the connection"))

    assert (answer.status_code, answer.json()["error"]) == (503, "service_unavailable")
    assert answer.headers["retry-after"] == "1"
    assert "hunter3" not in answer.text
    assert [record.levelno for record in caplog.records if record.name.startswith("vklive")] == [logging.ERROR]


@pytest.mark.parametrize("error", list(ApiError))
async def test_a_refusal_has_the_status_and_the_word_of_its_error(error):
    answer = await failing(RefusalError(error, "so it is"))

    assert (answer.status_code, answer.json()) == (error.status, {"error": error.code, "error_description": "so it is"})
    assert "retry-after" not in answer.headers


async def test_a_refusal_that_knows_how_long_it_holds_says_so():
    answer = await failing(RefusalError(ApiError.SEND_TOO_FAST, "so it is", retry_after=7))

    assert answer.headers["retry-after"] == "7"
