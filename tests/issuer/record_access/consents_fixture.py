"""A consent that Ana signs for the clinic, what was read with it, and its withdrawal."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from common.keys import PrivateKey
from common.oid4vp.transaction_data import DataAccess, create_transaction_data
from common.registries.record_access.grant import RecordedConsent
from common.registries.record_access.holder import create_consents_request, create_withdrawal
from issuer.models import DataAgreement
from tests.issuer.record_access.test_endpoints import CLINIC_DID, AccessSite, fresh
from tests.issuer.record_access.test_endpoints import site as site  # the fixture


def terms(site: AccessSite, **changes: Any) -> str:
    """What Ana signs: the crop for a month, unless a test bends it."""
    content = {
        "credential_ids": ("identity",),
        "authority": site.registry.authority.identifier,
        "client_id": CLINIC_DID,
        "purpose": "treatment",
        "attributes": ("crop",),
        "valid_until": datetime.now(UTC) + timedelta(days=30),
    }
    return create_transaction_data(DataAccess(**{**content, **changes}))


def sign(site: AccessSite, **changes: Any) -> Any:
    """The clinic's first request, with terms that Ana signed beside what she showed."""
    return site.ask(site.shown(transaction_data=(terms(site, **changes),), nonce=fresh()))


def again(site: AccessSite, consent: str, **overrides: Any) -> Any:
    return site.ask(RecordedConsent(consent), **overrides)


def listed(site: AccessSite, signer: PrivateKey) -> list[dict[str, Any]]:
    asked = create_consents_request(
        audience=site.registry.authority.identifier, jti=fresh(), signer=signer, now=datetime.now(UTC)
    )
    response = Client().get(site.url("consents"), headers={"Authorization": f"Bearer {asked}"})
    assert response.status_code == 200, response.content
    found: list[dict[str, Any]] = response.json()["consents"]
    return found


def withdraw(site: AccessSite, consent: str, signer: PrivateKey, **overrides: Any) -> Any:
    arguments = {
        "audience": site.registry.authority.identifier, "jti": fresh(), "now": datetime.now(UTC),
    }  # fmt: skip
    asked = create_withdrawal(consent_id=consent, signer=signer, **{**arguments, **overrides})
    return post(site, asked)


def post(site: AccessSite, asked: str) -> Any:
    return Client().post(site.url("withdrawal"), headers={"Authorization": f"Bearer {asked}"})


@pytest.fixture(autouse=True)
def _three_months(site: AccessSite) -> None:
    DataAgreement.objects.update(longest_days=90)


@pytest.fixture
def consent(site: AccessSite) -> str:
    """A month of the crop, signed by Ana."""
    grant = sign(site).json()
    assert grant["attributes"] == ["crop"]
    assert grant["consent_until"]
    found: str = grant["consent_id"]
    return found
