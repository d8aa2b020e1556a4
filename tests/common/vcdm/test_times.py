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
    ],
)
def test_moments(text: str, moment: datetime) -> None:
    assert times.parse(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21T12:00:00", "2026-11-21", "2026-11-21T12:00Z", "2026-11-21 12:00:00Z",
        "2026-02-30T00:00:00Z", "2026-11-21T25:00:00Z", "2026-11-21T12:00:00z", "2026-11-21T12:00:00Z\n",
        "0001-01-01T00:00:00+14:00",
        "٢٠٢٦-11-21T12:00:00Z", "", None, 1_700_000_000, ["2026-11-21T12:00:00Z"],
    ],
)  # fmt: skip
def test_texts_that_name_no_moment(text: object) -> None:
    with pytest.raises(times.InvalidTime):
        times.parse(text)


def test_written_in_utc_to_the_second() -> None:
    lima = timezone(timedelta(hours=-5))
    assert times.write(datetime(2026, 11, 21, 7, 0, 0, 999, tzinfo=lima)) == "2026-11-21T12:00:00Z"
