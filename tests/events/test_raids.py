from vklive.events import RaidIncome, decode_payload


def test_a_raid_is_read(raid_income):
    event_type, data = decode_payload(raid_income)

    assert event_type == "channel_raid_income"
    assert isinstance(data, RaidIncome)
    assert data.raid.raiders_count == 42
    assert data.raid.source.owner.nick == "raider"
    assert data.raid.source.channel.url == ""
