"""Each error has one exit code."""

from __future__ import annotations

from pathlib import Path

import pytest

from vklive import errors
from vklive.cli.exit_codes import ExitCode, exit_code_of

METHOD = "GET /v1/channel"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.ConfigError("port", "wrong"), ExitCode.USAGE),
        (errors.MissingExtraError("it", extra="server"), ExitCode.USAGE),
        (errors.UnauthorizedError(METHOD, status=401), ExitCode.REFUSED),
        (errors.DisconnectedError(3500, "invalid token"), ExitCode.REFUSED),
        (errors.ForbiddenError(METHOD, status=403), ExitCode.NO_ACCESS),
        (errors.NotFoundError(METHOD, status=404), ExitCode.NO_ACCESS),
        (errors.ConnectError("host:1", phase="tcp", problem="refused"), ExitCode.UNREACHABLE),
        (errors.ConnectionLostError(1006), ExitCode.UNREACHABLE),
        (errors.UnavailableError(METHOD, status=503), ExitCode.UNREACHABLE),
        (errors.RateLimitedError(METHOD, status=429), ExitCode.UNREACHABLE),
        (errors.DevApiError(METHOD, status=418), ExitCode.FAILED),
        (errors.DisconnectedError(3501, "bad request"), ExitCode.FAILED),
        (errors.QueueOverflowError(1), ExitCode.FAILED),
        (errors.RemoteProtocolError("no"), ExitCode.FAILED),
    ],
)
def test_an_error_has_its_exit_code(error, code):
    assert exit_code_of(error) is code


def test_the_codes_are_those_that_shells_know():
    assert {code.name: int(code) for code in ExitCode} == {
        "ENDED": 0,
        "FAILED": 1,
        "USAGE": 2,
        "REFUSED": 3,
        "NO_ACCESS": 4,
        "UNREACHABLE": 5,
        "INTERRUPTED": 130,
    }


def test_the_documentation_lists_them():
    page = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text("utf-8")

    for code in ExitCode:
        assert f"| {code} | {code.meaning} |" in page
