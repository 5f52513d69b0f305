"""Shapes as the source of classes, ready to be pasted into a program or into this package.

The classes are as strict about fields as the samples were: what was in every sample is required, anything else may be
missing. About values they are liberal: an enumeration is any text, a range any number. An event that does not fit
all the same is delivered as a `vklive.events.UnknownEvent` with the reason, as always.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from vklive.devapi.topics import Topic
from vklive.escaping import escape
from vklive.events.registry import RESERVED_PREFIX
from vklive.inference.limits import MAX_CONSTANTS_TOLD
from vklive.inference.meanings import constants, is_id, text_format, time_unit
from vklive.inference.naming import can_be_field, class_name, field_name, singular
from vklive.inference.scalars import Numbers
from vklive.inference.shape import Objects, Shape
from vklive.inference.survey import TypeSurvey

MAX_LINE = 110
"""Characters of a line; the arguments of a class that need more stand in a line each."""

_HEAD = """\
from typing import ClassVar

from msgspec import Struct

import vklive
from vklive.events import EventData
"""

_PARTS = "frozen=True, kw_only=True, omit_defaults=True, gc=False"
_PLAIN = re.compile(r"[\w .,:;/@+()$#-]*")


def module_source(surveys: Iterable[TypeSurvey]) -> str:
    """A module with a registered class for each type, and one for every object in it.

    A type whose ``data`` was not always an object has no class, and a comment that says so.
    """
    taken: set[str] = set()
    return "\n\n".join([_HEAD, *(_Writer(survey, taken).source() for survey in surveys)])


class _Writer:
    """Writes the classes of one type."""

    def __init__(self, survey: TypeSurvey, taken: set[str]) -> None:
        self._survey = survey
        self._taken = taken
        self._classes: list[str] = []

    def source(self) -> str:
        survey = self._survey
        objects = survey.shape.objects
        shown = _literal(survey.event_type)
        if not survey.event_type or survey.event_type.startswith(RESERVED_PREFIX):
            return f"# {shown} is not a type that a class can be registered for.\n"
        if objects is None or not survey.shape.is_object:
            return f"# The data of {shown} was not always an object: there is no class for it.\n"
        name = class_name(survey.event_type, self._taken)
        known = survey.known_as
        warning = (
            f"# vklive has {known.__name__} for this type: a second class can be registered only in its place.\n"
            if known is not None
            else ""
        )
        says = [f"event_type: ClassVar[str] = {shown}", *self._topics(), ""]
        bases = ["EventData", "frozen=True", "kw_only=True"]
        body = self._class(name, objects, bases=bases, doc=f"{_said(survey.summary)}", says=says)
        return "\n\n".join([*self._classes, f"{warning}@vklive.register\n{body}"])

    def _topics(self) -> Iterator[str]:
        """Where it is heard, the usual topic first; a recording may say anything, so only what is one counts."""
        heard = sorted(self._survey.topics.items(), key=lambda each: -each[1])
        topics = [_literal(topic) for topic, _ in heard if topic in set(Topic)]
        if topics:
            yield f"topics: ClassVar[tuple[str, ...]] = ({', '.join(topics)}{',' if len(topics) == 1 else ''})"

    def _class(self, name: str, objects: Objects, *, bases: list[str], doc: str, says: list[str]) -> str:
        renamed: dict[str, str] = {}
        lines = [*says, *self._fields(name, objects, renamed)]
        while lines and not lines[-1]:
            lines.pop()
        arguments = bases
        if renamed:
            entries = ", ".join(f"{_literal(field)}: {_literal(key)}" for field, key in renamed.items())
            arguments = [*bases, f"rename={{{entries}}}"]
        head = f"class {name}({', '.join(arguments)}):"
        if len(head) > MAX_LINE:
            head = f"class {name}(\n" + "".join(f"    {each},\n" for each in arguments) + "):"
        body = "".join(f"    {line}\n" if line else "\n" for line in ["", *lines]) if lines else ""
        return f'{head}\n    """{doc}"""\n{body}'

    def _fields(self, within: str, objects: Objects, renamed: dict[str, str]) -> Iterator[str]:
        if objects.as_map() is not None:
            yield "# The keys differ from one to the next: read them from the event's `raw`."
            return
        taken: set[str] = set()
        for key, shape in objects.fields.items():
            if not can_be_field(key):
                yield f"# No field can be named {_literal(key)}: read it from the event's `raw`."
                continue
            name = field_name(key, taken)
            if name != key:
                renamed[name] = key
            kind = self._kind(shape, key, within)
            required = objects.is_required(key)
            default = ""
            if not required:
                default = " = None"
                kind = kind if shape.nulls or kind == "object" else f"{kind} | None"
            notes = [] if required else [f"in {shape.count} of {objects.count}"]
            notes += _notes(shape, key)
            yield f"{name}: {kind}{default}" + (f"  # {'; '.join(notes)}" if notes else "")
        if objects.unseen:
            yield "# There were more fields than could be remembered."

    def _kind(self, shape: Shape, key: str, within: str) -> str:
        """The annotation for a place; classes that it needs are written before."""
        if shape.hidden or not shape.count:
            return "object"
        kinds: list[str] = []
        if shape.booleans:
            kinds.append("bool")
        if shape.integers.count:
            kinds.append("int")
        if shape.floats.count:
            kinds.append("float")
        if shape.texts.count:
            kinds.append("str")
        if shape.objects is not None:
            kinds.append(self._object_kind(shape.objects, key, within))
        if shape.arrays is not None:
            kinds.append(f"tuple[{self._kind(shape.arrays.items, singular(key), within)}, ...]")
        if shape.nulls:
            kinds.append("None")
        return " | ".join(kinds)

    def _object_kind(self, objects: Objects, key: str, within: str) -> str:
        values = objects.as_map()
        if values is not None:
            return f"dict[str, {self._kind(values, singular(key), within)}]"
        name = class_name(key, self._taken, within=within)
        times = "once" if objects.count == 1 else f"{objects.count} times"
        doc = f"A part of {within}, seen {times}."
        self._classes.append(self._class(name, objects, bases=["Struct", *_PARTS.split(", ")], doc=doc, says=[]))
        return name


def _notes(shape: Shape, key: str) -> Iterator[str]:
    """What is known of the values of a field and no annotation says."""
    if unit := time_unit(shape.integers, key):
        yield unit
    elif not is_id(key) and (span := _span(shape.integers.together(shape.floats))):
        yield span
    if found := constants(shape.texts, key):
        yield ", ".join(found[:MAX_CONSTANTS_TOLD]) + (", …" if len(found) > MAX_CONSTANTS_TOLD else "")
    elif form := text_format(shape.texts):
        yield form.upper() + (" or empty" if shape.texts.empty else "")


def _span(numbers: Numbers) -> str:
    return f"{numbers.low} to {numbers.high}" if numbers.count and numbers.low != numbers.high else ""


def _said(text: str) -> str:
    """A stranger's text for a docstring: as it is when it is plain, else with what is not plain left out."""
    return text if _is_plain(text) else re.sub(r"[^\w .,:;/@+()$#-]", "?", escape(text))


def _literal(text: str) -> str:
    """A literal of Python for a text; what could play tricks on a reader is written as an escape."""
    if _is_plain(text):
        return f'"{text}"'
    return repr(text) if escape(text) == text else ascii(text)


def _is_plain(text: str) -> bool:
    return _PLAIN.fullmatch(text) is not None and escape(text) == text
