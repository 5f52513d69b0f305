"""OAuth over HTTP: pages for people, and the token endpoint for applications."""

from __future__ import annotations

from typing import cast

from litestar import Litestar, Router

from vklive.server.edge.exchange import App
from vklive.server.http.errors import (
    exception_handlers,  # pyright: ignore[reportUnknownVariableType] (Litestar: Response[Any])
)
from vklive.server.http.oauth.authorize import authorize_routes
from vklive.server.http.oauth.browser import (
    page_exception_handlers,  # pyright: ignore[reportUnknownVariableType] (Litestar: Response[Any])
)
from vklive.server.http.oauth.pages import AUTHORIZE, SIGN_IN, SIGN_OUT
from vklive.server.http.oauth.reading import MAX_BODY_SIZE
from vklive.server.http.oauth.sign_in import sign_in_routes
from vklive.server.http.oauth.token import (
    REVOKE,
    TOKEN,
    token_exception_handlers,  # pyright: ignore[reportUnknownVariableType] (Litestar: Response[Any])
    token_routes,
)
from vklive.server.oauth.oauth import OAuth

__all__ = ["AUTHORIZE", "oauth_endpoints"]


def oauth_endpoints(oauth: OAuth) -> dict[str, App]:
    """The addresses of OAuth, for `vklive.server.edge.front.Front`.

    They stand beside the DevAPI and not in it, as web pages of other origins may call that (CORS), and these not: a
    page of somebody else's has no business with forms, and who calls the token endpoint has a secret, which belongs
    into no page at all.
    """
    app = Litestar(
        route_handlers=[
            Router(
                path="/",
                route_handlers=[*authorize_routes(oauth), *sign_in_routes(oauth)],
                exception_handlers=page_exception_handlers,
            ),
            Router(path="/", route_handlers=token_routes(oauth), exception_handlers=token_exception_handlers),
        ],
        openapi_config=None,
        exception_handlers=exception_handlers,
        request_max_body_size=MAX_BODY_SIZE,
        logging_config=None,
    )
    return dict.fromkeys((AUTHORIZE, SIGN_IN, SIGN_OUT, TOKEN, REVOKE), cast("App", app))
