"""Times counted from when a test runs: what is worked out while tests are collected is old by then."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any


def from_now(members: Mapping[str, Any]) -> dict[str, Any]:
    """The same members, with each span as the time that is so far from now."""
    now = datetime.now(UTC)
    return {name: now + value if isinstance(value, timedelta) else value for name, value in members.items()}
