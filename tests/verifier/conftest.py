"""A verifier with the sample services that trusts the tests' issuer, and people who show their documents."""

from datetime import datetime

import pytest
from django.utils import timezone

from common.keys import PrivateKey
from tests.verifier.holders import FARMER, IDENTITY, ISSUER_DID, Person, credential
from verifier.models import TrustedIssuer
from verifier.services.sample import load_services


@pytest.fixture
def today() -> datetime:
    """The views' own hour."""
    return timezone.now().replace(microsecond=0)


@pytest.fixture
def site(db: None) -> None:
    load_services()
    TrustedIssuer.objects.create(issuer=ISSUER_DID, type="*", name="The tests' issuer")


@pytest.fixture
def wayra(ana: PrivateKey, today: datetime) -> Person:
    """Ana with her identity and her farm."""
    documents = {"identity": IDENTITY, "farmer": FARMER}
    return Person(ana, [credential(name, said, holder=ana, now=today) for name, said in documents.items()])
