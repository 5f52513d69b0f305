"""Reads a configuration of Centrifugo v4: flags > environment > file > defaults.

Nothing is guessed and nothing is ignored: all that is wrong is told at once, each with its name and where it came from.
"""

from __future__ import annotations

import difflib
import functools
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import cast

import msgspec

from vklive.clock import SystemClock
from vklive.errors import ConfigError
from vklive.server.centrifugo.configuration import PubSubConfiguration
from vklive.server.centrifugo.files import options_in
from vklive.server.centrifugo.options import LIMITS, NAMESPACE, OFF, TAKEN, is_of_no_consequence
from vklive.server.centrifugo.values import Read, UnreadableValueError, whole
from vklive.server.edge.handshake import Origins
from vklive.server.fitting import MisfitError, fit, kinds_by_key
from vklive.server.namespaces import Namespace, Namespaces
from vklive.server.settings import sensitivity_of

ENVIRONMENT_PREFIX = "CENTRIFUGO_"

_OF_KUBERNETES = ("CENTRIFUGO_PORT_", "CENTRIFUGO_SERVICE_")
"""What variables begin with that Kubernetes sets where a service is called so."""

_LISTS = frozenset({"namespaces", "proxies", "rpc_namespaces"})
"""Options that are JSON in the environment."""

_MARKS_OF_OFF = (False, 0, "", "0", "0s", "false", "none", None)

_KINDS = {**dict(kinds_by_key(PubSubConfiguration)), **dict(kinds_by_key(Namespace))}
_OPTIONS = {taken.setting: name for name, taken in TAKEN.items()}
"""The name of the option for each setting."""


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
        options.update({name: (value, f"{file}: {name}") for name, value in options_in(file).items()})
    for variable, text in environ.items():
        if variable.startswith(ENVIRONMENT_PREFIX) and not variable.startswith(_OF_KUBERNETES):
            name = variable.removeprefix(ENVIRONMENT_PREFIX).lower()
            options[name] = (_json(text) if name in _LISTS else text, variable)
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
            elif name not in LIMITS:
                self._refuse_unless_off(name, value, origin, known=[*TAKEN, *NAMESPACE, *OFF, *LIMITS, "namespaces"])
        tree["namespaces"] = namespaces
        found = self._built(tree)
        if self._problems or found is None:
            problems = "".join(f"\n  - {problem}" for problem in self._problems)
            raise ConfigError(where, f"{len(self._problems)} problem{'s'[: len(self._problems) != 1]}:{problems}")
        return found

    def _take(self, read: Read, value: object, origin: str, *, into: dict[str, object], key: str) -> None:
        kind = _KINDS[key]
        *sections, leaf = key.split(".")
        for section in sections:
            into = cast("dict[str, object]", into.setdefault(section, {}))
        try:
            into[leaf] = fit(read(value), kind)
        except (UnreadableValueError, MisfitError) as error:
            said = "something else" if sensitivity_of(kind) else repr(value)
            self._problems.append(f"{origin}: expected {error.expected}, got {said}")

    def _refuse_unless_off(self, name: str, value: object, origin: str, *, known: list[str]) -> None:
        if name in OFF:
            if value not in _MARKS_OF_OFF and value not in ([], {}):
                self._problems.append(f"{origin}: is not supported: {OFF[name]}")
        elif name == "engine":
            if value not in ("", "memory"):
                self._problems.append(f"{origin}: the engine {value!r} is not supported; there is memory")
        elif not is_of_no_consequence(name):
            near = difflib.get_close_matches(name.lower(), known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            self._problems.append(f"{origin}: there is no such option{hint}")

    def _namespaces(self, value: object, origin: str) -> Iterator[dict[str, object]]:
        if not isinstance(value, list):
            if value not in ("", None):
                self._problems.append(f"{origin}: expected a list of namespaces")
            return
        for number, one in enumerate(cast("list[object]", value)):
            if not isinstance(one, dict):
                self._problems.append(f"{origin}[{number}]: expected a namespace with its options")
                continue
            options = cast("dict[object, object]", one)
            name = options.get("name")
            if not isinstance(name, str) or not name:
                self._problems.append(f"{origin}[{number}]: has no name")
                continue
            namespace: dict[str, object] = {"name": name}
            for option, said in ((str(option), said) for option, said in options.items()):
                at = f"{origin}: {name}: {option}"
                if option in NAMESPACE:
                    self._take(NAMESPACE[option], said, at, into=namespace, key=option)
                elif option != "name":
                    self._refuse_unless_off(option, said, at, known=[*NAMESPACE, "name"])
            yield namespace

    def _built(self, tree: dict[str, object]) -> PubSubConfiguration | None:
        """The configuration, and what is wrong between its options: they are of their kinds, each by itself."""
        found: PubSubConfiguration | None = None
        try:
            found = msgspec.convert(tree, PubSubConfiguration)
        except ConfigError as error:
            self._add(error)
            return None
        self._check_limits(found)
        self._check(lambda: Origins(found.pubsub.allowed_origins))
        for part in found.tokens.parts():
            self._check(functools.partial(part.verifier, clock=SystemClock()))
        sound = [self._check(functools.partial(Namespaces, [one])) for one in found.namespaces]
        if all(sound) and self._check(found.known_namespaces):
            self._check(lambda: found.pubsub.check_with(found.known_namespaces()))
        return found

    def _check_limits(self, found: PubSubConfiguration) -> None:
        most = found.pubsub.message_size_limit
        for name, transports in LIMITS.items():
            value, origin = self._options.get(name, (0, ""))
            if not any(getattr(found.transports, transport) for transport in transports):
                continue
            try:
                fits = whole(value) in {0, most}
            except UnreadableValueError:
                fits = False
            if not fits:
                self._problems.append(
                    f"{origin}: must be {most}, as websocket_message_size_limit, which holds for every transport"
                )

    def _check(self, attempt: Callable[[], object]) -> bool:
        """Whether something can be made of the configuration; if not, that is a problem."""
        try:
            attempt()
        except ConfigError as error:
            self._add(error)
            return False
        return True

    def _add(self, error: ConfigError) -> None:
        """Name the options where the error names our settings."""
        names = (_OPTIONS.get(setting, setting) for setting in error.where.split(", "))
        where = ", ".join(self._options[name][1] if name in self._options else name for name in names)
        self._problems.append(str(ConfigError(where, error.problem, hint=error.hint)))


def _json(text: str) -> object:
    try:
        return cast("object", json.loads(text))
    except (ValueError, RecursionError):
        return text
