"""Credentials without a signature, of an extended type, or several: only where that was provided for."""

import json
from datetime import datetime

import pytest
from django.test import Client

from common.adapters.network import http
from common.errors import FetchError
from common.formats.base import Secured
from common.oid4vp.response import OutgoingResponse, create_response, open_response, parse_response_form
from tests.verifier.holders import IDENTITY, Person, credential, post
from tests.verifier.requests_fixture import ask, state_of
from verifier.models import PresentationSession
from verifier.presentation.requests import encryption_key
from verifier.services.catalogue import find_service

pytestmark = pytest.mark.usefixtures("site")
Status = PresentationSession.Status


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

    def carry(method: str, url: str, headers: object, body: object) -> http.HttpReply:
        if url not in pages:
            raise FetchError("Nobody lives there.")
        return http.HttpReply(200, pages[url], {"content-type": "application/json"})

    monkeypatch.setattr(http, "transport", carry)
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
    shown: list[Secured] = []
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
