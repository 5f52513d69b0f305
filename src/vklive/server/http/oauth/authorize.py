"""The address where a user decides about an application (vk.md 1.3)."""

from __future__ import annotations

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from vklive.server.http.oauth.browser import BrowserRequest, StaleFormError, read, read_form, words_of
from vklive.server.http.oauth.cookies import cookie_of, give
from vklive.server.http.oauth.page import redirect
from vklive.server.http.oauth.pages import (
    ALLOW,
    AUTHORIZE,
    DECISION_FIELD,
    WEBHOOKS_FIELD,
    consent_page,
    sign_in_page,
)
from vklive.server.oauth.forms import Form
from vklive.server.oauth.oauth import OAuth
from vklive.server.store.hashing import new_token


def authorize_routes(oauth: OAuth) -> list[HTTPRouteHandler]:
    """The page, and its form. They need `vklive.server.http.oauth.browser.page_exception_handlers`."""

    @get(AUTHORIZE, include_in_schema=False)
    async def show(request: BrowserRequest) -> Response[str]:
        asked, cookie = await read(oauth, request), cookie_of(request)
        user = await oauth.sign_ins.who(cookie)
        if user is None:
            known = cookie or new_token()
            response = sign_in_page(words_of(request), asked, cookie=known)
            if not cookie:
                give(response, known, request)
            return response
        if await oauth.authorizing.is_allowed(asked, user):
            return redirect(await oauth.authorizing.allow(asked, user, webhooks=None))
        return consent_page(words_of(request), asked, user, cookie=cookie)

    @post(AUTHORIZE, include_in_schema=False)
    async def decide(request: BrowserRequest) -> Response[str]:
        asked, cookie, fields = await read_form(oauth, request, Form.DECISION)
        user = await oauth.sign_ins.who(cookie)
        if user is None:
            raise StaleFormError(asked)
        if fields.get(DECISION_FIELD) != ALLOW:
            return redirect(oauth.authorizing.deny(asked))
        return redirect(await oauth.authorizing.allow(asked, user, webhooks=WEBHOOKS_FIELD in fields))

    return [show, decide]
