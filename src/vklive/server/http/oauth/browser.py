"""Requests of browsers: what they ask for, and how they fail.

What is asked for stands in the address of each page and is understood anew every time; a form adds what was typed and
pressed. So no page is ever told where to go on: it knows.
"""

from __future__ import annotations

from typing import Any, TypeAlias
from urllib.parse import urlencode

from litestar import Request, Response
from litestar.types import ExceptionHandlersMap

from vklive.server.directory import DirectoryUnavailableError
from vklive.server.http.oauth.cookies import cookie_of
from vklive.server.http.oauth.page import redirect
from vklive.server.http.oauth.pages import AUTHORIZE, TOKEN_FIELD, error_page
from vklive.server.http.oauth.reading import form_of, pairs_of
from vklive.server.http.oauth.words import Words, words_for
from vklive.server.oauth.asking import Asked
from vklive.server.oauth.errors import Problem, RefusedRequestError, UnsafeRequestError
from vklive.server.oauth.forms import Form, is_genuine
from vklive.server.oauth.oauth import OAuth

BrowserRequest: TypeAlias = Request[Any, Any, Any]


class StaleFormError(Exception):
    """A form that was not given to this browser for this request.

    Attributes:
        asked: what it is about.
    """

    def __init__(self, asked: Asked) -> None:
        super().__init__()
        self.asked = asked


async def read(oauth: OAuth, request: BrowserRequest) -> Asked:
    """What is asked for in the address.

    Raises:
        UnsafeRequestError: it must not be answered by a redirect.
        RefusedRequestError: it is answered by a redirect with an error.
    """
    try:
        pairs = pairs_of(request.scope["query_string"])
    except ValueError:
        raise UnsafeRequestError(Problem.UNREADABLE) from None
    return await oauth.authorizing.read(pairs)


async def read_form(oauth: OAuth, request: BrowserRequest, form: Form) -> tuple[Asked, str, dict[str, str]]:
    """What is asked for, the browser's cookie, and the fields of the form that it sends.

    Raises:
        StaleFormError: it is not a form of ours for this browser and this request.
        UnsafeRequestError, RefusedRequestError: see `read`.
    """
    asked, cookie = await read(oauth, request), cookie_of(request)
    try:
        fields = await form_of(request)
    except ValueError:
        raise StaleFormError(asked) from None
    if not is_genuine(fields.get(TOKEN_FIELD, ""), cookie=cookie, form=form, parameters=asked.parameters()):
        raise StaleFormError(asked)
    return asked, cookie, fields


def words_of(request: BrowserRequest) -> Words:
    """In the language of whoever looks."""
    return words_for(request.headers.get("accept-language", ""))


def address_of(asked: Asked) -> str:
    """Where it can be decided on."""
    return f"{AUTHORIZE}?{urlencode(asked.parameters())}"


def _unsafe(request: BrowserRequest, error: UnsafeRequestError) -> Response[str]:
    return error_page(words_of(request), error.problem)


def _refused(_: BrowserRequest, error: RefusedRequestError) -> Response[str]:
    return redirect(error.location)


def _stale(request: BrowserRequest, error: StaleFormError) -> Response[str]:
    return error_page(words_of(request), Problem.STALE_FORM, status=403, again=error.asked)


def _unavailable(request: BrowserRequest, _: DirectoryUnavailableError) -> Response[str]:
    return error_page(words_of(request), Problem.UNAVAILABLE, status=503)


page_exception_handlers: ExceptionHandlersMap = {  # pyright: ignore[reportUnknownVariableType] (Litestar: Response[Any])
    UnsafeRequestError: _unsafe,
    RefusedRequestError: _refused,
    StaleFormError: _stale,
    DirectoryUnavailableError: _unavailable,
}
"""How the pages fail: as pages, or by a redirect where that is safe."""
