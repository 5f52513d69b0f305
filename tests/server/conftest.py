"""Databases and keys that the tests of the server share."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import missing

from vklive.testing.clock import VirtualClock

PROGRAMS = "lib/postgresql/*/bin"
PATIENCE = 30.0
"""Seconds in which PostgreSQL has to start."""


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


def _bin() -> Path:
    found = [path for path in Path("/usr").glob(PROGRAMS) if (path / "initdb").exists()]
    if not found:
        missing("PostgreSQL's initdb", package="postgresql")
    return max(found, key=lambda path: float(path.parent.name))


def any_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@pytest.fixture
def free_port() -> int:
    """A port on which nobody listens."""
    return any_free_port()


@contextlib.contextmanager
def _running(programs: Path, folder: Path, password: str) -> Iterator[int]:
    # PostgreSQL refuses to run as root; Debian's package made a user for it.
    account = "postgres" if os.geteuid() == 0 else None
    extra_groups: list[str] | None = [] if account else None
    if account:
        entry = pwd.getpwnam(account)
        os.chown(folder, entry.pw_uid, entry.pw_gid)
    data, secret = folder / "data", folder / "password"
    secret.write_text(password)
    secret.chmod(0o644)
    subprocess.run(
        [programs / "initdb", "-D", data, "-U", "vklive", "-A", "scram-sha-256", f"--pwfile={secret}", "--no-sync"],
        check=True,
        capture_output=True,
        cwd=folder,
        user=account,
        group=account,
        extra_groups=extra_groups,
    )
    port = any_free_port()
    command: list[str | Path] = [programs / "postgres", "-D", data, "-p", str(port)]
    for option in ("fsync=off", "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}"):
        command += ["-c", option]
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        user=account,
        group=account,
        extra_groups=extra_groups,
    )
    try:
        _wait_until_ready(programs, process, port)
        yield port
    finally:
        process.send_signal(signal.SIGINT)  # "fast shutdown"
        process.wait(timeout=PATIENCE)


def _wait_until_ready(programs: Path, process: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + PATIENCE
    while subprocess.run([programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)], check=False).returncode:
        assert process.poll() is None, "PostgreSQL ended while it started"
        assert time.monotonic() < end, "PostgreSQL did not start in time"
        time.sleep(0.05)


class PostgreSql:
    """A real PostgreSQL, started for the tests on a free port. Calling it makes a database, and gives its address."""

    def __init__(self, programs: Path, port: int, password: str) -> None:
        self._programs = programs
        self._port = port
        self._password = password

    def __call__(self) -> str:
        name = f"test_{uuid.uuid4().hex}"
        self._do("createdb", name)
        return f"postgresql+asyncpg://vklive:{self._password}@127.0.0.1:{self._port}/{name}"

    def drop(self, address: str) -> None:
        """Without it, hundreds of databases take a minute to be removed at the end."""
        self._do("dropdb", "--force", "--if-exists", address.rpartition("/")[2])

    def _do(self, program: str, *arguments: str) -> None:
        where = ["-h", "127.0.0.1", "-p", str(self._port), "-U", "vklive"]
        subprocess.run([self._programs / program, *where, *arguments], check=True, env={"PGPASSWORD": self._password})


@pytest.fixture(scope="session")
def new_postgresql_database() -> Iterator[PostgreSql]:
    programs, password = _bin(), uuid.uuid4().hex
    # Not pytest's own folder, which PostgreSQL's user may not enter.
    folder = Path(tempfile.mkdtemp(prefix="vklive-postgresql-"))
    try:
        with _running(programs, folder, password) as port:
            yield PostgreSql(programs, port, password)
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def postgresql_url(new_postgresql_database) -> Iterator[str]:
    """An empty database in it."""
    address = new_postgresql_database()
    yield address
    new_postgresql_database.drop(address)


@pytest.fixture
def sqlite_url(tmp_path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path / 'vklive.sqlite3'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request) -> str:
    """An empty database: each test that asks for it runs on both kinds."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url
