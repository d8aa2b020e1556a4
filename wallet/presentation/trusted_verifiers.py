"""Whom this wallet knows: the verifiers on the public list, and the authorities behind their certificates."""

from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings

from common.adapters.documents import certificate_files
from common.oid4vp.client_id import ClientId
from wallet.models import RegisteredVerifier


def registered_name(client_id: ClientId) -> str:
    """The name under which a verifier is registered, empty where it is not."""
    entry = RegisteredVerifier.objects.filter(client_id=str(client_id)).first()
    return entry.name if entry else ""


def notices_address(client_id: ClientId) -> str:
    """Below which address a registered verifier announces that it has something to tell, or empty."""
    entry = RegisteredVerifier.objects.filter(client_id=str(client_id)).first()
    return entry.notices.rstrip("/") if entry else ""


def announced_addresses() -> frozenset[str]:
    """Every address that the public list announces now."""
    found = RegisteredVerifier.objects.exclude(notices="").values_list("notices", flat=True)
    return frozenset(each.rstrip("/") for each in found)


def verifier_anchors() -> tuple[bytes, ...]:
    """The certificate authorities (DER) whose word on a verifier counts: `settings.VERIFIER_CA_FILE`."""
    return tuple(
        found.public_bytes(Encoding.DER)
        for found in certificate_files.certificates(settings.VERIFIER_CA_FILE)
    )
