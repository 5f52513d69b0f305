"""Programs that share one login: the refresh token is used once, whoever needs it."""

from __future__ import annotations

import asyncio

import pytest
from msgspec import structs
from tests.client.test_login_file import LOGIN
from tests.client.test_oauth import TokenEndpoint, now
from tests.client.world import answer

from vklive.client.login_file import Login, LoginFile
from vklive.client.saved_login import SavedLogin
from vklive.errors import ConfigError, UnauthorizedError, UnavailableError
from vklive.testing.loop import run_virtual

EPOCH = 1_800_000_000.0


@pytest.fixture
def file(tmp_path) -> LoginFile:
    """A login whose access token ends in ten minutes."""
    file = LoginFile(tmp_path / "login.json")
    file.write(structs.replace(LOGIN, access_token="access-0", refresh_token="refresh-0", expires_at=EPOCH + 600))
    return file


def program(file: LoginFile, endpoint: TokenEndpoint) -> SavedLogin:
    return SavedLogin(file, file.read(), http=endpoint, clock=now, wall=lambda: EPOCH + now())


def test_the_token_is_used_while_it_lives_and_the_next_pair_is_in_the_file_before_it_is_used(file):
    async def scene() -> None:
        endpoint = TokenEndpoint(life=600)
        login = program(file, endpoint)
        assert await login.authorization() == "Bearer access-0"
        await asyncio.sleep(538)
        assert await login.authorization() == "Bearer access-0"
        await asyncio.sleep(3)
        assert await login.authorization() == "Bearer access-1"
        found = file.read()
        assert (found.access_token, found.refresh_token) == ("access-1", "refresh-1")
        assert found.expires_at == pytest.approx(EPOCH + now() + 600)
        assert (found.client_id, found.scopes, found.api_url) == (LOGIN.client_id, LOGIN.scopes, LOGIN.api_url)
        await login.close()

    run_virtual(scene())


def test_of_programs_that_need_the_next_pair_at_once_one_fetches_it(file):
    async def scene() -> None:
        endpoint = TokenEndpoint(life=600)
        programs = [program(file, endpoint) for _ in range(5)]
        await asyncio.sleep(600)
        given = await asyncio.gather(*(each.authorization() for each in programs for _ in range(2)))
        assert given == ["Bearer access-1"] * 10
        assert endpoint.generation == 1
        assert await asyncio.gather(*(each.renew("Bearer access-1") for each in programs)) == [True] * 5
        assert {await each.authorization() for each in programs} == {"Bearer access-2"}
        assert endpoint.generation == 2

    run_virtual(scene())


def test_what_another_program_has_left_may_have_ended_too(file):
    async def scene() -> None:
        endpoint = TokenEndpoint(life=600)
        first, second = program(file, endpoint), program(file, endpoint)
        assert await first.renew("Bearer access-0")
        await asyncio.sleep(3600)
        assert await second.authorization() == "Bearer access-2"
        assert [form["refresh_token"] for form in endpoint.forms] == ["refresh-0", "refresh-1"]

    run_virtual(scene())


def test_who_gives_up_waiting_loses_no_pair(file):
    async def scene() -> None:
        endpoint = TokenEndpoint(life=600)
        login = program(file, endpoint)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await login.renew("Bearer access-0")
        await login.close()
        assert file.read().refresh_token == "refresh-1"

    run_virtual(scene())


def test_a_refused_login_is_told_and_one_that_was_not_answered_is_tried_again(file):
    async def scene() -> None:
        endpoint = TokenEndpoint(life=600)
        endpoint.faults = [answer(503), answer(400, error="invalid_grant")]
        login = program(file, endpoint)
        for kind in (UnavailableError, UnauthorizedError):
            with pytest.raises(kind):
                await login.renew("Bearer access-0")
        assert file.read().refresh_token == "refresh-0"
        assert await login.renew("Bearer access-0")

    run_virtual(scene())


def test_a_pair_that_could_not_be_written_is_renewed_all_the_same_and_not_the_used_one_in_the_file(file, monkeypatch):
    async def scene() -> None:
        endpoint = TokenEndpoint(life=600)
        login = program(file, endpoint)

        def full(_: Login) -> None:
            raise ConfigError(str(file.path), "cannot be written: No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(file, "write", full)
            assert await login.renew("Bearer access-0")
        assert file.read().refresh_token == "refresh-0"

        assert await login.renew("Bearer access-1")
        assert await login.authorization() == "Bearer access-2"
        assert file.read().refresh_token == "refresh-2"
        assert [form["refresh_token"] for form in endpoint.forms] == ["refresh-0", "refresh-1"]

    run_virtual(scene())


def test_whoever_was_logged_out_meanwhile_is_told(file):
    async def scene() -> None:
        login = program(file, TokenEndpoint(life=600))
        file.delete()
        with pytest.raises(ConfigError, match="cannot be read"):
            await login.renew("Bearer access-0")

    run_virtual(scene())


def test_a_login_is_opened_by_its_path(file):
    assert SavedLogin.open(file.path).is_user
    with pytest.raises(ConfigError):
        SavedLogin.open(file.path.parent / "nothing")
