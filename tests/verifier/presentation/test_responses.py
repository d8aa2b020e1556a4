"""A presentation over the verifier's endpoints: honest in each mode and under each name, in time and once."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from common.errors import SelloError
from common.keys.jwe import ENCRYPTIONS, header
from common.oid4vp.client_id import PREFIXES
from common.oid4vp.errors import AccessDeniedError
from common.oid4vp.request import RESPONSE_MODES
from common.oid4vp.response import MAX_BYTES, create_error_response, parse_response_form
from tests.verifier.holders import IDENTITY, Person, post
from tests.verifier.requests_fixture import ask, state_of
from verifier.errors import AlreadyAnsweredError
from verifier.identity import service_identity
from verifier.models import PresentationSession
from verifier.presentation import states
from verifier.presentation.responses import receive_response

pytestmark = pytest.mark.usefixtures("site")
Status = PresentationSession.Status


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("mode", RESPONSE_MODES)
def test_an_honest_answer(client: Client, wayra: Person, today: datetime, prefix: str, mode: str) -> None:
    created = ask("over-18", today, client_id_prefix=prefix, response_mode=mode)
    anchors = [bytes(service_identity.own_authority(now=today).der)]
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
    elsewhere = client.get(f"/services/clinic/requests/{created.session.request_id}")
    assert (elsewhere.status_code, elsewhere.headers["Content-Type"]) == (404, "application/json")
    assert elsewhere.json()["error"] == "invalid_request"
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
    reply = post(client, create_error_response(verified.request, AccessDeniedError("No.")))
    assert reply.status_code == 200
    assert state_of(created) == Status.REJECTED
    assert created.session.outcome["verified"] is False


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
        with pytest.raises(AlreadyAnsweredError):
            states.move_presentation(session, to, now=today)
    states.move_presentation(session, Status.SUBMITTED, now=today)
    with pytest.raises(AlreadyAnsweredError):
        states.move_presentation(session, Status.SUBMITTED, now=today)
    states.move_presentation(session, Status.REJECTED, now=today)
    for to in (Status.VERIFIED, Status.UNLOCKED, Status.REQUEST_RETRIEVED, Status.SUBMITTED):
        with pytest.raises(AlreadyAnsweredError):
            states.move_presentation(session, to, now=today)


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


def test_the_log_says_why_an_answer_was_refused_and_no_claim(
    client: Client, wayra: Person, today: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    created = ask("over-18", today)
    verified = wayra.ask(client, created.request_uri, now=today)
    post(client, wayra.answer(verified, now=today, nonce="another"))
    [record] = [record for record in caplog.records if record.name.startswith("sello.")]
    assert record.levelname == "WARNING"
    assert (
        "PresentationRefusedError: This presentation was made for another request. (binding)" in caplog.text
    )
    assert not any(str(value) in caplog.text for value in IDENTITY.values() if value is not True)
