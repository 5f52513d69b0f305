from tests.events.golden_files import payload_of

from vklive.events import RaidIncome, RaidStarted, decode_payload


def test_a_raid_is_read(raid_income):
    event_type, data = decode_payload(raid_income)

    assert event_type == "channel_raid_income"
    assert isinstance(data, RaidIncome)
    assert data.raid.raiders_count == 42
    assert data.raid.source.owner.nick == "raider"
    assert data.raid.source.channel.url == ""


def test_a_raid_of_ones_own_is_read():
    _, data = decode_payload(payload_of("raid_start"))

    assert isinstance(data, RaidStarted)
    assert (data.raid.source.channel.url, data.raid.raiders_count) == ("streamer", 42)
