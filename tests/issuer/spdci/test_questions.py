"""Yes-or-no questions, details, and what a registry publishes."""

from typing import Any

import pytest
from django.test import Client

from common.keys import jwk
from issuer.models import AccessLog, Registry
from issuer.registries.connectors.spdci.mapping import registry_party
from tests.issuer.spdci_partner import Spp, checked, fits, make_registry, make_spp

pytestmark = pytest.mark.django_db


def question(name: str, query: Any, **criteria: Any) -> dict[str, Any]:
    return {
        "transaction_id": "txn-q",
        f"{name}_criteria": {"query_type": "expression", "query": query, **criteria},
    }


def ask(spp: Spp, registry: Registry, path: str, message: dict[str, Any], text: str) -> Any:
    body = spp.message(registry, "search", message)
    fits(text, f"/{path}", "request", body)
    response = spp.post(registry, path, body)
    assert response.status_code == 200, response.content
    answer = response.json()
    if text == "dr":  # the other text describes the message alone
        fits(text, f"/{path}", "default", answer)
    else:
        fits(text, f"/{path}", "default", answer["message"])
    return checked(registry, answer).message


@pytest.fixture
def disabilities() -> Registry:
    return make_registry("disabilities")


def test_whether_somebody_is_disabled(disabilities: Registry) -> None:
    spp = make_spp(disabilities, may_read={"disabilities": ["national_id", "disabled"]})
    known = disabilities.records.get(key="D-0001").data["national_id"]
    told = {
        value: ask(
            spp, disabilities, "registry/sync/disabled",
            question("disabled", {"member.member_identifier": {"eq": value}}), "dr",
        )["disabled_response"][0]["disabled_status"]
        for value in (known, "nobody")
    }  # fmt: skip
    assert told == {known: "yes", "nobody": "no"}
    [log] = AccessLog.objects.all()
    assert (log.record_key, log.attributes) == ("D-0001", ["disabled"])


def test_an_answer_is_part_of_what_was_agreed(disabilities: Registry) -> None:
    spp = make_spp(disabilities, may_read={"disabilities": ["national_id"]})
    known = disabilities.records.get(key="D-0001").data["national_id"]
    message = question("disabled", {"UIN": known})
    [answer] = ask(spp, disabilities, "registry/sync/disabled", message, "dr")["disabled_response"]
    assert (answer["status"], answer["disabled_status"]) == ("rjct", "no")
    assert not AccessLog.objects.exists()


def test_the_details_and_support_of_one_person(disabilities: Registry) -> None:
    spp = make_spp(disabilities)
    data = disabilities.records.get(key="D-0001").data
    message = question("disabled", {"UIN": data["national_id"]})
    [details] = ask(spp, disabilities, "registry/sync/get-disability-details", message, "dr")[
        "search_response"
    ]
    [record] = details["data"]["reg_records"]
    assert record["disability_details"][0]["impairment_type"] == data["disability_type"]
    assert data["family_names"] not in str(record)
    [support] = ask(spp, disabilities, "registry/sync/get-disability-support", message, "dr")[
        "search_response"
    ]
    [[record]] = support["data"]["reg_records"]
    assert record["assistive_technology"][0]["type"] == data["assistive_device"]
    message = question("disabled", {"permanent": {"in": ["yes", "no"]}})
    few = ask(spp, disabilities, "registry/sync/get-disability-details", message, "dr")
    assert few["search_response"][0]["status"] == "succ"
    farmers = make_registry("farmers", count=2)
    message = question("disabled", {"FARMER_ID": "F-0001"})
    response = make_spp(farmers).ask(farmers, "registry/sync/get-disability-support", "search", message)
    assert response.json()["message"]["search_response"][0]["status"] == "rjct"


def test_a_crowd_is_not_one_person(disabilities: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    from issuer.spdci import questions

    monkeypatch.setattr(questions, "MAX_MEANT", 3)
    message = question("disabled", {"DISABILITY_ID": {"gt": ""}})
    [answer] = ask(make_spp(disabilities), disabilities, "registry/sync/disabled", message, "dr")[
        "disabled_response"
    ]
    assert answer["status"] == "rjct"
    assert not AccessLog.objects.exists()


def test_whether_somebody_is_enrolled() -> None:
    social = make_registry("social", count=40)
    spp = make_spp(social)
    for record in social.records.all():
        query = {
            "person_identifier": {"eq": record.data["national_id"]},
            "programme_identifier.program.programme_identifier": {"eq": "Programa Semilla Ñusta"},
        }
        message = question("enrolled", query)
        [answer] = ask(spp, social, "registry/sync/enrolled", message, "ibr")["enrolled_response"]
        enrolled = record.data.get("enrolment_status") == "active" and "Semilla" in record.data["programme"]
        assert answer["enrolled_status"] == ("yes" if enrolled else "no")


def test_records_are_not_written_from_outside() -> None:
    social = make_registry("social", count=2)
    message = {"transaction_id": "t", "enrolled_updates": {"beneficiaries": [{"@type": "Beneficiary"}]}}
    body = make_spp(social).message(social, "notify", message, status="succ")
    fits("ibr", "/registry/sync/enrollment/updates", "request", body)
    response = make_spp(social).post(social, "registry/sync/enrollment/updates", body)
    fits("ibr", "/registry/sync/enrollment/updates", "default", response.json()["message"])
    assert response.json()["message"]["enrolled_response"][0]["status"] == "rjct"


def test_keys_and_places_are_published(client: Client) -> None:
    farmers = make_registry("farmers")
    [key] = client.get("/spdci/farmers/.well-known/jwks.json").json()["keys"]
    public = registry_party(farmers).signer.public_key
    assert jwk.decode(key) == public
    assert (key["kid"], key["use"], key["alg"]) == (jwk.thumbprint(public), "sig", "EdDSA")
    found = client.get("/spdci/farmers/.well-known/locations.json").json()
    assert (found["@type"], found["@context"]["@context"]) == ("LocationHierarchy", "http://spdci.org/")
    names = {record.data["municipality"] for record in farmers.records.all()}
    assert {place["name"] for place in found["locations"]} == names
    make_registry("disabilities", count=2)
    assert client.get("/spdci/disabilities/.well-known/locations.json").json()["locations"] == []
