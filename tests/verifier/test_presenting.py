"""A presentation over the verifier's endpoints: honest in each mode and under each name, and otherwise."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from common.adapters import fetch as door
from common.encoding import base64url
from common.errors import FetchFailed, SelloError
from common.keys import PrivateKey
from common.keys.jwe import ENCRYPTIONS, header
from common.oid4vp.client_id import PREFIXES
from common.oid4vp.errors import AccessDenied
from common.oid4vp.request import RESPONSE_MODES
from common.oid4vp.response import (
    MAX_BYTES,
    OutgoingResponse,
    create_error_response,
    create_response,
    open_response,
    parse_response_form,
)
from common.status.check import StatusOutcome
from tests.verifier.people import FARMER, IDENTITY, Person, credential, post
from verifier.models import PresentationSession, TrustedIssuer
from verifier.services import checking, identity, states
from verifier.services.errors import AlreadyAnswered
from verifier.services.requests import CreatedRequest, create_request, encryption_key, find_service
from verifier.services.responses import receive_response

pytestmark = pytest.mark.usefixtures("world")
Status = PresentationSession.Status


def ask(slug: str, now: datetime, **options: Any) -> CreatedRequest:
    return create_request(find_service(slug), **{"same_device": False, "now": now, **options})


def state_of(created: CreatedRequest) -> Any:
    created.session.refresh_from_db()
    return created.session.status


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("mode", RESPONSE_MODES)
def test_an_honest_answer(client: Client, wayra: Person, today: datetime, prefix: str, mode: str) -> None:
    created = ask("over-18", today, client_id_prefix=prefix, response_mode=mode)
    anchors = [bytes(identity.authority(now=today).der)]
    verified = wayra.ask(client, created.request_uri, now=today, anchors=anchors)
    assert verified.authenticated is (prefix != "redirect_uri")
    assert (verified.request.name, verified.request.response_mode) == ("Cinema Illimani", mode)
    assert state_of(created) == (Status.REQUESTED if prefix == "redirect_uri" else Status.REQUEST_RETRIEVED)
    reply = post(client, wayra.answer(verified, now=today))
    assert (reply.status_code, reply.json()) == (200, {})
    assert state_of(created) == Status.UNLOCKED
    assert created.session.outcome["unlocked"] == "service"
    assert [event.event for event in created.session.events.all()][-3:] == [
        "SUBMITTED",
        "VERIFIED",
        "UNLOCKED",
    ]


def bent_signature(presentation: str) -> str:
    head, _, tail = presentation.rpartition(".")
    return f"{head}.{'A' if tail[0] != 'A' else 'B'}{tail[1:]}"


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


def test_an_answer_counts_once(client: Client, wayra: Person, today: datetime) -> None:
    created = ask("over-18", today)
    outgoing = wayra.answer(wayra.ask(client, created.request_uri, now=today), now=today)
    assert post(client, outgoing).status_code == 200
    again = post(client, outgoing)
    assert again.status_code == 400
    assert "answered already" in again.json()["error_description"]
    assert state_of(created) == Status.UNLOCKED


def test_a_refused_answer_cannot_be_mended(client: Client, wayra: Person, today: datetime) -> None:
    created = ask("over-18", today)
    verified = wayra.ask(client, created.request_uri, now=today)
    assert post(client, wayra.answer(verified, now=today, nonce="another")).status_code == 400
    assert post(client, wayra.answer(verified, now=today)).status_code == 400
    assert state_of(created) == Status.REJECTED


def test_garbage_does_not_use_up_the_request(client: Client, wayra: Person, today: datetime) -> None:
    """Whoever saw the QR code cannot burn the request: what does not open changes nothing."""
    created = ask("over-18", today)
    verified = wayra.ask(client, created.request_uri, now=today)
    outgoing = wayra.answer(verified, now=today)
    head, _, tail = outgoing.form["response"].rpartition(".")
    broken = type(outgoing)(outgoing.uri, {"response": f"{head}.{'A' * len(tail)}"})
    assert post(client, broken).status_code == 400
    assert post(client, outgoing).status_code == 200


def test_a_request_times_out(client: Client, wayra: Person, today: datetime) -> None:
    created = ask("over-18", today)
    verified = wayra.ask(client, created.request_uri, now=today)
    form = parse_response_form(wayra.answer(verified, now=today).body)
    with pytest.raises(SelloError, match="too long"):
        receive_response("over-18", form, now=today + timedelta(minutes=11))
    assert state_of(created) == Status.TIMED_OUT
    assert created.session.sealed_key is None
    assert post(client, wayra.answer(verified, now=today)).status_code == 400


def test_a_timed_out_request_is_not_handed_out(client: Client, today: datetime) -> None:
    created = ask("over-18", today - timedelta(minutes=11))
    path = f"/services/over-18/requests/{created.session.request_id}"
    reply = client.get(path, headers={"accept": "application/oauth-authz-req+jwt"})
    assert reply.status_code == 400
    assert client.get(f"/services/clinic/requests/{created.session.request_id}").status_code == 404
    assert state_of(created) == Status.TIMED_OUT


def test_a_request_object_comes_by_get_too(client: Client, today: datetime) -> None:
    created = ask("over-18", today)
    reply = client.get(f"/services/over-18/requests/{created.session.request_id}")
    assert reply.status_code == 200
    assert reply.content.count(b".") == 2
    assert reply.headers["Cache-Control"] == "no-store"


def test_a_person_may_say_no(client: Client, wayra: Person, today: datetime) -> None:
    created = ask("over-18", today)
    verified = wayra.ask(client, created.request_uri, now=today)
    reply = post(client, create_error_response(verified.request, AccessDenied("No.")))
    assert reply.status_code == 200
    assert state_of(created) == Status.REJECTED
    assert created.session.outcome["verified"] is False


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
        checking, "check_status", lambda credential, *, now: StatusOutcome(status, "The list says so.")
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


def test_what_is_too_large_is_refused(client: Client) -> None:
    reply = client.post(
        "/services/over-18/response",
        "vp_token=" + "a" * MAX_BYTES,
        content_type="application/x-www-form-urlencoded",
    )
    assert reply.status_code == 413


@pytest.mark.parametrize("body", ["state=nobody&vp_token=%7B%7D", "vp_token=%7B%7D", "", "response=a.b.c"])
def test_what_answers_no_request_is_refused(client: Client, body: str) -> None:
    reply = client.post("/services/over-18/response", body, content_type="application/x-www-form-urlencoded")
    assert reply.status_code == 400
    assert reply.json()["error"] == "invalid_request"


def test_answers_are_forms(client: Client) -> None:
    assert client.post("/services/over-18/response", "{}", content_type="application/json").status_code == 415


def test_answers_are_limited(client: Client, settings: Any) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "verify": 2}
    replies = [
        client.post("/services/over-18/response", "a=b", content_type="application/x-www-form-urlencoded")
        for _ in range(3)
    ]
    assert [reply.status_code for reply in replies] == [400, 400, 429]


def test_the_machine_moves_one_way_only(today: datetime) -> None:
    session = ask("over-18", today).session
    for to in (Status.VERIFIED, Status.REJECTED, Status.UNLOCKED):
        with pytest.raises(AlreadyAnswered):
            states.move(session, to, now=today)
    states.move(session, Status.SUBMITTED, now=today)
    with pytest.raises(AlreadyAnswered):
        states.move(session, Status.SUBMITTED, now=today)
    states.move(session, Status.REJECTED, now=today)
    for to in (Status.VERIFIED, Status.UNLOCKED, Status.REQUEST_RETRIEVED, Status.SUBMITTED):
        with pytest.raises(AlreadyAnswered):
            states.move(session, to, now=today)


def test_the_status_endpoint_tells_no_claims(client: Client, wayra: Person, today: datetime) -> None:
    created = ask("mobile-money", today)
    path = "/" + created.status_url.split("/", 3)[3]
    assert client.get(path).json()["state"] == "REQUESTED"
    post(client, wayra.answer(wayra.ask(client, created.request_uri, now=today), now=today))
    told = client.get(path)
    assert told.json()["state"] == "UNLOCKED"
    assert told.json()["outcome"]["verified"] is True
    assert all(str(value) not in told.content.decode() for value in IDENTITY.values() if value is not True)
    assert client.get("/services/sessions/nobody/status").status_code == 404


def test_outcomes_are_kept_without_claims(client: Client, wayra: Person, today: datetime) -> None:
    """Whatever rows remain once a service is unlocked: none of them holds what was shown."""
    from django.core import serializers

    from verifier import models

    for slug in ("mobile-money", "subsidy", "over-18"):
        created = ask(slug, today, browser="cookie")
        reply = post(client, wayra.answer(wayra.ask(client, created.request_uri, now=today), now=today))
        assert reply.status_code == 200, reply.content
        assert state_of(created) == Status.UNLOCKED
    rows = [row for name in models.__all__ for row in getattr(models, name).objects.all()]
    kept = serializers.serialize("json", rows)
    assert len(rows) > 20
    said = {*IDENTITY.values(), *FARMER.values()} - {True}
    assert not [value for value in said if str(value) in kept]


def test_over_18_learns_that_and_nothing_else(
    client: Client, wayra: Person, today: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from verifier.actions import ACTIONS, base, service

    seen: list[base.Presented] = []

    def admit(presentation: base.Presented, **more: Any) -> base.Unlocked:
        seen.append(presentation)
        return service.admit(presentation, **more)

    monkeypatch.setitem(ACTIONS, "admission", base.Action(admit))
    documents: list[Any] = []
    monkeypatch.setattr(
        checking, "check_status",
        lambda credential, *, now: documents.append(credential.document) or StatusOutcome("valid", ""),
    )  # fmt: skip
    created = ask("over-18", today)
    verified = wayra.ask(client, created.request_uri, now=today)
    assert [claim.path for claim in verified.request.query.credentials[0].claims] == [("age_over_18",)]
    post(client, wayra.answer(verified, now=today))
    assert state_of(created) == Status.UNLOCKED
    assert set(documents[0]) == {"iss", "vct", "iat", "nbf", "exp", "cnf", "age_over_18"}
    assert seen[0].one().requested == {("age_over_18",): [True]}
    # A careless wallet that shows everything: the service still looks at that one claim alone.
    created = ask("over-18", today)
    verified = wayra.ask(client, created.request_uri, now=today)
    post(client, wayra.answer(verified, now=today, everything=True))
    assert state_of(created) == Status.UNLOCKED
    assert seen[1].one().requested == {("age_over_18",): [True]}


@pytest.mark.parametrize("wanted", [True, False])
def test_a_credential_without_its_holders_signature(
    client: Client, wayra: Person, today: datetime, wanted: bool
) -> None:
    """It opens a door only where the query says so, and only with the request's own state (§5.3)."""
    service = find_service("over-18")
    for query in service.query["credentials"]:
        query["require_cryptographic_holder_binding"] = wanted
    service.save()
    created = ask("over-18", today, response_mode="direct_post")
    verified = wayra.ask(client, created.request_uri, now=today)
    bare = wayra.answer(verified, now=today, bend=lambda presented: presented.rpartition("~")[0] + "~")
    elsewhere = {**bare.form, "state": "another"}
    assert post(client, OutgoingResponse(bare.uri, elsewhere)).status_code == 400
    reply = post(client, bare)
    if wanted:
        assert reply.status_code == 400
        assert state_of(created) == Status.REJECTED
    else:
        assert reply.status_code == 200, reply.content
        assert state_of(created) == Status.UNLOCKED
        checks = {check["check"]: check["result"] for check in created.session.outcome["checks"]}
        assert checks["binding"] == "skipped"


def test_a_credential_of_a_type_that_extends_the_one_asked_for(
    client: Client, wayra: Person, today: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OpenID4VP B.3.5: its type's own metadata say so; a type that says nothing answers nothing."""
    parent, child = (f"https://elsewhere.example/types/{name}" for name in ("person", "citizen"))
    service = find_service("over-18")
    [query] = service.query["credentials"]
    query["meta"]["vct_values"] = [parent]
    service.save()
    created = [ask("over-18", today, response_mode="direct_post") for _ in range(2)]
    wayra.held = [credential("identity", IDENTITY, holder=wayra.key, now=today, vct=child)]
    pages = {child: json.dumps({"vct": child, "extends": parent}).encode()}

    def carry(method: str, url: str, headers: object, body: object) -> door.Reply:
        if url not in pages:
            raise FetchFailed("Nobody lives there.")
        return door.Reply(200, pages[url], {"content-type": "application/json"})

    monkeypatch.setattr(door, "transport", carry)
    verified = wayra.ask(client, created[0].request_uri, now=today)
    outgoing = wayra.answer_anyway(verified, query["id"], [("age_over_18",)], now=today)
    assert post(client, outgoing).status_code == 400  # nobody publishes what the parent is
    pages[parent] = json.dumps({"vct": parent}).encode()
    verified = wayra.ask(client, created[1].request_uri, now=today)
    outgoing = wayra.answer_anyway(verified, query["id"], [("age_over_18",)], now=today)
    reply = post(client, outgoing)
    assert reply.status_code == 200, reply.content


@pytest.mark.parametrize("wanted", [True, False])
def test_several_credentials_for_one_question(
    client: Client, wayra: Person, today: datetime, wanted: bool
) -> None:
    """`multiple` (OpenID4VP §6.1): two where it says so; what the service does with two is its own affair."""
    service = find_service("over-18")
    [query] = service.query["credentials"]
    query["multiple"] = wanted
    service.save()
    created = ask("over-18", today)
    verified = wayra.ask(client, created.request_uri, now=today)
    wayra.held.append(credential("identity", IDENTITY, holder=wayra.key, now=today))
    shown = []
    for one in (wayra.held[0], wayra.held[-1]):
        wayra.held = [one]
        outgoing = wayra.answer_anyway(verified, query["id"], [("age_over_18",)], now=today)
        opened = open_response(
            parse_response_form(outgoing.body), state=created.session.state,
            response_mode="direct_post.jwt", key=encryption_key(created.session),
        )  # fmt: skip
        shown += opened.presentations[query["id"]]
    reply = post(client, create_response(verified.request, {query["id"]: shown}))
    assert reply.status_code == (200 if wanted else 400), reply.content
    assert state_of(created) == (Status.VERIFIED if wanted else Status.REJECTED)


def test_each_content_encryption_that_is_offered(client: Client, wayra: Person, today: datetime) -> None:
    for encryption in ENCRYPTIONS:
        created = ask("over-18", today, response_mode="direct_post.jwt")
        verified = wayra.ask(client, created.request_uri, now=today)
        assert set(verified.request.metadata.encryptions) == set(ENCRYPTIONS)
        metadata = replace(verified.request.metadata, encryptions=(encryption,))
        chosen = replace(verified, request=replace(verified.request, metadata=metadata))
        outgoing = wayra.answer(chosen, now=today)
        assert header(outgoing.form["response"])["enc"] == encryption
        assert post(client, outgoing).status_code == 200
        assert state_of(created) == Status.UNLOCKED
