"""Where Prometheus asks what the server has counted."""

from __future__ import annotations

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from vklive.errors import MissingExtraError
from vklive.server.node import Node
from vklive.server.settings import MetricsSettings


def metrics_route(node: Node, settings: MetricsSettings) -> HTTPRouteHandler:
    """What has happened on a node and to its process. Whoever can reach it may read it.

    Raises:
        MissingExtraError: prometheus-client is not installed.
    """
    try:
        from vklive.server.http.prometheus import CONTENT_TYPE, Exposition  # noqa: PLC0415 - it needs an extra
    except ModuleNotFoundError as error:
        raise MissingExtraError("what tells metrics to Prometheus", extra="prometheus") from error
    exposition = Exposition(node, prefix=settings.prefix)

    @get(settings.path, include_in_schema=False)
    async def metrics() -> Response[bytes]:
        return Response(exposition.text(), media_type=CONTENT_TYPE)

    return metrics
