"""Tokens for a server of one's own."""

from __future__ import annotations

import asyncio
import time

import jwt
import pytest

from vklive.cli.exit_codes import ExitCode
from vklive.clock import SystemClock
from vklive.devapi.scopes import Scope
from vklive.server.directory import Application, User
from vklive.server.store import Store, parse_seed

SECRET = "0123456789abcdef0123456789abcdef"
CONFIGURED = {"VKLIVE_TOKENS__SECRET": SECRET, "VKLIVE_TOKENS__CONNECTION_TTL": "100"}


def claims(printed: str) -> dict[str, object]:
    return jwt.decode(printed.removesuffix("\n"), SECRET, algorithms=["HS256"])


def test_a_connection_token_is_printed_alone_and_lives_as_long_as_the_servers_own(vklive):
    done = vklive("token", "connection", "--user", "42", environ=CONFIGURED)

    said = claims(done.stdout)
    assert (done.exit_code, done.stderr) == (ExitCode.ENDED, "")
    assert said["sub"] == "42"
    assert "channel" not in said
    assert said["exp"] == pytest.approx(time.time() + 100, abs=5)


def test_a_subscription_token_names_its_ws_channel(vklive):
    done = vklive("token", "subscription", "--user", "42", "--channel", "x:1", "--ttl", "50", environ=CONFIGURED)

    said = claims(done.stdout)
    assert (said["sub"], said["channel"]) == ("42", "x:1")
    assert said["exp"] == pytest.approx(time.time() + 50, abs=5)


def test_the_keys_may_come_from_the_servers_file(vklive, tmp_path):
    file = tmp_path / "server.toml"
    file.write_text(f"[tokens]\nsecret = '{SECRET}'\n")

    done = vklive("token", "connection", "--user", "42", "--config", str(file))

    assert claims(done.stdout)["sub"] == "42"


@pytest.mark.parametrize(
    "command", [("connection", "--user", "42"), ("subscription", "--user", "42", "--channel", "x:1")]
)
def test_without_a_configured_secret_there_is_no_token(vklive, command):
    done = vklive("token", *command)

    assert (done.exit_code, done.stdout) == (ExitCode.USAGE, "")
    assert done.stderr.startswith("Error: tokens.secret: is not set")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "1e9", "1h"])
def test_a_time_that_is_none_is_refused(vklive, seconds):
    done = vklive("token", "connection", "--user", "42", "--ttl", seconds, environ=CONFIGURED)

    assert done.exit_code == ExitCode.USAGE
    assert "is not a number of seconds between 0 and 315360000" in done.stderr


SEED = b"""
[[users]]
id = 7
nick = "Anna"
[[applications]]
id = 1
client_id = "bot"
client_secret = "secret"
"""


@pytest.fixture
def database(tmp_path):
    """The address of a database with one user and one application."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'vklive.sqlite3'}"

    async def plant() -> None:
        async with Store(url, clock=SystemClock()) as store:
            await store.plant(parse_seed(SEED, origin="seed"))

    asyncio.run(plant())
    return url


def viewer(database: str, access_token: str) -> User | Application | None:
    async def ask() -> User | Application | None:
        async with Store(database, clock=SystemClock()) as store:
            bearer = await store.bearer(access_token)
            return None if bearer is None else bearer.viewer

    return asyncio.run(ask())


def test_an_access_token_of_a_user_is_printed_alone_and_known_to_the_store(vklive, database):
    done = vklive("token", "access", "--user", "7", environ={"VKLIVE_DATABASE_URL": database})

    assert (done.exit_code, done.stderr) == (ExitCode.ENDED, "")
    assert viewer(database, done.stdout.removesuffix("\n")) == User(id=7, nick="Anna")


@pytest.mark.parametrize(
    ("scopes", "given"),
    [
        ((), frozenset()),
        (("chat:settings", "channel:roles"), {Scope.CHAT_SETTINGS, Scope.CHANNEL_ROLES}),
        (("all",), frozenset(Scope)),
    ],
)
def test_an_access_token_of_a_user_has_the_scopes_that_are_asked_for(vklive, database, scopes, given):
    options = [part for scope in scopes for part in ("--scope", scope)]
    done = vklive("token", "access", "--user", "7", *options, environ={"VKLIVE_DATABASE_URL": database})

    async def ask():
        async with Store(database, clock=SystemClock()) as store:
            return await store.bearer(done.stdout.strip())

    assert asyncio.run(ask()).scopes == given


@pytest.mark.parametrize(
    "options", [("--user", "7", "--scope", "everything"), ("--application", "1", "--scope", "all")]
)
def test_a_scope_exists_and_is_a_users(vklive, database, options):
    done = vklive("token", "access", *options, environ={"VKLIVE_DATABASE_URL": database})

    assert (done.exit_code, done.stdout) == (ExitCode.USAGE, "")


def test_an_access_token_of_an_application_is_the_same(vklive, database):
    done = vklive("token", "access", "--application", "1", "--ttl", "60", environ={"VKLIVE_DATABASE_URL": database})

    assert viewer(database, done.stdout.removesuffix("\n")) == Application(id=1, name="bot")


def test_the_database_does_not_hold_the_access_token_itself(vklive, database, tmp_path):
    done = vklive("token", "access", "--user", "7", environ={"VKLIVE_DATABASE_URL": database})

    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert done.stdout.removesuffix("\n").encode() not in written


@pytest.mark.parametrize("whose", [("--user", "8"), ("--application", "2")])
def test_nobody_gets_no_access_token(vklive, database, whose):
    done = vklive("token", "access", *whose, environ={"VKLIVE_DATABASE_URL": database})

    assert (done.exit_code, done.stdout) == (ExitCode.USAGE, "")
    assert done.stderr.startswith(f"Error: {whose[0]}: there is no {whose[0][2:]} {whose[1]} ")


@pytest.mark.parametrize("whose", [(), ("--user", "7", "--application", "1")])
def test_an_access_token_has_exactly_one_bearer(vklive, whose):
    done = vklive("token", "access", *whose)

    assert done.exit_code == ExitCode.USAGE
    assert "Give either --user or --application." in done.stderr
