"""Addresses in logs: where something went wrong, and not with whom."""

import logging
from typing import Any

import pytest
from django.conf import settings

from common.site.logs import ShortPaths


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/office/registries/population/records/10104729-6", "/office/registries/population/…"),
        ("/office/registries/population/", "/office/registries/population/…"),
        ("/issuers/farmer-registry/token", "/issuers/farmer-registry/token"),
        ("/nothing", "/nothing"),
    ],
)
def test_a_path_is_cut_where_a_person_might_follow(path: str, kept: str) -> None:
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, "%s: %s", ("Not Found", path), None)
    assert ShortPaths().filter(record)
    assert record.getMessage() == f"Not Found: {kept}"


def test_other_logs_stay_as_they_are() -> None:
    record = logging.LogRecord("sello.api", logging.INFO, "", 0, "%s", ("/a/b/c/d/e",), None)
    assert ShortPaths().filter(record)
    assert record.getMessage() == "/a/b/c/d/e"


def test_what_is_written_goes_through_it() -> None:
    handlers: Any = settings.LOGGING["handlers"]
    assert all("short" in handler["filters"] for handler in handlers.values())
