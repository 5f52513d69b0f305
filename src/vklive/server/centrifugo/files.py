"""Configuration files of Centrifugo."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import yaml
from yaml.parser import ParserError
from yaml.scanner import ScannerError

from vklive.errors import ConfigError


def options_in(file: Path) -> Mapping[str, object]:
    """The options that a file holds: JSON, YAML or TOML, by its suffix.

    Raises:
        ConfigError: it cannot be read, or is not what its suffix says.
    """
    try:
        text = file.read_text("utf-8")
    except OSError as error:
        raise ConfigError(str(file), f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(str(file), "is not text in UTF-8") from None
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
    except yaml.YAMLError as error:
        raise ConfigError(str(file), f"is not YAML: {_what_is_wrong_with(error)}") from None
    except (ValueError, RecursionError) as error:
        raise ConfigError(str(file), f"is not {file.suffix[1:].upper()}: {error}") from None
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise ConfigError(str(file), "holds no options")
    return {str(name): value for name, value in cast("dict[object, object]", found).items()}


def _what_is_wrong_with(error: yaml.YAMLError) -> str:
    """What the parser says, without the lines that it shows: there may be a secret in them, and in names of tags."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return "it has characters that cannot be in it"
    mark = error.problem_mark
    is_syntax = isinstance(error, ScannerError | ParserError)
    problem = error.problem if is_syntax and error.problem else "a value cannot be made out"
    return problem + (f", line {mark.line + 1}, column {mark.column + 1}" if mark else "")
