"""Caches of their own sizes, counters apart from them, and a Redis that may be away."""

from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client, RequestFactory, override_settings

from common.adapters.limits import cache_backends, rate_limit
from common.adapters.limits.cache_backends import BoundedMemory, CountersUnavailableError, SharedCache
from common.config import environment

redis = pytest.importorskip("redis", reason="Redis is an optional part")
NOBODY_THERE = "redis://127.0.0.1:1/0"


@pytest.fixture
def away(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Redis that refuses connections."""
    settings.CACHES = environment.caches({"REDIS_URL": NOBODY_THERE})
    monkeypatch.setattr(SharedCache, "_away_until", 0.0)


def test_what_is_used_least_goes_first_when_bytes_run_out() -> None:
    cache = BoundedMemory("bytes", {"OPTIONS": {"MAX_ENTRIES": 100, "MAX_BYTES": 1_000}})
    for name in ("a", "b", "c"):
        cache.set(name, bytes(300))
    assert cache.get("a") is not None
    cache.set("d", bytes(300))
    assert [name for name in "abcd" if cache.get(name) is not None] == ["a", "c", "d"]


def test_what_would_push_out_the_rest_is_not_kept() -> None:
    cache = BoundedMemory("large", {"OPTIONS": {"MAX_ENTRIES": 100, "MAX_BYTES": 1_000}})
    cache.set("small", b"1")
    cache.set("large", b"1")
    cache.set("large", bytes(900))
    assert (cache.get("small"), cache.get("large")) == (b"1", None)


def test_strangers_documents_push_out_no_counter() -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1")
    with override_settings(RATE_LIMITS={"sign-in": 1}):
        rate_limit.check_rate(request, "sign-in")
        for alias in ("dids", "contexts", "documents", "lists", "default"):
            for number in range(3_000):
                caches[alias].set(f"{number}", b"")
        with pytest.raises(rate_limit.TooManyRequestsError):
            rate_limit.check_rate(request, "sign-in")


def test_a_counter_that_was_lost_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    counters = caches["counters"]
    monkeypatch.setattr(type(counters), "add", lambda *_, **__: False)  # as if dropped right after
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1")
    with override_settings(RATE_LIMITS={"verify": 1}):
        rate_limit.check_rate(request, "verify")
        with pytest.raises(rate_limit.TooManyRequestsError):
            rate_limit.check_rate(request, "verify")


@pytest.mark.usefixtures("away")
def test_while_redis_is_away_nothing_is_remembered() -> None:
    caches["dids"].set("did:web:a.example", {"id": "did:web:a.example"})
    assert caches["dids"].get("did:web:a.example") is None
    assert caches["dids"].add("x", 1) is False
    assert caches["dids"].delete("x") is False


@pytest.mark.usefixtures("away")
def test_a_redis_that_is_away_is_not_asked_at_every_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def counted(_: object, name: str) -> None:
        asked.append(name)
        _refuse()

    monkeypatch.setattr(redis.Redis, "get", counted)
    for _ in range(5):
        assert caches["dids"].get("did:web:a.example") is None
    assert len(asked) == 1


@pytest.mark.usefixtures("away")
def test_while_redis_is_away_no_guess_goes_uncounted() -> None:
    with pytest.raises(CountersUnavailableError) as caught:
        rate_limit.check_rate(RequestFactory().get("/", REMOTE_ADDR="192.0.2.1"), "sign-in")
    assert (caught.value.status, "Retry-After" in caught.value.headers) == (503, True)


@pytest.mark.django_db
@pytest.mark.usefixtures("away")
def test_pages_and_probes_say_that_it_is_away() -> None:
    answer = Client().post("/wallet/sign-in", {"name": "ana", "passphrase": "correct horse"})
    assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)
    ready = Client().get("/readyz")
    assert (ready.status_code, ready.json()) == (503, {"status": "unavailable", "away": "redis"})


def test_forgetting_empties_them_all() -> None:
    for alias in caches:
        caches[alias].set("kept", 1)
    cache_backends.forget_cached()
    assert all(caches[alias].get("kept") is None for alias in caches)


def _refuse() -> None:
    raise redis.ConnectionError("nobody there")
