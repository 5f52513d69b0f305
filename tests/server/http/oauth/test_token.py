"""The token endpoint, as applications use and misuse it."""

from __future__ import annotations

import asyncio
import logging

import httpx2
import pytest
from tests.server.http.oauth.conftest import CALLBACK

TOKEN, REVOKE = "/oauth/server/token", "/oauth/server/revoke"


async def is_good(http: httpx2.AsyncClient, access_token: str) -> bool:
    answer = await http.get("/v1/websocket/token", headers={"Authorization": f"Bearer {access_token}"})
    assert answer.status_code in {200, 401}
    return answer.status_code == 200


def exchange(code: str, redirect_uri: str = CALLBACK) -> dict[str, str]:
    return {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}


def refresh(token: str) -> dict[str, str]:
    return {"grant_type": "refresh_token", "refresh_token": token}


async def test_a_code_gives_a_pair_that_is_good_for_what_was_allowed(http, tokens, code_for, server):
    answer = await tokens(**exchange(await code_for("chat:message:send,channel:points")))

    given = answer.json()
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert set(given) == {"access_token", "refresh_token", "expires_in", "token_type", "scope"}
    assert (given["expires_in"], given["token_type"]) == (3600, "Bearer")
    assert given["scope"] == "channel:points chat:message:send"
    bearer = await server._store.bearer(given["access_token"])
    assert sorted(bearer.scopes) == ["channel:points", "chat:message:send"]
    assert bearer.viewer.nick == "Anna"
    assert await is_good(http, given["access_token"])


async def test_a_second_use_of_a_code_ends_what_came_of_the_first(http, tokens, code_for):
    code = await code_for()
    given = (await tokens(**exchange(code))).json()
    later = (await tokens(**refresh(given["refresh_token"]))).json()
    again = await tokens(**exchange(code))

    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert not await is_good(http, given["access_token"])
    assert not await is_good(http, later["access_token"])
    assert (await tokens(**refresh(later["refresh_token"]))).json()["error"] == "invalid_grant"


async def test_a_code_is_of_use_to_nobody_else_and_stays_good_for_its_application(tokens, code_for):
    code = await code_for()
    for wrong in (
        await tokens("hooked", **exchange(code)),
        await tokens(**exchange(code, "http://127.0.0.1:8123/")),
        await tokens(**exchange(code, CALLBACK + "/")),
        await tokens(**exchange(code + "x")),
    ):
        assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_grant")
    assert (await tokens(**exchange(code))).status_code == 200


async def test_a_code_ends_soon(tokens, code_for, hands):
    code = await code_for()
    hands.ahead = 61.0

    assert (await tokens(**exchange(code))).json()["error"] == "invalid_grant"


async def test_a_refresh_gives_a_new_pair_with_the_same_scopes(http, tokens, code_for, server, hands):
    first = (await tokens(**exchange(await code_for("chat:settings")))).json()
    hands.ahead = 3601.0
    assert not await is_good(http, first["access_token"])
    second = (await tokens(**refresh(first["refresh_token"]), redirect_uri=CALLBACK)).json()

    assert second["refresh_token"] != first["refresh_token"]
    assert (await server._store.bearer(second["access_token"])).scopes == {"chat:settings"}
    assert (await tokens(**refresh(second["refresh_token"]))).status_code == 200


async def test_a_refresh_token_that_is_used_twice_ends_its_family(http, tokens, code_for):
    first = (await tokens(**exchange(await code_for()))).json()
    second = (await tokens(**refresh(first["refresh_token"]))).json()
    stolen = await tokens(**refresh(first["refresh_token"]))

    assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")
    assert not await is_good(http, second["access_token"])
    assert (await tokens(**refresh(second["refresh_token"]))).json()["error"] == "invalid_grant"
    other = (await tokens(**exchange(await code_for()))).json()
    assert await is_good(http, other["access_token"])


async def test_a_refresh_is_refused_to_others_and_for_addresses_of_others(tokens, code_for):
    given = (await tokens(**exchange(await code_for()))).json()
    for wrong in (
        await tokens("hooked", **refresh(given["refresh_token"])),
        await tokens(**refresh(given["refresh_token"]), redirect_uri="https://hooked.example/"),
        await tokens(**refresh(given["access_token"])),
    ):
        assert wrong.json()["error"] == "invalid_grant"
    assert (await tokens(**refresh(given["refresh_token"]))).status_code == 200


async def test_a_refresh_token_ends_when_it_is_not_used(tokens, code_for, hands):
    given = (await tokens(**exchange(await code_for()))).json()
    hands.ahead = 30 * 86_400.0 + 1

    assert (await tokens(**refresh(given["refresh_token"]))).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("kind", ["code", "refresh token"])
async def test_of_two_at_once_one_gets_a_pair(tokens, code_for, kind):
    form = exchange(await code_for())
    if kind == "refresh token":
        form = refresh((await tokens(**form)).json()["refresh_token"])
    answers = await asyncio.gather(*(tokens(**form) for _ in range(4)))

    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400]


async def test_an_application_gets_a_token_of_its_own_under_both_names_of_its_life(http, tokens, server):
    answer = await tokens(grant_type="client_credentials", state="mine")

    given = answer.json()
    assert set(given) == {"access_token", "token_type", "expires_in", "expire_time", "state"}
    assert (given["expires_in"], given["expire_time"], given["state"]) == (3600, 3600, "mine")
    assert (await server._store.bearer(given["access_token"])).viewer.name == "Greeter"
    assert await is_good(http, given["access_token"])


async def test_a_revoked_access_token_is_nobodys_and_the_rest_stays(http, tokens, code_for):
    given = (await tokens(**exchange(await code_for()))).json()
    form = {"token": given["access_token"], "token_type_hint": "access_token"}
    answer = await http.post(REVOKE, auth=("bot", "secret of the bot"), data=form)

    assert (answer.status_code, answer.json()) == (200, {})
    assert not await is_good(http, given["access_token"])
    assert (await tokens(**refresh(given["refresh_token"]))).status_code == 200


@pytest.mark.parametrize("hint", [None, "refresh_token", "access_token", "of no kind"])
async def test_a_revoked_refresh_token_takes_its_family_with_it_whatever_the_hint_says(http, tokens, code_for, hint):
    given = (await tokens(**exchange(await code_for()))).json()
    form = {"token": given["refresh_token"]} | ({"token_type_hint": hint} if hint else {})
    answer = await http.post(REVOKE, auth=("bot", "secret of the bot"), data=form)

    assert (answer.status_code, answer.json()) == (200, {})
    assert not await is_good(http, given["access_token"])
    assert (await tokens(**refresh(given["refresh_token"]))).status_code == 400


async def test_an_applications_own_token_can_be_revoked(http, tokens):
    token = (await tokens(grant_type="client_credentials")).json()["access_token"]
    await http.post(REVOKE, auth=("bot", "secret of the bot"), data={"token": token})

    assert not await is_good(http, token)


async def test_tokens_of_others_are_not_revoked_and_nobody_learns_whether_they_exist(http, tokens, code_for):
    given = (await tokens(**exchange(await code_for()))).json()
    for token in (given["access_token"], given["refresh_token"], "never given"):
        answer = await http.post(REVOKE, auth=("hooked", "secret of the hooked"), data={"token": token})
        assert (answer.status_code, answer.json()) == (200, {})
    assert await is_good(http, given["access_token"])
    assert (await tokens(**refresh(given["refresh_token"]))).status_code == 200


@pytest.mark.parametrize("path", [TOKEN, REVOKE])
@pytest.mark.parametrize(
    "request_of",
    [
        {},
        {"auth": ("bot", "wrong")},
        {"auth": ("stranger", "secret of the bot")},
        {"auth": ("bot\0", "secret of the bot")},
        {"headers": {"Authorization": "Bearer secret of the bot"}},
        {"headers": {"Authorization": "Basic ???"}},
        {"data": {"client_id": "bot", "client_secret": "secret of the bot", "grant_type": "client_credentials"}},
    ],
)
async def test_who_has_no_credentials_in_the_header_gets_nothing(http, path, request_of):
    answer = await http.post(path, **({"data": {"grant_type": "client_credentials"}} | request_of))

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer.headers["www-authenticate"].startswith("Basic ")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("content", "kind", "error"),
    [
        (b"", "application/x-www-form-urlencoded", "invalid_request"),
        (b"grant_type=", "application/x-www-form-urlencoded", "invalid_request"),
        (b"grant_type=password", "application/x-www-form-urlencoded", "unsupported_grant_type"),
        (b"grant_type=authorization_code", "application/x-www-form-urlencoded", "invalid_request"),
        (b"grant_type=authorization_code&code=x", "application/x-www-form-urlencoded", "invalid_request"),
        (b"grant_type=refresh_token", "application/x-www-form-urlencoded", "invalid_request"),
        (b"grant_type=refresh_token&refresh_token=%00", "application/x-www-form-urlencoded", "invalid_request"),
        (b"grant_type=refresh_token&refresh_token=%ff", "application/x-www-form-urlencoded", "invalid_request"),
        (b"grant_type=refresh_token&grant_type=x", "application/x-www-form-urlencoded", "invalid_request"),
        (b"\xff\xfe", "application/x-www-form-urlencoded", "invalid_request"),
        (b"&".join(b"%d=" % number for number in range(100)), "application/x-www-form-urlencoded", "invalid_request"),
        (b'{"grant_type": "client_credentials"}', "application/json", "invalid_request"),
        (b"grant_type=client_credentials", "text/plain", "invalid_request"),
    ],
)
async def test_what_is_wrong_is_told_in_the_form_of_oauth(http, content, kind, error):
    headers = {"Content-Type": kind}
    answer = await http.post(TOKEN, auth=("bot", "secret of the bot"), content=content, headers=headers)

    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert set(answer.json()) == {"error", "error_description"}
    assert answer.headers["cache-control"] == "no-store"


async def test_a_form_without_end_is_refused(http):
    answer = await http.post(TOKEN, auth=("bot", "secret of the bot"), data={"code": "x" * 100_000})

    assert (answer.status_code, answer.json()["error"]) == (413, "invalid_request")


async def test_another_verb_is_told_which_is_right(http):
    answer = await http.get(TOKEN)

    assert answer.status_code == 405
    assert "POST" in answer.headers["allow"]


async def test_no_secret_is_written_down_and_only_hashes_are_stored(
    http, tokens, code_for, browser, tmp_path, caplog, capfd
):
    caplog.set_level(logging.DEBUG)
    code = await code_for()
    first = (await tokens(**exchange(code))).json()
    second = (await tokens(**refresh(first["refresh_token"]))).json()
    await tokens(**refresh(first["refresh_token"]))
    cookie = browser.http.cookies["vklive_browser"]
    secrets = [code, cookie, "anna at home", "secret of the bot"]
    secrets += [given[name] for given in (first, second) for name in ("access_token", "refresh_token")]

    # The client of the test logs the addresses that it was sent to itself.
    said = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith(("vklive", "uvicorn")))
    said += "".join(capfd.readouterr())
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("vklive.sqlite3*"))
    for secret in secrets:
        assert secret not in said
        assert secret.encode() not in stored
