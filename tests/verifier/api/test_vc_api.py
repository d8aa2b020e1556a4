"""The VC-API's verifying side: 200 or 400, and what is wrong as problem details."""

import json
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from common import purse
from common.adapters.network import http
from common.did import did_key
from common.formats.data_integrity import pipeline
from common.keys import PrivateKey
from common.rdf.contexts import CONFORMANCE, CREDENTIALS_V2, EXAMPLES_V2, SHIPPED
from common.rdf.expansion import OpenContexts
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
VERIFIED = {"verified": True, "problemDetails": [], "warnings": []}


def named(key: PrivateKey) -> PrivateKey:
    return key.named(did_key.key_method(key.public_key))


def secure(document: dict[str, Any], key: PrivateKey, purpose: str, **more: Any) -> dict[str, Any]:
    options = (
        pipeline.proof_options(signer=named(key), purpose=purpose, created=NOW.replace(year=2025)) | more
    )
    contexts = OpenContexts({**SHIPPED, **CONFORMANCE}.__getitem__)
    return pipeline.add_proof(document, options, signer=named(key), contexts=contexts)


def credential(issuer: PrivateKey, **changes: Any) -> dict[str, Any]:
    document = {
        "@context": [CREDENTIALS_V2],
        "type": ["VerifiableCredential"],
        "issuer": did_key.encode(issuer.public_key),
        "credentialSubject": {"id": "did:example:ana", "name": "Ana"},
    }
    return secure(document | changes, issuer, "assertionMethod")


def presentation(holder: PrivateKey, *shown: Any, **more: Any) -> dict[str, Any]:
    held = {"verifiableCredential": list(shown)} if shown else {}
    document = {"@context": [CREDENTIALS_V2], "type": ["VerifiablePresentation"], **held}
    return secure(document, holder, "authentication", **more)


def ask(kind: str, body: Any, **client: Any) -> tuple[int, Any]:
    response = Client(**client).post(f"/vc-api/{kind}s/verify", json.dumps(body), "application/json")
    return response.status_code, json.loads(response.content)


def verify(document: Any, **options: Any) -> tuple[int, Any]:
    return ask("credential", {"verifiableCredential": document, "options": options})


def show(document: Any, **options: Any) -> tuple[int, Any]:
    return ask("presentation", {"verifiablePresentation": document, "options": options})


def test_what_holds(ana: PrivateKey, bruno: PrivateKey) -> None:
    assert verify(credential(ana)) == (200, VERIFIED)
    shown = presentation(bruno, credential(ana), domain="clinic.example", challenge="n-1")
    assert show(shown, domain="clinic.example", challenge="n-1") == (200, VERIFIED)


def test_what_does_not_hold_is_a_problem(ana: PrivateKey) -> None:
    changed = credential(ana) | {"credentialSubject": {"id": "did:example:mallory", "name": "Ana"}}
    status, answer = verify(changed)
    assert (status, answer["verified"]) == (400, False)
    assert answer["type"] == "https://w3id.org/security#PROOF_VERIFICATION_ERROR"
    assert answer["problemDetails"][0]["type"] == answer["type"]
    assert "Ana" not in json.dumps(answer)


def forged(signer: PrivateKey, *, issuer: PrivateKey) -> dict[str, Any]:
    document = {name: part for name, part in credential(issuer).items() if name != "proof"}
    return secure(document, signer, "assertionMethod")


def test_what_a_stranger_signed_in_an_issuers_name_does_not_hold(
    ana: PrivateKey, bruno: PrivateKey, mallory: PrivateKey
) -> None:
    document = forged(mallory, issuer=ana)
    for status, answer in (verify(document), show(presentation(bruno, credential(ana), document))):
        assert (status, answer["verified"]) == (400, False)
        assert answer["type"] == "https://w3id.org/security#PROOF_VERIFICATION_ERROR"


def test_trials_are_warned_of_a_stranger(
    ana: PrivateKey, bruno: PrivateKey, mallory: PrivateKey, settings: Settings
) -> None:
    settings.VC_API_OPEN = True
    document = forged(mallory, issuer=ana)
    for (status, answer), count in (
        (verify(document), 1),
        (show(presentation(bruno, document, credential(ana), document)), 2),
    ):
        assert (status, answer["verified"], len(answer["warnings"])) == (200, True, count)
        assert answer["warnings"] == answer["problemDetails"]
        assert answer["warnings"][0]["type"] == "https://w3id.org/security#PROOF_VERIFICATION_ERROR"
    assert verify(credential(ana)) == (200, VERIFIED)
    outside = ask("credential", {"verifiableCredential": document}, REMOTE_ADDR="192.0.2.1")
    assert outside[0] == 400


@pytest.mark.parametrize("document", [None, "text", 7, [], {}, {"type": ["NonconformingDocument"]}])
def test_what_is_no_document(document: Any) -> None:
    for answer in (verify(document), show(document)):
        assert (answer[0], answer[1]["verified"]) == (400, False)


@pytest.mark.parametrize("body", [[], 7, {"options": {}}, {"options": []}, {"options": 7}])
def test_bodies_that_are_none(body: Any) -> None:
    for kind in ("credential", "presentation"):
        assert ask(kind, body)[0] == 400


def test_bodies_that_are_not_json() -> None:
    response = Client().post("/vc-api/credentials/verify", b"{", "application/json")
    assert (response.status_code, json.loads(response.content)["verified"]) == (400, False)
    assert response.headers["Content-Type"] == "application/problem+json"
    assert Client().get("/vc-api/credentials/verify").status_code == 405


def test_presentations_for_others(ana: PrivateKey) -> None:
    shown = presentation(ana, domain="clinic.example", challenge="n-1")
    for options, code in (
        ({"domain": "other.example"}, "INVALID_DOMAIN_ERROR"),
        ({"challenge": "n-2"}, "INVALID_CHALLENGE_ERROR"),
    ):
        status, answer = show(shown, **options)
        assert (status, answer["type"]) == (400, f"https://w3id.org/security#{code}")
    assert show(shown, domain=7)[0] == 400


def test_checks_are_a_list_of_names(ana: PrivateKey) -> None:
    for checks in (["proof"], [], None):
        assert verify(credential(ana), checks=checks)[0] == 200
    odd: Any
    for odd in ("proof", [7]):
        assert verify(credential(ana), checks=odd)[0] == 400


def test_a_status_that_nobody_can_tell(ana: PrivateKey) -> None:
    entry = {
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "7",
        "statusListCredential": "https://nowhere.example/list",
    }
    listed = credential(ana, credentialStatus=entry)
    assert verify(listed)[0] == 200
    assert verify(listed, checks=["credentialStatus"])[0] == 400


def test_whatever_one_request_asks_is_paid_from_one_purse(
    ana: PrivateKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def carry(method: str, url: str, headers: Any, body: Any) -> http.HttpReply:
        asked.append(url)
        schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": url}
        return http.HttpReply(200, json.dumps(schema).encode(), {"content-type": "application/json"})

    monkeypatch.setattr(http, "transport", carry)

    def listed(name: str) -> Any:
        schemas = [{"id": f"https://registry.example/{name}/{n}", "type": "JsonSchema"} for n in range(5)]
        return credential(ana, credentialSchema=schemas)

    assert show(presentation(ana, listed("a"), listed("b")))[0] == 200
    asked.clear()
    status, answer = show(presentation(ana, *(listed(str(n)) for n in range(20))))
    assert (status, len(asked)) == (400, purse.FETCHES)
    assert "more work than one request may" in answer["detail"]


def test_many_status_entries_fetch_nothing(ana: PrivateKey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "transport", lambda *_: pytest.fail("the network was asked"))
    address = "https://issuer.example/list"
    entries = [
        {"type": "BitstringStatusListEntry", "statusPurpose": "revocation", "statusListIndex": "1",
         "statusListCredential": f"{address}/{number}"}
        for number in range(9)
    ]  # fmt: skip
    status, answer = verify(credential(ana, credentialStatus=entries), checks=["credentialStatus"])
    assert (status, answer["verified"]) == (400, False)
    assert "More than 8 status lists" in answer["detail"]


def test_trials_know_the_examples(ana: PrivateKey, settings: Settings) -> None:
    example = credential(ana, **{"@context": [CREDENTIALS_V2, EXAMPLES_V2], "colour": "green"})
    assert verify(example)[0] == 400
    settings.VC_API_OPEN = True
    assert verify(example)[0] == 200
    outside = ask("credential", {"verifiableCredential": example}, REMOTE_ADDR="192.0.2.1")
    assert outside[0] == 400


def test_a_limit_but_for_trials(ana: PrivateKey, settings: Settings) -> None:
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"verify": 2}
    document = credential(ana)
    assert [verify(document)[0] for _ in range(3)] == [200, 200, 429]
    settings.VC_API_OPEN = True
    assert verify(document)[0] == 200
