"""Reads a configuration of Centrifugo v4: flags > environment > file > defaults.

Nothing is guessed and nothing is ignored: all that is wrong is told at once, each with its name and where it came from.
"""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

import msgspec
import yaml

from vklive.errors import ConfigError
from vklive.server.centrifugo.configuration import PubSubConfiguration
from vklive.server.centrifugo.options import NAMESPACE, OFF, TAKEN, is_of_no_consequence
from vklive.server.centrifugo.values import Read, UnreadableValueError
from vklive.server.namespaces import Namespaces

ENVIRONMENT_PREFIX = "CENTRIFUGO_"

_SECRET = frozenset({"token_hmac_secret_key", "api_key"})
_MARKS_OF_OFF = (False, 0, "", "0", "0s", "false", "none", None)


def read_configuration(
    file: Path | None, *, environ: Mapping[str, str], flags: Mapping[str, object]
) -> PubSubConfiguration:
    """The pub/sub server that is configured.

    Args:
        file: JSON, YAML or TOML by its suffix; ``None`` for no file.
        environ: the environment: ``CENTRIFUGO_PORT``, ``CENTRIFUGO_NAMESPACES`` with JSON in it.
        flags: values by option; ``None`` counts as not given.

    Raises:
        ConfigError: with all that is wrong.
    """
    options: dict[str, tuple[object, str]] = {}
    if file is not None:
        options.update({name: (value, f"{file}: {name}") for name, value in _read(file).items()})
    for variable, text in environ.items():
        if variable.startswith(ENVIRONMENT_PREFIX):
            name = variable.removeprefix(ENVIRONMENT_PREFIX).lower()
            options[name] = (_json(text) if name in {"namespaces", "proxies", "rpc_namespaces"} else text, variable)
    options.update({name: (value, f"flag: {name}") for name, value in flags.items() if value is not None})
    return _Gathering(options).configuration(where="flags and environment" if file is None else str(file))


class _Gathering:
    """Takes the options over, one after the other, and remembers what is wrong with them."""

    def __init__(self, options: Mapping[str, tuple[object, str]]) -> None:
        self._options = options
        self._problems: list[str] = []

    def configuration(self, *, where: str) -> PubSubConfiguration:
        tree: dict[str, object] = {}
        top: dict[str, object] = {"name": ""}
        namespaces: list[dict[str, object]] = [top]
        for name, (value, origin) in self._options.items():
            if name == "namespaces":
                namespaces += self._namespaces(value, origin)
            elif name in NAMESPACE:
                self._take(NAMESPACE[name], value, origin, into=top, key=name)
            elif name in TAKEN:
                self._take(TAKEN[name].read, value, origin, into=tree, key=TAKEN[name].setting)
            else:
                self._refuse_unless_off(name, value, origin, known=[*TAKEN, *NAMESPACE, *OFF, "namespaces"])
        tree["namespaces"] = namespaces
        found = self._built(tree)
        if self._problems or found is None:
            problems = "".join(f"\n  - {problem}" for problem in self._problems)
            raise ConfigError(where, f"{len(self._problems)} problem{'s'[: len(self._problems) != 1]}:{problems}")
        return found

    def _take(self, read: Read, value: object, origin: str, *, into: dict[str, object], key: str) -> None:
        *sections, leaf = key.split(".")
        for section in sections:
            into = cast("dict[str, object]", into.setdefault(section, {}))
        try:
            into[leaf] = read(value)
        except UnreadableValueError as error:
            said = "something else" if any(secret in origin.lower() for secret in _SECRET) else repr(value)
            self._problems.append(f"{origin}: expected {error}, got {said}")

    def _refuse_unless_off(self, name: str, value: object, origin: str, *, known: list[str]) -> None:
        if name in OFF:
            if value not in _MARKS_OF_OFF and value not in ([], {}):
                self._problems.append(f"{origin}: is not supported: {OFF[name]}")
        elif name == "engine":
            if value not in ("", "memory"):
                self._problems.append(f"{origin}: the engine {value!r} is not supported; there is memory")
        elif not is_of_no_consequence(name):
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            self._problems.append(f"{origin}: there is no such option{hint}")

    def _namespaces(self, value: object, origin: str) -> Iterator[dict[str, object]]:
        if not isinstance(value, list):
            self._problems.append(f"{origin}: expected a list of namespaces")
            return
        for number, one in enumerate(cast("list[object]", value)):
            if not isinstance(one, dict):
                self._problems.append(f"{origin}[{number}]: expected a namespace with its options")
                continue
            options = cast("dict[str, object]", one)
            name = options.get("name")
            if not isinstance(name, str) or not name:
                self._problems.append(f"{origin}[{number}]: has no name")
                continue
            namespace: dict[str, object] = {"name": name}
            for option, said in options.items():
                at = f"{origin}: {name}: {option}"
                if option in NAMESPACE:
                    self._take(NAMESPACE[option], said, at, into=namespace, key=option)
                elif option != "name":
                    self._refuse_unless_off(option, said, at, known=[*NAMESPACE, "name"])
            yield namespace

    def _built(self, tree: dict[str, object]) -> PubSubConfiguration | None:
        try:
            found = msgspec.convert(tree, PubSubConfiguration)
        except (msgspec.ValidationError, ConfigError) as error:
            self._problems.append(str(error))
            return None
        for namespace in found.namespaces:
            try:
                Namespaces([namespace])
            except ConfigError as error:
                self._problems.append(str(error))
        if not self._problems:
            try:
                found.known_namespaces()
            except ConfigError as error:
                self._problems.append(str(error))
        return found


def _read(file: Path) -> Mapping[str, object]:
    try:
        text = file.read_text()
    except OSError as error:
        raise ConfigError(str(file), f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(str(file), "is not text") from None
    try:
        match file.suffix.lower():
            case ".json":
                found: object = json.loads(text)
            case ".toml":
                found = tomllib.loads(text)
            case ".yaml" | ".yml":
                found = yaml.safe_load(text)
            case suffix:
                raise ConfigError(str(file), f"has the suffix {suffix!r}", hint="name it .json, .yaml, .yml or .toml")
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        raise ConfigError(str(file), f"is not {file.suffix[1:].upper()}: {error}") from None
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise ConfigError(str(file), "holds no options")
    return {str(name): value for name, value in cast("dict[object, object]", found).items()}


def _json(text: str) -> object:
    try:
        return cast("object", json.loads(text))
    except (ValueError, RecursionError):
        return text
