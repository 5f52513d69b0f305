"""Times mean the same on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql, sqlite

from vklive.server.store.tables import UtcTime

seconds = st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.replace(microsecond=0))


@given(seconds, st.sampled_from([sqlite.dialect(), postgresql.dialect()]))
def test_a_moment_comes_back_as_it_was(moment, dialect):
    stored = UtcTime().process_bind_param(moment, dialect)

    assert UtcTime().process_result_value(stored, dialect) == moment


def test_a_moment_of_another_zone_is_the_same_moment():
    moscow = datetime(2026, 11, 23, 12, tzinfo=timezone(timedelta(hours=3)))

    assert UtcTime().process_bind_param(moscow, sqlite.dialect()) == int(moscow.timestamp())


def test_a_naive_time_is_refused():
    with pytest.raises(ValueError, match="zone"):
        UtcTime().process_bind_param(datetime(2026, 11, 23), sqlite.dialect())  # noqa: DTZ001 - that is the point
