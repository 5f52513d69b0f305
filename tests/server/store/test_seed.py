"""The file that fills a database says exactly what it means, or nothing."""

from __future__ import annotations

import pytest

from vklive.errors import ConfigError
from vklive.server.directory import Role
from vklive.server.store import parse_seed, read_seed
from vklive.server.store.seed import Seed

APPLICATION = "[[applications]]\nid = 1\nclient_id = 'a'\nclient_secret = 'b'\n"


def refusal(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        parse_seed(text.encode(), origin="seed.toml")
    assert caught.value.where == "seed.toml"
    return str(caught.value)


def test_an_empty_file_names_nothing(tmp_path):
    path = tmp_path / "seed.toml"
    path.touch()

    assert read_seed(path) == Seed()


def test_a_file_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(ConfigError, match="cannot read"):
        read_seed(tmp_path / "missing.toml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("users = ", "not TOML"),
        ("[[user]]\nid = 1\n", "user"),
        ("[[users]]\nid = 1\nnick = 'a'\nnic_color = 2\n", "nic_color"),
        ("[[users]]\nid = 0\nnick = 'a'\n", "users[0].id"),
        ("[[users]]\nid = 9223372036854775808\nnick = 'a'\n", "users[0].id"),
        ("[[users]]\nid = 1\n", "nick"),
        ("[[users]]\nid = 1\nnick = 'a'\n[[users]]\nid = 1\nnick = 'b'\n", "user id 1 is there 2 times"),
        ("[[memberships]]\nuser = 1\nchannel = 1\nrole = 'king'\n", "role"),
        ("[[channels]]\nid = 1\nowner = 1\nurl = 'a'\nlive = 'yes'\n", "live"),
        ("[[channels]]\nid = 1\nowner = 1\nurl = '/'\n", "no url"),
        ("[[channels]]\nid=1\nowner=1\nurl='a'\n[[channels]]\nid=2\nowner=1\nurl='A/'\n", "channel url a"),
        (
            "[[channels]]\nid = 1\nowner = 1\nurl = 'a'\nstream = { started_at = 2026-01-01T00:00:00 }\n",
            "no time zone",
        ),
        ("[[memberships]]\nuser = 1\nchannel = 2\nsince = 2026-01-01T00:00:00\n", "since of user 1 and channel 2"),
        ("[[smiles]]\nid = 'a'\n[[smiles]]\nid = 'a'\n", "smile id a is there 2 times"),
        ("[[channels]]\nid=1\nowner=1\nurl='a'\nchat = { allow_access = 'nobody' }\n", "allow_access"),
        ("[[channels]]\nid=1\nowner=1\nurl='a'\nchat = { any_message_timeout = 86401 }\n", "any_message_timeout"),
        ("[[users]]\nid = 1\nnick = 'a'\naccess_tokens = ['hunter2', 'hunter2']\n", "access token is there twice"),
        ("[[categories]]\ntitle = 'a'\n", "a category has no id"),
        ("[[categories]]\nid = 'a'\n[[categories]]\nid = 'a'\n", "category id a is there 2 times"),
        ("[[stream_records]]\nid = 'a'\nchannel = 1\n", "stream_started_at"),
        ("[[stream_records]]\nid = 'a'\nchannel = 1\nstream_started_at = 2026-01-01T00:00:00\n", "no time zone"),
        (
            "[[stream_records]]\nid='a'\nchannel=1\nstream_started_at=2026-01-01T00:00:00Z\nduration=99999999\n",
            "duration",
        ),
        ("[[channel_roles]]\nid = ''\nchannel = 1\n", "channel_roles[0].id"),
        (
            "[[channel_roles]]\nid='a'\nchannel=1\n[[channel_roles]]\nid='a'\nchannel=2\n",
            "channel role id a is there 2 times",
        ),
        ("[[users]]\nid = 1\nnick = 'a'\npassword = 'hunter2'\n", "users[0].password"),
        (APPLICATION + "redirect_uris = ['bot://back']\n", "a redirect_uri of the application 1 is none"),
        (APPLICATION + "webhook_url = 'bot://back'\n", "the webhook_url of the application 1 is none"),
        (APPLICATION + "webhook_url = 'https://a.example/'\n", "come together"),
        (APPLICATION + "webhook_key = 'hunter2'\n", "come together"),
        (APPLICATION + "webhook_events = ['a b']\n", "webhook_events"),
        ("[[users]]\nid = 1\nnick = 'a\\u0000'\n".replace("'a", '"a').replace("0'", '0"'), "nick"),
        ("[[applications]]\nid = 1\nclient_id = 'a:b'\nclient_secret = 'hunter2'\n", "client_id"),
    ],
)
def test_what_is_wrong_is_named(text, said):
    message = refusal(text)

    assert said in message
    assert "hunter2" not in message


def test_no_repr_shows_a_secret():
    seed = parse_seed(
        b"[[users]]\nid = 1\nnick = 'a'\npassword = 'hunter99'\naccess_tokens = ['hunter2']\n"
        b"[[applications]]\nid = 1\nclient_id = 'bot'\nclient_secret = 'hunter3'\n"
        b"webhook_url = 'https://a.example/'\nwebhook_key = 'hunter5'\naccess_tokens = ['hunter4']\n",
        origin="seed.toml",
    )

    assert seed.users[0].access_tokens == ("hunter2",)
    assert "hunter" not in repr(seed)


def test_a_membership_is_a_followers_unless_it_says_more():
    seed = parse_seed(b"[[memberships]]\nuser = 1\nchannel = 2\n", origin="seed.toml")

    assert (seed.memberships[0].role, seed.memberships[0].banned) == (Role.FOLLOWER, False)
