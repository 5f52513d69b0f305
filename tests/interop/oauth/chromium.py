"""Headless Chromium, driven over its own debugging pipe: as much of the DevTools protocol as a person's hands need."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

PATIENCE = 30.0
"""Seconds for whatever must happen."""


class Chromium:
    """A page in a browser.

    Attributes:
        complaints: what the browser wrote to the page's console: refused resources and scripts among it.
    """

    def __init__(self, reader: asyncio.StreamReader, write: int) -> None:
        self._reader = reader
        self._write = write
        self._numbers = itertools.count(1)
        self._session: str | None = None
        self.complaints: list[str] = []
        self._loaded = False

    async def begin(self) -> None:
        """Open an empty page."""
        target = await self.call("Target.createTarget", url="about:blank")
        attached = await self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            await self.call(f"{domain}.enable")

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Have the browser do something, and wait until it has."""
        number = next(self._numbers)
        said: dict[str, Any] = {"id": number, "method": method, "params": params}
        os.write(
            self._write, json.dumps(said | ({"sessionId": self._session} if self._session else {})).encode() + b"\0"
        )
        while (message := await self._next()).get("id") != number:
            pass
        assert "error" not in message, message
        result: dict[str, Any] = message["result"]
        return result

    async def _next(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE):
            message: dict[str, Any] = json.loads((await self._reader.readuntil(b"\0"))[:-1])
        match message.get("method"):
            case "Log.entryAdded":
                self.complaints.append(message["params"]["entry"]["text"])
            case "Page.loadEventFired":
                self._loaded = True
            case _:
                pass
        return message

    async def open(self, address: str) -> None:
        """Go there."""
        await self._and_wait("Page.navigate", url=address)
        # It may have been the empty page from before that was loaded.
        while await self.look("location.href") == "about:blank":
            await self._next()

    async def press(self, key: str) -> None:
        """Press a key, and wait for the next page."""
        text = {"Enter": "\r", "Space": " "}[key]
        await self._and_wait(
            "Input.dispatchKeyEvent", type="keyDown", key=key, text=text, windowsVirtualKeyCode=ord(text)
        )

    async def type(self, text: str) -> None:
        """Type where the focus is."""
        await self.call("Input.insertText", text=text)

    async def tab(self) -> str:
        """Go on to what comes next; gives what has the focus now."""
        for kind in ("keyDown", "keyUp"):
            await self.call("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9)
        return str(await self.look("document.activeElement.textContent || document.activeElement.name"))

    async def click(self, selector: str) -> None:
        """Click with the mouse in the middle of it, and wait for the next page."""
        box = f"document.querySelector({json.dumps(selector)}).getBoundingClientRect()"
        x, y = await self.look(f"(b => [b.x + b.width / 2, b.y + b.height / 2])({box})")
        at = {"x": x, "y": y, "button": "left", "clickCount": 1}
        await self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        await self.call("Input.dispatchMouseEvent", type="mousePressed", **at)
        await self._and_wait("Input.dispatchMouseEvent", type="mouseReleased", **at)

    async def look(self, expression: str) -> Any:
        """What the debugger sees in the page; the page itself needs no script for it."""
        seen = await self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in seen, seen
        return seen["result"].get("value")

    async def text(self) -> str:
        """What can be read."""
        text: str = await self.look("document.body.innerText")
        return text

    async def photograph(self, file: Path) -> None:
        """Keep what can be seen, as PNG."""
        shot = await self.call("Page.captureScreenshot", format="png")
        await asyncio.to_thread(file.write_bytes, base64.b64decode(shot["data"]))

    async def _and_wait(self, method: str, **params: Any) -> None:
        self._loaded = False
        await self.call(method, **params)
        while not self._loaded:
            await self._next()


@asynccontextmanager
async def chromium(program: str, profile: Path, *, language: str = "en") -> AsyncIterator[Chromium]:
    """A browser that has been nowhere, with scripts of pages switched off."""
    commands, write = os.pipe()
    read, answers = os.pipe()
    command = [
        program,
        "--headless",
        # Containers run as root, where Chromium has no sandbox; it loads pages of ours alone.
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--no-proxy-server",
        "--remote-debugging-pipe",
        "--window-size=480,800",
        f"--accept-lang={language}",
        f"--user-data-dir={profile}",
        "about:blank",
    ]

    def on_their_numbers() -> None:
        os.dup2(commands, 3)
        os.dup2(answers, 4)

    # Both are inherited under other numbers, too: those are closed by `close_fds`, but for the two.
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        env={"HOME": str(profile), "PATH": "/usr/bin:/bin", "LANGUAGE": language},
        preexec_fn=on_their_numbers,
        pass_fds=(3, 4),
    )
    os.close(commands)
    os.close(answers)
    reader = asyncio.StreamReader(limit=64 * 1024 * 1024)
    pipe, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(read, "rb", buffering=0)
    )
    try:
        browser = Chromium(reader, write)
        await browser.begin()
        await browser.call("Emulation.setScriptExecutionDisabled", value=True)
        yield browser
    finally:
        process.kill()
        await process.wait()
        pipe.close()
        os.close(write)
