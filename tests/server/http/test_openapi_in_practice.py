"""What the OpenAPI document says is so, whoever calls with whatever. schemathesis makes calls, and looks at answers.

`make fuzz` runs the same with many more examples.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from copy import deepcopy
from itertools import zip_longest
from random import Random
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from tests.server.http.busy_world import CALLERS, IDS, KNOWN, PARTS, WHOLE, running, settings_in

from vklive.server.app import Server
from vklive.server.settings import Settings

CASES = int(os.environ.get("FUZZ_CASES", "3"))
"""Of each method and kind."""

REPEATS = {True: 5, False: 1}
"""How often a call is made again with names of things that there are, when it fits the document and when not."""

USUALLY = 0.8
"""How often it is somebody who calls for whom a method is."""

MOST_NEVER = 3
"""How many methods may have done nothing at all: chance decides what is asked of them."""

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

NOT_OF_A_SCHEMA = re.compile(
    r"""channel_url\ is\ empty
    | stream_id:\ it\ is\ no\ stream | there\ is\ no\ such\ (smile|user|category|role) | is\ no\ address\ of\ the\ web
    | The\ message\ is\ empty | things,\ not\ one\ of | characters,\ at\ most | parts,\ at\ most
    | mode\ is\ not\ exactly\ one\ of | Either\ channel_url\ or\ channel_id | idempotency_key\ are\ not\ the\ same
    """,
    re.VERBOSE,
)
"""Why a call that fits the document is answered with 400: what a schema cannot say, and descriptions do."""

NOTHING_WRONG = {
    "somebody has less than nothing": "SELECT * FROM balances WHERE amount < 0 OR amount > 9007199254740991",
    "a reward was had more often than it can be": (
        "SELECT reward_id FROM demands WHERE reward_id = 'there' AND status <> 'rejected'"
        " GROUP BY 1 HAVING count(*) > 3"
    ),
    "a demand is for a reward of another channel": (
        "SELECT * FROM demands JOIN rewards ON rewards.id = reward_id WHERE rewards.channel_id <> demands.channel_id"
    ),
    "a demand is in no state": "SELECT * FROM demands WHERE status NOT IN ('pending', 'approved', 'rejected')",
    "two streams are in one slot": (
        "SELECT channel_id, slot_id FROM streams WHERE ended_at IS NULL GROUP BY 1, 2 HAVING count(*) > 1"
    ),
    "a stream ended before it began": "SELECT * FROM streams WHERE ended_at < started_at",
    "somebody is subscribed twice": (
        "SELECT channel_id, user_id FROM subscriptions WHERE ended_at IS NULL GROUP BY 1, 2 HAVING count(*) > 1"
    ),
    "a banned channel is live": "SELECT * FROM channels WHERE banned AND status = 'online'",
}
"""Questions to which the database must have no answer, whatever was done."""


def places(body: Any, path: str) -> Iterator[tuple[dict[str, Any], str, tuple[Any, ...]]]:
    """Where in a body something that there is could be named: in what, under which name, and what there is."""
    if isinstance(body, list):
        for each in body:
            yield from places(each, path)
    elif isinstance(body, dict):
        for name, inner in body.items():
            known = IDS.get(path, ()) if name == "id" else PARTS if name == "parts" else KNOWN.get(name, ())
            # What is of another kind may be there to be refused, or is something else of the same name.
            if known and isinstance(inner, type(known[0])):
                yield body, name, known
            yield from places(inner, name)


def drawn(strategy: st.SearchStrategy[Any]) -> list[Any]:
    """As many as are wanted, always the same."""
    found: list[Any] = []

    @seed(0)
    @settings(max_examples=CASES, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(strategy)
    def draw(case: Any) -> None:
        found.append(case)

    draw()
    return found


def made(schema: Any, mode: schemathesis.GenerationMode) -> list[Any]:
    """Calls that fit the document, or do not: one of each method, then the next of each."""
    operations = [each.ok() for each in schema.get_all_operations()]
    if mode is schemathesis.GenerationMode.NEGATIVE:
        # Where there is nothing to say, nothing can be said wrongly.
        operations = [each for each in operations if each.body or list(each.iter_parameters())]
    turns = zip_longest(*(drawn(each.as_strategy(generation_mode=mode)) for each in operations))
    return [case for turn in turns for case in turn if case is not None]


@pytest.fixture(scope="module")
def cases() -> list[tuple[Any, bool]]:
    """Calls, and whether each fits the document. They are made once, as that takes as long as sending them."""
    schema = schemathesis.openapi.from_dict(Server(Settings(port=0)).openapi(), config=schemathesis.Config())
    # Who calls is said here.
    schema.config.generation.update(with_security_parameters=False)
    right = made(schema, schemathesis.GenerationMode.POSITIVE)
    wrong = made(schema, schemathesis.GenerationMode.NEGATIVE)
    return [*((case, True) for case in right), *((case, False) for case in wrong)]


class Caller:
    """Calls a server, and looks at its answers.

    Attributes:
        answers: how often each method was answered with what.
        unsaid: why it was answered with 400 although the call fits the document, and the document does not say.
    """

    def __init__(self, url: str, session: requests.Session) -> None:
        self._url = url
        self._session = session
        self._random = Random(0)
        self.answers: dict[str, Counter[int]] = defaultdict(Counter)
        self.unsaid: set[tuple[str, str]] = set()

    def call(self, case: Any, *, fits: bool) -> None:
        """Make a call as it is, and then with names of things that there are."""
        self._send(case, fits=fits, also=() if fits else (negative_data_rejection,))
        for _ in range(REPEATS[fits]):
            self._send(self._with_what_there_is(case), fits=fits)

    def _with_what_there_is(self, case: Any) -> Any:
        said = {name: deepcopy(getattr(case, name)) for name in ("path_parameters", "query", "body")}
        method = "/".join(case.operation.path.split("/")[-2:])
        for part in said.values():
            for where, name, known in list(places(part, method)):
                where[name] = deepcopy(self._random.choice(known))
        if case.operation.path in WHOLE and self._random.random() < USUALLY:
            said["body"] = deepcopy(self._random.choice(WHOLE[case.operation.path]))
        return case.operation.Case(media_type="application/json", **said)

    def _send(self, case: Any, *, fits: bool, also: Iterable[Any] = ()) -> None:
        usual = ("platform",) if case.operation.path.startswith("/platform") else ("owner", "owner", "viewer")
        who = self._random.choice(usual if self._random.random() < USUALLY else tuple(CALLERS))
        answer = case.call(base_url=self._url, session=self._session, headers=dict(CALLERS[who]))
        self.answers[case.operation.label][answer.status_code] += 1
        case.validate_response(answer, checks=[*CHECKS, *also])
        if fits and answer.status_code == 400:
            said = answer.json()
            if said["error"] == "invalid_param" and not NOT_OF_A_SCHEMA.search(said["error_description"]):
                self.unsaid.add((case.operation.label, said["error_description"]))


async def wrong_in(database_url: str) -> list[str]:
    engine = create_async_engine(database_url)
    try:
        async with engine.connect() as connection:
            found = [
                wrong for wrong, question in NOTHING_WRONG.items() if (await connection.execute(text(question))).all()
            ]
            if engine.dialect.name == "sqlite":
                assert (await connection.execute(text("PRAGMA integrity_check"))).scalars().all() == ["ok"]
                assert (await connection.execute(text("PRAGMA foreign_key_check"))).all() == []
            return found
    finally:
        await engine.dispose()


@pytest.mark.timeout(0 if "FUZZ_CASES" in os.environ else 240)
def test_every_method_does_what_the_document_says(cases, tmp_path, database_url, caplog):
    caplog.set_level(logging.ERROR, logger="vklive")
    with running(settings_in(tmp_path, database_url)) as server, requests.Session() as session:
        session.trust_env = False
        caller = Caller(server.url, session)
        for case, fits in cases:
            caller.call(case, fits=fits)

        assert session.get(f"{server.url}/health").status_code == 200
        channel = session.get(
            f"{server.url}/v1/channel", params={"channel_url": "streamer"}, headers=dict(CALLERS["owner"])
        )
        assert channel.json()["data"]["channel"]["id"] == 42

    assert caller.unsaid == set()
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
    assert asyncio.run(wrong_in(database_url)) == []
    never = {method: dict(answers) for method, answers in caller.answers.items() if not answers[200]}
    assert len(never) <= MOST_NEVER, never
    assert (
        sum(answers[200] for answers in caller.answers.values()) > sum(map(Counter.total, caller.answers.values())) / 4
    )
