"""A card in other words of the same statements is refused, or is that card: not paid and not valid again."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from common.adapters.documents.sources import sources
from common.adapters.network import http
from common.did import did_key
from common.errors import SelloError
from common.formats import FORMATS
from common.formats.base import Binding, Holder
from common.keys import PrivateKey
from common.oid4vp.response import create_response, send_response
from issuer.configurations.types import find_configuration
from issuer.issuance.credential_request import issue_directly
from issuer.models import AccessLog
from issuer.sample.load import load_samples
from issuer.status.change import set_status
from verifier.models import PaymentInstruction, PresentationSession
from verifier.presentation.requests import create_request, request_of
from verifier.services.catalogue import find_service
from verifier.services.sample import load_services

CRED = "https://www.w3.org/2018/credentials#"
FORMAT = FORMATS["ldp_vc"]
Status = PresentationSession.Status
Document = dict[str, Any]
Rewriting = Callable[[Document], None]


@pytest.fixture
def site(db: None, site_network: Client) -> None:
    load_samples()
    load_services()


@pytest.fixture
def today() -> datetime:
    return timezone.now().replace(microsecond=0)


def issue(name: str, record: str, *, holder: PrivateKey, now: datetime) -> tuple[Any, Document]:
    who = Holder(holder.public_key, did_key.encode(holder.public_key))
    row, secured = issue_directly(find_configuration(name), record, "ldp_vc", holder=who, now=now)
    assert isinstance(secured, dict)
    return row, secured


def show(service: str, query: str, card: Document, *, key: PrivateKey, now: datetime) -> PresentationSession:
    """Answer a request of a service with a card as it is; how the session ended."""
    created = create_request(find_service(service), same_device=False, now=now)
    request = request_of(created.session)
    signed = tuple(entry.encoded for entry in request.transaction_data)
    try:
        presented = FORMAT.present(
            card,
            disclose=None,
            binding=Binding(str(request.client_id), request.nonce, signed),
            signer=key.named(did_key.key_method(key.public_key)),
            sources=sources(),
            now=now,
        )
        send_response(create_response(request, {query: [presented]}), send=http.request)
    except SelloError:
        pass  # already the holder's side, or the service, says no
    created.session.refresh_from_db()
    return created.session


def under_another_name(name: str) -> Rewriting:
    def rewrite(card: Document) -> None:
        card[CRED + name] = card.pop(name)

    return rewrite


def claim(name: str, form: Callable[[Any], Any]) -> Rewriting:
    def rewrite(card: Document) -> None:
        card["credentialSubject"][name] = form(card["credentialSubject"][name])

    return rewrite


def nested(card: Document) -> None:
    card["@nest"] = {"credentialStatus": card.pop("credentialStatus")}


def within_the_subject(card: Document) -> None:
    """A status said of the card from within it."""
    status = card.pop("credentialStatus")
    card["credentialSubject"]["@included"] = [{"id": card["id"], f"{CRED}credentialStatus": status}]


def turned(card: Document) -> None:
    members = list(card.items())
    card.clear()
    card.update(reversed(members))


REWRITINGS: dict[str, Rewriting] = {
    "status elsewhere": under_another_name("credentialStatus"),
    "schema elsewhere": under_another_name("credentialSchema"),
    "end elsewhere": under_another_name("validUntil"),
    "nested status": nested,
    "status within": within_the_subject,
    "number in a list": claim("farmer_id", lambda value: [value]),
    "number twice": claim("farmer_id", lambda value: [value, value]),
    "number as a value": claim("farmer_id", lambda value: {"@value": value}),
    "number as a set": claim("farmer_id", lambda value: {"@set": [value]}),
    "amount in a list": claim("harvest_kg", lambda value: [value]),
    "order of members": turned,
    "one status in a list": lambda card: card.update(credentialStatus=card["credentialStatus"][::-1]),
    "subject in a list": lambda card: card.update(credentialSubject=[card["credentialSubject"]]),
}  # fmt: skip


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("name", REWRITINGS)
def test_a_card_is_paid_once_in_whichever_words(ana: PrivateKey, today: datetime, name: str) -> None:
    _, card = issue("farmer", "F-0001", holder=ana, now=today)
    rewritten = json.loads(json.dumps(card))
    REWRITINGS[name](rewritten)
    for each, booked in ((card, True), (rewritten, False), (card, False)):
        session = show("subsidy", "farmer_ldp", each, key=ana, now=today)
        assert session.status in (
            Status.UNLOCKED,
            Status.REJECTED,
            Status.REQUESTED,
            Status.REQUEST_RETRIEVED,
        )
        assert session.outcome.get("booked", False) is booked
    assert PaymentInstruction.objects.count() == 1


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(
    "name", [name for name in REWRITINGS if "number" not in name and "amount" not in name]
)
def test_a_revoked_card_stays_revoked_in_whichever_words(ana: PrivateKey, today: datetime, name: str) -> None:
    row, card = issue("identity", "P-0001", holder=ana, now=today)
    assert show("clinic", "identity_ldp", card, key=ana, now=today).status != Status.REJECTED
    AccessLog.objects.all().delete()
    set_status(row, "revoked", reason="stolen", actor="an officer", now=today)
    REWRITINGS[name](card)
    session = show("clinic", "identity_ldp", card, key=ana, now=today)
    assert not session.outcome.get("verified", False)
    assert not AccessLog.objects.exists()
