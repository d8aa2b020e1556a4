"""A clinic reads what was agreed of one record, and nothing else; the person sees that it did."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from pytest_django import Settings

from common.adapters.documents.sources import sources
from common.did import did_key
from common.formats import FORMATS
from common.formats.base import Binding, Holder, Secured
from common.keys import PrivateKey
from common.keys.dpop import create_dpop_proof
from common.registries.record_access.grant import GRANT_TYPE, Evidence, Ground, create_access_request
from common.registries.record_access.holder import create_log_request
from common.registries.record_access.record import verify_record
from issuer.issuance.credential_request import issue_directly
from issuer.models import AccessLog, AccessToken, DataAgreement, IssuedCredential
from issuer.status import lists
from issuer.status.change import set_status
from tests.client_response import ClientResponse
from tests.issuer.protocol import FORM, make_farmers
from tests.tampering import flip

pytestmark = pytest.mark.django_db
CLINIC = PrivateKey("P-256", bytes(31) + b"\x0c")
CLINIC = CLINIC.named(did_key.key_method(CLINIC.public_key))
CLINIC_DID = did_key.encode(CLINIC.public_key)
AUDIENCE = f"decentralized_identifier:{CLINIC_DID}"
NONCE = "n-0S6_WzA2Mj"


@dataclass
class AccessSite:
    """Ana has a credential of one authority; the clinic may read of another's registry."""

    evidence: Any
    registry: Any
    agreement: DataAgreement
    row: IssuedCredential
    secured: Any
    ana: PrivateKey
    format: str

    def url(self, path: str) -> str:
        return f"{self.registry.authority.identifier}/access/{path}"

    def shown(self, **overrides: Any) -> Evidence:
        """Ana's presentation to the clinic."""
        arguments: dict[str, Any] = {
            "audience": AUDIENCE,
            "nonce": NONCE,
            "signer": self.ana,
            "now": datetime.now(UTC),
        }
        arguments |= overrides
        terms = tuple(arguments.get("transaction_data", ()))
        binding = Binding(arguments["audience"], arguments["nonce"], terms)
        presented = FORMATS[self.format].present(
            self.secured,
            disclose=[("national_id",)] if self.format == "dc+sd-jwt" else None,
            binding=binding,
            signer=arguments["signer"],
            sources=sources(),
            now=arguments["now"],
        )
        return Evidence(self.format, presented, binding.nonce, binding.audience, terms)

    def ask(self, ground: Ground, **overrides: Any) -> Any:
        """The clinic's request for a token."""
        arguments = {
            "client_id": CLINIC_DID, "audience": self.registry.authority.identifier, "purpose": "treatment",
            "token_key": CLINIC.public_key, "jti": fresh(), "signer": CLINIC, "now": datetime.now(UTC),
        }  # fmt: skip
        assertion = create_access_request(ground=ground, **{**arguments, **overrides})
        return self.send(assertion)

    def attributes(self, ground: Ground, **overrides: Any) -> Any:
        """What the clinic gets to know, once it has verified the answer."""
        jti = fresh()
        grant = self.ask(ground, jti=jti, **overrides).json()
        reply = self.read(grant["access_token"])
        assert reply.headers["Content-Type"] == "application/access-record+jwt", reply.content
        assert reply.headers["Cache-Control"] == "no-store"
        return verify_record(
            reply.content.decode(), authority=self.registry.authority.identifier, client_id=CLINIC_DID,
            request_id=jti, attributes=grant["attributes"], consent_id=grant.get("consent_id", ""),
            sources=sources(), now=datetime.now(UTC),
        ).attributes  # fmt: skip

    def send(self, assertion: str, *, signer: PrivateKey = CLINIC, jti: str | None = None) -> Any:
        proof = create_dpop_proof(
            method="POST", url=self.url("token"), access_token=None, jti=jti or fresh(), signer=signer,
            now=datetime.now(UTC),
        )  # fmt: skip
        form = urlencode({"grant_type": GRANT_TYPE, "assertion": assertion})
        return Client().post(self.url("token"), form, content_type=FORM, headers={"DPoP": proof})

    def read(self, token: str, *, scheme: str = "DPoP", **overrides: Any) -> Any:
        arguments = {
            "method": "GET", "url": self.url("record"), "access_token": token, "jti": fresh(),
            "signer": CLINIC, "now": datetime.now(UTC),
        }  # fmt: skip
        proof = create_dpop_proof(**{**arguments, **overrides})
        return Client().get(self.url("record"), headers={"Authorization": f"{scheme} {token}", "DPoP": proof})

    def log(self, signer: PrivateKey) -> Any:
        asked = create_log_request(
            audience=self.registry.authority.identifier, jti=fresh(), signer=signer, now=datetime.now(UTC)
        )
        return Client().get(self.url("log"), headers={"Authorization": f"Bearer {asked}"})


_numbers = iter(range(1_000_000))


def fresh() -> str:
    return f"jti-{next(_numbers)}"


@pytest.fixture(params=["dc+sd-jwt", "ldp_vc"])
def site(request: pytest.FixtureRequest, ana: PrivateKey, settings: Settings) -> AccessSite:
    settings.STATUS_LIST_TTL = 0
    evidence = make_farmers("population-register", name="identity")
    registry = make_farmers("disability-registry", name="disability").registry
    agreement = DataAgreement.objects.create(
        authority=registry.authority,
        registry=registry,
        client_id=CLINIC_DID,
        client_name="Santa Rosa Clinic",
        purpose="treatment",
        evidence_types=[evidence.type_url],
        evidence_issuers=[evidence.authority.did],
        evidence_claim="national_id",
        matching_column="national_id",
        attributes=["crop", "date_of_birth"],
    )
    key = ana.named(did_key.key_method(ana.public_key))
    holder = Holder(key.public_key, did_key.encode(key.public_key))
    row, secured = issue_directly(evidence, "F-0002", request.param, holder=holder, now=datetime.now(UTC))
    return AccessSite(evidence, registry, agreement, row, secured, key, request.param)


def refusal(response: ClientResponse) -> tuple[int, str]:
    assert response.headers["Cache-Control"] == "no-store"
    return response.status_code, response.json()["error"]


def test_exactly_what_was_agreed(site: AccessSite) -> None:
    response = site.ask(site.shown())
    assert response.status_code == 200, response.content
    grant = response.json()
    assert (grant["token_type"], grant["expires_in"]) == ("DPoP", 300)
    assert grant["attributes"] == ["crop", "date_of_birth"]
    expected = {"crop": "quinoa", "date_of_birth": "1990-05-25"}
    assert site.attributes(site.shown(nonce="again")) == expected
    assert grant["access_token"] not in str(list(AccessToken.objects.values()))


def test_each_reading_is_seen_by_the_person(site: AccessSite, bruno: PrivateKey) -> None:
    token = site.ask(site.shown()).json()["access_token"]
    assert site.log(site.ana).json() == {"entries": []}
    site.read(token)
    site.read(token)
    entries = site.log(site.ana).json()["entries"]
    assert len(entries) == AccessLog.objects.count() == 2
    assert {name: entries[0][name] for name in ("client_id", "client_name", "purpose", "attributes")} == {
        "client_id": CLINIC_DID,
        "client_name": "Santa Rosa Clinic",
        "purpose": "treatment",
        "attributes": ["crop", "date_of_birth"],
    }
    assert "quinoa" not in str(entries)
    assert site.log(bruno).json() == {"entries": []}


def test_the_person_sees_it_with_a_key_of_the_record_itself(site: AccessSite, bruno: PrivateKey) -> None:
    site.read(site.ask(site.shown()).json()["access_token"])
    holder = Holder(bruno.public_key, did_key.encode(bruno.public_key))
    disability = site.registry.configurations.get()
    issue_directly(disability, "F-0002", "dc+sd-jwt", holder=holder, now=datetime.now(UTC))
    assert len(site.log(bruno).json()["entries"]) == 1


def test_a_log_request_is_used_once(site: AccessSite) -> None:
    asked = create_log_request(
        audience=site.registry.authority.identifier, jti="1", signer=site.ana, now=datetime.now(UTC)
    )
    answers = [Client().get(site.url("log"), headers={"Authorization": f"Bearer {asked}"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 400]
    assert Client().get(site.url("log")).status_code == 401


def test_requests_are_used_once(site: AccessSite) -> None:
    evidence = site.shown()
    assertion = create_access_request(
        client_id=CLINIC_DID, audience=site.registry.authority.identifier, purpose="treatment",
        ground=evidence, token_key=CLINIC.public_key, jti="a", signer=CLINIC, now=datetime.now(UTC),
    )  # fmt: skip
    assert site.send(assertion, jti="b").status_code == 200
    assert refusal(site.send(assertion)) == (400, "invalid_grant")
    assert refusal(site.send(assertion, jti="b")) == (400, "invalid_dpop_proof")
    assert refusal(site.ask(evidence)) == (400, "invalid_grant")


def test_a_token_needs_its_own_key(site: AccessSite, mallory: PrivateKey) -> None:
    token = site.ask(site.shown()).json()["access_token"]
    for overrides in (
        {"signer": mallory},
        {"url": site.url("log")},
        {"method": "POST"},
        {"access_token": "another"},
        {"now": datetime.now(UTC) - timedelta(minutes=5)},
    ):
        response = site.read(token, **overrides)
        assert refusal(response) == (401, "invalid_dpop_proof")
        assert response.headers["WWW-Authenticate"].startswith("DPoP")
    assert refusal(site.read(token, scheme="Bearer")) == (401, "invalid_token")
    assert refusal(site.read("wrong")) == (401, "invalid_token")
    assert site.read(token, jti="once").status_code == 200
    assert refusal(site.read(token, jti="once")) == (401, "invalid_dpop_proof")
    assert AccessLog.objects.count() == 1


def test_a_token_has_its_end(site: AccessSite) -> None:
    token = site.ask(site.shown()).json()["access_token"]
    AccessToken.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert refusal(site.read(token)) == (401, "invalid_token")


def test_an_agreement_that_ended(site: AccessSite) -> None:
    token = site.ask(site.shown()).json()["access_token"]
    DataAgreement.objects.update(active=False)
    assert refusal(site.read(token)) == (401, "invalid_token")
    assert refusal(site.ask(site.shown(nonce="other"))) == (403, "access_denied")


def test_another_authority(site: AccessSite) -> None:
    token = site.ask(site.shown()).json()["access_token"]
    elsewhere = replace(site, registry=site.evidence.registry)
    assert refusal(elsewhere.read(token)) == (401, "invalid_token")
    assert refusal(elsewhere.ask(site.shown(nonce="other"))) == (403, "access_denied")


def test_a_purpose_that_was_not_agreed(site: AccessSite) -> None:
    assert refusal(site.ask(site.shown(), purpose="marketing")) == (403, "access_denied")


def test_somebody_else_with_the_clinics_evidence(site: AccessSite, mallory: PrivateKey) -> None:
    """Mallory passes on what was shown to the clinic, with an agreement of her own."""
    her = mallory.named(did_key.key_method(mallory.public_key))
    did = did_key.encode(her.public_key)
    fields = {**DataAgreement.objects.values().get(), "id": None, "client_id": did}
    DataAgreement.objects.create(**fields)
    asked: dict[str, Any] = {"client_id": did, "token_key": her.public_key, "signer": her}
    assertion = create_access_request(
        audience=site.registry.authority.identifier, purpose="treatment", ground=site.shown(),
        jti="a", now=datetime.now(UTC), **asked,
    )  # fmt: skip
    assert refusal(site.send(assertion, signer=her)) == (403, "access_denied")
    renamed = replace(site.shown(), audience=did)
    assertion = create_access_request(
        audience=site.registry.authority.identifier, purpose="treatment", ground=renamed,
        jti="b", now=datetime.now(UTC), **asked,
    )  # fmt: skip
    assert refusal(site.send(assertion, signer=her)) == (403, "access_denied")


def test_a_dpop_key_that_the_request_does_not_name(site: AccessSite, mallory: PrivateKey) -> None:
    assertion = create_access_request(
        client_id=CLINIC_DID, audience=site.registry.authority.identifier, purpose="treatment",
        ground=site.shown(), token_key=CLINIC.public_key, jti="a", signer=CLINIC, now=datetime.now(UTC),
    )  # fmt: skip
    assert refusal(site.send(assertion, signer=mallory)) == (400, "invalid_dpop_proof")


@pytest.mark.parametrize(
    "change",
    [
        {"evidence_types": ["https://example.com/another"]},
        {"evidence_issuers": ["did:web:example.com"]},
        {"evidence_claim": "nothing"},
        {"matching_column": "family_name"},
    ],
)
def test_evidence_that_was_not_agreed(site: AccessSite, change: dict[str, Any]) -> None:
    DataAgreement.objects.update(**change)
    assert refusal(site.ask(site.shown())) == (403, "access_denied")


def test_evidence_that_points_to_two_records(site: AccessSite) -> None:
    for record in site.registry.records.all():
        record.data["national_id"] = "40170002"
        record.save()
    assert refusal(site.ask(site.shown())) == (403, "access_denied")


def test_evidence_that_is_old(site: AccessSite) -> None:
    old = site.shown(now=datetime.now(UTC) - timedelta(minutes=10))
    assert refusal(site.ask(old)) == (403, "access_denied")


@pytest.mark.parametrize("state", ["suspended", "revoked"])
def test_evidence_that_does_not_stand(site: AccessSite, state: str) -> None:
    set_status(site.row, state, reason="test", actor="test", now=datetime.now(UTC))
    assert refusal(site.ask(site.shown())) == (403, "access_denied")


def test_evidence_whose_status_nobody_can_tell(site: AccessSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "published_list", lambda *_, **__: None)
    assert refusal(site.ask(site.shown())) == (403, "access_denied")


def test_evidence_that_was_changed(site: AccessSite) -> None:
    evidence = site.shown()
    assert refusal(site.ask(replace(evidence, nonce="another"))) == (403, "access_denied")
    forged: Secured
    if isinstance(evidence.presentation, str):
        token, mark, shown = evidence.presentation.partition("~")
        forged = flip(token) + mark + shown
    else:
        forged = {**evidence.presentation, "holder": did_key.encode(CLINIC.public_key)}
    assert refusal(site.ask(replace(evidence, presentation=forged))) == (403, "access_denied")


def test_the_form_of_the_request(site: AccessSite) -> None:
    url = site.url("token")
    assert refusal(Client().post(url, "grant_type=x", content_type=FORM)) == (400, "unsupported_grant_type")
    form = urlencode({"grant_type": GRANT_TYPE, "assertion": "x"})
    assert refusal(Client().post(url, form, content_type=FORM)) == (400, "invalid_dpop_proof")
    twice = f"{form}&assertion=y"
    assert refusal(Client().post(url, twice, content_type=FORM)) == (400, "invalid_request")
    assert refusal(site.send("x")) == (400, "invalid_grant")
