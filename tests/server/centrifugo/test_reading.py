"""A configuration of Centrifugo: every option lands where it belongs, and what is wrong is told, all of it at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import reduce
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from tests.vectors.script import RECORDED

from vklive.errors import ConfigError
from vklive.server.centrifugo.configuration import PubSubConfiguration
from vklive.server.centrifugo.options import LIMITS, NAMESPACE, OFF, TAKEN, is_of_no_consequence
from vklive.server.centrifugo.reading import read_configuration
from vklive.server.namespaces import Namespace

Read = Callable[..., PubSubConfiguration]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read options from a file; `environ` and `flags` beside it."""

    def read(options: Any, *, environ: Any = None, flags: Any = None) -> PubSubConfiguration:
        file = tmp_path / "config.json"
        file.write_text(json.dumps(options))
        return read_configuration(file, environ=environ or {}, flags=flags or {})

    return read


def at(configuration: PubSubConfiguration, setting: str) -> Any:
    return reduce(getattr, setting.split("."), configuration)


def public_pem(key: RSAPrivateKey | EllipticCurvePrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


RSA = public_pem(rsa.generate_private_key(65537, 2048))
ECDSA = public_pem(ec.generate_private_key(ec.SECP256R1()))

VALUES: dict[str, tuple[Any, Any]] = {
    "allowed_origins": (["https://a"], ("https://a",)),
    "allow_anonymous_connect_without_token": (True, True),
    "disallow_anonymous_connection_tokens": (True, True),
    "skip_user_check_in_subscription_token": (True, True),
    "client_insecure": (True, True),
    "client_channel_limit": (7, 7),
    "channel_max_length": (99, 99),
    "client_queue_max_size": (4096, 4096),
    "client_user_connection_limit": (3, 3),
    "client_stale_close_delay": ("3s", 3.0),
    "client_expired_close_delay": ("4s", 4.0),
    "client_expired_sub_close_delay": ("5s", 5.0),
    "client_presence_update_interval": ("6s", 6.0),
    "client_channel_position_check_delay": ("7s", 7.0),
    "client_history_max_publication_limit": (8, 8),
    "client_recovery_max_publication_limit": (9, 9),
    "client_connection_limit": (10, 10),
    "client_connection_rate_limit": (11, 11),
    "ping_interval": ("12s", 12.0),
    "pong_timeout": ("3s", 3.0),
    "history_meta_ttl": ("1h", 3600.0),
    "user_subscribe_to_personal": (True, True),
    "user_personal_channel_namespace": ("personal", "personal"),
    "user_personal_single_connection": (True, True),
    "websocket_message_size_limit": (1000, 1000),
    "websocket_disable": (True, False),
    "websocket_handler_prefix": ("/ws/", "/ws"),
    "websocket_compression": (True, True),
    "websocket_compression_level": (6, 6),
    "websocket_compression_min_size": (128, 128),
    "http_stream": (True, True),
    "http_stream_handler_prefix": ("/hs", "/hs"),
    "sse": (True, True),
    "sse_handler_prefix": ("/sse", "/sse"),
    "emulation_handler_prefix": ("/em", "/em"),
    "uni_websocket": (True, True),
    "uni_websocket_handler_prefix": ("/uws", "/uws"),
    "uni_sse": (True, True),
    "uni_sse_handler_prefix": ("/usse", "/usse"),
    "uni_http_stream": (True, True),
    "uni_http_stream_handler_prefix": ("/uhs", "/uhs"),
    "address": ("127.0.0.9", "127.0.0.9"),
    "port": ("18000", 18000),
    "internal_address": ("127.0.0.8", "127.0.0.8"),
    "internal_port": (9000, 9000),
    "name": ("node", "node"),
    "log_level": ("debug", "debug"),
    "shutdown_timeout": ("9s", 9.0),
    "health": (True, True),
    "health_handler_prefix": ("/h", "/h"),
    "prometheus": (True, True),
    "prometheus_handler_prefix": ("/m", "/m"),
    "prometheus_prefix": ("centrifugo", "centrifugo"),
    "api_key": ("k", "k"),
    "api_insecure": (True, True),
    "api_disable": (True, True),
    "api_external": (True, True),
    "api_handler_prefix": ("/a", "/a"),
    "token_hmac_secret_key": ("s", "s"),
    "token_rsa_public_key": (RSA, RSA),
    "token_ecdsa_public_key": (ECDSA, ECDSA),
    "token_jwks_public_endpoint": ("http://x", "http://x"),
    "token_audience": ("a", "a"),
    "token_audience_regex": ("a", "a"),
    "token_issuer": ("i", "i"),
    "token_issuer_regex": ("i", "i"),
    "channel_private_prefix": ("!", "!"),
    "channel_namespace_boundary": ("/", "/"),
    "channel_user_boundary": ("@", "@"),
    "channel_user_separator": ("+", "+"),
}


def test_every_option_that_is_taken_over_has_a_row_here():
    assert VALUES.keys() == TAKEN.keys()


@pytest.mark.parametrize("option", sorted(TAKEN))
def test_an_option_lands_where_it_belongs_from_the_file_and_from_the_environment(read, option):
    said, expected = VALUES[option]
    also = {"presence": True} if option == "user_personal_single_connection" else {}
    assert at(read({option: said, **also}), TAKEN[option].setting) == expected
    as_text = " ".join(said) if isinstance(said, list) else said if isinstance(said, str) else json.dumps(said)
    found = read(also, environ={f"CENTRIFUGO_{option.upper()}": as_text})
    assert at(found, TAKEN[option].setting) == expected
    assert at(PubSubConfiguration(), TAKEN[option].setting) != expected


def test_every_option_of_a_namespace_is_one_of_ours():
    assert {"name", *NAMESPACE} == set(Namespace.__struct_fields__)


def test_what_is_set_to_centrifugos_default_changes_nothing(read):
    """`defaults.json` holds options of v4.1.5 with what they are when nobody sets them (main.go)."""
    defaults = Path(__file__).with_name("defaults.json")
    assert read_configuration(defaults, environ={}, flags={}) == read({})


@pytest.mark.parametrize(
    "option",
    [
        *("client_channel_limit", "channel_max_length", "client_queue_max_size", "client_expired_close_delay"),
        *("client_expired_sub_close_delay", "client_presence_update_interval", "client_channel_position_check_delay"),
        *("websocket_message_size_limit", "history_meta_ttl"),
    ],
)
def test_zero_means_the_default_where_it_does_to_centrifugo(read, option):
    assert read({option: 0}) == read({})


@pytest.mark.parametrize("option", sorted(LIMITS))
def test_what_a_client_may_send_is_the_same_on_every_transport_that_is_on(read, option):
    assert read({option: 1024}) == read({})
    (transport, *_) = LIMITS[option]
    read({option: 1024, transport: True, "websocket_message_size_limit": 1024})
    read({option: "0", transport: True})
    for other in (1024, "much"):
        with pytest.raises(ConfigError, match=f"{option}: must be 65536, as websocket_message_size_limit"):
            read({option: other, transport: True})


def test_the_options_of_namespaces_stand_at_the_top_and_in_each_of_them(read):
    options = {
        "presence": True,
        "history_size": 5,
        "history_ttl": "1m",
        "namespaces": [{"name": "news", "force_recovery": True, "history_size": 10, "history_ttl": "300s"}],
    }
    top, news = read(options).namespaces
    assert top == Namespace(name="", presence=True, history_size=5, history_ttl=60.0)
    assert news == Namespace(name="news", force_recovery=True, history_size=10, history_ttl=300.0)


def test_the_configuration_that_the_recordings_were_made_with_works_as_it_is():
    found = read_configuration(RECORDED / "_server_config.json", environ={}, flags={})
    assert (found.host, found.port, found.health, found.metrics.enabled) == ("127.0.0.1", 18000, True, True)
    assert [namespace.name for namespace in found.namespaces] == [
        *("", "pub", "limited", "rec", "pos", "pres", "user", "chat")
    ]
    assert found.pubsub.channel_limit == 1024


@pytest.mark.parametrize(
    ("suffix", "text"),
    [
        (".json", '{"port": 9001, "namespaces": [{"name": "news", "presence": true}]}'),
        (".yaml", "port: 9001\nnamespaces:\n  - name: news\n    presence: true\n"),
        (".yml", "port: 9001\nnamespaces: [{name: news, presence: true}]\n"),
        (".toml", 'port = 9001\n[[namespaces]]\nname = "news"\npresence = true\n'),
    ],
)
def test_the_suffix_says_what_the_file_is(tmp_path, suffix, text):
    file = tmp_path / f"config{suffix}"
    file.write_text(text)
    found = read_configuration(file, environ={}, flags={})
    assert (found.port, [namespace.name for namespace in found.namespaces]) == (9001, ["", "news"])


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("config.json", "{", "is not JSON"),
        ("config.yaml", "a: [", "is not YAML"),
        ("config.yaml", "!!python/object/apply:os.getpid []", "is not YAML"),
        ("config.toml", "a = ", "is not TOML"),
        ("config.ini", "", "has the suffix '.ini'"),
        ("config.json", "[]", "holds no options"),
        ("config.yaml", "a: 1\n b: 2", "is not YAML: mapping values are not allowed here, line 2, column 3"),
        ("config.yaml", "a: \x01", "is not YAML: it has characters that cannot be in it"),
        ("config.json", None, "cannot be read: No such file"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path, name, text, problem):
    file = tmp_path / name
    if text is not None:
        file.write_text(text)
    with pytest.raises(ConfigError, match=problem):
        read_configuration(file, environ={}, flags={})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("config.yaml", "api_key: hunter2: x"),
        ("config.yaml", "api_key: 'hunter2"),
        ("config.yaml", "api_key: *hunter2"),
        ("config.yaml", "api_key: !hunter2 x"),
        ("config.yaml", "api_key: hunter2\tx\n\t- x"),
        ("config.json", '{"api_key": "hunter2'),
        ("config.toml", "api_key = 'hunter2"),
        ("config.toml", "api_key = hunter2"),
    ],
)
def test_what_is_said_of_a_file_that_cannot_be_read_shows_no_secret(tmp_path, name, text):
    file = tmp_path / name
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        read_configuration(file, environ={}, flags={})
    assert "hunter2" not in str(caught.value)


def test_a_file_is_utf_8_whatever_the_machine_thinks(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_bytes("name: узел".encode())
    assert read_configuration(file, environ={}, flags={}).name == "узел"
    file.write_bytes("name: узел".encode("cp1251"))
    with pytest.raises(ConfigError, match="is not text in UTF-8"):
        read_configuration(file, environ={}, flags={})


def test_a_name_that_is_no_text_is_unknown_as_others(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("5: x\nnamespaces: [{name: aa, on: 1, 7: x}]")
    with pytest.raises(ConfigError) as caught:
        read_configuration(file, environ={}, flags={})
    for name in ("5", "aa: True", "aa: 7"):
        assert f"{name}: there is no such option" in str(caught.value)


def test_an_empty_yaml_file_has_every_default(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("# nothing\n")
    assert read_configuration(file, environ={}, flags={}) == PubSubConfiguration(namespaces=[Namespace(name="")])


def test_a_flag_wins_over_the_environment_and_that_over_the_file(read):
    options = {"port": 1, "name": "file", "address": "file"}
    environ = {"CENTRIFUGO_PORT": "2", "CENTRIFUGO_NAME": "environment", "PATH": "/bin"}
    found = read(options, environ=environ, flags={"port": 3, "name": None})
    assert (found.port, found.name, found.host) == (3, "environment", "file")


def test_what_kubernetes_sets_for_a_service_of_that_name_is_not_ours(read):
    environ = {"CENTRIFUGO_SERVICE_HOST": "10.0.0.1", "CENTRIFUGO_PORT_8000_TCP": "tcp://10.0.0.1:8000"}
    assert read({}, environ=environ) == read({})


def test_namespaces_may_come_from_the_environment(read):
    found = read({"namespaces": []}, environ={"CENTRIFUGO_NAMESPACES": '[{"name":"news"}]'})
    assert [namespace.name for namespace in found.namespaces] == ["", "news"]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"prot": 1}, "prot: there is no such option; did you mean port?"),
        ({"ping_interval": 25}, 'ping_interval: expected a duration with its unit, for example "25s"'),
        ({"ping_interval": "5s"}, "json: ping_interval, pong_timeout: the interval of 5 s is not more"),
        ({"port": 70000}, "json: port: expected a whole number from 0 to 65535, got 70000"),
        ({"log_level": "loud"}, "json: log_level: expected one of debug, error"),
        ({"websocket_handler_prefix": "ws"}, "websocket_handler_prefix: expected a path that begins with /, got 'ws'"),
        ({"client_channel_limit": -1}, "json: client_channel_limit: expected a whole number, 1 or more, got -1"),
        ({"PORTT": 1}, "json: PORTT: there is no such option; did you mean port?"),
        ({"allowed_origins": ["[z-a]"]}, "json: allowed_origins: '\\[z-a\\]' is not a pattern"),
        ({"token_rsa_public_key": "x"}, "json: token_rsa_public_key: it is no public key in PEM"),
        ({"token_audience": "a", "token_audience_regex": "b"}, "json: token_audience: .* exclude each other"),
        ({"token_jwks_public_endpoint": "ftp://x"}, "json: token_jwks_public_endpoint: "),
        ({"user_personal_single_connection": True}, "json: user_personal_single_connection: needs presence"),
        ({"channel_regex": "(?=a)"}, "channel_regex: is not a regular expression"),
        ({"engine": "redis"}, "the engine 'redis' is not supported"),
        ({"namespaces": {}}, "expected a list of namespaces"),
        ({"namespaces": "[]"}, "expected a list of namespaces"),
        ({"namespaces": [5]}, r"namespaces\[0\]: expected a namespace"),
        ({"namespaces": [{}]}, r"namespaces\[0\]: has no name"),
        ({"namespaces": [{"name": "a"}]}, "'a' is not a name"),
        ({"namespaces": [{"name": "aa"}, {"name": "aa"}]}, "is there twice"),
        (
            {"namespaces": [{"name": "aa", "presense": True}]},
            "aa: presense: there is no such option; did you mean pres",
        ),
        ({"namespaces": [{"name": "aa", "presence": "maybe"}]}, "aa: presence: expected true or false, got 'maybe'"),
        ({"namespaces": [{"name": "aa", "proxy_subscribe": True}]}, "aa: proxy_subscribe: is not supported"),
        ({"namespaces": [{"name": "aa", "history_size": 5}]}, "go together"),
        ({"force_recovery": True}, "force_recovery needs a history"),
    ],
)
def test_what_is_wrong_is_named(read, options, problem):
    with pytest.raises(ConfigError, match=problem):
        read(options)


@pytest.mark.parametrize("option", sorted(OFF))
def test_what_is_not_supported_must_be_off(read, option):
    for off in (False, 0, "", None):
        assert read({option: off}) == read({})
    with pytest.raises(ConfigError, match=f"{option}: is not supported: "):
        read({option: True})


def test_what_adjusts_something_that_is_not_there_may_be_anything(read):
    options = {"redis_address": "redis://x", "admin_password": "x", "client_concurrency": 8, "v5_api": True}
    assert all(map(is_of_no_consequence, options))
    assert read(options) == read({})


def test_all_problems_are_told_at_once(read):
    options = {
        "nope": 1,
        "admin": True,
        "port": "x",
        "client_channel_limit": -1,
        "log_level": "loud",
        "allowed_origins": ["[z-a]"],
        "token_rsa_public_key": "x",
        "token_ecdsa_public_key": "x",
        "token_audience": "a",
        "token_audience_regex": "a",
        "token_issuer_regex": "(",
        "http_stream": True,
        "http_stream_max_request_body_size": 5,
        "namespaces": [{"name": "a"}, {"name": "aa", "force_recovery": True}, {"name": "bb", "channel_regex": "("}],
    }
    named = {*options} - {"http_stream", "token_audience_regex", "namespaces"}
    with pytest.raises(ConfigError) as caught:
        read(options, environ={"CENTRIFUGO_FOO": "1"})
    assert f": {len(named) + 4} problems:" in str(caught.value)
    for name in (*named, "CENTRIFUGO_FOO", "'a' is not a name", "'aa': force_recovery", "'bb': channel_regex"):
        assert name in str(caught.value)


def test_no_error_shows_a_secret(read):
    with pytest.raises(ConfigError) as caught:
        read({"token_hmac_secret_key": ["hunter2"], "api_key": {"k": "hunter2"}})
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in repr(read({"token_hmac_secret_key": "hunter2", "api_key": "hunter2"}))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from([*TAKEN, *NAMESPACE, *OFF, "engine", "namespaces", "redis_url"]) | st.text(max_size=5)


@given(st.dictionaries(NAMES, JSON | st.lists(st.dictionaries(NAMES | st.just("name"), JSON, max_size=3), max_size=2)))
def test_any_options_are_a_configuration_or_an_error_that_says_why(tmp_path_factory, options):
    file = tmp_path_factory.getbasetemp() / "any.json"
    file.write_text(json.dumps(options))
    try:
        found = read_configuration(file, environ={}, flags={})
    except ConfigError as error:
        assert error.problem
    else:
        assert found.namespaces
