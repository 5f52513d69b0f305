"""A program that listens, as anybody could write it: nothing but the public `vklive.Client`."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping

from vklive import Client
from vklive.cli.demo.report import Report
from vklive.cli.demo.screen import Screen
from vklive.cli.demo.steps import Step
from vklive.clock import Clock
from vklive.devapi.topics import Topic
from vklive.events import Connected, Event, EventData, Gap, Listening, NoAccess, Reconnecting


class Consumer:
    """Listens to channels and shows what it hears.

    Args:
        name: what it is called on the screen.
        client: its client, which nobody else uses.
        topics: what it wants to hear, by the slug of the channel.
        screen: where it shows what it hears.
        report: where it is counted.
        clock: tells when it was heard.

    Attributes:
        ready: set when every topic was answered, be it with `NoAccess`.
    """

    def __init__(
        self,
        name: str,
        *,
        client: Client,
        topics: Mapping[str, Collection[Topic]],
        screen: Screen,
        report: Report,
        clock: Clock,
    ) -> None:
        self.ready = asyncio.Event()
        self._name = name
        self._client = client
        self._topics = topics
        self._screen = screen
        self._report = report
        self._clock = clock
        self._channels = {url: _Channel(unanswered=set(wanted)) for url, wanted in topics.items()}
        self._connection: EventData | None = None
        self._receives = False

    async def run(self) -> None:
        """Listen until cancelled."""
        async with self._client, asyncio.TaskGroup() as channels:
            for url, topics in self._topics.items():
                channels.create_task(self._follow(url, topics))

    async def _follow(self, url: str, topics: Collection[Topic]) -> None:
        async with self._client.listen(url, topics=topics) as stream:
            async for event in stream:
                self._hear(event, now=self._clock.monotonic())

    def _hear(self, event: Event, *, now: float) -> None:
        channel = self._channels[event.channel_url]
        match event.data:
            case (Connected() | Reconnecting()) as told:
                # Every stream tells of the connection that they share; it is one and the same.
                if told == self._connection:
                    return
                self._connection = told
                self._show_connection(event)
            case Listening(topic=topic) | NoAccess(topic=topic):
                self._show_answer(event, channel, topic)
            case Gap(topic=topic, reason=reason):
                channel.gaps.append(topic)
                channel.gap_reason = reason
                if len(channel.gaps) == len(channel.heard):
                    self._show_gaps(event.channel_url, channel)
            case _:
                self._show_gaps(event.channel_url, channel)
                if not self._receives:
                    self._receives = True
                    self._screen.step(self._name, Step.RECEIVE, "")
                self._screen.event(self._name, event)
        self._report.hear(self._name, event, at=now)

    def _show_connection(self, event: Event) -> None:
        match event.data:
            case Connected(attempt=1):
                self._screen.step(self._name, Step.CONNECT, "")
            case _:
                self._screen.event(self._name, event)

    def _show_answer(self, event: Event, channel: _Channel, topic: str) -> None:
        """Tell in one line what a channel lets this consumer hear, once all of it was answered."""
        if topic not in channel.unanswered:
            return
        channel.unanswered.discard(topic)
        if isinstance(event.data, Listening):
            channel.heard.append(topic)
        else:
            self._screen.event(self._name, event)
        if not channel.unanswered:
            self._screen.step(self._name, Step.SUBSCRIBE, f"{event.channel_url}: {', '.join(channel.heard)}")
        if not any(each.unanswered for each in self._channels.values()):
            self.ready.set()

    def _show_gaps(self, url: str, channel: _Channel) -> None:
        """Tell in one line of the gaps of a channel: after a cut there is one in each of its topics."""
        if channel.gaps:
            self._screen.gap(self._name, url, topics=channel.gaps, reason=channel.gap_reason)
            channel.gaps = []


class _Channel:
    """What is known of one channel: topics without an answer, those that are heard, those with a gap not yet shown."""

    def __init__(self, *, unanswered: set[str]) -> None:
        self.unanswered = unanswered
        self.heard: list[str] = []
        self.gaps: list[str] = []
        self.gap_reason = ""
