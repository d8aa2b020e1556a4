"""The provider of this wallet: who runs it vouches for it, and for the keys that it makes.

OpenID4VCI 1.0 Appendices D and E; HAIP 1.0 §4.3.1, §4.4.1. Authorities are told to trust the root; a
certificate below it signs. What is vouched for names nobody: the same words for every wallet here, and keys
that one office alone gets to see. Nothing of it is kept.
"""

import ssl
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.x509 import random_serial_number
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse

from common.adapters.storage.key_table import key_store
from common.keys import PublicKey, Signer, certificate
from common.oid4vci.key_attestation import Resistance, create_key_attestation
from common.oid4vci.wallet_attestation import create_wallet_attestation
from common.oid4vp.x509 import create_certificate_authority
from wallet.models import ProviderCertificate

Role = ProviderCertificate.Role
ROOT_DAYS: Final = 3650
SIGNER_DAYS: Final = 365
RENEW_DAYS: Final = 30
LIFETIME: Final = timedelta(minutes=10)  # so short that no list need say what was taken back
# Keys of software, sealed under a passphrase that argon2id makes dear to guess.
RESISTANCE: Final = Resistance(("iso_18045_basic",), ("iso_18045_basic",))


def wallet_client_id() -> str:
    """How this wallet names itself: the same for everybody who uses it (§15.4.4)."""
    return f"{settings.BASE_URL}{reverse('wallet:cards')}"


def attest_wallet(key: PublicKey, *, now: datetime) -> str:
    """The word for a wallet that holds `key`."""
    signer, chain = _signer(now)
    return create_wallet_attestation(
        provider=settings.BASE_URL,
        client_id=wallet_client_id(),
        name=f"Sello wallet at {_host()}",
        link=wallet_client_id(),
        key=key,
        signer=signer,
        x5c=chain,
        now=now,
        expires=now + LIFETIME,
    )


def attest_keys(keys: Sequence[PublicKey], *, nonce: str | None, now: datetime) -> str:
    """The word for keys that this wallet has just made, over the issuer's nonce."""
    signer, chain = _signer(now)
    return create_key_attestation(
        keys=keys,
        nonce=nonce,
        signer=signer,
        x5c=chain,
        now=now,
        expires=now + LIFETIME,
        resistance=RESISTANCE,
    )


def provider_root_pem(*, now: datetime) -> str:
    """The root's certificate, as authorities read it."""
    return ssl.DER_cert_to_PEM_cert(bytes(_certificate(Role.ROOT, now).der))


def trust_provider(*, now: datetime) -> bool:
    """Add our root to those that the authorities of this installation trust, once.

    They stand in `settings.WALLET_PROVIDER_CA_FILE`; False where it names no file.
    """
    if not settings.WALLET_PROVIDER_CA_FILE:
        return False
    path, pem = Path(settings.WALLET_PROVIDER_CA_FILE), provider_root_pem(now=now)
    known = path.read_text() if path.exists() else ""
    if pem not in known:
        path.write_text(known + pem)
    return True


def _signer(now: datetime) -> tuple[Signer, tuple[bytes, ...]]:
    """Who signs, and the chain that goes with it, without the root (HAIP 1.0 §4.3.1)."""
    found = _certificate(Role.SIGNER, now)
    return key_store().signer(found.key), (bytes(found.der),)


def _certificate(role: str, now: datetime) -> ProviderCertificate:
    """One of the two certificates, made when it is first needed and anew before it ends."""
    found = ProviderCertificate.objects.filter(role=role).first()
    if found is not None and found.expires_at > now + timedelta(days=RENEW_DAYS):
        return found
    root = _certificate(Role.ROOT, now) if role == Role.SIGNER else None
    try:
        with transaction.atomic():
            if found is not None:
                found.delete()
            return _create_signer(root, now) if root else _create_root(now)
    except IntegrityError:  # another process made it in this very moment
        return ProviderCertificate.objects.get(role=role)


def _create_root(now: datetime) -> ProviderCertificate:
    store, end = key_store(), now + timedelta(days=ROOT_DAYS)
    key = store.create("P-256")
    der = create_certificate_authority(
        signer=store.signer(key),
        name=f"Sello wallet provider at {_host()}",
        serial=random_serial_number(),
        not_before=now - timedelta(hours=1),
        not_after=end,
    )
    return ProviderCertificate.objects.create(role=Role.ROOT, key=key, der=der, expires_at=end)


def _create_signer(root: ProviderCertificate, now: datetime) -> ProviderCertificate:
    store, above = key_store(), certificate.load(bytes(root.der))
    end = min(now + timedelta(days=SIGNER_DAYS), root.expires_at)
    key, issuer = store.create("P-256"), store.signer(root.key)
    builder = (
        certificate.describe(
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Sello wallets at {_host()}")]),
            issuer=above.subject,
            key=store.signer(key).public_key,
            serial=random_serial_number(),
            start=now - timedelta(hours=1),
            end=end,
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(certificate.usage(certificates=False), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key.elliptic()), critical=False
        )
    )
    der = certificate.sign(builder, signer=issuer)
    return ProviderCertificate.objects.create(role=Role.SIGNER, key=key, der=der, expires_at=end)


def _host() -> str:
    return urlsplit(settings.BASE_URL).hostname or ""
