"""A clinic reads what was agreed of Ana's record at an authority; a farmer is paid once, in either format."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from common.adapters.documents.sources import resolve_did, sources
from common.adapters.network import http
from common.did import did_key
from common.errors import FetchError
from common.formats import FORMATS
from common.formats.base import Binding, Holder, Secured
from common.keys import PrivateKey
from common.oid4vp.matching import candidates
from common.oid4vp.request import parse_authorization_request
from common.oid4vp.request_object import Trust, fetch_request_object, verify_request
from common.oid4vp.response import create_response, send_response
from common.oid4vp.transaction_data import for_credential
from issuer.configurations.types import find_configuration
from issuer.issuance.credential_request import issue_directly
from issuer.models import AccessLog, DataAgreement, Record, Registry
from issuer.sample.load import load_samples
from verifier.models import JournalEntry, PresentationSession
from verifier.presentation.requests import create_request
from verifier.presentation.unlocking import unlocked_result
from verifier.services.catalogue import find_service
from verifier.services.sample import issuer_url, load_services, type_url

Status = PresentationSession.Status
ATTRIBUTES = ["given_names", "disability_type", "degree_percent", "assistive_device"]


@pytest.fixture
def site(db: None, site_network: Client) -> None:
    """The sample world, and what the disability registry agreed with the clinic."""
    load_samples()
    load_services()
    registry = Registry.objects.get(slug="disabilities")
    DataAgreement.objects.update_or_create(
        authority=registry.authority,
        client_id=find_service("clinic").did,
        purpose="Care and devices that you are entitled to",
        defaults={
            "registry": registry,
            "client_name": "Santa Rosa Clinic",
            "evidence_types": [type_url("identity"), type_url("disability")],
            "evidence_issuers": [issuer_url("population-register"), issuer_url("disability-registry")],
            "evidence_claim": "national_id",
            "matching_column": "national_id",
            "attributes": ATTRIBUTES,
        },
    )


@pytest.fixture
def today() -> datetime:
    return timezone.now().replace(microsecond=0)


def issue(name: str, record: str, form: str, *, holder: PrivateKey, now: datetime) -> Secured:
    who = Holder(holder.public_key, did_key.encode(holder.public_key))
    return issue_directly(find_configuration(name), record, form, holder=who, now=now)[1]


def show(link: str, held: Mapping[str, Secured], *, key: PrivateKey, now: datetime) -> str:
    """Answer a request with a credential, by its format; what the service answers."""
    reference = fetch_request_object(parse_authorization_request(link), send=http.request, wallet_nonce="w")
    verified = verify_request(reference, trust=Trust(resolve=resolve_did), now=now, wallet_nonce="w")
    cards = {
        form: FORMATS[form].verify_credential(one, sources=sources(), now=now) for form, one in held.items()
    }
    presentations = {}
    for name, match in candidates(verified.request.query, list(cards.values())).default().items():
        form = match.credential.format
        presentations[name] = [
            FORMATS[form].present(
                held[form],
                disclose=match.disclose if form == "dc+sd-jwt" else None,
                binding=Binding(
                    verified.client_id,
                    verified.request.nonce,
                    for_credential(verified.request.transaction_data, name),
                ),
                signer=key.named(did_key.key_method(key.public_key)),
                sources=sources(),
                now=now,
            )
        ]
    return send_response(create_response(verified.request, presentations), send=http.request)


def ask(slug: str, now: datetime, **more: Any) -> Any:
    return create_request(find_service(slug), same_device=False, now=now, browser="cookie", **more)


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("form", ["dc+sd-jwt", "ldp_vc"])
def test_the_clinic_reads_what_was_agreed_and_no_more(ana: PrivateKey, today: datetime, form: str) -> None:
    held = {form: issue("disability", "D-0001", form, holder=ana, now=today)}
    created = ask("clinic", today)
    show(created.request_uri, held, key=ana, now=today)
    session = PresentationSession.objects.get(pk=created.session.pk)
    assert (session.status, session.outcome.get("problem")) == (Status.UNLOCKED, "")
    assert session.outcome["attributes"] == sorted(ATTRIBUTES)
    unlocked = unlocked_result(session, browser="cookie", now=today)
    record = Record.objects.get(registry__slug="disabilities", key="D-0001").data
    assert dict(unlocked.rows)["Given names"] == record["given_names"]
    assert {name for name, _ in unlocked.rows} == {
        "Given names", "Kind of disability", "Degree in percent", "Assistive device",
    }  # fmt: skip
    logged = AccessLog.objects.get()
    assert (logged.client_id, logged.record_key, logged.purpose) == (
        "did:web:localhost%3A8000:services:clinic", "D-0001", "Care and devices that you are entitled to",
    )  # fmt: skip


@pytest.mark.usefixtures("site")
def test_without_an_agreement_the_registry_stays_closed(ana: PrivateKey, today: datetime) -> None:
    DataAgreement.objects.update(active=False)
    held = {"dc+sd-jwt": issue("disability", "D-0001", "dc+sd-jwt", holder=ana, now=today)}
    created = ask("clinic", today)
    show(created.request_uri, held, key=ana, now=today)
    session = PresentationSession.objects.get(pk=created.session.pk)
    assert session.status == Status.VERIFIED
    assert session.outcome["problem"] == "The registry does not open this record."
    assert session.sealed_result is None
    assert [row.outcome for row in AccessLog.objects.all()] == ["refused"]


@pytest.mark.usefixtures("site")
def test_under_another_name_the_clinic_does_not_ask(ana: PrivateKey, today: datetime) -> None:
    """The registry knows the clinic by its DID; what was shown to another name opens nothing there."""
    held = {"dc+sd-jwt": issue("identity", "P-0001", "dc+sd-jwt", holder=ana, now=today)}
    created = ask("clinic", today, client_id_prefix="redirect_uri")
    show(created.request_uri, held, key=ana, now=today)
    session = PresentationSession.objects.get(pk=created.session.pk)
    assert session.status == Status.VERIFIED
    assert "under its DID" in session.outcome["problem"]
    assert not AccessLog.objects.exists()


@pytest.mark.usefixtures("site")
def test_a_registry_that_is_away_leaves_the_session_verified(
    ana: PrivateKey, today: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = {"dc+sd-jwt": issue("disability", "D-0001", "dc+sd-jwt", holder=ana, now=today)}
    created = ask("clinic", today)
    carry = http.transport

    def away(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> http.HttpReply:
        if urlsplit(url).path.endswith("/access/token"):
            raise FetchError("This host does not answer.")
        return carry(method, url, headers, body)

    monkeypatch.setattr(http, "transport", away)
    show(created.request_uri, held, key=ana, now=today)
    session = PresentationSession.objects.get(pk=created.session.pk)
    assert session.status == Status.VERIFIED
    assert session.sealed_answer is not None


@pytest.mark.usefixtures("site")
def test_a_farmer_is_paid_once_in_whichever_format(ana: PrivateKey, today: datetime) -> None:
    """The issuer is a URL in one format and a DID in the other; the person is paid once all the same."""
    outcomes = []
    for form in ("dc+sd-jwt", "ldp_vc"):
        created = ask("subsidy", today)
        show(
            created.request_uri,
            {form: issue("farmer", "F-0001", form, holder=ana, now=today)},
            key=ana,
            now=today,
        )
        session = PresentationSession.objects.get(pk=created.session.pk)
        assert session.status == Status.UNLOCKED, session.outcome
        outcomes.append(session.outcome["booked"])
    assert outcomes == [True, False]
    assert JournalEntry.objects.count() == 1


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("form", ["dc+sd-jwt", "ldp_vc"])
def test_a_presentation_ages(ana: PrivateKey, today: datetime, form: str) -> None:
    """What was signed a day ago is refused today, in either format."""
    held = {form: issue("farmer", "F-0001", form, holder=ana, now=today - timedelta(days=1))}
    created = ask("subsidy", today)
    with pytest.raises(FetchError):
        show_signed(created.request_uri, held, key=ana, now=today, signed_at=today - timedelta(days=1))
    assert PresentationSession.objects.get(pk=created.session.pk).status == Status.REJECTED


def show_signed(
    link: str, held: Mapping[str, Secured], *, key: PrivateKey, now: datetime, signed_at: datetime
) -> str:
    """As `show`, with a holder's signature of another time."""
    reference = fetch_request_object(parse_authorization_request(link), send=http.request, wallet_nonce="w")
    verified = verify_request(reference, trust=Trust(resolve=resolve_did), now=now, wallet_nonce="w")
    [(form, secured)] = held.items()
    name = "farmer" if form == "dc+sd-jwt" else "farmer_ldp"
    presented = FORMATS[form].present(
        secured,
        disclose=None,
        binding=Binding(
            verified.client_id,
            verified.request.nonce,
            for_credential(verified.request.transaction_data, name),
        ),
        signer=key.named(did_key.key_method(key.public_key)),
        sources=sources(),
        now=signed_at,
    )
    return send_response(create_response(verified.request, {name: [presented]}), send=http.request)
