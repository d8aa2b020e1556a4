"""What every template knows."""

from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Door:
    """The way in for one kind of user; `current`: this page lies behind it, `exact`: it is this page."""

    role: str
    url: str
    name: str
    title: str
    text: str
    current: bool = False
    exact: bool = False


DOORS: Final = (
    Door(
        "wallet",
        "/wallet/",
        "My wallet",
        "I am a citizen",
        "Receive your documents, keep them, and choose who may see what.",
    ),
    Door(
        "verifier",
        "/services/",
        "Services",
        "I provide a service",
        "Ask people for proof and open what they are entitled to: care, payments, accounts.",
    ),
    Door(
        "issuer",
        "/office/",
        "Registry office",
        "I keep a registry",
        "Turn entries of a register into documents that people can carry.",
    ),
)


def site(request: HttpRequest) -> dict[str, Any]:
    """The parties that this process plays, the doors to them, and its public origin."""
    return {
        "roles": settings.ROLES,
        "base_url": settings.BASE_URL,
        "demonstration": not settings.PRODUCTION,
        "doors": [
            Door(
                door.role,
                door.url,
                door.name,
                door.title,
                door.text,
                current=request.path.startswith(door.url),
                exact=request.path == door.url,
            )
            for door in DOORS
            if door.role in settings.ROLES
        ],
    }
