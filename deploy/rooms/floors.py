"""The plan: which rooms there are, and on which floor each stands. The lowest floor comes first.

A scope is a package that is parted into rooms; its rooms are packages or modules in it. A room may import
itself and rooms on lower floors of its scope; rooms on one floor are apart from one another. The name of the
scope itself, as a room, is its own `__init__`.
"""

from collections.abc import Mapping
from typing import Final

Floors = tuple[tuple[str, ...], ...]

SITE: Final = ""  # the scope of the whole tree
FLOORS: Final[Mapping[str, Floors]] = {
    SITE: (
        ("common", "common.errors"),
        ("common.purse",),
        ("common.encoding",),
        ("common.keys",),
        ("common.did", "common.rdf", "common.exchange"),
        ("common.vcdm",),
        ("common.formats", "common.status"),
        ("common.trust",),
        ("common.verification",),
        ("common.oid4vci", "common.oid4vp", "common.registries", "common.payments"),
        ("common.adapters",),
        ("common.site", "common.notices"),
        ("issuer", "wallet", "verifier"),
        ("common.config",),
    ),
    "common.registries": (
        ("common.registries", "common.registries.connector"),
        ("common.registries.values", "common.registries.sql_statement"),
        ("common.registries.tables", "common.registries.claims"),
        ("common.registries.columns", "common.registries.rules"),
        (
            "common.registries.spreadsheets",
            "common.registries.record_access",
            "common.registries.opencrvs",
            "common.registries.spdci",
        ),
    ),
    "common.adapters": (
        ("common.adapters", "common.adapters.limits", "common.adapters.storage"),
        ("common.adapters.network", "common.adapters.qr", "common.adapters.command"),
        ("common.adapters.documents",),
        ("common.adapters.api",),
        ("common.adapters.exchange",),
        ("common.adapters.models", "common.adapters.admin", "common.adapters.apps"),
    ),
}
# Rooms that may know Django and its kin, the network, time and chance; all others are handed what they need.
DJANGO_ROOMS: Final = (
    "common.adapters", "common.site", "common.notices", "common.config", "issuer", "wallet", "verifier",
)  # fmt: skip
IMPURE: Final = frozenset(
    {
        "django", "rest_framework", "drf_spectacular", "requests", "httpx", "httpcore", "urllib3", "aiohttp",
        "socket", "http", "urllib.request", "random", "secrets", "time",
    }
)  # fmt: skip
PACKAGES: Final = frozenset({"common"})  # of which nothing but the `__init__` is meant where it is a room
SECRETS_MAY: Final = frozenset({"common.keys.private_key"})  # makes keys


def room_of(module: str, scope: str, floors: Mapping[str, Floors] = FLOORS) -> tuple[int, str] | None:
    """The floor and the room of a module in a scope, or None where it stands in none of its rooms."""
    best: tuple[int, str] | None = None
    for number, rooms in enumerate(floors[scope]):
        for room in rooms:
            held = module == room if _is_own(room, scope) else within(module, room)
            if held and (best is None or len(room) > len(best[1])):
                best = number, room
    return best


def _is_own(room: str, scope: str) -> bool:
    """Whether a room is only an `__init__`: the scope's own, or one of a package whose parts are rooms."""
    return room == scope or room in PACKAGES


def within(module: str, package: str) -> bool:
    """Whether a module is a package or lies in it; all lie in the whole tree."""
    return not package or module == package or module.startswith(package + ".")
