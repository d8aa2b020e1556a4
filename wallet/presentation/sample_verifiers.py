"""The public list of the sample world: the services that may ask, under the names they are registered by."""

from typing import Final

from django.conf import settings

from common.did import did_web
from wallet.models import RegisteredVerifier

SERVICES: Final = {
    "clinic": "Santa Rosa Clinic",
    "clinic-care": "Santa Rosa Clinic",
    "subsidy": "National Paying Agency",
    "widows-pension": "National Paying Agency",
    "mobile-money": "Ch'aska Mobile Money",
    "over-18": "Cinema Illimani",
}


def load_verifiers() -> dict[str, int]:
    """Put the sample services on the list; what the operator changed there stays."""
    for slug, name in SERVICES.items():
        client_id = f"decentralized_identifier:{did_web.encode(f'{settings.VERIFIER_URL}/services/{slug}')}"
        defaults = {"name": name, "notices": f"{settings.VERIFIER_URL}/services"}
        RegisteredVerifier.objects.get_or_create(client_id=client_id, defaults=defaults)
    return {"verifiers": RegisteredVerifier.objects.count()}
