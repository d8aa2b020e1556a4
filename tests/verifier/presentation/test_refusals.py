"""What was tampered with, stolen, not trusted, not valid or not asked for unlocks nothing."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from common.adapters.network import http
from common.encoding import base64url
from common.errors import SelloError
from common.keys import PrivateKey
from common.oid4vp.request import RESPONSE_MODES
from common.oid4vp.response import create_response
from common.status.check import StatusOutcome
from tests.tampering import flip
from tests.verifier.holders import FARMER, IDENTITY, Person, credential, post
from tests.verifier.requests_fixture import ask, state_of
from verifier.models import PresentationSession, TrustedIssuer
from verifier.presentation import requests, verify_response
from verifier.services.sample import type_url

pytestmark = pytest.mark.usefixtures("site")
Status = PresentationSession.Status


def bent_signature(presentation: str) -> str:
    head, _, tail = presentation.rpartition(".")
    return f"{head}.{flip(tail)}"


def one_disclosure_less(presentation: str) -> str:
    first, *_, last = presentation.split("~")
    return f"{first}~{last}"


def another_disclosure(presentation: str) -> str:
    first, *middle, last = presentation.split("~")
    swollen = base64url.encode(b'["salt-0000000000000099","age_over_21",true]')
    return "~".join([first, *middle, swollen, last])


TAMPERED: dict[str, dict[str, Any]] = {
    "nonce": {"nonce": "another"},
    "audience": {"audience": "decentralized_identifier:did:web:mallory.example"},
    "signature": {"bend": bent_signature},
    "iat": {"signed_at": -timedelta(days=1)},
    "sd_hash": {"bend": one_disclosure_less},
    "swollen": {"bend": another_disclosure},
    "duplicated": {
        "bend": lambda presentation: "~".join([*presentation.split("~")[:2], *presentation.split("~")[1:]])
    },
    "cut": {"bend": lambda presentation: presentation[: presentation.rindex("~") + 1]},
}


@pytest.mark.parametrize("mode", RESPONSE_MODES)
@pytest.mark.parametrize("how", TAMPERED)
def test_a_tampered_answer_is_refused(
    client: Client, wayra: Person, today: datetime, mode: str, how: str
) -> None:
    created = ask("mobile-money", today, response_mode=mode)
    verified = wayra.ask(client, created.request_uri, now=today)
    change = dict(TAMPERED[how])
    if "signed_at" in change:
        change["signed_at"] += today
    reply = post(client, wayra.answer(verified, now=today, **change))
    assert reply.status_code == 400
    assert reply.json()["error"] == "invalid_presentation"
    assert state_of(created) == Status.REJECTED
    assert created.session.outcome["verified"] is False
    assert created.session.sealed_answer is None


def test_somebody_elses_credential_is_refused(
    client: Client, wayra: Person, today: datetime, mallory: PrivateKey
) -> None:
    """Mallory has a copy of Ana's credential, and her own key."""
    created = ask("over-18", today)
    thief = Person(mallory, wayra.held)
    verified = thief.ask(client, created.request_uri, now=today)
    with pytest.raises(SelloError):
        thief.answer(verified, now=today)  # her own wallet refuses; so she shows what she holds as it is
    own = Person(mallory, [credential("identity", IDENTITY, holder=mallory, now=today)])
    stolen = str(wayra.held[0])
    outgoing = own.answer(verified, now=today, bend=lambda shown: stolen + shown.rpartition("~")[2])
    assert post(client, outgoing).status_code == 400
    assert state_of(created) == Status.REJECTED


def test_an_answer_to_one_service_is_nothing_to_another(
    client: Client, wayra: Person, today: datetime
) -> None:
    first, second = ask("over-18", today), ask("mobile-money", today)
    asked_first = wayra.ask(client, first.request_uri, now=today)
    asked_second = wayra.ask(client, second.request_uri, now=today)
    honest = wayra.answer(asked_first, now=today)
    crossed = wayra.answer(
        asked_second, now=today, audience=asked_first.client_id, nonce=asked_first.request.nonce
    )
    assert post(client, crossed).status_code == 400
    assert post(client, honest).status_code == 200
    moved = type(honest)(asked_second.request.response_uri, honest.form)
    assert post(client, moved).status_code == 400


def test_an_issuer_nobody_trusts(client: Client, wayra: Person, today: datetime) -> None:
    TrustedIssuer.objects.all().delete()
    created = ask("over-18", today)
    reply = post(client, wayra.answer(wayra.ask(client, created.request_uri, now=today), now=today))
    assert reply.status_code == 400
    assert state_of(created) == Status.REJECTED
    assert {"check": "trust", "result": "failed"}.items() <= created.session.outcome["checks"][-1].items()


def test_an_issuer_trusted_for_another_type(client: Client, wayra: Person, today: datetime) -> None:
    TrustedIssuer.objects.filter(type="*").update(type="https://elsewhere.example/types/farmer")
    created = ask("over-18", today)
    assert (
        post(client, wayra.answer(wayra.ask(client, created.request_uri, now=today), now=today)).status_code
        == 400
    )


@pytest.mark.parametrize("status", ["revoked", "suspended", "undetermined"])
def test_a_status_is_told_apart(
    client: Client, wayra: Person, today: datetime, monkeypatch: pytest.MonkeyPatch, status: Any
) -> None:
    monkeypatch.setattr(
        verify_response,
        "check_credential_status",
        lambda credential, *, now: StatusOutcome(status, "The list says so."),
    )
    created = ask("over-18", today)
    reply = post(client, wayra.answer(wayra.ask(client, created.request_uri, now=today), now=today))
    assert reply.status_code == 400
    assert state_of(created) == Status.REJECTED
    assert created.session.outcome["status"] == status


def test_the_values_of_the_query_are_checked_again(client: Client, today: datetime, ana: PrivateKey) -> None:
    """A wallet that shows a false `age_over_18` as if it answered the question."""
    young = Person(ana, [credential("identity", {**IDENTITY, "age_over_18": False}, holder=ana, now=today)])
    created = ask("over-18", today)
    verified = young.ask(client, created.request_uri, now=today)
    outgoing = young.answer_anyway(verified, "identity", [("age_over_18",)], now=today)
    assert post(client, outgoing).status_code == 400
    assert state_of(created) == Status.REJECTED
    assert created.session.outcome["checks"][-1]["check"] == "query"


def test_another_document_does_not_do(client: Client, today: datetime, ana: PrivateKey) -> None:
    farmer = Person(ana, [credential("farmer", {**FARMER, "age_over_18": True}, holder=ana, now=today)])
    created = ask("over-18", today)
    verified = farmer.ask(client, created.request_uri, now=today)
    assert (
        post(client, farmer.answer_anyway(verified, "identity", [("age_over_18",)], now=today)).status_code
        == 400
    )


def unsigned(issuer: str) -> str:
    """An SD-JWT VC with a key binding, whose signatures nobody will look at."""
    head = {"alg": "EdDSA", "typ": "dc+sd-jwt", "kid": f"{issuer}#k"}
    said = {"iss": issuer, "vct": type_url("identity"), "age_over_18": True, "cnf": {"jwk": {"kty": "OKP"}}}
    bound = {"alg": "EdDSA", "typ": "kb+jwt"}
    parts = [base64url.encode(json.dumps(part).encode()) for part in (head, said, bound, {})]
    return f"{parts[0]}.{parts[1]}.{'A' * 86}~{parts[2]}.{parts[3]}.{'A' * 86}"


@pytest.mark.parametrize("issuer", ["did:web:mallory.example", "https://mallory.example"])
def test_nobody_is_asked_for_the_keys_of_a_stranger(
    client: Client, today: datetime, monkeypatch: pytest.MonkeyPatch, issuer: str
) -> None:
    monkeypatch.setattr(http, "transport", lambda *_: pytest.fail("a stranger's server was asked"))
    created = ask("over-18", today)
    answer = create_response(requests.request_of(created.session), {"identity": [unsigned(issuer)]})
    assert post(client, answer).status_code == 400
    assert state_of(created) == Status.REJECTED
    assert created.session.outcome["checks"][-1] == {
        "check": "trust", "result": "failed", "detail": "This issuer is not on the list of trusted issuers.",
    }  # fmt: skip


def test_presentations_are_counted_before_any_is_looked_at(
    client: Client, today: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify_response, "sources", lambda **_: pytest.fail("one was looked at"))
    for answer in ({"identity": [unsigned("did:web:a.example")] * 2}, {"another": ["x~"]}):
        created = ask("over-18", today)
        outgoing = create_response(requests.request_of(created.session), answer)
        assert post(client, outgoing).status_code == 400
        assert state_of(created) == Status.REJECTED
