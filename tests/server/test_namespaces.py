"""Namespaces: which options a ws channel has, by its name alone."""

from __future__ import annotations

import pytest

from vklive.errors import ConfigError
from vklive.server.broker.base import Retention
from vklive.server.namespaces import ChannelSyntax, Namespace, Namespaces
from vklive.server.settings import PubSubSettings

TOP = Namespace(name="")
NEWS = Namespace(name="news", allow_subscribe_for_client=True)


@pytest.mark.parametrize(
    ("channel", "namespace"),
    [
        ("news:1", NEWS),
        ("news:eu:1", NEWS),
        ("$news:1", NEWS),
        ("news", TOP),
        ("$news", TOP),
        (":x", TOP),
        ("", TOP),
        ("sport:1", None),
        ("$$news:1", None),
        ("News:1", None),
    ],
)
def test_the_part_before_the_first_colon_names_the_namespace(channel, namespace):
    assert Namespaces([TOP, NEWS]).of(channel) == namespace


def test_what_is_not_configured_is_unknown_also_at_the_top():
    assert Namespaces([NEWS]).of("plain") is None


@pytest.mark.parametrize("name", ["a", "a b", "ю-ю", "a:b", "$a"])
def test_a_name_that_could_not_be_looked_up_is_refused(name):
    with pytest.raises(ConfigError, match="is not a name"):
        Namespaces([Namespace(name=name)])


def test_a_name_stands_once():
    with pytest.raises(ConfigError, match="'news' is there twice"):
        Namespaces([NEWS, NEWS])


@pytest.mark.parametrize(
    ("channel", "users"),
    [
        ("chat:1#42", ["42"]),
        ("chat:1#42,43", ["42", "43"]),
        ("chat#1:2#42", ["42"]),
        ("chat:1#", [""]),
        ("chat:1", None),
    ],
)
def test_the_users_of_a_limited_ws_channel_stand_after_the_last_hash(channel, users):
    assert Namespaces([TOP]).users_of(channel) == users


def test_a_name_is_private_by_its_prefix_unless_there_is_no_prefix():
    assert Namespaces([TOP]).is_private("$secret")
    assert not Namespaces([TOP]).is_private("open$")
    assert not Namespaces([TOP], syntax=ChannelSyntax(private_prefix="")).is_private("$secret")


def test_the_signs_in_a_name_can_be_others():
    syntax = ChannelSyntax(private_prefix="!", namespace_boundary="/", user_boundary="@", user_separator="+")
    namespaces = Namespaces([TOP, NEWS], syntax=syntax)
    assert namespaces.of("!news/1") == NEWS
    assert namespaces.of("news:1") == TOP
    assert namespaces.users_of("news/1@4+5") == ["4", "5"]
    assert namespaces.personal("4", namespace="news") == "news/@4"


def test_a_name_is_ascii_unless_its_namespace_has_a_pattern_of_its_own():
    cities = Namespace(name="city", channel_regex="^[ж-я]+$")
    namespaces = Namespaces([TOP, cities])
    assert namespaces.accepts("москва") is False
    assert namespaces.accepts("city:рим") is True
    assert namespaces.accepts("$city:рим") is True
    assert namespaces.accepts("city:moscow") is False
    assert namespaces.accepts("city:рим\n") is False


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"history_size": 10}, "go together"),
        ({"history_ttl": 10.0}, "go together"),
        ({"history_size": -1, "history_ttl": -1.0}, "not less than 0"),
        ({"force_recovery": True}, "needs a history"),
        ({"channel_regex": "("}, "'news': channel_regex: is not a regular expression: a parenthesis is open"),
        ({"channel_regex": "^(?!admin)"}, "RE2 has; it has no look-around"),
    ],
)
def test_options_that_contradict_each_other_are_refused(options, problem):
    with pytest.raises(ConfigError, match=problem):
        Namespaces([Namespace(name="news", **options)])


def test_positions_are_watched_without_a_history_too():
    Namespaces([Namespace(name="news", force_positioning=True)])


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (
            {"user_subscribe_to_personal": True, "user_personal_channel_namespace": "sport"},
            "pubsub.user_personal_channel_namespace: there is no namespace 'sport'",
        ),
        (
            {
                "user_subscribe_to_personal": True,
                "user_personal_channel_namespace": "news",
                "user_personal_single_connection": True,
            },
            "set presence in the namespace 'news'",
        ),
        ({"user_personal_single_connection": True}, "set presence at the top level"),
    ],
)
def test_personal_ws_channels_need_a_namespace_that_fits(options, problem):
    with pytest.raises(ConfigError, match=problem):
        PubSubSettings(**options).check_with(Namespaces([TOP, NEWS]))


def test_personal_ws_channels_whose_namespace_fits_are_fine():
    watched = Namespaces([Namespace(name="", presence=True), Namespace(name="news", presence=True)])
    PubSubSettings(user_personal_channel_namespace="sport").check_with(watched)
    for name in ("", "news"):
        settings = PubSubSettings(
            user_subscribe_to_personal=True,
            user_personal_channel_namespace=name,
            user_personal_single_connection=True,
        )
        settings.check_with(watched)


def test_a_history_is_kept_where_it_has_a_size_and_a_time():
    assert NEWS.retention is None
    assert Namespace(name="kept", history_size=5, history_ttl=60.0).retention == Retention(size=5, ttl=60.0)
