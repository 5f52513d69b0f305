"""The payloads in a reply: bytes that somebody else wrote and that the server passes on."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Raw, UnsetType

from vklive.protocol.messages import ClientInfo, ConnectResult, Publication, Push, Reply, SubscribeResult


def payloads_of(reply: Reply) -> Iterator[Raw]:
    """All payloads in a reply; those that are not there are empty."""
    if reply.push is not None:
        yield from _of_push(reply.push)
    elif reply.connect is not None:
        yield from _of_connect(reply.connect)
    elif reply.subscribe is not None:
        yield from _of_subscribe(reply.subscribe)
    elif reply.history is not None:
        for publication in reply.history.publications:
            yield from _of_publication(publication)
    elif reply.presence is not None:
        for info in reply.presence.presence.values():
            yield from _of_info(info)
    elif reply.rpc is not None:
        yield reply.rpc.data


def _of_push(push: Push) -> Iterator[Raw]:
    if push.pub is not None:
        yield from _of_publication(push.pub)
    for news in (push.join, push.leave):
        if news is not None and news.info is not None:
            yield from _of_info(news.info)
    for told in (push.subscribe, push.message):
        if told is not None:
            yield told.data
    if push.connect is not None:
        yield from _of_connect(push.connect)


def _of_connect(result: ConnectResult) -> Iterator[Raw]:
    yield result.data
    for subscription in (result.subs or {}).values():
        yield from _of_subscribe(subscription)


def _of_subscribe(result: SubscribeResult) -> Iterator[Raw]:
    yield result.data
    for publication in result.publications or ():
        yield from _of_publication(publication)


def _of_publication(publication: Publication) -> Iterator[Raw]:
    yield publication.data
    if publication.info is not None:
        yield from _of_info(publication.info)


def _of_info(info: ClientInfo) -> Iterator[Raw]:
    for payload in (info.conn_info, info.chan_info):
        if not isinstance(payload, UnsetType):
            yield payload
