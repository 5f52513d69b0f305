"""Where the settings of the server come from: defaults < TOML file < environment < flags.

Nothing is guessed and nothing is ignored: an unknown key, wherever it stands, and a value of the wrong type or
out of its range is a `ConfigError` that names the key and where it came from.
The settings themselves are in `vklive.server.settings`.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast

import msgspec
from msgspec import Struct, inspect

from vklive.errors import ConfigError
from vklive.server.fitting import MisfitError, core_of, fit, kinds_by_key
from vklive.server.namespaces import Namespace, Namespaces
from vklive.server.settings import Section, Settings, sensitivity_of

ENVIRONMENT_PREFIX = "VKLIVE_"
SECTION_SEPARATOR = "__"
DEFAULT_ORIGIN = "default"


class Configuration(Struct, frozen=True):
    """Settings, and where each of them came from.

    Attributes:
        settings: the settings.
        origins: by dotted key, for example ``pubsub.ping_interval``, the words for where its value came from;
            keys that have their default are missing.
    """

    settings: Settings
    origins: Mapping[str, str]

    def redacted(self) -> str:
        """One line a setting, ``key = value  # origin``, secrets hidden; for people, and safe to show to others."""
        lines = [(f"{key} = {_toml(value)}", self.origins.get(key, DEFAULT_ORIGIN)) for key, value in self._shown()]
        width = max(len(line) for line, _ in lines)
        return "\n".join(f"{line:<{width}}  # {origin}" for line, origin in lines)

    def _shown(self) -> Iterator[tuple[str, object]]:
        for name, value in self.settings.shown():
            if isinstance(value, Section):
                yield from ((f"{name}.{inner}", shown) for inner, shown in value.shown())
            else:
                yield name, value


def load(*, file: Path | None, environ: Mapping[str, str], flags: Mapping[str, object]) -> Settings:
    """The settings of the server; `load_configuration` says what the arguments are and what may go wrong."""
    return load_configuration(file=file, environ=environ, flags=flags).settings


def load_configuration(*, file: Path | None, environ: Mapping[str, str], flags: Mapping[str, object]) -> Configuration:
    """The settings of the server, and where each came from.

    Args:
        file: a TOML file, or ``None`` for no file. One that does not exist is an error.
        environ: the environment. Every variable that begins with ``VKLIVE_`` must be a setting: ``VKLIVE_PORT``,
            ``VKLIVE_TOKENS__SECRET``. Lists are separated by commas.
        flags: values by dotted key (``port``, ``pubsub.ping_interval``); ``None`` counts as not given.

    Raises:
        ConfigError: for an unknown key, a value that does not fit, values that contradict each other, or a file
            that cannot be read.
    """
    values: dict[str, object] = {}
    origins: dict[str, str] = {}
    for source in (_File(file), _Environment(environ), _Flags(flags)):
        for key, given in source.items():
            values[key] = _checked(key, given, where=source.where(key), text=source.is_text)
            origins[key] = source.origin(key)
    try:
        settings = _build(values)
    except ConfigError as error:
        came = ", ".join(origins[key] for key in error.where.split(", ") if key in origins)
        raise ConfigError(f"{error.where} ({came})", error.problem, hint=error.hint) from None
    return Configuration(settings, origins)


class _File:
    """A TOML file; sections are tables."""

    is_text = False

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def where(self, key: str) -> str:
        return f"{self._path}: {key}"

    def origin(self, key: str) -> str:
        del key
        return str(self._path)

    def items(self) -> Iterator[tuple[str, object]]:
        if self._path is None:
            return
        for name, value in _read_toml(self._path).items():
            if name not in _SECTIONS:
                yield _known(name, where=self.where(name), names=_WRITTEN), value
            elif isinstance(value, dict):
                table = cast("dict[str, object]", value)
                for inner, nested in table.items():
                    key = f"{name}.{inner}"
                    yield _known(key, where=self.where(key), names=_WRITTEN), nested
            else:
                raise ConfigError(self.where(name), "expected a table", hint=f"write [{name}]")


class _Environment:
    """Variables that begin with ``VKLIVE_``."""

    is_text = True

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def where(self, key: str) -> str:
        return f"environment: {_variable(key)}"

    origin = where

    def items(self) -> Iterator[tuple[str, object]]:
        names = {_variable(key): key for key in _TYPES}
        for name, value in sorted(self._environ.items()):
            if name.startswith(ENVIRONMENT_PREFIX):
                yield _known(name, where=f"environment: {name}", names=names), value


class _Flags:
    """What was given to this call, most often on the command line."""

    is_text = False

    def __init__(self, flags: Mapping[str, object]) -> None:
        self._flags = flags

    def where(self, key: str) -> str:
        return f"flag: {key}"

    origin = where

    def items(self) -> Iterator[tuple[str, object]]:
        for name, value in self._flags.items():
            key = _known(name, where=self.where(name), names=_WRITTEN)
            if value is not None:
                yield key, value


_TYPES: dict[str, object] = dict(kinds_by_key(Settings))
_SECTIONS: frozenset[str] = frozenset(key.partition(".")[0] for key in _TYPES if "." in key)
_WRITTEN = {key: key for key in _TYPES}
"""The names in files and flags: the keys themselves."""
_OF_NAMESPACES: dict[str, object] = dict(kinds_by_key(Namespace))
_NAMES = {name: name for name in _OF_NAMESPACES}


def _variable(key: str) -> str:
    return ENVIRONMENT_PREFIX + key.replace(".", SECTION_SEPARATOR).upper()


def _read_toml(path: Path) -> dict[str, object]:
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except OSError as error:
        raise ConfigError(str(path), f"cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(str(path), f"is not TOML: {error}") from None


def _known(name: str, *, where: str, names: Mapping[str, str]) -> str:
    """The key that this name stands for in its source."""
    if name in names:
        return names[name]
    raise ConfigError(where, "there is no such setting", hint=_hint(name, list(names)))


def _hint(name: str, known: Sequence[str]) -> str:
    # The right name in the wrong section is the likelier mistake than a similar name in the right one.
    leaves = [candidate for candidate in known if _leaf(candidate) == _leaf(name)]
    near = leaves or difflib.get_close_matches(name, [*known, *_SECTIONS], n=1) or _near_leaves(name, known)
    if near:
        return f"did you mean {near[0]}?"
    return "known are " + ", ".join(known)


def _near_leaves(name: str, known: Sequence[str]) -> list[str]:
    near = difflib.get_close_matches(_leaf(name), [_leaf(candidate) for candidate in known], n=1)
    return [candidate for candidate in known if _leaf(candidate) in near]


def _leaf(name: str) -> str:
    return name.removeprefix(ENVIRONMENT_PREFIX).replace(SECTION_SEPARATOR, ".").rpartition(".")[2].lower()


def _checked(key: str, given: object, *, where: str, text: bool) -> object:
    """The value as its type wants it; text, as from the environment, is read first."""
    kind = _TYPES[key]
    if key == "namespaces":
        return _namespaces(given, where=where)
    if text and isinstance(given, str) and isinstance(core_of(kind), inspect.VarTupleType):
        given = tuple(part.strip() for part in given.split(",") if part.strip())
    return _fitting(given, kind, where=where, text=text)


def _fitting(given: object, kind: object, *, where: str, text: bool = False) -> object:
    try:
        return fit(given, kind, is_text=text)
    except MisfitError as error:
        said = "something else" if sensitivity_of(kind) else repr(given)
        raise ConfigError(where, f"{error}, got {said}") from None


def _namespaces(given: object, *, where: str) -> tuple[Namespace, ...]:
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in cast("list[object]", given)):
        raise ConfigError(where, "expected tables", hint="write [[namespaces]] in a file")
    found: list[Namespace] = []
    for number, one in enumerate(cast("list[dict[str, object]]", given)):
        if "name" not in one:
            raise ConfigError(f"{where}[{number}]", "has no name")
        options: dict[str, object] = {}
        for name, value in one.items():
            at = f"{where}[{number}].{name}"
            options[name] = _fitting(value, _OF_NAMESPACES[_known(name, where=at, names=_NAMES)], where=at)
        found.append(msgspec.convert(options, Namespace))
    try:
        Namespaces(found)
    except ConfigError as error:
        raise ConfigError(f"{where}: {error.where}", error.problem, hint=error.hint) from None
    return tuple(found)


def _build(values: Mapping[str, object]) -> Settings:
    tree: dict[str, object] = {}
    for key, value in values.items():
        section, dot, name = key.rpartition(".")
        if dot:
            cast("dict[str, object]", tree.setdefault(section, {}))[name] = value
        else:
            tree[name] = value
    return msgspec.convert(tree, Settings)


def _toml(value: object) -> str:
    return msgspec.json.encode(value).decode()
