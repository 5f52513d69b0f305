"""Who may write in a chat, what, and how often: the tables, written out once more apart from the code that decides."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vklive.devapi.errors import ApiError
from vklive.devapi.models import (
    ChatAccess,
    ChatMode,
    ChatSettings,
    GeneralChatMode,
    LinkToSend,
    OnlySmilesChatMode,
    SmileToSend,
    TextToSend,
)
from vklive.server.directory import ChannelRecord, Membership, Role, User
from vklive.server.platform.chat.rules import check_pace, check_writer, keeps_order, what_is_written
from vklive.server.refusal import RefusalError

NOW = datetime(2027, 1, 1, tzinfo=UTC)
OWNER, SOMEBODY = User(id=1, nick="owner"), User(id=2, nick="somebody")
CHANNEL = ChannelRecord(id=42, url="streamer", owner=OWNER, nick="owner")


def member(role: Role, *, banned: bool = False, since: float | None = None) -> Membership:
    began = None if since is None else NOW - timedelta(seconds=since)
    return Membership(user_id=2, channel_id=42, role=role, banned=banned, since=began)


WRITERS: dict[str, tuple[User, Membership | None]] = {
    "owner": (OWNER, None),
    "moderator": (SOMEBODY, member(Role.MODERATOR, since=0)),
    "paid subscriber": (SOMEBODY, member(Role.PAID_SUBSCRIBER, since=0)),
    "old follower": (SOMEBODY, member(Role.FOLLOWER, since=600)),
    "new follower": (SOMEBODY, member(Role.FOLLOWER, since=599)),
    "follower of nobody knows when": (SOMEBODY, member(Role.FOLLOWER)),
    "stranger": (SOMEBODY, None),
    "banned follower": (SOMEBODY, member(Role.FOLLOWER, banned=True)),
    "banned moderator": (SOMEBODY, member(Role.MODERATOR, banned=True)),
    "banned owner": (OWNER, Membership(user_id=1, channel_id=42, banned=True)),
}
ORDER = {"owner", "moderator"}
PAYING = ORDER | {"paid subscriber"}
FOLLOWING = PAYING | {"old follower", "new follower", "follower of nobody knows when"}
EVERYBODY = FOLLOWING | {"stranger"}

TABLE: dict[tuple[ChatAccess, int, bool], set[str]] = {
    (ChatAccess.ANY, 0, False): EVERYBODY,
    (ChatAccess.ANY, 600, False): EVERYBODY,
    (ChatAccess.SUBSCRIBERS, 0, False): FOLLOWING,
    (ChatAccess.SUBSCRIBERS, 600, False): FOLLOWING - {"new follower"},
    (ChatAccess.PAID_SUBSCRIBERS, 0, False): PAYING,
    (ChatAccess.PAID_SUBSCRIBERS, 600, False): PAYING,
    (ChatAccess.ANY, 0, True): PAYING,
    (ChatAccess.SUBSCRIBERS, 600, True): PAYING,
    (ChatAccess.PAID_SUBSCRIBERS, 0, True): PAYING,
}


@pytest.mark.parametrize("who", WRITERS)
@pytest.mark.parametrize(("allowed", "after", "limited"), TABLE)
def test_exactly_those_may_write_whom_the_table_names(who, allowed, after, limited):
    user, membership = WRITERS[who]
    settings = ChatSettings(allow_access=allowed, allow_access_after=after)
    try:
        check_writer(user, CHANNEL, membership, settings, limited=limited, now=NOW)
    except RefusalError as error:
        assert error.error is ApiError.FORBIDDEN
        may = False
    else:
        may = True
    assert may is (who in TABLE[allowed, after, limited])


@pytest.mark.parametrize("who", WRITERS)
def test_the_owner_and_moderators_keep_order(who):
    assert keeps_order(WRITERS[who][0], CHANNEL, WRITERS[who][1]) is (who in ORDER | {"banned owner"})


def test_whoever_follows_too_recently_is_told_how_long_to_wait():
    settings = ChatSettings(allow_access=ChatAccess.SUBSCRIBERS, allow_access_after=600)
    with pytest.raises(RefusalError, match="1 s are left"):
        check_writer(*_args("new follower"), settings, limited=False, now=NOW + timedelta(seconds=0.5))


def _args(who: str) -> tuple[User, ChannelRecord, Membership | None]:
    return WRITERS[who][0], CHANNEL, WRITERS[who][1]


# What.

LOUD, LINK, ODD, SMILE = (
    TextToSend(content="ГРОМКО"),
    LinkToSend(url="https://example.org/"),
    TextToSend(content="что?!"),
    SmileToSend(id="s"),
)


@pytest.mark.parametrize(
    ("mode", "refused"),
    [
        (GeneralChatMode(), []),
        (GeneralChatMode(is_caps_prohibited=True), []),
        (GeneralChatMode(is_links_prohibited=True), [LINK]),
        (GeneralChatMode(is_ru_en_numbers=True), [ODD]),
        (OnlySmilesChatMode(), [LOUD, LINK, ODD]),
    ],
)
@pytest.mark.parametrize("content", [LOUD, LINK, ODD, SMILE])
def test_exactly_that_may_be_written_which_the_mode_allows(mode, refused, content):
    chosen = ChatMode(general=mode) if isinstance(mode, GeneralChatMode) else ChatMode(only_smiles=mode)
    if content in refused:
        with pytest.raises(RefusalError) as caught:
            what_is_written([content], ChatSettings(mode=chosen))
        assert caught.value.error is ApiError.FORBIDDEN
        return
    written = what_is_written([content], ChatSettings(mode=chosen))
    is_lowered = content is LOUD and getattr(mode, "is_caps_prohibited", False)
    assert written == [TextToSend(content="громко")] if is_lowered else [content]


def test_without_a_mode_everything_may_be_written():
    assert what_is_written([LOUD, LINK, ODD, SMILE], ChatSettings()) == [LOUD, LINK, ODD, SMILE]


# How often.


@given(
    timeout=st.integers(0, 100_000),
    wait=st.floats(0, 200_000, allow_nan=False),
    part=st.floats(0, 0.999),
)
def test_who_has_waited_long_enough_is_never_refused_and_who_is_a_second_early_always(timeout, wait, part):
    wrote = NOW + timedelta(seconds=part)
    asks = wrote + timedelta(seconds=wait)
    stored = NOW  # to the second
    settings = ChatSettings(any_message_timeout=timeout)
    try:
        check_pace(settings, last=stored, last_same=None, now=asks)
        passed = True
    except RefusalError as error:
        assert error.error is ApiError.SEND_TOO_FAST
        assert error.retry_after is not None
        check_pace(settings, last=stored, last_same=None, now=asks + timedelta(seconds=error.retry_after))
        passed = False
    if asks - wrote >= timedelta(seconds=timeout):
        assert passed
    if asks - wrote <= timedelta(seconds=timeout - 1):
        assert not passed


def test_too_fast_is_said_before_the_same():
    settings = ChatSettings(any_message_timeout=5, same_message_timeout=30)
    for age, expected in ((4, ApiError.SEND_TOO_FAST), (5, ApiError.SAME_MESSAGE), (29, ApiError.SAME_MESSAGE)):
        before = NOW - timedelta(seconds=age)
        with pytest.raises(RefusalError) as caught:
            check_pace(settings, last=before, last_same=before, now=NOW)
        assert caught.value.error is expected
        assert caught.value.retry_after == (5 if expected is ApiError.SEND_TOO_FAST else 30) - age
    old = NOW - timedelta(seconds=30)
    check_pace(settings, last=old, last_same=old, now=NOW)
    check_pace(settings, last=None, last_same=None, now=NOW)
