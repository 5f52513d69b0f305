"""Commands of which a field is missing, doubled, of the wrong type or huge, in both formats, and what they deserve.

The fields and their numbers are those of centrifugo.md 2.3, what the server makes of them of 2.2, 3.3 and 5.5; both are
written down here once more, so that the codecs are not compared with themselves.
"""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import strategies as st

REPLY = "reply"
EITHER = "either"
"""A reply or a close: the reference does not say which, or the two formats' own decoders differ."""

BAD = 3501

CHANNEL, TOKEN, TEXT, FLAG, OFFSET, LIMIT, NUMBER, PAYLOAD, SINCE, SUBS = (
    *("channel", "token", "text", "flag", "offset", "limit", "number", "payload", "since", "subs"),
)

FIELDS: dict[str, tuple[int, dict[str, tuple[int, str]]]] = {
    "connect": (
        4,
        {"token": (1, TOKEN), "data": (2, PAYLOAD), "subs": (3, SUBS), "name": (4, TEXT), "version": (5, TEXT)},
    ),
    "subscribe": (
        5,
        {
            "channel": (1, CHANNEL),
            "token": (2, TOKEN),
            "recover": (3, FLAG),
            "epoch": (6, TEXT),
            "offset": (7, OFFSET),
            "data": (8, PAYLOAD),
            "positioned": (9, FLAG),
            "recoverable": (10, FLAG),
            "join_leave": (11, FLAG),
        },
    ),
    "unsubscribe": (6, {"channel": (1, CHANNEL)}),
    "publish": (7, {"channel": (1, CHANNEL), "data": (2, PAYLOAD)}),
    "presence": (8, {"channel": (1, CHANNEL)}),
    "presence_stats": (9, {"channel": (1, CHANNEL)}),
    "history": (10, {"channel": (1, CHANNEL), "limit": (7, LIMIT), "since": (8, SINCE), "reverse": (9, FLAG)}),
    "ping": (11, {}),
    "send": (12, {"data": (1, PAYLOAD)}),
    "rpc": (13, {"data": (1, PAYLOAD), "method": (2, TEXT)}),
    "refresh": (14, {"token": (1, TOKEN)}),
    "sub_refresh": (15, {"channel": (1, CHANNEL), "token": (2, TOKEN)}),
}
NEEDED = {name: {"channel"} for name, (_, fields) in FIELDS.items() if name != "connect" and "channel" in fields}
NEEDED["publish"] = {"channel", "data"}
NEEDED["refresh"] = {"token"}

LONG = "x" * 40_000

GOOD_JSON = {
    CHANNEL: b'"open:a"',
    TOKEN: b'""',
    TEXT: b'"E"',
    FLAG: b"true",
    OFFSET: b"1",
    LIMIT: b"10",
    NUMBER: b"7",
    PAYLOAD: b'{"a":1}',
    SINCE: b'{"offset":1,"epoch":""}',
    SUBS: b'{"open:a":{"recover":true}}',
}
STRINGS = (b'""', b'"x"', b'"\\u0000"', '"я"'.encode(), b'"%s"' % LONG.encode())
INTEGERS = (b"0", b"1", b"-1", b"2147483648", b"4294967295", b"4294967296", b"18446744073709551615")
OTHERS = (b"true", b"false", b"null", b"1.5", b"[]", b"[1]", b"{}", b'{"a":1}', b'[[[[[[["deep"]]]]]]]')
# No JSON at all.
BROKEN = (b"", b"tru", b"01", b"NaN", b'"', b"{", b'"\n"', b"'x'")
# Whether these are read is the decoder's affair; that it survives them is ours.
DOUBTFUL = (b'"\xff"', b'"\\ud800"', b"1.0", b"1e3", b"18446744073709551616", b"1" * 400, b"[" * 9000 + b"]" * 9000)
JSON_VALUES = (*STRINGS, *INTEGERS, *OTHERS, *BROKEN, *DOUBTFUL)


class Spoiled:
    """A command.

    Attributes:
        what: for people.
        written: its bytes, not framed.
        deserves: `REPLY`, a close code, or `EITHER`.
    """

    def __init__(self, what: str, written: bytes, deserves: str | int) -> None:
        self.what = what
        self.written = written
        self.deserves = deserves

    def __repr__(self) -> str:
        return f"<{self.what}: {self.deserves}>"


def fits_json(kind: str, value: bytes) -> bool | None:
    """Whether a field of this kind takes it; None when nobody knows."""
    if value in DOUBTFUL:
        return None
    if value in BROKEN:
        return False
    if value == b"null" or kind == PAYLOAD:
        return True
    if kind in {CHANNEL, TOKEN, TEXT}:
        return value in STRINGS
    if kind == FLAG:
        return value in {b"true", b"false"}
    if kind in {OFFSET, NUMBER, LIMIT}:
        least, most = {OFFSET: (0, 2**64), NUMBER: (0, 2**32), LIMIT: (-(2**31), 2**31)}[kind]
        return value in INTEGERS and least <= int(value) < most
    if value == b'{"a":1}':
        return kind == SINCE  # A field that is unknown there; in `subs` it is a request that is none.
    return value == b"{}"


def spoiled_json(name: str) -> Iterator[Spoiled]:
    """Each way to spoil one field of a command."""
    _, fields = FIELDS[name]
    good = {field: GOOD_JSON[kind] for field, (_, kind) in fields.items()}
    yield json_command(name, "as it should be", [(b"id", b"7")], list(good.items()))
    for field, (_, kind) in fields.items():
        rest = [(other, value) for other, value in good.items() if other != field]
        yield json_command(name, f"no {field}", [(b"id", b"7")], rest)
        doubled = [*rest, (field, good[field]), (field, good[field])]
        yield json_command(name, f"{field} twice", [(b"id", b"7")], doubled)
        for value in JSON_VALUES:
            fits = fits_json(kind, value)
            yield json_command(name, f"{field} {value[:20]!r}", [(b"id", b"7")], [*rest, (field, value)], fits=fits)
    yield json_command(name, "no id", [], list(good.items()))
    yield json_command(name, "id twice", [(b"id", b"7"), (b"id", b"7")], list(good.items()))
    for value in JSON_VALUES:
        fits = fits_json(NUMBER, value)
        yield json_command(name, f"id {value[:20]!r}", [(b"id", value)], list(good.items()), fits=fits)
    for value in JSON_VALUES:
        fits = value in {b"{}", b'{"a":1}'} or (None if value in DOUBTFUL else False)
        written = b'{"id":7,"%s":%s}' % (name.encode(), value)
        # A request that is null is none, and so is the command.
        yield Spoiled(
            f"{name} is {value[:20]!r}", written, verdict(name, fits=fits, number=7, empty=set(fields), token=False)
        )


def json_command(
    name: str, what: str, ids: list[tuple[bytes, bytes]], fields: list[tuple[str, bytes]], *, fits: bool | None = True
) -> Spoiled:
    """One, with what it deserves."""
    inside = b",".join(b'"%s":%s' % (field.encode(), value) for field, value in fields)
    members = [b'"%s":%s' % one for one in ids]
    written = b"{" + b",".join([*members, b'"%s":{%s}' % (name.encode(), inside)]) + b"}"
    said = dict(fields)
    empty = {field for field in FIELDS[name][1] if said.get(field, b"null") in {b"null", b'""'}}
    if "data" in said:
        empty.discard("data")  # Whatever it is, it is a payload.
    number = int(ids[0][1]) if fits and ids and ids[0][1].isdigit() else 0
    return Spoiled(
        f"{name}: {what}",
        written,
        verdict(name, fits=fits, number=number, empty=empty, token="token" not in empty and "token" in FIELDS[name][1]),
    )


def verdict(name: str, *, fits: bool | None, number: int, empty: set[str], token: bool) -> str | int:
    """What a command deserves whose fields are of the right types, or not."""
    if fits is None:
        return EITHER
    if not fits:
        return BAD
    if name == "send":
        return 3508
    if not number or NEEDED.get(name, set()) & empty:
        return BAD
    # A token that is none: not for connecting; elsewhere a subscription is refused, or there is none to refresh.
    return 3500 if token and name in {"connect", "refresh"} else REPLY


# Protobuf.

GOOD_PROTOBUF: dict[str, int | bytes] = {
    CHANNEL: b"open:a",
    TOKEN: b"",
    TEXT: b"E",
    FLAG: 1,
    OFFSET: 1,
    LIMIT: 10,
    NUMBER: 7,
    PAYLOAD: b'{"a":1}',
    SINCE: b"\x08\x01",
    SUBS: b"\x0a\x06open:a\x12\x02\x18\x01",
}


def varint(number: int) -> bytes:
    """A number, seven bits a byte."""
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*written, number])


def field_of(number: int, value: int | bytes) -> bytes:
    """A field with its tag."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def values_of(number: int, kind: str) -> Iterator[tuple[str, bytes, bool | None]]:
    """What may stand in the place of a field: for people, its bytes, and whether it fits."""
    is_number = isinstance(GOOD_PROTOBUF[kind], int)
    for value in (0, 1, 2**31, 2**32 - 1, 2**32, 2**64 - 1):
        fits: bool | None = is_number
        if is_number and value >= 2**31:
            fits = None  # Too many bits for some.
        yield f"{value}", field_of(number, value), fits
    for text in (b"", b"x", "я".encode(), b"\xff\xfe", LONG.encode()):
        is_text = kind in {CHANNEL, TOKEN, TEXT, PAYLOAD}
        fits = is_text and not (text == b"\xff\xfe" and kind != PAYLOAD)
        if not is_number and not fits:
            fits = None  # A message or a text of some other bytes: it may be one all the same.
        yield f"{text[:20]!r}", field_of(number, text), fits
    yield "a varint without an end", varint(number << 3) + b"\xff" * 11, False
    yield "a length beyond the end", varint(number << 3 | 2) + varint(99_999) + b"x", False
    yield "a length beyond all ends", varint(number << 3 | 2) + varint(2**64 - 1) + b"x", False
    for wire_type in (1, 3, 4, 5, 6, 7):
        yield f"wire type {wire_type}", varint(number << 3 | wire_type) + b"\x00" * 8, False


def spoiled_protobuf(name: str) -> Iterator[Spoiled]:
    """Each way to spoil one field of a command."""
    _, fields = FIELDS[name]
    good = {field: field_of(number, GOOD_PROTOBUF[kind]) for field, (number, kind) in fields.items()}
    number = field_of(1, 7)
    yield protobuf_command(name, "as it should be", number, good)
    for field, (place, kind) in fields.items():
        rest = {other: written for other, written in good.items() if other != field}
        yield protobuf_command(name, f"no {field}", number, rest)
        yield protobuf_command(name, f"{field} twice", number, rest | {field: good[field] * 2})
        for what, written, fits in values_of(place, kind):
            yield protobuf_command(name, f"{field} {what}", number, rest | {field: written}, fits=fits)
    yield protobuf_command(name, "no id", b"", good, number=0)
    yield protobuf_command(name, "id twice", number * 2, good)
    yield protobuf_command(name, "unknown fields", number + field_of(99, 1) + field_of(100, b"x"), good)
    for what, written, fits in values_of(1, NUMBER):
        yield protobuf_command(name, f"id {what}", written, good, fits=fits, number=0 if what == "0" else 7)
    whole = protobuf_command(name, "", number, good).written
    for end in range(1, len(whole)):
        yield Spoiled(f"{name}: the first {end} of {len(whole)} bytes", whole[:end], EITHER)


def protobuf_command(
    name: str, what: str, ids: bytes, fields: dict[str, bytes], *, fits: bool | None = True, number: int = 7
) -> Spoiled:
    """One, with what it deserves."""
    place, known = FIELDS[name]
    empty = {field for field, (tag, _) in known.items() if not fields.get(field, b"").replace(field_of(tag, b""), b"")}
    return Spoiled(
        f"{name}: {what}",
        ids + field_of(place, b"".join(fields.values())),
        verdict(name, fits=fits, number=number, empty=empty, token="token" in known and "token" not in empty),
    )


ALL_JSON = [one for name in FIELDS for one in spoiled_json(name)]
ALL_PROTOBUF = [one for name in FIELDS for one in spoiled_protobuf(name)]


def framed(commands: list[bytes], *, binary: bool) -> bytes:
    """Commands as one message."""
    return b"".join(varint(len(one)) + one for one in commands) if binary else b"\n".join(commands)


def talks(*, binary: bool) -> st.SearchStrategy[list[Spoiled]]:
    """Some commands after another, most of them good."""
    everything = ALL_PROTOBUF if binary else ALL_JSON
    harmless = [one for one in everything if one.deserves == REPLY]
    return st.lists(st.sampled_from(harmless) | st.sampled_from(everything), min_size=1, max_size=6)
