"""The addresses to sign in and to sign out."""

from __future__ import annotations

import math

from litestar import Response, post
from litestar.handlers import HTTPRouteHandler

from vklive.server.http.oauth.browser import BrowserRequest, address_of, read_form, words_of
from vklive.server.http.oauth.cookies import give
from vklive.server.http.oauth.page import redirect
from vklive.server.http.oauth.pages import SIGN_IN, SIGN_OUT, sign_in_page
from vklive.server.oauth.errors import TooManyAttemptsError, WrongPasswordError
from vklive.server.oauth.forms import Form
from vklive.server.oauth.oauth import OAuth
from vklive.server.store.hashing import new_token


def sign_in_routes(oauth: OAuth) -> list[HTTPRouteHandler]:
    """The two forms. They need `vklive.server.http.oauth.browser.page_exception_handlers`."""

    @post(SIGN_IN, include_in_schema=False)
    async def sign_in(request: BrowserRequest) -> Response[str]:
        asked, before, fields = await read_form(oauth, request, Form.SIGN_IN)
        words, name = words_of(request), fields.get("name", "")
        address = request.client.host if request.client is not None else ""
        try:
            cookie = await oauth.sign_ins.sign_in(name, fields.get("password", ""), address=address, before=before)
        except WrongPasswordError:
            return sign_in_page(words, asked, cookie=before, name=name, wrong=words.wrong_password, status=403)
        except TooManyAttemptsError as error:
            wrong = words.too_many.format(minutes=math.ceil(error.wait / 60))
            return sign_in_page(words, asked, cookie=before, name=name, wrong=wrong, status=429, wait=error.wait)
        response = redirect(address_of(asked))
        give(response, cookie, request, ttl=oauth.settings.sign_in_ttl)
        return response

    @post(SIGN_OUT, include_in_schema=False)
    async def sign_out(request: BrowserRequest) -> Response[str]:
        asked, cookie, _ = await read_form(oauth, request, Form.SIGN_OUT)
        await oauth.sign_ins.sign_out(cookie)
        response = redirect(address_of(asked))
        give(response, new_token(), request)
        return response

    return [sign_in, sign_out]
