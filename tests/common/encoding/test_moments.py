from datetime import UTC, datetime

import pytest

from common.encoding import moments


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-28T24:00:00", datetime(2026, 11, 29)),  # noqa: DTZ001
        ("2026-12-31T24:00:00Z", datetime(2027, 1, 1, tzinfo=UTC)),
        ("2026-11-28T24:00:00.000+00:00", datetime(2026, 11, 29, tzinfo=UTC)),
        ("2026-11-28T24:00", datetime(2026, 11, 29)),  # noqa: DTZ001
        ("2026-11-28T23:59:59Z", datetime(2026, 11, 28, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_the_end_of_a_day_is_the_beginning_of_the_next(text: str, moment: datetime) -> None:
    assert moments.parse_moment(text) == moment


@pytest.mark.parametrize(
    "text",
    ["", "2026-11-28", "2026-11-28T24:00:01", "2026-11-28T24:30:00", "9999-12-31T24:00:00Z", "T24:00:00"],
)
def test_what_is_no_moment(text: str) -> None:
    assert moments.parse_moment(text) is None
