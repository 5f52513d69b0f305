from datetime import UTC, datetime

from vklive.events import Badge, ChatMessageDeleted, ChatMessageSent, Mention, Part, Role, Smile, Text, decode_payload


def test_a_message_is_read_with_its_author_and_parts(chat_message_send):
    event_type, data = decode_payload(chat_message_send)

    assert event_type == "channel_chat_message_send"
    assert isinstance(data, ChatMessageSent)
    message = data.chat_message
    assert (message.id, message.created_at, message.is_private) == (700123, 1780000000, False)
    assert (message.author.id, message.author.nick, message.author.color) == (2002, "viewer_one", "#59A840")
    assert (message.author.is_owner, message.author.is_moderator) == (False, True)
    assert message.author.badges == (
        Badge(
            id="b-1",
            achievement_name="subscription_01",
            small_url="https://img.example/s.png",
            medium_url="https://img.example/m.png",
            large_url="https://img.example/l.png",
        ),
    )
    assert message.author.roles == (Role(id="r-1", name="VIP", small_url="…", medium_url="…", large_url="…"),)
    assert message.parts[:3] == (
        Part(mention=Mention(id=1001, nick="streamer")),
        Part(text=Text(content=", hi ")),
        Part(smile=Smile(id="sm-1", name="peepo", small_url="…", medium_url="…", large_url="…")),
    )


def test_its_text_is_plain(chat_message_send):
    _, data = decode_payload(chat_message_send)

    assert isinstance(data, ChatMessageSent)
    assert data.chat_message.text == "@streamer, hi :peepo:example.org"


def test_when_it_was_sent_is_an_aware_date(chat_message_send):
    _, data = decode_payload(chat_message_send)

    assert isinstance(data, ChatMessageSent)
    assert data.chat_message.sent_at == datetime(2026, 5, 28, 20, 26, 40, tzinfo=UTC)


def test_an_author_may_be_told_by_id_alone():
    _, data = decode_payload(
        b'{"type":"channel_chat_message_send","data":{"chat_message":{"id":1,"created_at":2,"author":{"id":3}}}}'
    )

    assert isinstance(data, ChatMessageSent)
    author = data.chat_message.author
    assert (author.id, author.nick, author.nick_color, author.avatar_url, author.badges, author.roles) == (
        3, "", 0, "", (), ()
    )  # fmt: skip
    assert data.chat_message.text == ""


def test_a_text_that_was_split_is_joined_without_a_separator():
    _, data = decode_payload(
        '{"type":"channel_chat_message_send","data":{"chat_message":{"id":1,"author":{"id":3},"parts":'
        '[{"text":{"content":"при"}},{"text":{"content":"вет"}},{"text":{"content":"\\n"}}]}}}'.encode()
    )

    assert isinstance(data, ChatMessageSent)
    assert data.chat_message.text == "привет\n"


def test_a_deletion_tells_the_id(chat_message_delete):
    event_type, data = decode_payload(chat_message_delete)

    assert event_type == "channel_chat_message_delete"
    assert isinstance(data, ChatMessageDeleted)
    assert data.chat_message.id == 700123
