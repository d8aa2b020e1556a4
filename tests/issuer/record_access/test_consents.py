"""Consent signed once and relied upon for a while: what it opens, what ends it, and who tries to bend it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from common.did import did_key
from common.formats.base import Holder, Secured
from common.keys import PrivateKey
from common.registries.record_access.grant import RecordedConsent
from common.registries.record_access.holder import create_consents_request, create_withdrawal
from issuer.issuance.credential_request import issue_directly
from issuer.models import AccessLog, AccessToken, Consent, DataAgreement, SpentValue
from issuer.record_access import consents
from issuer.record_access import grant as access
from issuer.registries.connectors import open_registry
from issuer.status.change import set_status
from tests.clock import from_now
from tests.issuer.record_access.consents_fixture import _three_months as _three_months
from tests.issuer.record_access.consents_fixture import again, listed, post, sign, terms, withdraw
from tests.issuer.record_access.consents_fixture import consent as consent
from tests.issuer.record_access.test_endpoints import CLINIC_DID, AccessSite, refusal
from tests.issuer.record_access.test_endpoints import site as site  # the fixture

pytestmark = pytest.mark.django_db


def test_read_again_without_the_person(site: AccessSite, consent: str) -> None:
    assert site.attributes(RecordedConsent(consent)) == {"crop": "quinoa"}
    assert site.attributes(RecordedConsent(consent), attributes=["crop"]) == {"crop": "quinoa"}
    [entry] = listed(site, site.ana)
    assert (entry["id"], entry["state"], entry["how"], entry["attributes"]) == (
        consent, "active", "signed", ["crop"],
    )  # fmt: skip
    assert {row.consent_id for row in AccessLog.objects.all()} == {Consent.objects.get().id}
    assert [row["basis"] for row in site.log(site.ana).json()["entries"]] == ["consent", "consent"]


def test_withdrawn_is_refused_at_once_and_logged(site: AccessSite, consent: str) -> None:
    token = again(site, consent).json()["access_token"]
    assert site.read(token).status_code == 200
    ended = withdraw(site, consent, site.ana)
    assert ended.json()["consents"][0]["state"] == "withdrawn"
    assert refusal(site.read(token)) == (403, "access_denied")  # a token of before dies with it
    assert refusal(again(site, consent)) == (403, "access_denied")
    assert [(row.outcome, row.problem) for row in AccessLog.objects.order_by("id")] == [
        ("read", ""), ("refused", "access_denied"), ("refused", "access_denied"),
    ]  # fmt: skip
    seen = site.log(site.ana).json()["entries"]
    assert [row["outcome"] for row in seen] == ["refused", "refused", "read"]
    assert sign(site).status_code == 200  # agreeing anew is another consent


def test_withdrawing_twice_changes_nothing(site: AccessSite, consent: str) -> None:
    first = withdraw(site, consent, site.ana).json()
    assert withdraw(site, consent, site.ana, now=datetime.now(UTC) + timedelta(seconds=30)).json() == first


def test_an_expired_consent(site: AccessSite, consent: str) -> None:
    token = again(site, consent).json()["access_token"]
    Consent.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert refusal(site.read(token)) == (403, "access_denied")
    assert refusal(again(site, consent)) == (403, "access_denied")
    assert listed(site, site.ana)[0]["state"] == "expired"
    assert AccessLog.objects.filter(outcome="refused").count() == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"authority": "https://elsewhere.example/issuers/disability-registry"},
        {"client_id": "did:web:bank.example"},
        {"purpose": "marketing"},
        {"attributes": ("crop", "family_name")},
        {"valid_until": timedelta(days=91)},
        {"valid_until": -timedelta(seconds=1)},
    ],
)
def test_terms_that_were_not_agreed_with_the_organisation(site: AccessSite, changes: dict[str, Any]) -> None:
    assert refusal(sign(site, **from_now(changes))) == (403, "access_denied")
    assert not Consent.objects.exists()
    assert not AccessToken.objects.exists()
    assert AccessLog.objects.get().outcome == "refused"


def test_an_agreement_that_allows_single_readings_alone(site: AccessSite) -> None:
    DataAgreement.objects.update(longest_days=0)
    assert refusal(sign(site)) == (403, "access_denied")


def test_terms_that_were_altered_after_they_were_signed(site: AccessSite) -> None:
    shown = site.shown(transaction_data=(terms(site),))
    wider = terms(site, attributes=("crop", "date_of_birth"))
    for entries in ((wider,), (*shown.transaction_data, wider), ()):
        bent = replace(shown, transaction_data=entries)
        assert refusal(site.ask(bent)) == (403, "access_denied")
    assert not Consent.objects.exists()


def test_two_consents_in_one_signature(site: AccessSite) -> None:
    entries = (terms(site), terms(site, attributes=("date_of_birth",)))
    assert refusal(site.ask(site.shown(transaction_data=entries))) == (403, "access_denied")


def test_evidence_of_another_person_under_these_terms(site: AccessSite, bruno: PrivateKey) -> None:
    """Bruno signed nothing; what Ana signed is laid beside his presentation, and the other way round."""
    key = bruno.named(did_key.key_method(bruno.public_key))
    holder = Holder(key.public_key, did_key.encode(key.public_key))
    _, secured = issue_directly(site.evidence, "F-0001", site.format, holder=holder, now=datetime.now(UTC))
    his = replace(site, secured=secured, ana=key).shown()
    hers = site.shown(transaction_data=(terms(site),))
    for swapped in (replace(his, transaction_data=hers.transaction_data), replace(hers, transaction_data=())):
        assert refusal(site.ask(swapped)) == (403, "access_denied")
    mixed: Secured
    if site.format == "ldp_vc":
        assert isinstance(hers.presentation, Mapping)
        assert isinstance(his.presentation, Mapping)
        mixed = {**hers.presentation, "verifiableCredential": his.presentation["verifiableCredential"]}
    else:
        ours, theirs = str(hers.presentation).split("~"), str(his.presentation).split("~")
        mixed = "~".join([*theirs[:-1], ours[-1]])
    assert refusal(site.ask(replace(hers, presentation=mixed))) == (403, "access_denied")
    assert not Consent.objects.exists()


def test_a_consent_is_for_its_client_its_purpose_and_its_authority(
    site: AccessSite, consent: str, mallory: PrivateKey
) -> None:
    fields = {**DataAgreement.objects.values().get(), "id": None}
    DataAgreement.objects.create(**{**fields, "purpose": "research"})
    assert refusal(again(site, consent, purpose="research")) == (403, "access_denied")
    her = mallory.named(did_key.key_method(mallory.public_key))
    did = did_key.encode(her.public_key)
    DataAgreement.objects.create(**{**fields, "client_id": did})
    from common.registries.record_access.grant import create_access_request

    stolen = create_access_request(
        client_id=did, audience=site.registry.authority.identifier, purpose="treatment",
        ground=RecordedConsent(consent), token_key=her.public_key, jti="a", signer=her, now=datetime.now(UTC),
    )  # fmt: skip
    assert refusal(site.send(stolen, signer=her)) == (403, "access_denied")
    elsewhere = replace(site, registry=site.evidence.registry)
    assert refusal(again(elsewhere, consent)) == (403, "access_denied")


@pytest.mark.parametrize("id", ["", "nothing", "58f0f164-c75e-41bc-93c9-de6c034ae2a4", "0" * 201])
def test_consents_that_are_not_there(site: AccessSite, id: str) -> None:
    assert again(site, id or " ").status_code in (400, 403)


def test_no_attribute_beyond_the_consent(site: AccessSite, consent: str) -> None:
    assert refusal(again(site, consent, attributes=["crop", "date_of_birth"])) == (403, "access_denied")
    assert refusal(again(site, consent, attributes=["family_name"])) == (403, "access_denied")
    DataAgreement.objects.update(attributes=["date_of_birth"])  # the authority has agreed to less since
    assert refusal(again(site, consent)) == (403, "access_denied")


def test_a_single_reading_opens_no_second_one(site: AccessSite) -> None:
    shown = site.ask(site.shown(), attributes=["crop"]).json()
    assert (shown["attributes"], "consent_until" in shown) == (["crop"], False)
    assert refusal(again(site, shown["consent_id"])) == (403, "access_denied")
    assert listed(site, site.ana)[0]["how"] == "shown"
    assert withdraw(site, shown["consent_id"], site.ana).status_code == 200
    assert refusal(site.read(shown["access_token"])) == (403, "access_denied")


def test_nobody_else_sees_or_ends_it(
    site: AccessSite, consent: str, bruno: PrivateKey, mallory: PrivateKey
) -> None:
    holder = Holder(bruno.public_key, did_key.encode(bruno.public_key))
    own = site.registry.configurations.get()  # Bruno has a credential of the same registry, of his own record
    issue_directly(own, "F-0001", "dc+sd-jwt", holder=holder, now=datetime.now(UTC))
    for other in (bruno, mallory):
        assert listed(site, other) == []
        assert refusal(withdraw(site, consent, other)) == (404, "access_denied")
    for unknown in (str(uuid4()), "nothing"):
        assert refusal(withdraw(site, unknown, site.ana)) == (404, "access_denied")
    assert Consent.objects.get().withdrawn_at is None
    assert site.attributes(RecordedConsent(consent)) == {"crop": "quinoa"}


def test_another_card_of_the_same_record_ends_it_unless_it_was_revoked(
    site: AccessSite, consent: str, bruno: PrivateKey
) -> None:
    holder = Holder(bruno.public_key, did_key.encode(bruno.public_key))
    own = site.registry.configurations.get()
    row, _ = issue_directly(own, "F-0002", "dc+sd-jwt", holder=holder, now=datetime.now(UTC))
    assert [entry["id"] for entry in listed(site, bruno)] == [consent]
    set_status(row, "revoked", reason="phone stolen", actor="test", now=datetime.now(UTC))
    assert listed(site, bruno) == []
    assert refusal(withdraw(site, consent, bruno)) == (404, "access_denied")


@pytest.mark.parametrize("state", ["suspended", "revoked"])
def test_a_withdrawn_card_ends_what_its_key_agreed_to(site: AccessSite, consent: str, state: str) -> None:
    """A token of before, one reading's as well as a lasting consent's, and the consent itself."""
    tokens = [
        again(site, consent).json()["access_token"],
        site.ask(site.shown()).json()["access_token"],
    ]
    assert [site.read(token).status_code for token in tokens] == [200, 200]
    now = datetime.now(UTC)
    set_status(site.row, state, reason="phone stolen", actor="test", now=now)
    assert [refusal(site.read(token)) for token in tokens] == [(403, "access_denied")] * 2
    assert refusal(again(site, consent)) == (403, "access_denied")
    assert AccessLog.objects.filter(outcome="refused").count() == 3
    if state == "suspended":
        set_status(site.row, "valid", reason="found again", actor="test", now=now)
        assert site.attributes(RecordedConsent(consent)) == {"crop": "quinoa"}


def test_a_renewed_card_leaves_consents_in_force(site: AccessSite, consent: str) -> None:
    type(site.row).objects.filter(pk=site.row.pk).update(state="revoked", superseded=True)
    assert site.attributes(RecordedConsent(consent)) == {"crop": "quinoa"}


def test_a_token_opens_no_more_than_is_agreed_by_now(site: AccessSite, consent: str) -> None:
    token = again(site, consent).json()["access_token"]
    DataAgreement.objects.update(attributes=["date_of_birth"])
    assert refusal(site.read(token)) == (403, "access_denied")
    assert AccessLog.objects.get(outcome="refused").problem == "access_denied"


def test_replayed_or_misdirected_words_of_the_person(site: AccessSite, consent: str) -> None:
    now, authority = datetime.now(UTC), site.registry.authority.identifier
    asked = create_withdrawal(audience=authority, consent_id=consent, jti="w", signer=site.ana, now=now)
    assert post(site, asked).status_code == 200
    assert refusal(post(site, asked)) == (400, "invalid_grant")
    fresh_consent = sign(site).json()["consent_id"]
    for wrong in (
        create_withdrawal(
            audience=site.evidence.authority.identifier, consent_id=fresh_consent, jti="x",
            signer=site.ana, now=now,
        ),
        create_withdrawal(
            audience=authority, consent_id=fresh_consent, jti="y", signer=site.ana,
            now=now - timedelta(minutes=5),
        ),
        create_consents_request(audience=authority, jti="z", signer=site.ana, now=now),
        "nothing",
    ):  # fmt: skip
        assert post(site, wrong).status_code in (400, 401)
    assert Consent.objects.get(id=fresh_consent).withdrawn_at is None
    looked = create_consents_request(audience=authority, jti="l", signer=site.ana, now=now)
    header = {"Authorization": f"Bearer {looked}"}
    assert [Client().get(site.url("consents"), headers=header).status_code for _ in "ab"] == [200, 400]
    assert Client().post(site.url("withdrawal")).status_code == 401


def test_a_withdrawal_between_fetching_and_answering(
    site: AccessSite, consent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The record was already fetched when the person said no: nothing leaves, and no reading is logged."""
    token = again(site, consent).json()["access_token"]
    find = open_registry

    def slow(registry: Any) -> Any:
        found = find(registry)
        withdraw(site, consent, site.ana)
        return found

    monkeypatch.setattr(access, "open_registry", slow)
    answer = site.read(token)
    assert refusal(answer) == (403, "access_denied")
    assert "quinoa" not in answer.content.decode()
    assert AccessLog.objects.get().outcome == "refused"


def test_what_was_signed_can_be_proven_and_lies_sealed(site: AccessSite, consent: str) -> None:
    row = Consent.objects.get(id=consent)
    signed = consents.consent_evidence(row)
    assert signed["transaction_data"]
    assert signed["audience"].endswith(CLINIC_DID)
    assert b"national_id" not in bytes(row.sealed_evidence)
    other = Consent.objects.get(id=sign(site).json()["consent_id"])
    other.sealed_evidence = row.sealed_evidence
    with pytest.raises(Exception, match="does not open"):
        consents.consent_evidence(other)


def test_refusals_are_logged_with_their_id(site: AccessSite) -> None:
    assert refusal(site.ask(site.shown(), purpose="marketing", jti="why")) == (403, "access_denied")
    row = AccessLog.objects.get()
    assert (row.request_id, row.outcome, row.problem, row.purpose, row.record_key) == (
        "why", "refused", "access_denied", "marketing", "",
    )  # fmt: skip
    assert row.authority == site.registry.authority


def test_what_nobody_signed_leaves_no_trace(site: AccessSite, mallory: PrivateKey) -> None:
    """Who does not hold the client's key writes nothing into the log under its name."""
    assert refusal(again(site, "x", signer=mallory.named(CLINIC_DID + "#x")))[0] == 400
    assert not AccessLog.objects.exists()
    assert not SpentValue.objects.exists()
