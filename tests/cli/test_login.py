"""Logging in as a user does: `vklive login` and a browser, against a real server; and what comes of it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import stat
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest
from msgspec import structs
from tests.client.test_login_file import LOGIN
from tests.server.http.oauth.browser import Browser

from vklive.cli.exit_codes import ExitCode
from vklive.client.login_file import LoginFile
from vklive.client.saved_login import SavedLogin

SLOW = 30.0
ANNA = "the password of anna"


class LoggingIn:
    """A `vklive login` that runs, and the address that it tells."""

    def __init__(self, environ: dict[str, str], *arguments: str) -> None:
        command = [sys.executable, "-W", "error", "-m", "vklive", "login", "--no-browser", *arguments]
        self.process = subprocess.Popen(
            command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1
        )
        self.address = ""
        assert self.process.stderr is not None
        while not self.address.startswith("http"):
            self.address = self.process.stderr.readline().strip()
            assert self.process.poll() is None or self.address

    def end(self) -> tuple[int, str, str]:
        stdout, stderr = self.process.communicate(timeout=SLOW)
        return self.process.returncode, stdout, stderr


@pytest.fixture
def port(free_port):
    return free_port


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture
def user(environ, home, tmp_path):
    """The environment of somebody who has registered an application on that server."""
    (tmp_path / "secret").write_text("bot-secret\n")
    mine = {name: value for name, value in environ.items() if name != "VKLIVE_ACCESS_TOKEN"}
    return mine | {"XDG_CONFIG_HOME": str(home), "VKLIVE_CLIENT_ID": "bot"}


@pytest.fixture
def log_in(user, tmp_path):
    with contextlib.ExitStack() as ends:

        def start(*arguments: str) -> LoggingIn:
            running = LoggingIn(user, "--client-secret-file", str(tmp_path / "secret"), *arguments)
            ends.enter_context(running.process)
            ends.callback(running.process.kill)
            return running

        yield start


def browse(server: str, address: str, decision: str) -> httpx2.Response:
    """What the browser of Anna does: gives the page that it ends on."""

    async def run() -> httpx2.Response:
        async with Browser(server) as browser, httpx2.AsyncClient(trust_env=False) as elsewhere:
            await browser.open(address)
            await browser.sign_in("Anna", ANNA)
            if browser.answer.status_code == 200:
                await browser.decide(decision)
            return await elsewhere.get(browser.location)

    return asyncio.run(run())


def vklive(environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-m", "vklive", *arguments]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=SLOW, check=False)


def log_in_as_anna(server: str, log_in) -> None:
    running = log_in("--scope", "chat:message:send", "--scope", "channel:points")
    assert "go back to the terminal" in browse(server, running.address, "allow").text
    assert running.end()[0] == ExitCode.ENDED


def test_a_user_logs_in_listens_and_logs_out(server, user, home, log_in):
    running = log_in("--scope", "chat:message:send", "--scope", "channel:points")
    page = browse(server, running.address, "allow")
    code, stdout, stderr = running.end()

    assert page.status_code == 200
    assert "go back to the terminal" in page.text
    assert (code, stderr.strip()) == (ExitCode.ENDED, "")
    file = home / "vklive" / "login.json"
    assert stdout == f"Logged in. The tokens are in {file}\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    saved = json.loads(file.read_text())
    assert sorted(saved["scopes"]) == ["channel:points", "chat:message:send"]
    assert (saved["client_id"], saved["api_url"]) == ("bot", server)
    for secret in (saved["access_token"], saved["refresh_token"], "bot-secret", ANNA):
        assert secret not in stdout + stderr + running.address + page.text

    heard = vklive({**user, "VKLIVE_CLIENT_ID": ""}, "listen", "streamer", "--json", "--for", "5", "--topic", "chat")
    assert heard.returncode == ExitCode.ENDED, heard.stderr
    assert '"type":"vklive.connected"' in heard.stdout

    done = vklive(user, "logout")
    assert (done.returncode, done.stdout, done.stderr) == (ExitCode.ENDED, "Logged out.\n", "")
    assert not file.exists()
    answer = httpx2.get(
        f"{server}/v1/websocket/token",
        headers={"Authorization": f"Bearer {saved['access_token']}"},
        trust_env=False,
    )
    assert answer.status_code == 401
    assert vklive(user, "logout").returncode == ExitCode.USAGE


def test_programs_renew_one_login_at_once_and_none_loses_it(server, home, log_in):
    log_in_as_anna(server, log_in)
    file = home / "vklive" / "login.json"
    before = json.loads(file.read_text())
    file.write_text(json.dumps(before | {"expires_at": 1.0}))
    program = (
        "import asyncio, sys, vklive\n"
        "async def main():\n"
        "    login = vklive.SavedLogin.open(sys.argv[1])\n"
        "    print((await login.authorization()).removeprefix('Bearer '))\n"
        "    await login.close()\n"
        "asyncio.run(main())\n"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", program, str(file)], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    given = {process.communicate(timeout=SLOW)[0].strip() for process in running}
    after = json.loads(file.read_text())

    assert given == {after["access_token"]}
    assert after["refresh_token"] != before["refresh_token"]
    assert after["expires_at"] > 1_700_000_000
    assert asyncio.run(_renewed(file))


async def _renewed(file: Path) -> bool:
    login = SavedLogin.open(file)
    try:
        return await login.renew(await login.authorization())
    finally:
        await login.close()


def test_a_login_that_cannot_be_ended_stays_until_it_is_to_be_forgotten(vklive, tmp_path, closed_port):
    file = LoginFile(tmp_path / "login.json")
    file.write(structs.replace(LOGIN, revoke_url=f"http://127.0.0.1:{closed_port}/revoke"))
    done = vklive("logout", "--login", str(file.path))

    assert done.exit_code == ExitCode.UNREACHABLE
    assert file.read().refresh_token == LOGIN.refresh_token
    assert vklive("logout", "--login", str(file.path), "--forget").exit_code == ExitCode.ENDED
    assert not file.path.exists()


def test_a_user_who_denies_it_is_not_logged_in(server, home, log_in):
    running = log_in("--scope", "channel:credentials")
    page = browse(server, running.address, "deny")
    code, stdout, stderr = running.end()

    assert "without access" in page.text
    assert (code, stdout) == (ExitCode.REFUSED, "")
    assert "access_denied" in stderr
    assert not (home / "vklive" / "login.json").exists()


def test_a_code_that_nobody_asked_for_is_not_taken(server, log_in):
    running = log_in("--timeout", "3")
    answer = httpx2.get("http://127.0.0.1:8914/?code=of-the-attacker&state=guessed", trust_env=False)
    code, _, stderr = running.end()

    assert answer.status_code == 400
    assert code == ExitCode.USAGE
    assert "no browser came back within 3 s" in stderr


def test_a_code_that_is_none_logs_nobody_in(log_in, home):
    running = log_in()
    state = httpx2.URL(running.address).params["state"]
    httpx2.get(f"http://127.0.0.1:8914/?code=invented&state={state}", trust_env=False)
    code, _, stderr = running.end()

    assert code == ExitCode.REFUSED
    assert "invalid_grant" in stderr
    assert "invented" not in stderr
    assert not (home / "vklive" / "login.json").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--client-secret", "s", "--redirect-uri", "http://127.0.0.1:1/", "--redirect-port", "1"), "either"),
        ((), "the client secret is missing"),
        (("--client-secret", "s", "--redirect-uri", "https://bot.example/"), "--redirect-uri"),
        (("--client-secret", "s", "--scope", "everything"), "everything"),
    ],
)
def test_what_cannot_be_is_told_before_anything_happens(vklive, arguments, said):
    done = vklive("login", "--client-id", "bot", *arguments)

    assert done.exit_code == ExitCode.USAGE
    assert said in done.stderr


def test_a_browser_is_opened_at_the_address_that_is_told(vklive, monkeypatch, free_port):
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    done = vklive(
        "login", "--client-id", "bot", "--client-secret", "s", "--timeout", "0.1", "--redirect-port", str(free_port)
    )

    assert done.exit_code == ExitCode.USAGE
    assert opened[0].startswith("https://auth.live.vkvideo.ru/app/oauth2/authorize?client_id=bot&")
    assert f"\n{opened[0]}\n" in done.stderr
