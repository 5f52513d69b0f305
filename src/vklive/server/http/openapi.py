"""The OpenAPI description of the DevAPI: as JSON for programs, and as a page for people.

The page is plain HTML made here, so that it works without a network and brings no foreign script to this origin.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, cast

import msgspec
from litestar import Request
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import OpenAPIRenderPlugin
from litestar.openapi.spec import Components, OpenAPI, SecurityScheme

from vklive._version import __version__

PATH = "/docs"
"""Where the page is; the JSON is at ``/docs/openapi.json``."""

Schema = Mapping[str, Any]
"""A part of an OpenAPI document, which is JSON."""


def openapi_config() -> OpenAPIConfig:
    """What the application tells Litestar about the page."""
    return _Config(
        title="vklive DevAPI",
        version=__version__,
        description="The part of the DevAPI of VK Video Live that this server implements, and the API of its platform.",
        path=PATH,
        render_plugins=[ReferencePage()],
        components=Components(
            security_schemes={
                "Bearer": SecurityScheme(
                    type="http", scheme="bearer", description="An access token of a user or an application"
                ),
                "Basic": SecurityScheme(
                    type="http", scheme="basic", description="client_id and client_secret of an application"
                ),
                "ApiKey": SecurityScheme(
                    type="apiKey", name="X-API-Key", security_scheme_in="header", description="The key of the platform"
                ),
            }
        ),
    )


class _Config(OpenAPIConfig):
    def to_openapi_schema(self) -> OpenAPI:
        made = super().to_openapi_schema()
        return _Document(**{field.name: getattr(made, field.name) for field in dataclasses.fields(made)})


class _Document(OpenAPI):
    def to_schema(self) -> dict[str, Any]:
        # Litestar leaves defaults that are structs and tuples as they are, and they are no JSON.
        document: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(super().to_schema()))
        return document


class ReferencePage(OpenAPIRenderPlugin):
    """Shows every method with its parameters and answers."""

    def __init__(self) -> None:
        super().__init__(path="/")

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:  # noqa: ARG002 - Litestar gives it
        """The page."""
        return "\n".join(_page(openapi_schema)).encode()


_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; }
code { font-family: ui-monospace, monospace; } table { border-collapse: collapse; width: 100%; }
td, th { border-top: 1px solid #8884; padding: .3rem .6rem; text-align: left; vertical-align: top; }
h2 { margin-top: 2.5rem; } :root { color-scheme: light dark; }
"""


def _page(document: Schema) -> Iterator[str]:
    info = document["info"]
    yield f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{escape(info['title'])}</title>"
    yield f"<meta name='viewport' content='width=device-width'><style>{_STYLE}</style></head><body>"
    yield f"<h1>{escape(info['title'])}</h1><p>{_text(info['description'])} Version {escape(info['version'])}.</p>"
    yield f"<p>For programs: <a href='{PATH}/openapi.json'>openapi.json</a>. Every call says who makes it:</p><ul>"
    for name, scheme in document["components"]["securitySchemes"].items():
        header = f"{scheme['name']}: …" if scheme["type"] == "apiKey" else f"Authorization: {name} …"
        yield f"<li><code>{escape(header)}</code> {_text(scheme['description'])}</li>"
    yield "</ul>"
    for path, methods in document["paths"].items():
        for verb, operation in methods.items():
            yield f"<h2><code>{escape(verb.upper())} {escape(path)}</code></h2>"
            yield f"<p><b>{_text(operation['summary'])}.</b> {_text(operation['description'])}</p><table>"
            yield from _parameters(operation)
            yield from _answers(operation)
            yield "</table>"
    yield "<h1>Shapes</h1>"
    for name, shape in document["components"]["schemas"].items():
        yield f"<h2 id='{escape(name)}'><code>{_title(name)}</code></h2><p>{_text(shape.get('description', ''))}</p>"
        yield "<table>"
        for field, kind in cast("Schema", shape.get("properties", {})).items():
            yield f"<tr><td><code>{escape(field)}</code></td><td>{_kind(kind)}</td></tr>"
        yield "</table>"
    yield "</body></html>"


def _parameters(operation: Schema) -> Iterator[str]:
    for parameter in operation.get("parameters", ()):
        need = "required" if parameter.get("required") else "optional"
        yield f"<tr><th><code>{escape(parameter['name'])}</code></th>"
        yield f"<td>{_text(parameter.get('description', ''))} ({need})</td></tr>"
    if body := operation.get("requestBody"):
        yield f"<tr><th>body</th><td>{_shapes(body['content'])}</td></tr>"


def _answers(operation: Schema) -> Iterator[str]:
    for status, response in operation["responses"].items():
        said = "" if status == "200" else _text(response.get("description", ""))
        yield f"<tr><th>{escape(status)}</th><td>{_shapes(response.get('content', {}))} {said}</td></tr>"


def _shapes(content: Schema) -> str:
    return " ".join(_kind(media["schema"]) for media in content.values())


def _kind(schema: Schema) -> str:
    """What a value is: a link to its shape, or the words of JSON for it."""
    if reference := schema.get("$ref"):
        name = str(reference).rpartition("/")[2]
        return f"<a href='#{escape(name)}'><code>{_title(name)}</code></a>"
    if choices := schema.get("oneOf"):
        return " or ".join(_kind(choice) for choice in choices)
    if items := schema.get("items"):
        return f"list of {_kind(items)}"
    return escape(str(schema.get("type", "any")))


def _title(name: str) -> str:
    """The name of a shape without the modules in it."""
    return escape(re.sub(r"(\w+\.)+", "", name).strip("_"))


def _text(text: str) -> str:
    """Words, in which backticks mark code."""
    return "".join(
        f"<code>{escape(part)}</code>" if number % 2 else escape(part) for number, part in enumerate(text.split("`"))
    )
