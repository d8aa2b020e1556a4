"""A service learns what it asked for, and what it keeps or tells of an answer holds no claims."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from common.formats.base import VerifiedCredential
from common.status.check import StatusOutcome
from tests.verifier.holders import FARMER, IDENTITY, Person, post
from tests.verifier.requests_fixture import ask, state_of
from verifier.models import PresentationSession
from verifier.presentation import verify_response

pytestmark = pytest.mark.usefixtures("site")
Status = PresentationSession.Status


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
    from verifier.services.actions import ACTIONS, admission, base

    seen: list[base.VerifiedAnswer] = []

    def admit(presentation: base.VerifiedAnswer, **more: Any) -> base.Unlocked:
        seen.append(presentation)
        return admission.unlock(presentation, **more)

    monkeypatch.setitem(ACTIONS, "admission", base.Action(admit, admission.PARAMETERS))
    documents: list[Any] = []

    def look(credential: VerifiedCredential, *, now: datetime) -> StatusOutcome:
        documents.append(credential.document)
        return StatusOutcome("valid", "")

    monkeypatch.setattr(verify_response, "check_credential_status", look)
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
