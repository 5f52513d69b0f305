"""``vklive record``: the events of a channel, into a file."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click

from vklive._version import __version__
from vklive.cli.following import end
from vklive.cli.listening import Listening, listening_options
from vklive.cli.output import ForPeople
from vklive.client.picows_transport import PicowsTransport
from vklive.devapi.channel_url import slug_of
from vklive.escaping import escape
from vklive.events import Event
from vklive.recording.cleaning import Cleaning
from vklive.recording.frames import FrameLog, RecordingTransport
from vklive.recording.lines import FORMAT, Began, encode_line
from vklive.recording.pseudonyms import Pseudonyms
from vklive.recording.recorder import Recorder
from vklive.recording.secrets import Secrets
from vklive.recording.writing import FILES_KEPT, MAX_FILE_SIZE, LineFile, LinePipe

_MEBIBYTE = 1024 * 1024


class _Recording:
    """Records what is heard, and tells a person on stderr what happens to the connection."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._people = ForPeople(sys.stderr)

    def show(self, event: Event) -> None:
        """See `vklive.cli.output.Output`."""
        self._recorder.record(event)
        if not event.raw:
            self._people.show(event)


@click.command()
@listening_options
@click.argument("file", metavar="FILE|-")
@click.option("--overwrite", is_flag=True, help="Begin anew, instead of at the end of what is in FILE.")
@click.option(
    "--max-size",
    type=click.IntRange(1, 1024 * 1024),
    metavar="MIB",
    default=MAX_FILE_SIZE // _MEBIBYTE,
    show_default=True,
    help="Go on in a new file after so many mebibytes.",
)
@click.option(
    "--files",
    type=click.IntRange(1, 1000),
    metavar="N",
    default=FILES_KEPT,
    show_default=True,
    help="Keep so many files at most: FILE, FILE.1, FILE.2 …",
)
@click.option("--anonymize", is_flag=True, help="Replace people by pseudonyms, to share the recording.")
@click.option("--frames", is_flag=True, help="Record what goes over the WebSocket as well.")
@click.pass_context
def record(
    ctx: click.Context,
    *,
    listening: Listening,
    file: str,
    overwrite: bool,
    max_size: int,
    files: int,
    anonymize: bool,
    frames: bool,
) -> None:
    """Record the events of the channel URL into FILE, one JSON object a line; a minus sign is stdout.

    Tokens, keys and what looks like them are removed. What is in FILE stays there, and new lines come after it, unless
    --overwrite is given. Every line is in the file when the next event comes, so a kill loses nothing. The options to
    listen are those of `vklive listen`; Ctrl-C ends it.

    With --anonymize, nicks, ids of users and channels, addresses and all that people wrote are replaced; the same
    person has the same pseudonym in all that one run records. `vklive infer` and `vklive replay` read the files.
    """
    if anonymize and frames:
        raise click.UsageError("--frames keeps also what cannot be read, so it cannot be made anonymous.")
    secrets = Secrets(listening.credentials.secrets())
    cleaning = Cleaning(secrets, pseudonyms=Pseudonyms() if anonymize else None)

    def began() -> bytes:
        slug = cleaning.slug(slug_of(listening.url))
        now = datetime.now(UTC)
        return encode_line(
            Began(format=FORMAT, vklive=__version__, began_at=now, channel_url=slug, anonymized=anonymize)
        )

    lines = _lines(file, began=began, overwrite=overwrite, max_size=max_size * _MEBIBYTE, files=files)
    recorder = Recorder(lines, cleaning=cleaning)
    try:
        transport = None
        if frames:
            transport = RecordingTransport(PicowsTransport(proxy=listening.proxy), log=FrameLog(lines, secrets=secrets))
        ending = listening.run(_Recording(recorder), transport=transport)
    finally:
        lines.close()
        click.echo(_summary(recorder, "stdout" if file == "-" else file), err=True)
    end(ctx, ending)


def _lines(file: str, *, began: Callable[[], bytes], overwrite: bool, max_size: int, files: int) -> LineFile | LinePipe:
    if file == "-":
        pipe = LinePipe(sys.stdout.buffer)
        pipe.write(began())
        return pipe
    found = LineFile(Path(file), first_line=began, overwrite=overwrite, max_size=max_size, files=files)
    found.open()
    return found


def _summary(recorder: Recorder, place: str) -> str:
    events = "1 event" if recorder.events == 1 else f"{recorder.events} events"
    unknown = f", {recorder.unknown} of them unknown to vklive" if recorder.unknown else ""
    gaps = f", and {recorder.gaps} gaps" if recorder.gaps > 1 else ", and a gap" if recorder.gaps else ""
    return f"recorded into {escape(place)}: {events}{unknown}{gaps}"
