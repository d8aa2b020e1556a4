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
        ("common.purse", "common.parameters"),
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
    "common.formats": (
        ("common.formats.query_meta",),
        ("common.formats.traits",),
        ("common.formats.base",),
        ("common.formats.w3c", "common.formats.sd_jwt", "common.formats.mdoc"),
        ("common.formats.data_integrity", "common.formats.sd_jwt_vc"),
        ("common.formats.vc_jwt",),
        ("common.formats",),
        ("common.formats.detect",),
    ),
    "common.notices": (
        ("common.notices", "common.notices.models", "common.notices.languages", "common.notices.messages"),
        ("common.notices.channels", "common.notices.texts", "common.notices.schema"),
        ("common.notices.notify",),
        ("common.notices.delivery", "common.notices.inbox"),
        ("common.notices.views", "common.notices.admin", "common.notices.management", "common.notices.apps"),
    ),
    "common.site": (
        (
            *("common.site", "common.site.accounts", "common.site.context", "common.site.logs"),
            *("common.site.middleware", "common.site.schema", "common.site.sessions"),
            *("common.site.time_zone", "common.site.views"),
        ),
        (
            *("common.site.apps", "common.site.management", "common.site.resolution"),
            *("common.site.templatetags",),
        ),
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
        (
            "common.adapters.network",
            "common.adapters.qr",
            "common.adapters.command",
            "common.adapters.error_log",
        ),
        ("common.adapters.documents",),
        ("common.adapters.api",),
        ("common.adapters.exchange",),
        ("common.adapters.models", "common.adapters.admin", "common.adapters.apps"),
    ),
    "issuer": (
        ("issuer", "issuer.models", "issuer.apps"),
        ("issuer.single_use", "issuer.admin"),
        ("issuer.authorities",),
        ("issuer.registries",),
        ("issuer.configurations", "issuer.notifications"),
        ("issuer.status",),
        ("issuer.oauth", "issuer.record_access"),
        ("issuer.issuance", "issuer.metadata", "issuer.spdci"),
        ("issuer.sync",),
        ("issuer.sample",),
        ("issuer.api",),
        ("issuer.pages", "issuer.management"),
        ("issuer.urls_protocol", "issuer.urls_office", "issuer.urls_spdci"),
        ("issuer.urls",),
    ),
    "wallet": (
        ("wallet", "wallet.models"),
        ("wallet.account", "wallet.attestation"),
        ("wallet.issuer_client",),
        ("wallet.credentials",),
        ("wallet.issuance", "wallet.presentation"),
        ("wallet.activity",),
        ("wallet.forms", "wallet.admin", "wallet.management"),
        ("wallet.pages",),
        ("wallet.urls", "wallet.apps"),
    ),
    "verifier": (
        ("verifier", "verifier.models"),
        ("verifier.errors", "verifier.sealing"),
        ("verifier.identity",),
        ("verifier.record_access",),
        ("verifier.payments", "verifier.payments.programmes"),
        ("verifier.payments.instructions",),
        ("verifier.payments.addresses",),
        ("verifier.payments.gateways.setting_kinds",),
        (
            "verifier.payments.gateways.file",
            "verifier.payments.gateways.g2p_connect",
            "verifier.payments.gateways.iso20022",
            "verifier.payments.gateways.voucher",
        ),
        ("verifier.payments.gateways",),
        ("verifier.payments.delivery", "verifier.payments.g2p", "verifier.payments.reports"),
        ("verifier.services.actions",),
        ("verifier.services",),
        ("verifier.presentation",),
        ("verifier.api", "verifier.pages"),
        ("verifier.admin", "verifier.apps", "verifier.management", "verifier.urls_g2p"),
        ("verifier.urls",),
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
PACKAGES: Final = frozenset(
    {"common", "verifier.payments"}
)  # of which nothing but the `__init__` is meant where it is a room
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
