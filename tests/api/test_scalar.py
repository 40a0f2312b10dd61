"""Instants as text, in and out."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from api.scalar import iso, parse_instant

ZONES = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30)), timezone(timedelta(0))])


@given(st.datetimes(timezones=ZONES))
@example(datetime(1, 1, 1, tzinfo=UTC))
@example(datetime(999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC))
@example(datetime(9999, 12, 31, tzinfo=UTC))
def test_an_instant_is_told_as_the_library_does_with_a_z(moment: datetime) -> None:
    assert iso(moment) == moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@given(st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1), timezones=ZONES))
def test_what_is_told_can_be_asked(moment: datetime) -> None:
    assert parse_instant(iso(moment)) == moment.replace(
        microsecond=moment.microsecond // 1000 * 1000
    )


@pytest.mark.parametrize("text", ["2026-01-31", "2026-01-31T12:00:00", "now", 7, None])
def test_an_instant_without_its_offset_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="instant"):
        parse_instant(text)
