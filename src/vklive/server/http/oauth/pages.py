"""The three pages of OAuth: to sign in, to decide, and to learn that it cannot go on."""

from __future__ import annotations

import math
from collections.abc import Iterator
from html import escape
from urllib.parse import urlencode, urlsplit

from litestar import Response

from vklive.server.directory import User
from vklive.server.http.oauth.page import icon_source, page
from vklive.server.http.oauth.words import Words
from vklive.server.oauth.asking import Asked
from vklive.server.oauth.errors import Problem
from vklive.server.oauth.forms import Form, form_token
from vklive.server.oauth.scopes import in_order

AUTHORIZE = "/app/oauth2/authorize"
"""Where users decide: the path of the real service (vk.md 1.2)."""
SIGN_IN = "/app/oauth2/sign-in"
SIGN_OUT = "/app/oauth2/sign-out"

TOKEN_FIELD = "form_token"  # noqa: S105 - the name of a field
DECISION_FIELD, ALLOW, DENY = "decision", "allow", "deny"
WEBHOOKS_FIELD = "webhooks"


def sign_in_page(
    words: Words, asked: Asked, *, cookie: str, name: str = "", wrong: str = "", status: int = 200, wait: float = 0.0
) -> Response[str]:
    """The page to sign in.

    Args:
        words: in whose language.
        asked: what is decided on afterwards.
        cookie: of the browser.
        name: what was typed there before.
        wrong: what was wrong with it.
        status: of the answer.
        wait: seconds until one may try again; 0 for at once.
    """
    title = words.sign_in_to_go_on.format(name=asked.client.name)
    alarm = f'<p class="alarm" role="alert" id="wrong">{escape(wrong)}</p>' if wrong else ""
    described = ' aria-describedby="wrong" aria-invalid="true"' if wrong else ""
    focus = {True: " autofocus", False: ""}
    name_described = described or ' aria-describedby="name-hint"'
    body = (
        f"<h1>{escape(title)}</h1>{alarm}{_form(SIGN_IN, Form.SIGN_IN, asked, cookie)}",
        f'<label for="name">{escape(words.name)}</label>',
        f'<input id="name" name="name" value="{escape(name)}" required maxlength="255"{focus[not name]}',
        f'autocomplete="username" autocapitalize="none" spellcheck="false"{name_described}>',
        f'<p class="quiet" id="name-hint">{escape(words.name_hint)}</p>',
        f'<label for="password">{escape(words.password)}</label>',
        f'<input id="password" name="password" type="password" required maxlength="1024"{focus[bool(name)]}',
        f'autocomplete="current-password"{described}>',
        f'<div class="buttons"><button class="first" type="submit">{escape(words.sign_in)}</button></div></form>',
    )
    retry = {"Retry-After": str(math.ceil(wait))} if wait else None
    return page(words, title=title, body=body, status=status, headers=retry)


def consent_page(words: Words, asked: Asked, user: User, *, cookie: str) -> Response[str]:
    """The page to decide."""
    client = asked.client
    title = words.wants_access.format(name=client.name)
    icon = icon_source(client.icon_url)
    return page(words, title=title, body=_consent(words, asked, user, cookie=cookie, icon=icon), icon=icon)


def _consent(words: Words, asked: Asked, user: User, *, cookie: str, icon: str) -> Iterator[str]:
    client = asked.client
    if icon:
        yield f'<img class="icon" src="{escape(icon)}" alt="" width="64" height="64" referrerpolicy="no-referrer">'
    else:
        yield f'<div class="icon" aria-hidden="true">{escape(client.name[:1].upper())}</div>'
    yield f"<h1>{escape(words.wants_access.format(name=client.name))}</h1>"
    if client.description:
        yield f"<p>{escape(client.description)}</p>"
    if asked.scopes:
        yield f'<p id="wants">{escape(words.it_will)}</p><ul aria-labelledby="wants">'
        yield from (f"<li>{escape(words.scopes[scope])}</li>" for scope in in_order(asked.scopes))
        yield "</ul>"
    else:
        yield f"<p>{escape(words.only_public)}</p>"
    yield _form(AUTHORIZE, Form.DECISION, asked, cookie)
    if asked.wants_webhooks:
        events = ", ".join(client.webhook_events)
        yield f'<label class="choice"><input type="checkbox" name="{WEBHOOKS_FIELD}" value="yes" checked>'
        yield f'<span>{escape(words.webhooks)}<br><span class="quiet">{escape(events)}</span></span></label>'
    yield '<div class="buttons">'
    for decision, said, first in ((ALLOW, words.allow, ' class="first"'), (DENY, words.deny, "")):
        yield f'<button type="submit" name="{DECISION_FIELD}" value="{decision}"{first}>{escape(said)}</button>'
    yield "</div></form>"
    host = urlsplit(asked.redirect_uri).netloc
    yield f'<p class="quiet">{escape(words.goes_to.format(host=host))}</p>'
    yield f'<div class="who"><p>{escape(words.signed_in_as)} <b>{escape(user.nick)}</b></p>'
    yield _form(SIGN_OUT, Form.SIGN_OUT, asked, cookie)
    yield f'<button class="plain" type="submit">{escape(words.not_you)}</button></form></div>'


def error_page(words: Words, problem: Problem, *, status: int = 400, again: Asked | None = None) -> Response[str]:
    """The page that says why it cannot go on. It leads nowhere but to the beginning.

    Args:
        words: in whose language.
        problem: why.
        status: of the answer.
        again: what to begin again with, where that helps.
    """
    body = [f"<h1>{escape(words.cannot_go_on)}</h1>", f'<p role="alert">{escape(words.problems[problem])}</p>']
    if again is not None:
        address = f"{AUTHORIZE}?{urlencode(again.parameters())}"
        body.append(f'<p><a href="{escape(address)}">{escape(words.start_again)}</a></p>')
    return page(words, title=words.cannot_go_on, body=body, status=status)


def _form(path: str, form: Form, asked: Asked, cookie: str) -> str:
    parameters = asked.parameters()
    token = form_token(cookie, form, parameters)
    return (
        f'<form method="post" action="{escape(f"{path}?{urlencode(parameters)}")}">'
        f'<input type="hidden" name="{TOKEN_FIELD}" value="{token}">'
    )
