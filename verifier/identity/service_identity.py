"""Under which names a service asks: its DID, its address, the certificates of this installation."""

import ssl
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from cryptography.x509 import random_serial_number
from django.conf import settings
from django.db import IntegrityError, transaction

from common.adapters.storage.key_table import key_store
from common.errors import SelloError
from common.keys import Signer, jwk
from common.oid4vp import x509
from common.oid4vp.client_id import PREFIXES, ClientId
from verifier.models import HostCertificate, Service

AUTHORITY_DAYS: Final = 3650
LEAF_DAYS: Final = 365
RENEW_DAYS: Final = 30


class ClientIdentityError(SelloError):
    """A client identifier prefix that this service cannot ask under."""

    code = "invalid_request"


def service_signer(service: Service) -> Signer:
    """The service's own key, made when it is first needed."""
    if not service.signing_key:
        name = key_store().create("P-256")
        Service.objects.filter(pk=service.pk, signing_key="").update(signing_key=name)
        service.refresh_from_db(fields=["signing_key"])
    return key_store().signer(service.signing_key, key_id=service.key_id)


def notice_signer(slug: str) -> Signer:
    """Who signs what the service of that name tells organisations."""
    return service_signer(Service.objects.get(slug=slug))


def service_did_document(service: Service) -> dict[str, Any]:
    """What `/services/{slug}/did.json` publishes."""
    key = jwk.encode(service_signer(service).public_key)
    method = {"id": service.key_id, "type": "JsonWebKey", "controller": service.did, "publicKeyJwk": key}
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/jwk/v1"],
        "id": service.did,
        "verificationMethod": [method],
        "authentication": [service.key_id],
        "assertionMethod": [service.key_id],
    }


def client_identifier(service: Service, prefix: str, *, response_uri: str, now: datetime) -> ClientId:
    """The client identifier of a service under `prefix` (OpenID4VP §5.9.3)."""
    if prefix == "redirect_uri":
        return ClientId(prefix, response_uri)
    if prefix == "decentralized_identifier":
        return ClientId(prefix, service.did)
    if prefix == "x509_san_dns":
        return ClientId(prefix, _host())
    if prefix == "x509_hash":
        return ClientId(prefix, x509.certificate_hash(bytes(host_certificate(now=now).der)))
    raise ClientIdentityError(f"A client identifier prefix is one of {', '.join(PREFIXES)}.")


def request_signer(service: Service, prefix: str, *, now: datetime) -> tuple[Signer, tuple[bytes, ...]]:
    """Who signs a request under `prefix`, and the certificate chain that goes with it."""
    if prefix == "decentralized_identifier":
        return service_signer(service), ()
    certificate = host_certificate(now=now)
    return key_store().signer(certificate.key), (bytes(certificate.der),)


def host_certificate(*, now: datetime) -> HostCertificate:
    """The certificate of this host, renewed before it ends."""
    return _certificate(_host(), now=now)


def own_authority(*, now: datetime) -> HostCertificate:
    """This installation's own certificate authority, which wallets are told to trust."""
    return _certificate("", now=now)


def authority_pem(*, now: datetime) -> str:
    """The authority's certificate as wallets read it."""
    return ssl.DER_cert_to_PEM_cert(bytes(own_authority(now=now).der))


def trust_own_authority(*, now: datetime) -> None:
    """Add this authority to those that the wallet here trusts (`settings.VERIFIER_CA_FILE`), once."""
    path = Path(settings.VERIFIER_CA_FILE)
    known, pem = path.read_text() if path.exists() else "", authority_pem(now=now)
    if pem not in known:
        path.write_text(known + pem)


def _certificate(host: str, *, now: datetime) -> HostCertificate:
    found = HostCertificate.objects.filter(host=host).first()
    if found is not None and found.expires_at > now + timedelta(days=RENEW_DAYS):
        return found
    above = own_authority(now=now) if host else None
    try:
        with transaction.atomic():
            if found is not None:
                found.delete()
            return _create(host, above, now=now)
    except IntegrityError:  # another process made it in this very moment
        return HostCertificate.objects.get(host=host)


def _create(host: str, above: HostCertificate | None, *, now: datetime) -> HostCertificate:
    store, serial, start = key_store(), random_serial_number(), now - timedelta(hours=1)
    key = store.create("P-256")
    if above is None:
        end = now + timedelta(days=AUTHORITY_DAYS)
        name = f"Sello verifiers at {_host()}"
        der = x509.create_certificate_authority(
            signer=store.signer(key), name=name, serial=serial, not_before=start, not_after=end
        )
    else:
        end = min(now + timedelta(days=LEAF_DAYS), above.expires_at)
        der = x509.create_leaf_certificate(
            key=store.signer(key).public_key,
            host=host,
            issuer=store.signer(above.key),
            authority=bytes(above.der),
            serial=serial,
            not_before=start,
            not_after=end,
        )
    return HostCertificate.objects.create(host=host, key=key, der=der, expires_at=end)


def _host() -> str:
    host = urlsplit(settings.BASE_URL).hostname or ""
    if not host or host.replace(".", "").isdigit() or ":" in host:
        raise ClientIdentityError("Certificates name a host: set BASE_URL to one that has a name.")
    return host
