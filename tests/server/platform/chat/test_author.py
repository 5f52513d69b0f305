"""How an author is shown."""

from __future__ import annotations

import pytest

from vklive.server.directory import ChannelRecord, Membership, Role, User
from vklive.server.platform.chat.author import CHAT_BOT, author

OWNER = User(id=1, nick="owner", is_verified_streamer=True)
SOMEBODY = User(id=2, nick="somebody", nick_color=3, avatar_url="https://img.example/a.png")
CHANNEL = ChannelRecord(id=42, url="streamer", owner=OWNER, nick="owner")


def badges(user: User, membership: Membership | None, level_id: str | None = None) -> list[str]:
    return [badge.achievement_name for badge in author(user, CHANNEL, membership, level_id=level_id).badges]


def member(role: Role, *, banned: bool = False) -> Membership:
    return Membership(user_id=2, channel_id=42, role=role, banned=banned)


def test_flags_are_for_owner_and_moderators():
    shown = {
        name: author(user, CHANNEL, membership)
        for name, user, membership in (
            ("owner", OWNER, None),
            ("moderator", SOMEBODY, member(Role.MODERATOR)),
            ("banned", SOMEBODY, member(Role.MODERATOR, banned=True)),
            ("subscriber", SOMEBODY, member(Role.PAID_SUBSCRIBER)),
        )
    }
    assert {name: (one.is_owner, one.is_moderator) for name, one in shown.items()} == {
        "owner": (True, False),
        "moderator": (False, True),
        "banned": (False, False),
        "subscriber": (False, False),
    }
    moderator = shown["moderator"]
    assert (moderator.id, moderator.nick, moderator.nick_color, moderator.avatar_url) == (
        2,
        "somebody",
        3,
        "https://img.example/a.png",
    )


def test_badges_say_what_somebody_is():
    assert badges(OWNER, None) == ["owner", "verified_streamer"]
    assert (
        badges(SOMEBODY, None)
        == badges(SOMEBODY, member(Role.FOLLOWER))
        == badges(SOMEBODY, member(Role.MODERATOR))
        == []
    )
    assert badges(SOMEBODY, member(Role.PAID_SUBSCRIBER)) == ["subscription_01"]
    assert badges(SOMEBODY, member(Role.PAID_SUBSCRIBER, banned=True)) == []
    assert badges(SOMEBODY, member(Role.MODERATOR), "2") == ["subscription_02"]


@pytest.mark.parametrize(
    ("level_id", "number"),
    [("1", "01"), ("07", "07"), ("12", "12"), ("0", "01"), ("100", "01"), ("gold", "01"), ("", "01"), ("²", "01")],
)
def test_the_number_of_a_subscription_is_its_level(level_id, number):
    assert badges(SOMEBODY, member(Role.PAID_SUBSCRIBER), level_id) == [f"subscription_{number}"]


def test_the_bot_is_known_by_its_nick_and_its_badge():
    assert CHAT_BOT.nick == "ChatBot"
    assert [badge.achievement_name for badge in CHAT_BOT.badges] == ["internal_chatbot"]
