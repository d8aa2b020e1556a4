"""The same question over the browser's own API: made, answered and opened on the page that began it."""

from datetime import datetime
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from common.adapters.documents.sources import resolve_did, sources
from common.formats import FORMATS
from common.formats.base import Binding
from common.oid4vp import dc_api
from common.oid4vp.matching import candidates
from common.oid4vp.request_object import Trust, VerifiedRequest, verify_request
from tests.verifier.holders import FORMAT, Person
from verifier.models import PresentationSession
from verifier.presentation import states
from verifier.presentation.browser import COOKIE

pytestmark = pytest.mark.usefixtures("site")
Status = states.Status


@pytest.fixture
def begun(client: Client) -> PresentationSession:
    """A browser before the page that shows the code."""
    assert client.post("/services/over-18", {"way": "elsewhere"}).status_code == 302
    return PresentationSession.objects.get()


def url(session: PresentationSession) -> str:
    return f"/services/sessions/{session.poll_id}/digital"


def ask(
    client: Client, session: PresentationSession, now: datetime, which: str, origin: str = ""
) -> VerifiedRequest:
    """What a wallet makes of what the page hands to the browser."""
    entries = client.get(url(session)).json()["requests"]
    assert [entry["protocol"] for entry in entries] == [dc_api.SIGNED, dc_api.UNSIGNED]
    entry = next(entry for entry in entries if entry["protocol"] == which)
    reference = dc_api.parse_api_request(entry["protocol"], entry["data"], origin=origin or settings.BASE_URL)
    return verify_request(reference, trust=Trust(resolve=resolve_did), now=now)


def answer(person: Person, verified: VerifiedRequest, now: datetime, **changed: str) -> dict[str, Any]:
    request, form = verified.request, FORMATS[FORMAT]
    cards = [form.verify_credential(one, sources=sources(), now=now) for one in person.held]
    bound = Binding(**{"audience": verified.client_id, "nonce": request.nonce, **changed})  # type: ignore[arg-type]
    shown = {
        name: [
            form.present(
                person.held[cards.index(match.credential)], disclose=match.disclose, binding=bound,
                signer=person.key, sources=sources(), now=now,
            )
        ]
        for name, match in candidates(request.query, cards).default().items()
    }  # fmt: skip
    return dc_api.create_dc_api_response(request, shown)


def hand_back(client: Client, session: PresentationSession, data: Any) -> Any:
    body = {"protocol": dc_api.UNSIGNED, "data": data}
    return client.post(url(session), body, content_type="application/json")


@pytest.mark.parametrize("which", dc_api.PROTOCOLS)
def test_an_answer_opens_the_door_on_the_page_that_began(
    client: Client, begun: PresentationSession, wayra: Person, today: datetime, which: str
) -> None:
    verified = ask(client, begun, today, which)
    assert verified.authenticated is (which == dc_api.SIGNED)
    assert verified.client_id == f"origin:{settings.BASE_URL}"
    assert verified.request.response_mode == "dc_api.jwt"
    reply = hand_back(client, begun, answer(wayra, verified, today))
    assert reply.status_code == 204, reply.content
    begun.refresh_from_db()
    assert (begun.status, begun.outcome["unlocked"]) == (Status.UNLOCKED, "service")
    assert client.get(f"/services/sessions/{begun.poll_id}").templates[0].name == "services/unlocked.html"
    assert hand_back(client, begun, answer(wayra, verified, today)).status_code == 400  # once


@pytest.mark.parametrize("changed", [{"audience": "origin:https://mallory.example"}, {"nonce": "another"}])
def test_an_answer_made_for_another_page_or_request(
    client: Client, begun: PresentationSession, wayra: Person, today: datetime, changed: dict[str, str]
) -> None:
    verified = ask(client, begun, today, dc_api.UNSIGNED)
    assert hand_back(client, begun, answer(wayra, verified, today, **changed)).status_code == 400
    begun.refresh_from_db()
    assert begun.status == Status.REJECTED


def test_an_answer_to_the_link_is_none_for_the_page(
    client: Client, begun: PresentationSession, wayra: Person, today: datetime
) -> None:
    """Its audience is the verifier's name, not the page's origin."""
    verified = ask(client, begun, today, dc_api.UNSIGNED)
    assert (
        hand_back(client, begun, answer(wayra, verified, today, audience=begun.client_id)).status_code == 400
    )


def test_a_signed_request_is_worth_nothing_on_another_page(
    client: Client, begun: PresentationSession, today: datetime
) -> None:
    with pytest.raises(Exception, match="another page"):
        ask(client, begun, today, dc_api.SIGNED, origin="https://mallory.example")


def test_only_the_browser_that_began_asks_and_answers(
    client: Client, begun: PresentationSession, wayra: Person, today: datetime
) -> None:
    data = answer(wayra, ask(client, begun, today, dc_api.UNSIGNED), today)
    stranger = Client()
    for cookie in ("", "another"):
        stranger.cookies[COOKIE] = cookie
        assert stranger.get(url(begun)).status_code == 403
        assert hand_back(stranger, begun, data).status_code == 403
    begun.refresh_from_db()
    assert begun.status == Status.REQUESTED


def test_a_no(client: Client, begun: PresentationSession) -> None:
    assert hand_back(client, begun, {"error": "access_denied"}).status_code == 204
    begun.refresh_from_db()
    assert begun.status == Status.REJECTED


@pytest.mark.parametrize(
    "body", ["", "[]", "{", '{"data":{"vp_token":{"a":["b"]}}}', '{"data":{"response":"x"}}']
)
def test_what_is_no_answer(client: Client, begun: PresentationSession, body: str) -> None:
    assert client.post(url(begun), body, content_type="application/json").status_code == 400
    begun.refresh_from_db()
    assert begun.status == Status.REQUESTED


def test_the_page_offers_it_where_the_browser_can(client: Client, begun: PresentationSession) -> None:
    page = client.get(f"/services/sessions/{begun.poll_id}").content.decode()
    assert f'hidden data-digital-url="{url(begun)}"' in page
    assert "services/digital.js" in page
