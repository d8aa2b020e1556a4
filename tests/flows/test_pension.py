"""A death in the civil registry, shown by the widow beside her identity, pays her pension."""

from datetime import datetime

import pytest
from django.test import Client
from django.utils import timezone

from common.keys import PrivateKey
from issuer.models import Record
from issuer.sample.load import load_samples
from tests.flows.test_registry_unlock import issue
from tests.verifier.holders import Person, post
from verifier.models import PaymentInstruction, PresentationSession
from verifier.presentation.requests import create_request
from verifier.services.catalogue import find_service
from verifier.services.sample import load_services

FORM = "dc+sd-jwt"


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("own", [True, False])
def test_the_registers_word_opens_the_programme(site_network: Client, ana: PrivateKey, own: bool) -> None:
    load_samples()
    load_services()
    now: datetime = timezone.now().replace(microsecond=0)
    deaths = Record.objects.filter(registry__slug="deaths")
    act = next(row for row in deaths if row.data["spouse_national_id"])
    people = {row.data["national_id"]: row for row in Record.objects.filter(registry__slug="population")}
    widow = people[act.data["spouse_national_id"]]
    other = next(row for row in people.values() if row != widow and not row.data.get("died_on"))
    identity = issue("identity", (widow if own else other).key, FORM, holder=ana, now=now)
    person = Person(ana, [identity, issue("death", act.key, FORM, holder=ana, now=now)])
    created = create_request(find_service("widows-pension"), same_device=False, now=now, payee="BO-7100-0017")
    post(Client(), person.answer(person.ask(Client(), created.request_uri, now=now), now=now))
    session = PresentationSession.objects.get(pk=created.session.pk)
    if own:
        assert session.outcome["booked"] is True
        assert PaymentInstruction.objects.get().amount == 6000
    else:
        assert "not that of your husband or wife" in session.outcome["problem"]
        assert not PaymentInstruction.objects.exists()
