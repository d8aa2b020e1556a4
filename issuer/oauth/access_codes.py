"""Access codes: how a person signs in at the office from afar.

Knowing who was born when is no proof of being that person, so nobody signs in with facts that stand in the
record. An officer who has the person before them, or their address on file, hands out a code for that one
record: sixty random bits, kept as a keyed digest, good once and for a fortnight. A new one ends the old one.
A credential that the person already holds would serve too, but then one party had to see what another issued.
"""

import secrets
from datetime import datetime, timedelta
from typing import Final

from issuer.models import AccessCode, Registry
from issuer.registries.connectors import open_registry
from issuer.single_use import replay

LIFETIME: Final = timedelta(days=14)
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O and U
_LENGTH, _GROUP = 12, 4
_MISREAD: Final = str.maketrans({"I": "1", "L": "1", "O": "0"})


def give_access_code(registry: Registry, record_key: str, *, given_by: str, now: datetime) -> str:
    """A new code for a record, in groups of four; it is told here once. The record must exist."""
    open_registry(registry).fetch(record_key)
    code = "".join(secrets.choice(ALPHABET) for _ in range(_LENGTH))
    AccessCode.objects.filter(registry=registry, record_key=record_key, used_at=None).delete()
    AccessCode.objects.create(
        registry=registry,
        record_key=record_key,
        digest=_digest(code),
        given_by=given_by,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    return "-".join(code[start : start + _GROUP] for start in range(0, _LENGTH, _GROUP))


def find_access_code(registry: Registry, typed: str, *, now: datetime) -> AccessCode | None:
    """The code that was typed, if it is one of this registry's and still good; read as people write."""
    plain = "".join(typed.upper().split()).replace("-", "").translate(_MISREAD)[:100]
    return AccessCode.objects.filter(
        registry=registry, digest=_digest(plain), used_at=None, expires_at__gt=now
    ).first()


def standing_access_code(registry: Registry, record_key: str, *, now: datetime) -> AccessCode | None:
    """The code that was given out for this record and is still good; None where there is none."""
    return AccessCode.objects.filter(
        registry=registry, record_key=record_key, used_at=None, expires_at__gt=now
    ).first()


def spend_access_code(pk: int, *, now: datetime) -> AccessCode | None:
    """Use a code; of any number of callers exactly one gets it."""
    if not AccessCode.objects.filter(pk=pk, used_at=None, expires_at__gt=now).update(used_at=now):
        return None
    return AccessCode.objects.select_related("registry").get(pk=pk)


def _digest(code: str) -> str:
    return replay.keyed_secret("access code", code).hex()
