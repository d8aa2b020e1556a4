"""An organisation hears identifier and state, of those alone whom a consent or a law lets it read."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from common.notices.models import Notice, Subscriber
from common.notices.notify import open_notice
from issuer.models import (
    Basis,
    Consent,
    DataAgreement,
    IssuedCredential,
    Registry,
)
from issuer.status.change import set_status
from tests.issuer.notifications.notices_fixture import CLINIC, read

pytestmark = pytest.mark.django_db


def subscribe(
    client: str = CLINIC, kinds: tuple[str, ...] = ("revoked", "suspended"), **more: bool
) -> Subscriber:
    return Subscriber.objects.create(
        sender="issuer/farmer-registry", name="Clinic", client_id=client, url=f"https://{client[8:]}/notices",
        kinds=list(kinds), **more,
    )  # fmt: skip


def agree(
    registry: Registry,
    now: datetime,
    *,
    basis: Basis = Basis.CONSENT,
    client: str = CLINIC,
    **consent: Any,
) -> DataAgreement:
    agreement = DataAgreement.objects.create(
        authority=registry.authority, registry=registry, client_id=client, client_name="C", purpose="Care",
        evidence_types=[], evidence_issuers=[], evidence_claim="national_id", matching_column="national_id",
        attributes=["crop"], basis=basis, legal_basis="Law 1" if basis == Basis.LAW else "",
    )  # fmt: skip
    if basis == Basis.CONSENT:
        Consent.objects.create(
            **{
                "agreement": agreement, "record_key": "F-0001", "holder_thumbprint": "x", "client_id": client,
                "purpose": "Care", "attributes": ["crop"], "how": Consent.How.SIGNED, "given_at": now,
                "expires_at": now + timedelta(days=30), "sealed_evidence": b"", **consent,
            }
        )  # fmt: skip
    return agreement


def webhooks() -> list[Notice]:
    return list(Notice.objects.filter(channel="webhook"))


def test_an_organisation_with_a_consent_that_stands_hears_identifier_and_state_alone(
    credential: IssuedCredential, registry: Registry, now: datetime
) -> None:
    subscribe()
    agree(registry, now)
    set_status(credential, "revoked", reason="The person died", actor="officer", now=now)
    [row] = webhooks()
    assert row.facts == {"reference": credential.urn, "date": now.date().isoformat()}
    assert open_notice(row) == ("https://clinic.example/notices", "farmer-registry/F-0001", "", "")


@pytest.mark.parametrize(
    "ended",
    [{"withdrawn_at": "now"}, {"expires_at": "now"}, {"record_key": "F-0002"}, {"how": Consent.How.SHOWN}],
)
def test_what_does_not_concern_it_any_more_it_does_not_hear(
    ended: dict[str, Any], credential: IssuedCredential, registry: Registry, now: datetime
) -> None:
    subscribe()
    changed: dict[str, Any] = {name: now if value == "now" else value for name, value in ended.items()}
    agree(registry, now, **changed)
    set_status(credential, "revoked", reason="x", actor="officer", now=now)
    assert webhooks() == []


def test_a_laws_reader_hears_of_those_whom_it_has_read(
    credential: IssuedCredential, registry: Registry, now: datetime
) -> None:
    subscribe()
    agree(registry, now, basis=Basis.LAW)
    set_status(credential, "suspended", reason="x", actor="officer", now=now)
    assert webhooks() == []
    read(registry, now, basis="law")
    set_status(credential, "revoked", reason="x", actor="officer", now=now)
    assert len(webhooks()) == 1


def test_only_the_kinds_that_it_asked_for(
    credential: IssuedCredential, registry: Registry, now: datetime
) -> None:
    subscribe(kinds=("expiring",))
    subscribe(client="did:web:other.example")
    subscribe(client="did:web:gone.example", active=False)
    agree(registry, now)
    set_status(credential, "revoked", reason="x", actor="officer", now=now)
    assert webhooks() == []
