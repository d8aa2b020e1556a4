from datetime import UTC, datetime, timedelta, timezone

import pytest

from common.vcdm import times


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-21T12:00:00Z", datetime(2026, 11, 21, 12, tzinfo=UTC)),
        ("2026-11-21T12:00:00.250Z", datetime(2026, 11, 21, 12, microsecond=250_000, tzinfo=UTC)),
        ("2026-11-21T07:00:00-05:00", datetime(2026, 11, 21, 12, tzinfo=UTC)),
        ("1911-02-28T00:00:00+00:00", datetime(1911, 2, 28, tzinfo=UTC)),
        ("2026-11-21T12:00:00.123456789Z", datetime(2026, 11, 21, 12, microsecond=123_456, tzinfo=UTC)),
        ("2026-11-20T24:00:00Z", datetime(2026, 11, 21, tzinfo=UTC)),
        ("2026-12-31T24:00:00.000-05:00", datetime(2027, 1, 1, 5, tzinfo=UTC)),
        ("2026-11-21T14:00:00+14:00", datetime(2026, 11, 21, tzinfo=UTC)),
        ("2026-11-21T12:00:00-13:59", datetime(2026, 11, 22, 1, 59, tzinfo=UTC)),
    ],
)
def test_moments(text: str, moment: datetime) -> None:
    assert times.parse(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21T12:00:00", "2026-11-21", "2026-11-21T12:00Z", "2026-11-21 12:00:00Z",
        "2026-02-30T00:00:00Z", "2026-11-21T25:00:00Z", "2026-11-21T12:00:00z", "2026-11-21T12:00:00Z\n",
        "0001-01-01T00:00:00+14:00", "2026-11-21T12:00:00+14:30", "2026-11-21T12:00:00-14:01",
        "2026-11-21T12:00:00+15:00", "2026-11-21T24:00:01Z", "2026-11-21T24:01:00Z", "9999-12-31T24:00:00Z",
        "2026-11-21T24:00:00.1Z", "2026-11-21T12:00:60Z", "2026-11-21T12:00:00.Z",
        "2026-11-21T12:00:00+05:60",
        "٢٠٢٦-11-21T12:00:00Z", "", None, 1_700_000_000, ["2026-11-21T12:00:00Z"],
    ],
)  # fmt: skip
def test_texts_that_name_no_moment(text: object) -> None:
    with pytest.raises(times.InvalidTimeError):
        times.parse(text)


def test_a_time_without_zone_where_none_is_asked_for() -> None:
    assert times.parse("2026-11-21T12:00:00", zoned=False) == datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert times.parse("2026-11-20T24:00:00", zoned=False) == datetime(2026, 11, 21, tzinfo=UTC)
    assert times.parse("2026-11-21T12:00:00+01:00", zoned=False) == datetime(2026, 11, 21, 11, tzinfo=UTC)
    with pytest.raises(times.InvalidTimeError):
        times.parse("2026-11-21", zoned=False)


def test_written_in_utc_to_the_second() -> None:
    lima = timezone(timedelta(hours=-5))
    assert times.write(datetime(2026, 11, 21, 7, 0, 0, 999, tzinfo=lima)) == "2026-11-21T12:00:00Z"
