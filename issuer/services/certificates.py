"""The certificates under which an authority signs mdocs (ISO/IEC 18013-5 annex B.1).

One root an authority, made when it is first needed; below it document signers, each with a key of its own. A
signer serves as long as its certificate outlives what it signs; then the next is made.
"""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from common.adapters.key_table import key_store
from common.errors import MalformedInput
from common.keys import Signer, certificate
from common.trust import iaca
from issuer.models import Authority, Certificate

ROOT_LIFETIME: Final = timedelta(days=365 * 15)
SIGNER_LIFETIME: Final = timedelta(days=iaca.SIGNER_DAYS)
BEFORE: Final = timedelta(days=2)  # what is signed today says that it was signed this morning or yesterday
LONGEST_DAYS: Final = (SIGNER_LIFETIME - BEFORE).days - 2  # for which an mdoc can be valid
REVOCATIONS_KEPT: Final = timedelta(days=7)


def document_signer(authority: Authority, *, until: datetime, now: datetime) -> tuple[Signer, bytes]:
    """A key that may sign mdocs which end at `until`, and its certificate."""
    found = _signers(authority, until).first()
    if found is None:
        with transaction.atomic():
            Authority.objects.select_for_update().get(pk=authority.pk)  # the lock under which one is made
            found = _signers(authority, until).first() or _create_signer(authority, now=now)
        if found.expires_at < until:
            raise MalformedInput(f"An mdoc is valid for {LONGEST_DAYS} days at most.")
    return _opened(found.key), bytes(found.der)


def root(authority: Authority, *, now: datetime) -> x509.Certificate:
    """The authority's root, which it publishes as its own."""
    return certificate.load(bytes(_root(authority, now=now).der))


def root_pem(authority: Authority, *, now: datetime) -> bytes:
    """What `/issuers/{authority}/iaca.pem` serves."""
    return root(authority, now=now).public_bytes(Encoding.PEM)


def revocation_list(authority: Authority, *, now: datetime) -> bytes:
    """What `/issuers/{authority}/iaca.crl` serves: no document signer of ours was ever revoked."""
    row = _root(authority, now=now)
    return certificate.empty_revocation_list(
        signer=_opened(row.key),
        root=certificate.load(bytes(row.der)),
        number=int(now.timestamp()),
        now=now,
        until=now + REVOCATIONS_KEPT,
    )


def _signers(authority: Authority, until: datetime) -> QuerySet[Certificate]:
    rows = Certificate.objects.filter(authority=authority, is_root=False, expires_at__gte=until)
    return rows.order_by("expires_at")


def _root(authority: Authority, *, now: datetime) -> Certificate:
    found = Certificate.objects.filter(authority=authority, is_root=True).first()
    if found is not None:
        return found
    with transaction.atomic():
        Authority.objects.select_for_update().get(pk=authority.pk)
        found = Certificate.objects.filter(authority=authority, is_root=True).first()
        return found or _create_root(authority, now=now)


def _create_root(authority: Authority, *, now: datetime) -> Certificate:
    key = key_store().create("P-256")
    begins = _begins(now)
    der = iaca.create_root(
        signer=_opened(key),
        country=settings.ISSUING_COUNTRY,
        serial=x509.random_serial_number(),
        not_before=begins,
        not_after=begins + ROOT_LIFETIME,
        **_place(authority),
    )
    return Certificate.objects.create(
        authority=authority, is_root=True, key=key, der=der, expires_at=begins + ROOT_LIFETIME
    )


def _create_signer(authority: Authority, *, now: datetime) -> Certificate:
    above, key = _root(authority, now=now), key_store().create("P-256")
    begins = _begins(now)
    der = iaca.create_document_signer(
        key=_opened(key).public_key,
        root=certificate.load(bytes(above.der)),
        signer=_opened(above.key),
        serial=x509.random_serial_number(),
        not_before=begins,
        not_after=begins + SIGNER_LIFETIME,
        **_place(authority),
    )
    return Certificate.objects.create(
        authority=authority, is_root=False, key=key, der=der, expires_at=begins + SIGNER_LIFETIME
    )


def _place(authority: Authority) -> dict[str, str]:
    identifier = authority.identifier
    return {"issuer": identifier, "name": authority.name, "revocations": f"{identifier}/iaca.crl"}


def _begins(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0) - BEFORE


@lru_cache(maxsize=256)
def _opened(key: str) -> Signer:
    return key_store().signer(key)
