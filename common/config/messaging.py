"""How e-mail and SMS leave, as the environment says it; unset, they lie in files."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from common.config.environment import LOOPBACK


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
