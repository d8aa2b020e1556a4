"""The certificates under which an authority signs mdocs (ISO/IEC 18013-5 annex B.1) and tokens (HAIP 1.0).

One root an authority, made when it is first needed; below it document signers, each with a key of its own. A
signer serves as long as its certificate outlives what it signs; then the next is made. The same root vouches
for the authority's own key, with which tokens are signed, as long as it lasts itself.
"""

from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import QuerySet

from common.adapters.storage.key_table import key_store
from common.errors import MalformedInputError, SelloError, UnknownPartError
from common.keys import Signer, certificate
from common.trust import iaca
from issuer.models import Authority, Certificate

ROOT_LIFETIME: Final = timedelta(days=365 * 15)
SIGNER_LIFETIME: Final = timedelta(days=iaca.SIGNER_DAYS)
BEFORE: Final = timedelta(days=2)  # what is signed today says that it was signed this morning or yesterday
LONGEST_DAYS: Final = (SIGNER_LIFETIME - BEFORE).days - 2  # for which an mdoc can be valid
REVOCATIONS_KEPT: Final = timedelta(days=7)
LIST_KEPT: Final = timedelta(hours=1)
CLOCKS_APART: Final = timedelta(minutes=5)  # by which a verifier's clock may run behind ours
CHAIN_SECONDS: Final = 60  # for which a process may go on without looking at the rows


class CertificateRevocationError(SelloError):
    """A certificate that cannot be taken back."""

    code = "revocation_refused"
    status = 409


def mdoc_signer(authority: Authority, *, until: datetime, now: datetime) -> tuple[Signer, bytes]:
    """A key that may sign mdocs which end at `until`, and its certificate."""
    found = _signers(authority, until).first()
    if found is None:
        with transaction.atomic():
            Authority.objects.select_for_update().get(pk=authority.pk)  # the lock under which one is made
            found = _signers(authority, until).first() or _create_signer(authority, now=now)
        if found.expires_at < until:
            raise MalformedInputError(f"An mdoc is valid for {LONGEST_DAYS} days at most.")
    return _opened(found.key), bytes(found.der)


def token_chain(authority: Authority, *, now: datetime) -> tuple[bytes, ...]:
    """What goes along in `x5c` with tokens that the authority's P-256 key signs: all but the root."""
    key = _chain_key(authority)
    kept: bytes | None = cache.get(key)
    if kept is None:
        found = _token_signers(authority).first()
        if found is None:
            with transaction.atomic():
                Authority.objects.select_for_update().get(pk=authority.pk)
                found = _token_signers(authority).first() or _create_token_signer(authority, now=now)
        kept = bytes(found.der)
        # Not before its rows are there to stay: nobody could follow a chain to a root that was never kept.
        transaction.on_commit(partial(cache.set, key, kept, CHAIN_SECONDS))
    return (kept,)


def authority_root(authority: Authority, *, now: datetime) -> x509.Certificate:
    """The authority's root, which it publishes as its own."""
    return certificate.load(bytes(_root(authority, now=now).der))


def authority_root_pem(authority: Authority, *, now: datetime) -> bytes:
    """What `/issuers/{authority}/iaca.pem` serves."""
    return authority_root(authority, now=now).public_bytes(Encoding.PEM)


def authority_revocations(authority: Authority, *, now: datetime) -> bytes:
    """What `/issuers/{authority}/iaca.crl` serves; signed bytes are kept for an hour, until it changes."""
    row = _root(authority, now=now)
    taken = Certificate.objects.filter(authority=authority, revoked_at__isnull=False)
    revoked = {
        certificate.load(bytes(one.der)).serial_number: one.revoked_at for one in taken if one.revoked_at
    }
    key = f"revocations:{row.key}:{len(revoked)}:{int(now.timestamp() // LIST_KEPT.total_seconds())}"
    kept: bytes | None = cache.get(key)
    if kept is None:
        kept = certificate.create_revocation_list(
            revoked,
            signer=_opened(row.key),
            root=certificate.load(bytes(row.der)),
            number=int(now.timestamp()),
            now=now - CLOCKS_APART,
            until=now + REVOCATIONS_KEPT,
        )
        cache.set(key, kept, LIST_KEPT.total_seconds())
    return kept


def revoke_certificate(
    authority: Authority, serial: int, *, reason: str, actor: str, now: datetime
) -> Certificate:
    """Take the certificate of that serial number back, for good: nothing signed under it stands any more."""
    with transaction.atomic():
        rows = Certificate.objects.select_for_update().filter(authority=authority, is_root=False)
        known = {certificate.load(bytes(row.der)).serial_number: row for row in rows}
        if serial not in known:
            raise UnknownPartError("certificate", f"{serial:x}", (f"{number:x}" for number in known))
        found = known[serial]
        if found.revoked_at is not None:
            raise CertificateRevocationError("This certificate was taken back before.")
        found.revoked_at, found.revoked_because, found.revoked_by = now.replace(microsecond=0), reason, actor
        found.save(update_fields=["revoked_at", "revoked_because", "revoked_by"])
        transaction.on_commit(partial(cache.delete, _chain_key(authority)))
    return found


def _signers(authority: Authority, until: datetime) -> QuerySet[Certificate]:
    rows = _standing(authority).filter(expires_at__gte=until)
    return rows.exclude(key=authority.p256_key).order_by("expires_at")


def _token_signers(authority: Authority) -> QuerySet[Certificate]:
    """Certificates for the authority's own key: whose key it is tells them from document signers."""
    return _standing(authority).filter(key=authority.p256_key)


def _standing(authority: Authority) -> QuerySet[Certificate]:
    return Certificate.objects.filter(authority=authority, is_root=False, revoked_at__isnull=True)


def _chain_key(authority: Authority) -> str:
    return f"token-chain:{authority.p256_key}"


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


def _create_token_signer(authority: Authority, *, now: datetime) -> Certificate:
    above = _root(authority, now=now)
    root = certificate.load(bytes(above.der))
    der = iaca.create_token_signer(
        key=_opened(authority.p256_key).public_key,
        root=root,
        signer=_opened(above.key),
        serial=x509.random_serial_number(),
        not_before=root.not_valid_before_utc,
        not_after=above.expires_at,
        **_place(authority),
    )
    return Certificate.objects.create(
        authority=authority, is_root=False, key=authority.p256_key, der=der, expires_at=above.expires_at
    )


def _place(authority: Authority) -> dict[str, str]:
    identifier = authority.identifier
    return {"issuer": identifier, "name": authority.name, "revocations": f"{identifier}/iaca.crl"}


def _begins(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0) - BEFORE


@lru_cache(maxsize=256)
def _opened(key: str) -> Signer:
    return key_store().signer(key)
