"""A method by its address, as Centrifugo v5 has them, and batches."""

from __future__ import annotations

import json
import logging

import pytest

from vklive.protocol.codes import ErrorCode
from vklive.server.http.server_api.encoding import UndecodableBodyError
from vklive.server.http.server_api.params import METHODS
from vklive.server.http.server_api.v5 import Answer, BatchCommand, batch, call


async def test_the_answer_is_a_result_or_an_error_with_status_200(api):
    assert await call(api, "publish", b'{"channel":"pub:a","data":1}', errors_as_statuses=False) == Answer(
        200, b'{"result":{}}'
    )
    assert await call(api, "history", b'{"channel":"pub:a"}', errors_as_statuses=False) == Answer(
        200, b'{"error":{"code":108,"message":"not available"}}'
    )
    assert await call(api, "channels", b"null", errors_as_statuses=False) == Answer(200, b'{"result":{"channels":{}}}')


@pytest.mark.parametrize(
    ("method", "body", "status", "code"),
    [
        ("publish", b"{}", 400, 107),
        ("publish", b'{"channel":"nope:a","data":1}', 404, 102),
        ("rpc", b'{"method":"hello"}', 404, 104),
        ("presence", b'{"channel":"pub:a"}', 400, 108),
        ("history", b'{"channel":"rec:a","since":{"epoch":"XXXX"}}', 416, 112),
        ("subscribe", b'{"channel":"pub:a","expire_at":1}', 400, 110),
    ],
)
async def test_errors_are_told_by_the_status_when_the_caller_wants_that(api, method, body, status, code):
    answer = await call(api, method, body, errors_as_statuses=True)
    assert answer.status == status
    assert json.loads(answer.body) == {"code": code, "message": ErrorCode(code).message}


async def test_a_result_has_status_200_also_then(api):
    answer = await call(api, "publish", b'{"channel":"pub:a","data":1}', errors_as_statuses=True)
    assert answer == Answer(200, b'{"result":{}}')


async def test_a_failure_of_the_server_is_told_as_one(api, node, monkeypatch):
    async def fail(*_: object, **__: object) -> None:
        raise ConnectionResetError("the broker is away")

    monkeypatch.setattr(node, "publish", fail)
    answer = await call(api, "publish", b'{"channel":"pub:a","data":1}', errors_as_statuses=True)
    assert answer.status == 500


@pytest.mark.parametrize(
    "body", [b"", b" ", b"{", b"[]", b"5", b'{"channel":5}', b'{"channel":"pub:a","data":"\xff"}', b"[" * 100_000]
)
async def test_a_body_that_is_not_what_the_method_takes_is_undecodable(api, body):
    with pytest.raises(UndecodableBodyError):
        await call(api, "publish", body, errors_as_statuses=False)


@pytest.mark.parametrize("parallel", [b"", b',"parallel":null', b',"parallel":true'])
async def test_a_batch_answers_each_command_under_its_name_in_order(api, parallel):
    body = (
        b'{"commands":[{"publish":{"channel":"pub:a","data":1}},{"presence":{"channel":"pub:a"}},'
        b'{"presence_stats":{"channel":"pres:a"}},{},null,{"unsubscribe":{"channel":"pub:a"}}]' + parallel + b"}"
    )
    assert json.loads(await batch(api, body)) == {
        "replies": [
            {"publish": {}},
            {"error": {"code": 108, "message": "not available"}},
            {"presence_stats": {"num_clients": 0, "num_users": 0}},
            {"error": {"code": 104, "message": "method not found"}},
            {"error": {"code": 104, "message": "method not found"}},
            {"unsubscribe": {}},
        ]
    }


async def test_the_publications_of_a_batch_keep_their_order(api):
    commands = [{"publish": {"channel": "rec:a", "data": number}} for number in range(100)]
    answer = json.loads(await batch(api, json.dumps({"commands": commands}).encode()))
    assert [reply["publish"]["offset"] for reply in answer["replies"]] == list(range(1, 101))


@pytest.mark.parametrize("body", [b"{}", b"null", b'{"commands":null}', b'{"commands":[]}'])
async def test_a_batch_of_nothing_is_answered_with_nothing(api, body):
    assert await batch(api, body) == b'{"replies":[]}'


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"commands":{}}', b'{"commands":[{"publish":[]}]}', b'{"commands":[5]}']
)
async def test_a_batch_with_something_undecodable_in_it_does_nothing(api, body):
    with pytest.raises(UndecodableBodyError):
        await batch(api, body)


async def test_a_command_of_a_batch_that_is_refused_is_logged_once(api, caplog):
    caplog.set_level(logging.INFO, "vklive.server.api")
    await batch(api, b'{"commands":[{"publish":{"channel":"nope:a","data":1}}]}')
    (record,) = caplog.records
    assert "namespace of 'nope:a' is not configured" in record.getMessage()


def test_a_batch_knows_all_methods():
    assert set(BatchCommand.__struct_fields__) == set(METHODS)
