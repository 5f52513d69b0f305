"""Defaults < file < environment < flags, and nothing that nobody knows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import rich.pretty
from hypothesis import given
from hypothesis import strategies as st

from vklive.errors import ConfigError
from vklive.server.configuration import load, load_configuration
from vklive.server.namespaces import Namespace
from vklive.server.settings import HIDDEN, PubSubSettings, Settings, TokenSettings


def settings(*, file=None, environ=None, flags=None):
    return load(file=file, environ=environ or {}, flags=flags or {})


def refusal(**sources) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        settings(**sources)
    return caught.value


@pytest.fixture
def toml(tmp_path):
    def write(text: str) -> Path:
        path: Path = tmp_path / "server.toml"
        path.write_text(text, "utf-8")
        return path

    return write


def test_without_any_source_everything_has_its_default():
    assert settings() == Settings()


def test_each_source_beats_the_one_before_it(toml):
    file = toml("host = 'file'\nport = 1\nseed = 'file'\n")
    environ = {"VKLIVE_PORT": "2", "VKLIVE_SEED": "environment"}

    loaded = settings(file=file, environ=environ, flags={"seed": "flag"})

    assert (loaded.host, loaded.port, loaded.seed) == ("file", 2, "flag")


def test_sections_are_tables_in_the_file_and_two_underscores_in_the_environment(toml):
    file = toml(
        "[pubsub]\nping_interval = 20\nallowed_origins = ['https://*.example']\n[tokens]\nalgorithm = 'ES256'\n"
    )
    environ = {"VKLIVE_PUBSUB__PONG_TIMEOUT": "1.5", "VKLIVE_DEVAPI__MAX_SUBSCRIPTION_TOKENS": "7"}

    loaded = settings(file=file, environ=environ, flags={"pubsub.channel_limit": 3})

    assert loaded.pubsub == PubSubSettings(
        ping_interval=20.0, pong_timeout=1.5, allowed_origins=("https://*.example",), channel_limit=3
    )
    assert loaded.tokens == TokenSettings(algorithm="ES256")
    assert loaded.devapi.max_subscription_tokens == 7


def test_a_list_in_the_environment_is_separated_by_commas():
    environ = {"VKLIVE_PUBSUB__ALLOWED_ORIGINS": " https://a.example, https://b.example ,"}

    assert settings(environ=environ).pubsub.allowed_origins == ("https://a.example", "https://b.example")


@pytest.mark.parametrize(("text", "value"), [("true", True), ("1", True), ("false", False), ("0", False)])
def test_a_boolean_in_the_environment_is_a_word_or_a_digit(text, value):
    environ = {"VKLIVE_PUBSUB__ALLOW_ANONYMOUS_CONNECT_WITHOUT_TOKEN": text}

    assert settings(environ=environ).pubsub.allow_anonymous_connect_without_token is value


def test_text_in_the_environment_stays_text_whatever_it_looks_like():
    assert settings(environ={"VKLIVE_SEED": "null", "VKLIVE_API_KEY": "12"}).api_key == "12"


def test_a_flag_that_is_none_was_not_given():
    assert settings(environ={"VKLIVE_PORT": "2"}, flags={"port": None}).port == 2


def test_variables_of_other_programs_are_left_alone():
    assert settings(environ={"PORT": "1", "VKLIVEPORT": "1"}) == Settings()


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("VKLIVE_PROT", "did you mean VKLIVE_PORT?"),
        ("VKLIVE_port", "did you mean VKLIVE_PORT?"),
        ("VKLIVE_PING_INTERVAL", "did you mean VKLIVE_PUBSUB__PING_INTERVAL?"),
        ("VKLIVE_PUBSUB_PING_INTERVAL", "did you mean VKLIVE_PUBSUB__PING_INTERVAL?"),
        ("VKLIVE_TOKEN__SECRET", "did you mean VKLIVE_TOKENS__SECRET?"),
    ],
)
def test_an_unknown_variable_is_refused_with_the_near_one(name, hint):
    error = refusal(environ={name: "1"})

    assert (error.where, error.problem, error.hint) == (f"environment: {name}", "there is no such setting", hint)


@pytest.mark.parametrize(
    ("text", "key", "hint"),
    [
        ("prot = 1", "prot", "did you mean port?"),
        ("[pubsub]\nping_intervall = 1", "pubsub.ping_intervall", "did you mean pubsub.ping_interval?"),
        ("ping_interval = 1", "ping_interval", "did you mean pubsub.ping_interval?"),
        ("[tokns]\nsecret = 'x'", "tokns", "did you mean tokens?"),
    ],
)
def test_an_unknown_key_of_the_file_is_refused_with_the_near_one(toml, text, key, hint):
    file = toml(text)
    error = refusal(file=file)

    assert (error.where, error.problem, error.hint) == (f"{file}: {key}", "there is no such setting", hint)


def test_an_unknown_flag_is_refused_with_the_near_one():
    error = refusal(flags={"databse_url": "x"})

    assert (error.where, error.hint) == ("flag: databse_url", "did you mean database_url?")


def test_a_key_that_resembles_nothing_is_refused_with_all_that_are_known():
    assert refusal(flags={"qqqqqqqq": 1}).hint.startswith("known are host, port, ")


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"VKLIVE_PORT": "eighty"}, "expected a whole number from 0 to 65535, got 'eighty'"),
        ({"VKLIVE_PORT": "65536"}, "expected a whole number from 0 to 65535, got '65536'"),
        ({"VKLIVE_PORT": ""}, "expected a whole number from 0 to 65535, got ''"),
        ({"VKLIVE_PUBSUB__CHANNEL_LIMIT": "0"}, "expected a whole number, 1 or more, got '0'"),
        ({"VKLIVE_SHUTDOWN_TIMEOUT": "10s"}, "expected a number of seconds greater than 0, got '10s'"),
        ({"VKLIVE_SHUTDOWN_TIMEOUT": "0"}, "expected a number of seconds greater than 0, got '0'"),
        ({"VKLIVE_SHUTDOWN_TIMEOUT": "nan"}, "expected a number of seconds greater than 0, got 'nan'"),
        ({"VKLIVE_SHUTDOWN_TIMEOUT": "inf"}, "expected a number of seconds greater than 0, got 'inf'"),
        ({"VKLIVE_PUBSUB__ALLOW_ANONYMOUS_CONNECT_WITHOUT_TOKEN": "maybe"}, "expected true or false, got 'maybe'"),
    ],
)
def test_a_value_of_the_environment_that_does_not_fit_is_refused_with_what_would(environ, expected):
    error = refusal(environ=environ)

    assert error.where == f"environment: {next(iter(environ))}"
    assert error.problem == expected


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        ("port = '80'", "port", "expected a whole number from 0 to 65535, got '80'"),
        ("port = true", "port", "expected a whole number from 0 to 65535, got True"),
        ("host = 1", "host", "expected a text, got 1"),
        ("shutdown_timeout = inf", "shutdown_timeout", "expected a number of seconds greater than 0, got inf"),
        ("[pubsub]\nallowed_origins = '*'", "pubsub.allowed_origins", "expected a list of texts, got '*'"),
        ("pubsub = 1", "pubsub", "expected a table"),
        ("[port]\nx = 1", "port", "expected a whole number from 0 to 65535, got {'x': 1}"),
    ],
)
def test_a_value_of_the_file_that_does_not_fit_is_refused_with_what_would(toml, text, key, expected):
    file = toml(text)
    error = refusal(file=file)

    assert (error.where, error.problem) == (f"{file}: {key}", expected)


def test_an_algorithm_that_nobody_signs_with_is_refused():
    error = refusal(environ={"VKLIVE_TOKENS__ALGORITHM": "none"})

    assert "HS256" in error.problem
    assert error.problem.endswith("got 'none'")


def test_pings_must_be_further_apart_than_a_pong_may_take():
    error = refusal(environ={"VKLIVE_PUBSUB__PONG_TIMEOUT": "25"})

    assert error.where == "pubsub.ping_interval, pubsub.pong_timeout (environment: VKLIVE_PUBSUB__PONG_TIMEOUT)"
    assert error.problem == "the interval of 25 s is not more than the timeout of 25 s"


def test_pings_are_checked_for_who_builds_the_settings_in_python_too():
    with pytest.raises(ConfigError, match="not more than the timeout"):
        PubSubSettings(ping_interval=1.0, pong_timeout=2.0)


def test_namespaces_are_tables_of_the_file(toml):
    file = toml(
        "[[namespaces]]\nname = 'news'\npresence = true\nhistory_size = 5\nhistory_ttl = 60\n"
        "[[namespaces]]\nname = 'sport'\nallow_subscribe_for_client = true\n"
    )

    assert settings(file=file).namespaces == (
        Namespace(name="news", presence=True, history_size=5, history_ttl=60.0),
        Namespace(name="sport", allow_subscribe_for_client=True),
    )


@pytest.mark.parametrize("option", sorted({*Namespace.__struct_fields__} - {"name", "force_recovery"}))
def test_every_option_of_a_namespace_can_stand_in_its_table(toml, option):
    default = getattr(Namespace(name="news"), option)
    value = {bool: "true", int: "5", float: "60", str: "'^a$'"}[type(default)]
    also = {"history_size": "history_ttl = 60", "history_ttl": "history_size = 5"}.get(option, "")
    file = toml(f"[[namespaces]]\nname = 'news'\n{option} = {value}\n{also}\n")

    (namespace,) = settings(file=file).namespaces

    assert getattr(namespace, option) != default


@pytest.mark.parametrize(
    ("text", "where", "problem"),
    [
        ("presense = true", "namespaces[0].presense", "there is no such setting"),
        ("history_ttl = '60s'", "namespaces[0].history_ttl", "expected a number of seconds, 0 or more, got '60s'"),
        ("history_ttl = inf", "namespaces[0].history_ttl", "expected a number of seconds, 0 or more, got inf"),
        ("presence = 1", "namespaces[0].presence", "expected true or false, got 1"),
        ("history_size = 5", "namespaces: namespace 'news'", "history_size and history_ttl go together"),
        ("[[namespaces]]\npresence = true", "namespaces[1]", "has no name"),
        ("[[namespaces]]\nname = 'news'", "namespaces: namespaces", "'news' is there twice"),
    ],
)
def test_what_is_wrong_with_a_namespace_is_named(toml, text, where, problem):
    file = toml(f"[[namespaces]]\nname = 'news'\n{text}\n")
    error = refusal(file=file)

    assert (error.where, error.problem) == (f"{file}: {where}", problem)


@pytest.mark.parametrize("text", ["namespaces = 1", "namespaces = ['news']", "[namespaces]\nname = 'news'"])
def test_namespaces_that_are_no_tables_are_refused_with_how_to_write_them(toml, text):
    file = toml(text)
    error = refusal(file=file)

    assert (error.where, error.hint) == (f"{file}: namespaces", "write [[namespaces]] in a file")


def test_namespaces_cannot_come_from_a_variable_of_text():
    assert refusal(environ={"VKLIVE_NAMESPACES": "news"}).problem == "expected tables"


def test_a_file_that_is_not_there_is_an_error(tmp_path):
    error = refusal(file=tmp_path / "none.toml")

    assert (error.where, error.problem) == (str(tmp_path / "none.toml"), "cannot be read: No such file or directory")


def test_a_file_that_is_not_toml_is_an_error_with_the_place(toml):
    assert re.fullmatch(r"is not TOML: .*line 1.*", refusal(file=toml("port 1")).problem)


def test_a_file_that_is_not_text_is_an_error(tmp_path):
    file = tmp_path / "server.toml"
    file.write_bytes(b"host = '\xff'")

    assert refusal(file=file).problem.startswith("is not TOML: ")


SECRET = "hunter2hunter2"
SECRET_SETTINGS = {
    "api_key": SECRET,
    "tokens.secret": SECRET,
    "database_url": f"postgresql+asyncpg://vklive:{SECRET}@db/vklive?password={SECRET}",
}


@pytest.mark.parametrize("show", [repr, str, rich.pretty.pretty_repr, lambda loaded: loaded.redacted()])
def test_secrets_are_never_shown(show):
    loaded = load_configuration(file=None, environ={}, flags=SECRET_SETTINGS)

    assert loaded.settings.api_key == SECRET
    assert SECRET not in show(loaded)
    assert HIDDEN in show(loaded)


@pytest.mark.parametrize("name", ["VKLIVE_API_KEI", "VKLIVE_TOKENS"])
def test_the_value_of_an_unknown_variable_is_not_shown_for_it_may_be_a_secret(name):
    assert SECRET not in str(refusal(environ={name: SECRET}))


@pytest.mark.parametrize(
    "text", ["api_key = ['{}']", "tokens = '{}'", "[tokens]\nsecret = ['{}']", "database_url=['{}']"]
)
def test_a_secret_in_the_wrong_place_of_the_file_is_not_shown(toml, text):
    assert SECRET not in str(refusal(file=toml(text.format(SECRET))))


@given(user=st.from_regex("[a-z]{0,5}", fullmatch=True), password=st.text(min_size=8, max_size=20))
def test_the_password_in_the_address_of_a_database_is_hidden_whatever_it_is(user, password):
    hidden = Settings(database_url=f"postgresql+asyncpg://{user}:{password}@host/name")

    assert f"'postgresql+asyncpg://{user}:{HIDDEN}@host/name'" == repr(dict(hidden.shown())["database_url"])


def test_an_address_without_a_password_is_shown_as_it_is():
    assert "sqlite+aiosqlite:///vklive.sqlite3" in repr(Settings())


def test_the_dump_shows_where_each_value_came_from(toml):
    file = toml("host = '::1'\n")
    loaded = load_configuration(
        file=file, environ={"VKLIVE_PUBSUB__PING_INTERVAL": "9"}, flags={"port": 1, "api_key": SECRET}
    )
    lines = dict(re.split(r"  +# ", line) for line in loaded.redacted().splitlines())

    assert lines['host = "::1"'] == str(file)
    assert lines["port = 1"] == "flag: port"
    assert lines[f'api_key = "{HIDDEN}"'] == "flag: api_key"
    assert lines["pubsub.ping_interval = 9.0"] == "environment: VKLIVE_PUBSUB__PING_INTERVAL"
    assert lines["pubsub.allowed_origins = []"] == "default"
    assert lines['tokens.secret = ""'] == "default"
