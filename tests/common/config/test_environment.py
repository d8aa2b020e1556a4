"""Settings that stop the start with a sentence."""

import stat
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from common.config import environment, messaging
from common.encoding import base64url

SECRETS = {"SECRET_KEY": "s" * 50, "KEY_ENCRYPTION_KEY": base64url.encode(bytes(range(32)))}
OUTSIDE = {"BASE_URL": "https://credentials.example"}


@pytest.mark.parametrize(("value", "expected"), [({}, False), ({"X": "0"}, False), ({"X": "1"}, True)])
def test_a_switch(value: dict[str, str], expected: bool) -> None:
    assert environment.flag(value, "X") is expected


def test_a_country_is_two_capital_letters() -> None:
    assert environment.country({}, "X") == "ZZ"
    assert environment.country({"X": "BO"}, "X") == "BO"
    for value in ("", "bo", "BOL", "B0", "BO "):
        with pytest.raises(ImproperlyConfigured, match="X is a country's"):
            environment.country({"X": value}, "X")


@pytest.mark.parametrize("value", ["", "true", "yes", "2", " 1", "01"])
def test_a_switch_that_is_neither_stops(value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="X is 0 or 1"):
        environment.flag({"X": value}, "X")


def test_a_door_for_trials_is_open_on_loopback_alone() -> None:
    assert environment.open_on_loopback({"X": "1"}, "X")
    assert not environment.open_on_loopback({"BASE_URL": "https://credentials.example"}, "X")
    for outside in ({"BASE_URL": "https://credentials.example"}, {"PRODUCTION": "1"}):
        with pytest.raises(ImproperlyConfigured, match="X=1"):
            environment.open_on_loopback({"X": "1", **outside}, "X")


def test_a_count() -> None:
    assert environment.count({}, "PROXIES") == 0
    assert environment.count({"PROXIES": "2"}, "PROXIES") == 2


@pytest.mark.parametrize("value", ["", "-1", "two", "1.5", "²", "9999"])
def test_a_count_that_is_none_stops(value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="PROXIES is a number"):
        environment.count({"PROXIES": value}, "PROXIES")


def test_roles() -> None:
    assert environment.roles({}) == ("issuer", "wallet", "verifier")
    assert environment.roles({"ROLES": "wallet"}) == ("wallet",)
    assert environment.roles({"ROLES": " issuer , verifier,"}) == ("issuer", "verifier")


@pytest.mark.parametrize("value", ["", ",", "issuers", "issuer;wallet", "issuer,bank"])
def test_unknown_roles_stop(value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="issuer, wallet, verifier"):
        environment.roles({"ROLES": value})


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, "http://localhost:8000"),
        ({"PORT": "9000"}, "http://localhost:9000"),
        ({"BASE_URL": "https://credentials.example/"}, "https://credentials.example"),
        ({"BASE_URL": "http://127.0.0.1:8001"}, "http://127.0.0.1:8001"),
        ({"BASE_URL": "http://[::1]:8001"}, "http://[::1]:8001"),
    ],
)
def test_base_url(environ: dict[str, str], expected: str) -> None:
    assert environment.base_url(environ) == expected


@pytest.mark.parametrize(
    "value",
    ["", "credentials.example", "ftp://x.example", "https://", "https://x.example/path", "https://x.example?q",
     "https://x.example#f", "https://ana:x@x.example", "http://credentials.example",
     "http://localhost.evil.example", "https://x.example:port", "https://x example", "https://X.example"],
)  # fmt: skip
def test_a_base_url_that_is_no_origin_stops(value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="BASE_URL"):
        environment.base_url({"BASE_URL": value})


@pytest.mark.parametrize(
    ("environ", "expected"),
    [({}, False), (OUTSIDE, True), ({"PRODUCTION": "1"}, True), ({"BASE_URL": "https://localhost"}, False)],
)
def test_whoever_answers_to_the_outside_is_in_production(environ: dict[str, str], expected: bool) -> None:
    assert environment.is_production(environ) is expected


def test_sqlite_is_the_default_and_writes_ahead(tmp_path: Path) -> None:
    entry = environment.database({}, var=tmp_path)
    assert entry["ENGINE"].endswith("sqlite3")
    assert entry["NAME"] == str(tmp_path / "sello.sqlite3")
    assert "journal_mode=WAL" in entry["OPTIONS"]["init_command"]
    assert (
        environment.database({"DATABASE_URL": "sqlite:///srv/a%20b.db"}, var=tmp_path)["NAME"]
        == "/srv/a b.db"
    )


def test_postgresql_by_url(tmp_path: Path) -> None:
    url = "postgres://sello:p%40ss@db.example:5433/registry?sslmode=verify-full"
    entry = environment.database({"DATABASE_URL": url}, var=tmp_path)
    assert entry == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "registry",
        "USER": "sello",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "5433",
        "OPTIONS": {"pool": {"min_size": 2, "max_size": 64}, "sslmode": "verify-full"},
    }


@pytest.mark.parametrize("url", ["mysql://x/y", "postgres://host", "postgres://host/", "/srv/db", "registry"])
def test_another_database_stops_without_repeating_the_url(url: str, tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL is") as caught:
        environment.database({"DATABASE_URL": url}, var=tmp_path)
    assert url not in str(caught.value)


def test_the_embedded_default_makes_its_secrets_once_and_for_itself_alone(tmp_path: Path) -> None:
    first = environment.load_secrets({}, var=tmp_path)
    assert environment.load_secrets({}, var=tmp_path) == first
    assert len(base64url.decode(first["KEY_ENCRYPTION_KEY"])) == 32
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secrets.json"]
    assert environment.load_secrets({}, var=tmp_path / "other") != first


def test_secrets_that_others_can_read_stop(tmp_path: Path) -> None:
    environment.load_secrets({}, var=tmp_path)
    (tmp_path / "secrets.json").chmod(0o640)
    with pytest.raises(ImproperlyConfigured, match="0600"):
        environment.load_secrets({}, var=tmp_path)


@pytest.mark.parametrize("missing", sorted(SECRETS))
@pytest.mark.parametrize("environ", [OUTSIDE, {"PRODUCTION": "1"}])
def test_production_does_not_start_without_its_secrets(
    missing: str, environ: dict[str, str], tmp_path: Path
) -> None:
    given = {**environ, **SECRETS, missing: ""}
    with pytest.raises(ImproperlyConfigured, match=f"without {missing};"):
        environment.load_secrets(given, var=tmp_path)
    assert not list(tmp_path.iterdir())
    assert environment.load_secrets({**environ, **SECRETS}, var=tmp_path) == SECRETS


@pytest.mark.parametrize(
    "wrong",
    [{"SECRET_KEY": "short"}, {"KEY_ENCRYPTION_KEY": "short"},
     {"KEY_ENCRYPTION_KEY": base64url.encode(bytes(31))}, {"KEY_ENCRYPTION_KEY": "not base64url at all"}],
)  # fmt: skip
def test_weak_secrets_stop_and_are_not_repeated(wrong: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="32") as caught:
        environment.load_secrets(SECRETS | wrong, var=tmp_path)
    assert not any(value in str(caught.value) for value in wrong.values())


def test_each_kind_is_kept_within_its_own_size() -> None:
    memory = environment.caches({})
    assert len({entry["LOCATION"] for entry in memory.values()}) == len(memory) > 2
    kept = [entry["OPTIONS"]["MAX_BYTES"] for name, entry in memory.items() if name != "counters"]
    assert sum(kept) <= 44_000_000
    assert memory["counters"]["OPTIONS"]["MAX_ENTRIES"] >= 100_000


def test_shared_caches_by_url() -> None:
    shared = environment.caches({"REDIS_URL": "redis://cache:6379/1"})
    assert {entry["LOCATION"] for entry in shared.values()} == {"redis://cache:6379/1"}
    assert len({entry["KEY_PREFIX"] for entry in shared.values()}) == len(shared)
    assert all(entry["OPTIONS"]["socket_timeout"] <= 5 for entry in shared.values())
    with pytest.raises(ImproperlyConfigured, match="REDIS_URL"):
        environment.caches({"REDIS_URL": "memcached://cache"})


def test_mail_lies_in_files_until_a_server_is_named() -> None:
    assert messaging.email({}, var=Path("/v")).folder == "/v/mail"
    mail = messaging.email({"EMAIL_URL": "smtp://me%40x:p%2Fw@mail.example"}, var=Path("/v"))
    assert (mail.host, mail.port, mail.starttls, mail.tls) == ("mail.example", 587, True, False)
    assert (mail.user, mail.password) == ("me@x", "p/w")
    mail = messaging.email({"EMAIL_URL": "smtps://mail.example"}, var=Path("/v"))
    assert (mail.port, mail.starttls, mail.tls) == (465, False, True)
    assert not messaging.email({"EMAIL_URL": "smtp://localhost:1025"}, var=Path("/v")).starttls


@pytest.mark.parametrize("url", ["mail.example", "http://mail.example", "smtp://", "smtp://h:port"])
def test_a_mail_server_that_is_none_stops(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL"):
        messaging.email({"EMAIL_URL": url}, var=Path("/v"))


def test_fields_of_an_sms_gateway() -> None:
    assert messaging.templates({}, "X", default={"to": "{to}"}) == {"to": "{to}"}
    assert messaging.templates({"X": '{"msisdn": "{to}", "n": "{text} {id}"}'}, "X", default={}) == {
        "msisdn": "{to}", "n": "{text} {id}",
    }  # fmt: skip
    for wrong in ("[]", "{", '{"a": 1}', '{"a": "{name}"}', '{"a": "{"}'):
        with pytest.raises(ImproperlyConfigured, match="X is a JSON object"):
            messaging.templates({"X": wrong}, "X", default={})
