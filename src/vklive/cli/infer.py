"""``vklive infer``: what the events in recordings look like that nobody documented."""

from __future__ import annotations

from collections.abc import Sequence

import click
import msgspec

from vklive.cli.recordings import BadLines, recorded
from vklive.errors import ConfigError
from vklive.escaping import escape, escape_json
from vklive.inference import Survey, TypeSurvey, event_schema, module_source
from vklive.inference.survey import UnreadableSampleError
from vklive.recording.lines import Heard
from vklive.schema.json_schema import DIALECT, JsonObject


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...|-")
@click.option("--type", "types", multiple=True, metavar="TYPE", help="Only this one, known or not; may be repeated.")
@click.option("--all", "every", is_flag=True, help="The types that vklive knows as well.")
@click.option("--schema", "form", flag_value="schema", help="Only the JSON Schemas, as one document.")
@click.option("--model", "form", flag_value="model", help="Only the classes, as one Python module.")
@click.option("--json", "form", flag_value="json", help="All of it for programs: one JSON object a type and line.")
def infer(*, files: tuple[str, ...], types: tuple[str, ...], every: bool, form: str | None) -> None:
    """Tell what the unknown events in recordings look like; a minus sign is stdin.

    For each type: how often and on which topics it was heard, and when; a JSON Schema of its data that every sample
    fits; and a class to paste into a program, which `vklive.register` makes known. Events of a known type that do not
    fit its class count as unknown. The more samples, the truer it is: what was in all of them is taken for required.
    """
    bad = BadLines()
    survey = Survey()
    for each in recorded(files, bad):
        line = each.line
        if isinstance(line, Heard):
            try:
                survey.hear(line.raw, topic=line.topic, at=line.received_at)
            except UnreadableSampleError as error:
                bad.tell(each.where, str(error))
    bad.tell_rest()
    chosen = _chosen(survey, types, every=every)
    match form:
        case "schema":
            click.echo(_json(_document(chosen), indent=2))
        case "model":
            click.echo(module_source(chosen), nl=False)
        case "json":
            for one in chosen:
                click.echo(_json(_facts(one), indent=0))
        case _:
            for one in chosen:
                click.echo(_report(one))
            click.echo(_rest(survey, chosen), err=True)


def _chosen(survey: Survey, types: tuple[str, ...], *, every: bool) -> list[TypeSurvey]:
    found = survey.types
    missing = [name for name in types if name not in found]
    if missing:
        there = ", ".join(found) or "none at all"
        raise ConfigError("--type", f"no event of {missing[0]!r} was recorded", hint=f"there are: {there}")
    if types:
        return [found[name] for name in dict.fromkeys(types)]
    return [one for one in found.values() if every or not one.is_documented]


def _document(chosen: Sequence[TypeSurvey]) -> JsonObject:
    return {"$schema": DIALECT, "$defs": {one.event_type: _without_dialect(one) for one in chosen}}


def _without_dialect(survey: TypeSurvey) -> JsonObject:
    return {key: value for key, value in event_schema(survey).items() if key != "$schema"}


def _facts(survey: TypeSurvey) -> JsonObject:
    return {
        "type": survey.event_type,
        "known_as": None if survey.known_as is None else survey.known_as.__name__,
        "count": survey.count,
        "misfits": survey.misfits,
        "misfit": survey.misfit,
        "topics": survey.topics,
        "first_seen": survey.first_seen,
        "last_seen": survey.last_seen,
        "schema": event_schema(survey),
        "model": module_source([survey]),
    }


def _report(survey: TypeSurvey) -> str:
    name = survey.event_type or "no type"
    known = "unknown to vklive" if survey.known_as is None else f"known as {survey.known_as.__name__}"
    misfits = f"\n{survey.misfits} of {survey.count} do not fit: {survey.misfit}" if survey.misfits else ""
    head = "\n".join(map(escape, f"{name}: {known}\n{survey.summary}{misfits}".split("\n")))
    rule = "=" * len(head.partition("\n")[0])
    return f"{rule}\n{head}\n{rule}\n\n{_json(event_schema(survey), indent=2)}\n\n{module_source([survey])}"


def _rest(survey: Survey, chosen: Sequence[TypeSurvey]) -> str:
    """What was not told, in one line or two."""
    left = len(survey.types) - len(chosen)
    if not survey.types:
        return "no event was recorded"
    said = [f"{left} more types are known to vklive; --all tells of them too"] if left > 1 else []
    said += ["1 more type is known to vklive; --all tells of it too"] if left == 1 else []
    said += [f"{survey.others} events are of further types than can be told apart"] if survey.others else []
    return "\n".join(said) if chosen or not said else "\n".join(["every type in it is known to vklive", *said])


def _json(value: object, *, indent: int) -> str:
    text = msgspec.json.encode(value)
    # Escaped before it is put into lines: afterwards, white space has a meaning.
    line = escape_json(text.decode())
    return msgspec.json.format(line, indent=indent) if indent else line
