"""Tokens for a server of one's own."""

from __future__ import annotations

import time

import jwt
import pytest

from vklive.cli.exit_codes import ExitCode

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


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "1h"])
def test_a_time_that_is_none_is_refused(vklive, seconds):
    done = vklive("token", "connection", "--user", "42", "--ttl", seconds, environ=CONFIGURED)

    assert done.exit_code == ExitCode.USAGE
    assert "is not a number of seconds greater than 0" in done.stderr
