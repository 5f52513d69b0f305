"""What is told of the unknown events in recordings."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator
from tests.cli.recordings import deleted, event, poll, write

from vklive.cli.exit_codes import ExitCode


@pytest.fixture
def recording(tmp_path):
    return write(tmp_path / "a.jsonl", poll(1), deleted(5), poll(2))


def test_a_report_has_the_facts_the_schema_and_the_class_of_each_unknown_type(vklive, recording):
    done = vklive("infer", recording)

    assert done.exit_code == ExitCode.ENDED
    assert done.stdout.startswith(
        "=======================\n"
        "poll: unknown to vklive\n"
        "Seen 2 times on info, from 2026-11-23 12:00:01 to 2026-11-23 12:00:02 UTC.\n"
        "=======================\n"
        "\n"
        "{\n"
    )
    assert '      "minimum": 1,\n      "maximum": 2\n' in done.stdout
    assert "class Poll(EventData, frozen=True, kw_only=True):\n" in done.stdout
    assert done.stdout.endswith("\n    id: int\n    votes: int  # 1 to 2\n\n")
    assert done.stderr == "1 more type is known to vklive; --all tells of it too\n"


def test_several_recordings_are_one(vklive, recording, tmp_path):
    other = write(tmp_path / "b.jsonl", poll(9))

    assert (
        "Seen 3 times on info, from 2026-11-23 12:00:01 to 2026-11-23 12:00:09 UTC."
        in vklive("infer", recording, other).stdout
    )


def test_stdin_is_a_recording_too(vklive, recording):
    with open(recording) as file:  # noqa: PTH123 - as a shell does
        assert "poll: unknown" in vklive("infer", "-", stdin=file.read()).stdout


def test_schemas_alone_are_one_document(vklive, recording):
    done = vklive("infer", recording, "--schema", "--all")

    document = json.loads(done.stdout)
    Draft202012Validator.check_schema(document)
    assert list(document["$defs"]) == ["poll", "channel_chat_message_delete"]
    assert done.stderr == ""


def test_classes_alone_are_one_module(vklive, recording, monkeypatch):
    monkeypatch.setattr("vklive.events.registry._readers", {})
    done = vklive("infer", recording, "--model", "--all")

    names: dict[str, object] = {}
    exec(compile(done.stdout, "inferred.py", "exec", dont_inherit=True), names)
    assert {"Poll", "ChannelChatMessageDelete"} <= set(names)


def test_programs_get_all_of_it_in_lines(vklive, recording):
    [line] = vklive("infer", recording, "--json").stdout.splitlines()

    facts = json.loads(line)
    assert {name: facts[name] for name in ("type", "known_as", "count", "misfits", "topics", "first_seen")} == {
        "type": "poll",
        "known_as": None,
        "count": 2,
        "misfits": 0,
        "topics": {"info": 2},
        "first_seen": "2026-11-23T12:00:01Z",
    }
    assert facts["schema"]["title"] == "poll"
    assert "class Poll(" in facts["model"]


def test_one_type_can_be_asked_for_also_when_it_is_known(vklive, recording):
    done = vklive("infer", recording, "--type", "channel_chat_message_delete")

    assert "channel_chat_message_delete: known as ChatMessageDeleted\nSeen once on chat, at" in done.stdout
    assert "poll" not in done.stdout


def test_a_type_that_was_not_recorded_is_told_with_those_that_were(vklive, recording):
    done = vklive("infer", recording, "--type", "pool")

    assert done.exit_code == ExitCode.USAGE
    assert done.stderr == (
        "Error: --type: no event of 'pool' was recorded (there are: poll, channel_chat_message_delete)\n"
    )


def test_events_of_a_known_type_that_do_not_fit_count_as_unknown(vklive, tmp_path):
    done = vklive("infer", write(tmp_path / "a.jsonl", deleted(5), deleted([])))

    assert "known as ChatMessageDeleted\nSeen 2 times on chat, at" in done.stdout
    assert "1 of 2 do not fit: Expected `int`, got `array`" in done.stdout


@pytest.mark.parametrize(
    ("lines", "said"), [((), "no event was recorded\n"), ((deleted(1),), "every type in it is known")]
)
def test_nothing_unknown_is_said_so(vklive, tmp_path, lines, said):
    done = vklive("infer", write(tmp_path / "a.jsonl", *lines))

    assert (done.exit_code, done.stdout) == (ExitCode.ENDED, "")
    assert done.stderr.startswith(said)


def test_bad_lines_are_told_with_their_place_and_passed_over(vklive, tmp_path):
    huge = json.dumps(poll(3)).replace('"votes": 3', '"votes": 1e999')
    file = write(tmp_path / "a.jsonl", poll(1), "{\x1b", huge, poll(2))

    done = vklive("infer", file)

    assert done.exit_code == ExitCode.ENDED
    assert "Seen 2 times" in done.stdout
    first, second, _ = done.stderr.split("\n", 2)
    assert first.startswith(f"{file}:3: ")
    assert second.startswith(f"{file}:4: its payload cannot be read: ")


def test_many_bad_lines_are_not_told_one_by_one(vklive, tmp_path):
    done = vklive("infer", write(tmp_path / "a.jsonl", *["{"] * 50))

    assert done.stderr.splitlines()[20:] == ["and 30 more lines that cannot be read", "no event was recorded"]


def test_a_file_that_cannot_be_read_is_an_error(vklive, tmp_path):
    done = vklive("infer", str(tmp_path / "none"))

    assert done.exit_code == ExitCode.USAGE
    assert done.stderr == f"Error: {tmp_path / 'none'}: cannot be read: No such file or directory\n"


def test_what_strangers_wrote_cannot_play_tricks(vklive, tmp_path):
    strange = event({"type": 'x\u202e\x1b[2J\n"""', "data": {"k\u202e\x1b": "v\u202e"}}, topic="\x1b")

    for arguments in ((), ("--schema",), ("--model",), ("--json",)):
        done = vklive("infer", write(tmp_path / "a.jsonl", strange), *arguments)
        assert done.exit_code == ExitCode.ENDED
        assert not {"\u202e", "\x1b"} & set(done.output)
