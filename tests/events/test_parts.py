import msgspec
import pytest

from vklive.events import ChatMessageSent, Link, Mention, Part, Smile, Text, UnknownPart, decode_payload, plain_text


def parts_of(*parts: str) -> tuple[Part, ...]:
    """What is read for the parts of a message, given as JSON."""
    payload = (
        '{"type":"channel_chat_message_send","data":{"chat_message":{"id":1,"author":{"id":2},"parts":['
        + ",".join(parts)
        + "]}}}"
    )
    _, data = decode_payload(payload.encode())
    assert isinstance(data, ChatMessageSent), data
    return data.chat_message.parts


@pytest.mark.parametrize(
    ("wire", "content", "shown"),
    [
        ('{"text":{"content":"ку"}}', Text(content="ку"), "ку"),
        ('{"mention":{"id":5,"nick":"Ася"}}', Mention(id=5, nick="Ася"), "@Ася"),
        (
            '{"link":{"content":"example.org","url":"https://example.org/"}}',
            Link(content="example.org", url="https://example.org/"),
            "example.org",
        ),
        ('{"link":{"url":"https://example.org/"}}', Link(url="https://example.org/"), "https://example.org/"),
        ('{"smile":{"id":"s","name":"kek","animated":true}}', Smile(id="s", name="kek", animated=True), ":kek:"),
    ],
)
def test_each_kind_of_part_has_its_content_and_is_shown(wire, content, shown):
    (part,) = parts_of(wire)

    assert part.content == content
    assert plain_text([part]) == shown


def test_a_smile_may_have_a_number_for_an_id():
    (part,) = parts_of('{"smile":{"id":17,"name":"kek"}}')

    assert part.smile == Smile(id="17", name="kek")


@pytest.mark.parametrize(
    ("wire", "kind"),
    [
        ('{"poll":{"question":"чай?","votes":[1,2]}}', "poll"),
        ('{"text":{"content":"a"},"mention":{"id":1,"nick":"b"}}', "text,mention"),
        ('{"text":"not an object"}', "text"),
        ('{"text":null}', "text"),
        ('{"unknown":{"x":1}}', "unknown"),
        ("{}", ""),
    ],
)
def test_a_part_that_cannot_be_read_is_kept_and_costs_no_other(wire, kind):
    first, odd, last = parts_of('{"text":{"content":"до "}}', wire, '{"text":{"content":"после"}}')

    assert isinstance(odd.content, UnknownPart)
    assert odd.content.kind == kind
    assert msgspec.json.decode(odd.content.data) == msgspec.json.decode(wire)
    assert plain_text([first, odd, last]) == "до после"


def test_a_part_is_written_as_it_is_read():
    wire = b'{"link":{"content":"example.org","url":"https://example.org/"}}'

    assert msgspec.json.encode(msgspec.json.decode(wire, type=Part)) == wire


def test_a_part_is_exactly_one_thing():
    with pytest.raises(ValueError, match="exactly one"):
        Part()
    with pytest.raises(ValueError, match="exactly one"):
        Part(text=Text(content="a"), mention=Mention(id=1, nick="b"))
