"""The environment as settings read it: every value checked, every fault a sentence that says what to set."""

import json
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo

from django.core.exceptions import ImproperlyConfigured

from common.encoding import base64url
from common.errors import MalformedInputError

ROLES = ("issuer", "wallet", "verifier")
LOOPBACK = ("localhost", "127.0.0.1", "::1")
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
_ORIGIN = re.compile(r"https?://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?\Z")


def flag(environ: Mapping[str, str], name: str) -> bool:
    """A switch: unset, 0 or 1; anything else is refused."""
    value = environ.get(name, "0")
    if value not in ("0", "1"):
        raise ImproperlyConfigured(f"{name} is 0 or 1, not {value!r}.")
    return value == "1"


def loopback_flag(environ: Mapping[str, str], name: str) -> bool:
    """A switch that opens what outsiders must not find open; production does not start with it."""
    if flag(environ, name) and is_production(environ):
        raise ImproperlyConfigured(f"Production does not start with {name}=1; leave {name} unset.")
    return flag(environ, name)


def open_on_loopback(environ: Mapping[str, str], name: str) -> bool:
    """A switch that opens a door for trials; nobody in production may turn it on."""
    if flag(environ, name) and is_production(environ):
        raise ImproperlyConfigured(f"{name}=1 is for trials on a loopback address, not for production.")
    return flag(environ, name)


def country(environ: Mapping[str, str], name: str) -> str:
    """Two capital letters of ISO 3166-1; unset, ZZ, which is nobody's."""
    value = environ.get(name, "ZZ")
    if not re.fullmatch(r"[A-Z]{2}", value):
        raise ImproperlyConfigured(f"{name} is a country's two capital letters, not {value!r}.")
    return value


def time_zone(environ: Mapping[str, str], name: str) -> str:
    """A name of the IANA database; unset, UTC."""
    value = environ.get(name, "UTC")
    try:
        return ZoneInfo(value).key
    except (ValueError, OSError, KeyError) as error:
        raise ImproperlyConfigured(f"{name} is a time zone such as America/La_Paz, not {value!r}.") from error


def count(environ: Mapping[str, str], name: str, *, default: int = 0) -> int:
    """A number below a thousand."""
    value = environ.get(name, str(default))
    if not (value.isascii() and value.isdigit() and len(value) < 4):
        raise ImproperlyConfigured(f"{name} is a number, not {value!r}.")
    return int(value)


def roles(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The parties that this process installs and routes, from `ROLES=issuer,wallet,verifier`."""
    names = tuple(name.strip() for name in environ.get("ROLES", ",".join(ROLES)).split(",") if name.strip())
    if not names or set(names) - set(ROLES):
        raise ImproperlyConfigured(f"ROLES lists some of {', '.join(ROLES)}, separated by commas.")
    return names


def base_url(environ: Mapping[str, str]) -> str:
    """The public origin, without a path; http only on a loopback address."""
    return origin(environ, "BASE_URL", default=f"http://localhost:{port(environ)}")


def port(environ: Mapping[str, str]) -> int:
    """Where a site of this machine listens: `PORT`; else what a `BASE_URL` on loopback says; else 8000."""
    value = environ.get("PORT", "")
    if value:
        if not (value.isascii() and value.isdigit() and 0 < int(value[:6]) < 65536):
            raise ImproperlyConfigured(f"PORT is a number from 1 to 65535, not {value!r}.")
        return int(value)
    named = urlsplit(origin(environ, "BASE_URL", default="http://localhost:8000"))
    return (named.hostname in LOOPBACK and named.port) or 8000


def origin(environ: Mapping[str, str], name: str, *, default: str) -> str:
    """A web origin, without a path; http only on a loopback address."""
    value = environ.get(name, default).rstrip("/")
    if not _ORIGIN.match(value) or not _has_port(value):
        raise ImproperlyConfigured(
            f"{name} is an origin such as https://credentials.example, without a path."
        )
    parts = urlsplit(value)
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise ImproperlyConfigured(f"{name} is https anywhere but on a loopback address.")
    return value


def origins(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Web origins, separated by commas; the operator's own word on plain http."""
    values = tuple(filter(None, (each.strip().rstrip("/") for each in environ.get(name, "").split(","))))
    for value in values:
        if not _ORIGIN.match(value) or not _has_port(value):
            raise ImproperlyConfigured(
                f"{name} lists origins such as https://credentials.example, not {value!r}."
            )
    return values


def address(environ: Mapping[str, str], name: str, *, default: str) -> str:
    """A web address below which others lie, or empty."""
    value = environ.get(name, default)
    if value and not (_ORIGIN.match("/".join(value.split("/")[:3])) and not set("?# \\") & set(value)):
        raise ImproperlyConfigured(f"{name} is a web address such as https://wallet.example/wallet/.")
    return value and f"{value.rstrip('/')}/"


def file(environ: Mapping[str, str], name: str) -> str:
    """A file that is there to be read, or empty."""
    value = environ.get(name, "")
    if value and not os.access(value, os.R_OK):
        raise ImproperlyConfigured(f"{name} names a file that cannot be read: {value}.")
    return value


def log_level(environ: Mapping[str, str]) -> str:
    """One of Python's levels."""
    value = environ.get("LOG_LEVEL", "WARNING").upper()
    if value not in _LEVELS:
        raise ImproperlyConfigured(f"LOG_LEVEL is one of {', '.join(_LEVELS)}.")
    return value


def _has_port(value: str) -> bool:
    """Whether a port that stands in an origin is one."""
    try:
        return urlsplit(value).port != 0
    except ValueError:
        return False


def is_production(environ: Mapping[str, str]) -> bool:
    """Whoever answers to the outside is in production; `PRODUCTION=1` says so on a loopback address too."""
    return flag(environ, "PRODUCTION") or urlsplit(base_url(environ)).hostname not in LOOPBACK


def database(environ: Mapping[str, str], *, var: Path) -> dict[str, Any]:
    """Django's database entry from `DATABASE_URL`; SQLite under `var` when unset."""
    url = environ.get("DATABASE_URL", "")
    parts = urlsplit(url if _has_port(url) else "")
    if not url or parts.scheme == "sqlite":
        path = Path(unquote(parts.path)) if url else var / "sello.sqlite3"
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(path),
            "OPTIONS": {
                "timeout": 30,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            },
            "TEST": {"NAME": str(var / "test.sqlite3")},
        }
    if parts.scheme not in ("postgres", "postgresql") or not parts.path.strip("/"):
        raise ImproperlyConfigured(
            "DATABASE_URL is postgres://user:password@host:port/name or sqlite:///path."
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        # As many as threads: a request keeps its connection while it waits for another of this same site.
        "OPTIONS": {"pool": {"min_size": 2, "max_size": 64}, **dict(parse_qsl(parts.query))},
    }


def load_secrets(environ: Mapping[str, str], *, var: Path) -> dict[str, str]:
    """`SECRET_KEY` and `KEY_ENCRYPTION_KEY` (32 bytes, base64url).

    Production takes them from the environment alone and refuses to start without them; the embedded
    default makes its own once, under `var`, readable by nobody else.
    """
    names = ("SECRET_KEY", "KEY_ENCRYPTION_KEY")
    found = {name: environ[name] for name in names if environ.get(name)}
    if len(found) < len(names):
        if is_production(environ):
            missing = ", ".join(name for name in names if name not in found)
            raise ImproperlyConfigured(
                f"Production does not start without {missing}; set it in the environment."
            )
        found = _embedded_secrets(var / "secrets.json") | found
    try:
        valid = len(base64url.decode(found["KEY_ENCRYPTION_KEY"])) == 32
    except MalformedInputError:
        valid = False
    if not valid or len(found["SECRET_KEY"]) < 32:
        raise ImproperlyConfigured(
            "KEY_ENCRYPTION_KEY is 32 random bytes in base64url; SECRET_KEY has 32 characters or more."
        )
    return found


def _embedded_secrets(path: Path) -> dict[str, str]:
    """The secrets file, made whole with mode 0600 by whichever process comes first."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = {
            "SECRET_KEY": secrets.token_urlsafe(48),
            "KEY_ENCRYPTION_KEY": base64url.encode(secrets.token_bytes(32)),
        }
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(fresh, file)
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    if path.stat().st_mode & 0o077:
        raise ImproperlyConfigured(f"{path} can be read by others; its mode must be 0600.")
    try:
        values: dict[str, str] = json.loads(path.read_text())
        return {name: str(values[name]) for name in ("SECRET_KEY", "KEY_ENCRYPTION_KEY")}
    except (ValueError, KeyError, TypeError) as error:
        raise ImproperlyConfigured(
            f"{path} does not hold the two secrets: restore it, since keys and wallets open by them alone."
        ) from error


# What is kept for a while, by kind: how many entries and, in a process's own memory, how many bytes at most.
_CACHES = {
    "default": (2_000, 12_000_000),  # what we made ourselves
    "dids": (1_000, 4_000_000),
    "contexts": (200, 4_000_000),
    "documents": (500, 8_000_000),  # issuers' metadata, types, schemas, related resources
    "lists": (500, 16_000_000),  # status lists, certificates taken back
}
_COUNTERS = 100_000  # networks and accounts that are counted at once


def caches(environ: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Django's caches: Redis by `REDIS_URL`, which several processes share; else each its own memory."""
    url = environ.get("REDIS_URL", "")
    if not url:
        memory = {
            name: {
                "BACKEND": "common.adapters.limits.cache_backends.BoundedMemory",
                "LOCATION": name,
                "OPTIONS": {"MAX_ENTRIES": entries, "MAX_BYTES": size},
            }
            for name, (entries, size) in _CACHES.items()
        }
        counters = {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "LOCATION": "counters",
            "OPTIONS": {"MAX_ENTRIES": _COUNTERS},
        }
        return {**memory, "counters": counters}
    if urlsplit(url).scheme not in ("redis", "rediss"):
        raise ImproperlyConfigured("REDIS_URL is redis://host:port/number.")
    impatient = {"socket_connect_timeout": 1, "socket_timeout": 2}
    caching = "common.adapters.limits.cache_backends"
    return {
        name: {
            "BACKEND": f"{caching}.{'SharedCounters' if name == 'counters' else 'SharedCache'}",
            "LOCATION": url,
            "KEY_PREFIX": name,
            "OPTIONS": impatient,
        }
        for name in (*_CACHES, "counters")
    }
