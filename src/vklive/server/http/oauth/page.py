"""What all pages of OAuth have in common: their frame, their looks, and the headers that keep them safe.

They are whole without JavaScript, and have none. Nothing comes from elsewhere but the icon that an application has
registered, and that only where its address fits into a policy.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from html import escape

from litestar import Response

from vklive.server.http.oauth.words import Words

_STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ground: #eef1f5; --ink: #14171c; --quiet: #5a6472; --line: #c9d0d9;
  --accent: #0058d0; --on-accent: #fff; --alarm: #b3141a; }
@media (prefers-color-scheme: dark) { :root { --paper: #1c2026; --ground: #111418; --ink: #eceff3; --quiet: #a3aebb;
  --line: #414a56; --accent: #7ab0ff; --on-accent: #0b1a2e; --alarm: #ff9a9a; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; background: var(--ground);
  color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { width: 100%; max-width: 27rem; background: var(--paper); border: 1px solid var(--line); border-radius: 1rem;
  padding: 1.75rem; overflow-wrap: anywhere; }
h1 { font-size: 1.3rem; line-height: 1.3; margin: 0 0 1rem; }
p { margin: .75rem 0; }
.icon { width: 4rem; height: 4rem; border-radius: 1rem; display: grid; place-items: center; margin: 0 0 1rem;
  background: var(--accent); color: var(--on-accent); font-size: 1.75rem; font-weight: 600; object-fit: cover; }
.quiet { color: var(--quiet); font-size: .9rem; }
ul { padding-left: 1.2rem; margin: .5rem 0 1rem; } li { margin: .3rem 0; }
.who { border-top: 1px solid var(--line); margin-top: 1.25rem; padding-top: 1rem; }
label { display: block; font-weight: 600; margin-top: 1rem; }
label.choice { display: flex; gap: .6rem; align-items: start; font-weight: 400; }
label.choice input { margin-top: .35rem; flex: none; }
input:not([type=checkbox]) { width: 100%; font: inherit; color: inherit; background: transparent; margin-top: .25rem;
  padding: .6rem .75rem; border: 1px solid var(--quiet); border-radius: .5rem; }
.buttons { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.25rem; }
button { flex: 1 1 8rem; font: inherit; font-weight: 600; padding: .65rem 1rem; border-radius: .5rem; cursor: pointer;
  border: 1px solid var(--accent); background: transparent; color: var(--accent); }
button.first { background: var(--accent); color: var(--on-accent); }
button.plain { flex: none; border: 0; padding: 0; font-weight: 400; text-decoration: underline; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.alarm { color: var(--alarm); border: 1px solid currentColor; border-radius: .5rem; padding: .6rem .75rem; }
a { color: var(--accent); }
"""

_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

_SOURCE = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~!$&'()*+=:@%/-]*)?")
"""An address that can stand in a policy: without what ends a source or a directive there, and without a query."""


def icon_source(icon_url: str) -> str:
    """The address of an icon if it may be shown, else an empty string."""
    return icon_url if _SOURCE.fullmatch(icon_url) else ""


def page(
    words: Words,
    *,
    title: str,
    body: Iterable[str],
    status: int = 200,
    icon: str = "",
    headers: Mapping[str, str] | None = None,
) -> Response[str]:
    """A page.

    Args:
        words: in whose language it is.
        title: what stands in the tab; as text.
        body: what stands on it; as HTML.
        status: of the answer.
        icon: the address of a picture on it, see `icon_source`.
        headers: more of them.
    """
    html = "\n".join(
        (
            f'<!doctype html><html lang="{words.language}"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f'<title>{escape(title)}</title><link rel="icon" href="data:,"><style>{_STYLE}</style></head><body><main>',
            *body,
            "</main></body></html>\n",
        )
    )
    policy = (
        "default-src 'none'",
        f"style-src 'sha256-{_STYLE_HASH}'",
        f"img-src data: {icon}".strip(),
        # Browsers apply it to every redirect that follows a form, too, and where the application sends its users on
        # to from its own address is not known here. What it still keeps out is `javascript:`.
        "form-action 'self' http: https:",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
    return Response(
        html,
        status_code=status,
        media_type="text/html",
        headers=SAFE_HEADERS
        | {"Content-Security-Policy": "; ".join(policy), "Content-Language": words.language}
        | dict(headers or {}),
    )


SAFE_HEADERS = {
    "Cache-Control": "no-store",
    # Addresses of these pages hold a `state`, and those after them a code.
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Vary": "Accept-Language, Cookie",
}
"""For every answer that a browser gets here."""


def redirect(location: str) -> Response[str]:
    """Send the browser to an address, which is not changed. 303: whatever it did, it goes on with GET."""
    return Response("", status_code=303, media_type="text/plain", headers=SAFE_HEADERS | {"Location": location})
