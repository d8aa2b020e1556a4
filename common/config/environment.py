"""The environment as settings read it: every value checked, every fault a sentence that says what to set."""

import json
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo

from django.core.exceptions import ImproperlyConfigured

from common.encoding import base64url
from common.errors import MalformedInput

ROLES = ("issuer", "wallet", "verifier")
LOOPBACK = ("localhost", "127.0.0.1", "::1")
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
    value = environ.get("BASE_URL", f"http://localhost:{environ.get('PORT', '8000')}").rstrip("/")
    if not _ORIGIN.match(value):
        raise ImproperlyConfigured(
            "BASE_URL is an origin such as https://credentials.example, without a path."
        )
    parts = urlsplit(value)
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise ImproperlyConfigured("BASE_URL is https anywhere but on a loopback address.")
    return value


def is_production(environ: Mapping[str, str]) -> bool:
    """Whoever answers to the outside is in production; `PRODUCTION=1` says so on a loopback address too."""
    return flag(environ, "PRODUCTION") or urlsplit(base_url(environ)).hostname not in LOOPBACK


def database(environ: Mapping[str, str], *, var: Path) -> dict[str, Any]:
    """Django's database entry from `DATABASE_URL`; SQLite under `var` when unset."""
    url = environ.get("DATABASE_URL", "")
    parts = urlsplit(url)
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
    except MalformedInput:
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
    values: dict[str, str] = json.loads(path.read_text())
    return values


# What is kept for a while, by kind: how many entries and, in a process's own memory, how many bytes at most.
_CACHES = {
    "default": (2_000, 16_000_000),  # what we made ourselves
    "dids": (1_000, 4_000_000),
    "contexts": (200, 4_000_000),
    "documents": (500, 16_000_000),  # issuers' metadata, types, schemas, related resources
    "lists": (500, 24_000_000),  # status lists, certificates taken back
}
_COUNTERS = 100_000  # networks and accounts that are counted at once


def caches(environ: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Django's caches: Redis by `REDIS_URL`, which several processes share; else each its own memory."""
    url = environ.get("REDIS_URL", "")
    if not url:
        memory = {
            name: {
                "BACKEND": "common.adapters.caching.BoundedMemory",
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
    return {
        name: {
            "BACKEND": f"common.adapters.caching.{'SharedCounters' if name == 'counters' else 'SharedCache'}",
            "LOCATION": url,
            "KEY_PREFIX": name,
            "OPTIONS": impatient,
        }
        for name in (*_CACHES, "counters")
    }


@dataclass(frozen=True, slots=True)
class Mail:
    """How e-mail leaves; without a server it lies in `folder`."""

    backend: str
    folder: str = ""
    host: str = ""
    port: int = 25
    starttls: bool = False
    tls: bool = False
    user: str = ""
    password: str = ""


def email(environ: Mapping[str, str], *, var: Path) -> Mail:
    """`EMAIL_URL=smtp://user:password@host:port` (STARTTLS, but on loopback) or `smtps://`; unset, files."""
    url = environ.get("EMAIL_URL", "")
    if not url:
        return Mail("django.core.mail.backends.filebased.EmailBackend", folder=str(var / "mail"))
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.scheme not in ("smtp", "smtps"):
        raise ImproperlyConfigured("EMAIL_URL is smtp://user:password@host:port or smtps://….")
    tls = parts.scheme == "smtps"
    return Mail(
        "django.core.mail.backends.smtp.EmailBackend",
        host=host,
        port=port or (465 if tls else 587),
        tls=tls,
        starttls=not tls and host not in LOOPBACK,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def templates(environ: Mapping[str, str], name: str, *, default: dict[str, str]) -> dict[str, str]:
    """The fields of an SMS gateway's request: a JSON object whose texts may hold {to}, {text} and {id}."""
    try:
        found = json.loads(environ[name]) if environ.get(name) else default
        for template in found.values():
            template.format_map({"to": "", "text": "", "id": ""})
    except (ValueError, KeyError, AttributeError) as error:
        raise ImproperlyConfigured(
            f'{name} is a JSON object such as {{"to": "{{to}}", "message": "{{text}}"}}.'
        ) from error
    return {str(field): template for field, template in found.items()}
