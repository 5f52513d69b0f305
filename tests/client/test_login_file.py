"""A login in a file: for its owner alone, whole at every instant, changed by one at a time."""

from __future__ import annotations

import asyncio
import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from vklive.client import login_file
from vklive.client.login_file import Login, LoginFile
from vklive.errors import ConfigError, CredentialsError
from vklive.testing.loop import run_virtual

LOGIN = Login(
    access_token="hunter2",
    refresh_token="hunter3",
    expires_at=1_800_000_000.5,
    client_id="bot",
    client_secret="hunter4",
    scopes=("chat:settings",),
    api_url="http://127.0.0.1:8000",
    token_url="http://127.0.0.1:8000/oauth/server/token",
    revoke_url="http://127.0.0.1:8000/oauth/server/revoke",
)


@pytest.fixture
def file(tmp_path) -> LoginFile:
    return LoginFile(tmp_path / "login.json")


def test_what_was_written_is_read(file):
    file.write(LOGIN)
    assert file.read() == LOGIN
    file.write(structs.replace(LOGIN, expires_at=None))
    assert file.read().expires_at is None


def test_nobody_else_can_read_it_whatever_was_there_and_whatever_the_umask_is(file, monkeypatch):
    file.path.write_text("{}")
    file.path.chmod(0o644)
    modes = []
    real = os.fdopen

    def looking(descriptor, *arguments):
        modes.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
        return real(descriptor, *arguments)

    monkeypatch.setattr(os, "fdopen", looking)
    before = os.umask(0)
    try:
        file.write(LOGIN)
    finally:
        os.umask(before)

    assert modes == [0o600]
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert list(file.path.parent.iterdir()) == [file.path]


def test_a_link_stays_one(file, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    file.path.symlink_to(tmp_path / "elsewhere" / "login.json")
    file.write(LOGIN)

    assert file.path.is_symlink()
    assert LoginFile(tmp_path / "elsewhere" / "login.json").read() == LOGIN


def test_what_others_can_read_is_refused(file):
    file.write(LOGIN)
    file.path.chmod(0o640)
    with pytest.raises(ConfigError, match="others can read it") as caught:
        file.read()
    assert "chmod 600" in caught.value.hint


@given(st.binary(max_size=100))
def test_what_is_no_login_is_told_without_its_text(content):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "login.json"
        path.touch(0o600)
        path.write_bytes(b'{"access_token": "hunter2", ' + content)
        with pytest.raises(ConfigError) as caught:
            LoginFile(path).read()
        assert "hunter2" not in str(caught.value)
        assert caught.value.__cause__ is None


def test_what_cannot_be_is_told(file, tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        file.read()
    with pytest.raises(ConfigError, match="cannot be written"):
        LoginFile(tmp_path / "nowhere" / "login.json").write(LOGIN)
    (tmp_path / "folder").mkdir()
    with pytest.raises(ConfigError, match="cannot be written"):
        LoginFile(tmp_path / "folder").write(LOGIN)
    with pytest.raises(ConfigError, match="cannot be deleted"):
        LoginFile(tmp_path / "folder").delete()
    file.delete()


def test_nothing_secret_is_in_the_repr(file):
    assert "hunter" not in repr(LOGIN)
    assert "hunter" not in repr(file)


def test_one_changes_it_at_a_time_and_the_others_wait(file):
    order = []

    async def change(name: str) -> None:
        async with file.locked():
            order.append(f"{name} begins")
            await asyncio.sleep(1.0)
            order.append(f"{name} ends")

    async def both() -> None:
        await asyncio.gather(change("a"), change("b"))

    run_virtual(both())
    assert order in (["a begins", "a ends", "b begins", "b ends"], ["b begins", "b ends", "a begins", "a ends"])


def test_who_waits_for_too_long_is_told(file):
    async def scene() -> float:
        loop = asyncio.get_running_loop()
        async with file.locked():
            began = loop.time()
            with pytest.raises(CredentialsError):
                async with file.locked():
                    pass
            return loop.time() - began

    assert run_virtual(scene()) == pytest.approx(login_file.LOCK_TIMEOUT, abs=0.1)


async def lock(file: LoginFile, *, within: float) -> None:
    async with asyncio.timeout(within), file.locked():
        pass


def test_the_lock_holds_between_processes_and_ends_with_them(file):
    holder = (
        "import asyncio, sys\nfrom pathlib import Path\nfrom vklive.client.login_file import LoginFile\n"
        "async def hold():\n    async with LoginFile(Path(sys.argv[1])).locked():\n"
        "        print('locked', flush=True)\n        sys.stdin.read()\nasyncio.run(hold())\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(file.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "locked\n"
        with pytest.raises(TimeoutError):
            asyncio.run(lock(file, within=0.2))
        process.kill()
    asyncio.run(lock(file, within=5.0))


async def test_there_may_be_no_place_for_the_lock(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="cannot be opened"):
        async with LoginFile(tmp_path / "file" / "login.json").locked():
            pass
