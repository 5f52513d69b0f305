"""As much of a browser as the pages need: cookies, links, and forms that are filled in and sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx2


@dataclass
class FormOnPage:
    """A form: where it goes, what is in it, and its buttons."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class Page(HTMLParser):
    """What is on a page.

    Attributes:
        text: everything that is read.
        forms: all forms.
        links: where they lead.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.forms: list[FormOnPage] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.language = ""
        self._in_style = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self._in_style = tag == "style"
        match tag:
            case "html":
                self.language = given["lang"]
            case "a":
                self.links.append(given["href"])
            case "form":
                self.forms.append(FormOnPage(given["action"]))
            case "input" if given.get("type") != "checkbox" or "checked" in given:
                self.forms[-1].fields[given["name"]] = given.get("value", "")
            case "button" if "name" in given:
                self.forms[-1].buttons.append((given["name"], given["value"]))
            case _:
                pass

    def handle_data(self, data: str) -> None:
        if not self._in_style:
            self.text += data

    def form(self, path: str) -> FormOnPage:
        """The form that goes there."""
        found = [form for form in self.forms if urlsplit(form.action).path == path]
        assert found, self.text
        return found[0]


class Browser:
    """A browser of one person, at one server. It follows redirects only as long as they stay there.

    Attributes:
        http: what it makes requests with.
        answer: the last answer.
    """

    def __init__(self, url: str, *, language: str = "en") -> None:
        self.url = url
        self.http = httpx2.AsyncClient(base_url=url, trust_env=False, headers={"Accept-Language": language})
        self.answer = httpx2.Response(204)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.http.aclose()

    @property
    def page(self) -> Page:
        """What is shown."""
        return Page(self.answer.text)

    @property
    def location(self) -> str:
        """Where it was sent, away from the server."""
        assert self.answer.status_code == 303, (self.answer.status_code, self.page.text)
        return self.answer.headers["location"]

    @property
    def query(self) -> dict[str, str]:
        """What is in the query of that address."""
        return dict(parse_qsl(urlsplit(self.location).query, keep_blank_values=True))

    @property
    def fragment(self) -> dict[str, str]:
        """What is in its fragment."""
        return dict(parse_qsl(urlsplit(self.location).fragment, keep_blank_values=True))

    async def open(self, path: str, **parameters: str) -> Page:
        """Go there."""
        await self._follow(await self.http.get(path, params=parameters or None))
        return self.page

    async def send(self, path: str, *, button: str = "", **typed: str) -> None:
        """Fill in the form that goes there, and send it; what is empty is taken out."""
        form = self.page.form(path)
        pressed = dict(pair for pair in form.buttons if pair[1] == button)
        fields = {name: value for name, value in (form.fields | typed | pressed).items() if value}
        await self._follow(await self.http.post(form.action, data=fields))

    async def sign_in(self, name: str, password: str) -> None:
        """At the page for it."""
        await self.send("/app/oauth2/sign-in", name=name, password=password)

    async def decide(self, decision: str, **typed: str) -> None:
        """At the page for it: ``allow`` or ``deny``."""
        await self.send("/app/oauth2/authorize", button=decision, **typed)

    async def _follow(self, answer: httpx2.Response) -> None:
        while answer.status_code == 303 and urljoin(self.url, answer.headers["location"]).startswith(self.url + "/"):
            answer = await self.http.get(answer.headers["location"])
        self.answer = answer
