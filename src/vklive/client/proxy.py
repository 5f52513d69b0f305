"""A proxy between this machine and the platform: which one, and a connection through it.

WebSockets are tunnelled: by CONNECT of an HTTP proxy, or by SOCKS5. TLS goes through the tunnel, so that a proxy sees
where one goes and nothing else. It is the proxy that looks up the host.
"""

from __future__ import annotations

import socket
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from msgspec import Struct
from python_socks import ProxyConnectionError, ProxyError, ProxyTimeoutError
from python_socks.async_.asyncio import Proxy as Tunnel

from vklive.errors import ConfigError, ConnectError

NO_PROXY = ""
"""Instead of an address: no proxy, whatever the environment says."""

_DEFAULT_PORTS = {"http": 80, "socks5": 1080, "socks5h": 1080}
_KIND_OF = {"ws": "http", "wss": "https"}


class Proxy(Struct, frozen=True):
    """One proxy.

    Attributes:
        url: its address; may hold a password, so it is not shown.
        shown: host and port.
    """

    url: str
    shown: str

    def __repr__(self) -> str:
        return f"Proxy({self.shown})"


def parse_proxy(url: str) -> Proxy:
    """Read the address of a proxy: ``http://``, ``socks5://`` or ``socks5h://``, with user and password or without.

    Raises:
        ConfigError: it is none. What it says is not repeated, as it may hold a password.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ConfigError("proxy", "it is no address", hint="write http://HOST:PORT or socks5://HOST:PORT") from None
    default = _DEFAULT_PORTS.get(parts.scheme)
    if default is None or not host:
        kinds = ", ".join(f"{kind}://" for kind in _DEFAULT_PORTS)
        raise ConfigError("proxy", "it is no proxy that can be used", hint=f"write {kinds} with HOST:PORT")
    port = port or default
    host = f"[{host}]" if ":" in host else host
    user = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
    return Proxy(url=f"{parts.scheme}://{user}{host}:{port}", shown=f"{host}:{port}")


def proxy_of_environment(url: str) -> Proxy | None:
    """The proxy that the environment names for an address.

    That is ``HTTPS_PROXY``, ``HTTP_PROXY``, ``ALL_PROXY`` and ``NO_PROXY``, in capitals or not. A WebSocket goes by the
    one for HTTP, as browsers have it.

    Raises:
        ConfigError: what is named is no proxy.
    """
    parts = urlsplit(url)
    named = getproxies()
    found = named.get(_KIND_OF.get(parts.scheme, parts.scheme)) or named.get("all")
    if not found or proxy_bypass(parts.hostname or ""):
        return None
    # Written without a scheme, it is an HTTP proxy, as for curl and httpx2.
    return parse_proxy(found if "://" in found else f"http://{found}")


async def dial_through(proxy: Proxy, host: str, port: int) -> socket.socket:
    """A connected socket that does not block, with the host at the other end. To be called within a time limit.

    Raises:
        ConnectError: the proxy cannot be reached, or does not do it; it says why.
    """
    kind, _, rest = proxy.url.partition("://")
    tunnel = Tunnel.from_url(f"{kind.removesuffix('h')}://{rest}", rdns=True)
    try:
        return await tunnel.connect(host, port)
    except (ProxyError, ProxyConnectionError, ProxyTimeoutError) as error:
        code = getattr(error, "error_code", None)
        said = f" ({code})" if code else ""
        problem = f"the proxy {proxy.shown} makes no connection{said}: {error}"
        raise ConnectError(f"{host}:{port}", phase="proxy", problem=problem) from error
    except OSError as error:
        problem = f"the proxy {proxy.shown} cannot be reached: {error.strerror or error}"
        raise ConnectError(f"{host}:{port}", phase="proxy", problem=problem) from error
