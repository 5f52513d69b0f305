"""A login in a file: the tokens of a user, and of which application they are.

Nobody but the file's owner can read it, at no instant; it is replaced as a whole; and of the programs that use it at
the same time one at a time may change it, since a refresh token is good for one use.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import stat
import sys
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from msgspec import Struct

from vklive.errors import ConfigError, CredentialsError

MAX_SIZE = 64 * 1024
"""Bytes of a file that is read; ours are far smaller."""

LOCK_TIMEOUT = 30.0
"""Seconds to wait for another program that is renewing the login; it gives up its own call after ten."""

_LOCK_RETRY = 0.05
_READABLE_BY_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_HINT = "log in again with `vklive login`"


class Login(Struct, frozen=True, kw_only=True):
    """What is in the file.

    Attributes:
        access_token: for the DevAPI.
        refresh_token: for the next pair, once.
        expires_at: unix time at which the access token ends; `None` when nobody said.
        client_id: of the application that the user has allowed it.
        client_secret: of that application: without it, the refresh token is of no use.
        scopes: what the user has allowed.
        api_url: the DevAPI that the tokens are for. They are shown to no other.
        token_url: where they are renewed.
        revoke_url: where they are ended.
    """

    access_token: str
    refresh_token: str
    expires_at: float | None
    client_id: str
    client_secret: str
    scopes: tuple[str, ...]
    api_url: str
    token_url: str
    revoke_url: str

    def __repr__(self) -> str:
        return f"Login(client_id={self.client_id!r}, api_url={self.api_url!r}, scopes={self.scopes!r})"


class LoginFile:
    """A file with a login. The constructor does no I/O.

    Args:
        path: of the file. Beside it, under the same name with ``.lock`` behind, is what programs wait at.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def __repr__(self) -> str:
        return f"LoginFile({str(self.path)!r})"

    def read(self) -> Login:
        """What is in it.

        Raises:
            ConfigError: it is not there, others may read it, or there is something else in it.
        """
        where = str(self.path)
        try:
            with self.path.open("rb") as file:
                mode = os.fstat(file.fileno()).st_mode
                content = file.read(MAX_SIZE)
        except OSError as error:
            raise ConfigError(where, f"cannot be read: {error.strerror}", hint=_HINT) from None
        if os.name == "posix" and mode & _READABLE_BY_OTHERS:
            raise ConfigError(where, "others can read it", hint=f"chmod 600 {self.path}, or log in again")
        try:
            return msgspec.json.decode(content, type=Login)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            # Without a cause, which may quote a token.
            raise ConfigError(where, "it is no login", hint=_HINT) from None

    def write(self, login: Login) -> None:
        """Put it there, for nobody else to read, inside of `locked`. Who reads meanwhile finds the old or the new one.

        Raises:
            ConfigError: it cannot be written.
        """
        try:
            # Where a link leads to, so that it stays one.
            path = self.path.resolve()
            _replace(path, msgspec.json.format(msgspec.json.encode(login), indent=2) + b"\n")
        except (OSError, RuntimeError) as error:
            problem = error.strerror if isinstance(error, OSError) else "it is a link to itself"
            raise ConfigError(str(self.path), f"cannot be written: {problem}") from None

    def delete(self) -> None:
        """There is no login any more. The lock stays, for those who wait at it.

        Raises:
            ConfigError: it cannot be deleted.
        """
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise ConfigError(str(self.path), f"cannot be deleted: {error.strerror}") from None

    @asynccontextmanager
    async def locked(self) -> AsyncGenerator[None]:
        """Nobody else changes the file as long as the block lasts.

        Raises:
            ConfigError: there is no place for the lock.
            CredentialsError: somebody else has it for too long; trying again may help.
        """
        name = f"{self.path}.lock"
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise ConfigError(name, f"cannot be opened: {error.strerror}") from None
        try:
            try:
                async with asyncio.timeout(LOCK_TIMEOUT):
                    # Not waited for in a thread: that could not be given up.
                    while not _lock(descriptor):  # noqa: ASYNC110 - it is other programs that have it
                        await asyncio.sleep(_LOCK_RETRY)
            except TimeoutError as error:
                raise CredentialsError("LoginFile", problem="TimeoutError") from error
            yield
        finally:
            # Closing it, also when the program ends, gives it back.
            os.close(descriptor)


def _replace(path: Path, content: bytes) -> None:
    # What it makes is for its owner alone from the beginning, whatever the umask is.
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
