"""The VC-API's issuing side: who may ask, in whose name it speaks, what it refuses, whose status it keeps."""

import json
import uuid
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from common.did import did_key
from common.formats.w3c import envelopes
from common.keys import jws
from common.rdf.contexts import CREDENTIALS_V1, CREDENTIALS_V2, DATA_INTEGRITY_V2
from issuer.authorities import identity
from issuer.models import Authority, IssuedCredential
from issuer.status.change import find_credential, set_status
from tests.conftest import NOW

pytestmark = pytest.mark.django_db

TOKEN = "an operator's token"
URL = "/vc-api/issuers/farmer-registry/{}/credentials/issue"
CREDENTIAL: dict[str, Any] = {
    "@context": [CREDENTIALS_V2],
    "type": ["VerifiableCredential"],
    "credentialSubject": {"id": "did:example:ana", "name": "Ana"},
}
STATUS = {"type": "BitstringStatusListEntry"}
CURVES = {
    "eddsa-rdfc-2022": "Ed25519", "eddsa-jcs-2022": "Ed25519", "ecdsa-rdfc-2019": "P-256",
    "ecdsa-jcs-2019": "P-256", "ecdsa-sd-2023": "P-256", "vc+jwt": "P-256",
}  # fmt: skip


@pytest.fixture(autouse=True)
def authority(settings: Settings) -> Authority:
    settings.VC_API_TOKEN, settings.VC_API_OPEN = TOKEN, False
    return identity.create_authority("farmer-registry", "Farmer Registry")


def post(url: str, body: Any, **headers: str) -> tuple[int, Any]:
    response = Client().post(url, json.dumps(body), "application/json", headers=headers)
    return response.status_code, json.loads(response.content)


def issue(credential: Any, suite: str = "eddsa-rdfc-2022", **options: Any) -> Any:
    body = {"credential": credential, "options": options}
    status, answer = post(URL.format(suite), body, Authorization=f"Bearer {TOKEN}")
    assert status == 201, answer
    return answer["verifiableCredential"]


def refused(credential: Any, suite: str = "eddsa-rdfc-2022", **options: Any) -> str:
    body = {"credential": credential, "options": options}
    status, answer = post(URL.format(suite), body, Authorization=f"Bearer {TOKEN}")
    assert (status, answer["status"]) == (400, 400)
    assert answer["problemDetails"] == [{k: answer[k] for k in ("type", "title", "status", "detail")}]
    found: str = answer["type"].rpartition("#")[2]
    return found


def verify(credential: Any, **options: Any) -> tuple[int, Any]:
    return post("/vc-api/credentials/verify", {"verifiableCredential": credential, "options": options})


@pytest.mark.parametrize("suite", CURVES)
def test_every_suite_signs_as_a_did_key(authority: Authority, suite: str) -> None:
    issued = issue(CREDENTIAL, suite)
    did = did_key.encode(identity.authority_signer(authority, CURVES[suite]).public_key)
    if suite == "vc+jwt":
        token = envelopes.open_envelope(issued, kind=envelopes.CREDENTIAL)
        assert jws.parse(token).claims()["issuer"] == did
    else:
        assert (issued["issuer"], issued["proof"]["cryptosuite"]) == (did, suite)
    if suite != "ecdsa-sd-2023":  # a base proof is for its holder
        assert verify(issued)[0] == 200


def test_the_issuer_named_chooses_the_key(authority: Authority) -> None:
    p384 = did_key.encode(identity.authority_signer(authority, "P-384").public_key)
    issued = issue(CREDENTIAL | {"issuer": {"id": p384, "name": "Farmers"}}, "ecdsa-rdfc-2019")
    assert issued["issuer"] == {"id": p384, "name": "Farmers"}
    assert issued["proof"]["verificationMethod"].startswith(p384)
    own = issue(CREDENTIAL | {"issuer": authority.did})
    assert own["proof"]["verificationMethod"] == identity.key_id(authority, "Ed25519")
    key = identity.key_id(authority, "P-384")
    chosen = issue(CREDENTIAL | {"issuer": authority.did}, "ecdsa-jcs-2019", verificationMethod=key)
    assert chosen["proof"]["verificationMethod"] == key
    assert issue(CREDENTIAL | {"issuer": {"name": "Farmers"}})["issuer"]["id"].startswith("did:key:z6Mk")


@pytest.mark.parametrize(
    "issuer", ["did:example:other", None, "fake-issuer", {"id": None}, {"id": "fake-issuer"}, 7, ["a"]]
)
def test_an_authority_speaks_in_its_own_name_alone(issuer: Any) -> None:
    assert refused(CREDENTIAL | {"issuer": issuer}) == "PROOF_GENERATION_ERROR"


def test_only_the_operator_may_ask(settings: Settings) -> None:
    body = {"credential": CREDENTIAL}
    for headers in ({}, {"Authorization": "Bearer other"}, {"Authorization": TOKEN}):
        status, answer = post(URL.format("eddsa-rdfc-2022"), body, **headers)
        assert (status, answer["status"]) == (401, 401)
    settings.VC_API_TOKEN = ""
    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer"}):
        assert post(URL.format("eddsa-rdfc-2022"), body, **headers)[0] == 401


def test_an_open_door_is_open_to_this_machine_alone(settings: Settings) -> None:
    settings.VC_API_TOKEN, settings.VC_API_OPEN = "", True
    url, body = URL.format("eddsa-rdfc-2022"), json.dumps({"credential": CREDENTIAL})
    for address, status in (("127.0.0.1", 201), ("::1", 201), ("192.0.2.1", 401)):
        assert Client(REMOTE_ADDR=address).post(url, body, "application/json").status_code == status


@pytest.mark.parametrize(
    "change",
    [
        {"@context": ["https://www.w3.org/ns/credentials/examples/v2"]},
        {"@context": [CREDENTIALS_V2, "https://www.w3.org/ns/credentials/examples/v2"]},
        {"@context": [CREDENTIALS_V2, {"Own": "https://example.org/#Own"}]},
        {"type": ["VerifiableCredential", "UndefinedType"]},
        {"undefinedTerm": "x"},
        {"credentialSubject": {}},
        {"credentialSubject": [{"id": "did:example:ana"}, {}]},
        {"evidence": {}},
        {"termsOfUse": {"id": "urn:a:1"}},
        {"refreshService": {"id": "urn:a:1"}},
        {"validFrom": "Sat 25 Feb 2023"},
        {"relatedResource": {"id": CREDENTIALS_V2, "digestSRI": "sha256-" + "A" * 43 + "="}},
        {"credentialStatus": STATUS | {"statusListIndex": True, "statusListCredential": "https://a.example"}},
    ],
)
def test_what_is_malformed_is_not_signed(change: dict[str, Any]) -> None:
    for suite in ("eddsa-rdfc-2022", "eddsa-jcs-2022", "vc+jwt"):
        assert refused(CREDENTIAL | change, suite)


def test_what_is_missing_is_not_signed() -> None:
    for name in CREDENTIAL:
        refused({key: value for key, value in CREDENTIAL.items() if key != name})
    credential: Any
    for credential in (None, "text", []):
        assert refused(credential) == "PARSING_ERROR"


def test_unknown_suites_and_authorities() -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    status, answer = post(URL.format("rsa-2018"), {"credential": CREDENTIAL}, **headers)
    assert status == 400
    assert "eddsa-rdfc-2022" in answer["detail"]
    url = URL.format("eddsa-rdfc-2022").replace("farmer-registry", "nobody")
    assert post(url, {"credential": CREDENTIAL}, **headers)[0] == 404
    assert post(URL.format("eddsa-rdfc-2022"), [], **headers)[0] == 400
    assert post(URL.format("eddsa-rdfc-2022"), {"credential": CREDENTIAL, "options": 7}, **headers)[0] == 400


def test_the_base_context_is_known_by_its_digest() -> None:
    digest = "sha384-l/HrjlBCNWyAX91hr6LFV2Y3heB5Tcr6IeE4/Tje8YyzYBM8IhqjHWiWpr8+ZbYU"
    issue(CREDENTIAL | {"relatedResource": {"id": CREDENTIALS_V2, "digestSRI": digest}})


def test_version_1_1_gets_the_words_of_data_integrity() -> None:
    old = CREDENTIAL | {"@context": [CREDENTIALS_V1], "issuanceDate": "2020-03-16T22:37:26.544Z"}
    old["credentialSubject"] = {"id": "did:example:ana"}
    issued = issue(old)
    assert issued["@context"] == [CREDENTIALS_V1, DATA_INTEGRITY_V2]
    assert verify(issued)[0] == 200
    refused(old, "vc+jwt")


def test_options_of_the_proof() -> None:
    first = issue(CREDENTIAL, id="urn:uuid:26329423-bec9-4b2e-88cb-a7c7d9dc4544", domain="a.example")
    second = issue(first, previousProof=first["proof"]["id"], expires="2999-01-01T00:00:00Z")
    assert second["proof"][0] == first["proof"]
    assert second["proof"][1]["previousProof"] == first["proof"]["id"]
    assert verify(second)[0] == 200
    for options in (
        {"previousProof": "urn:uuid:38329423-2179-4b2e-88cb-a7c7d9dc4544"},
        {"created": "yesterday"},
        {"expires": "tomorrow"},
        {"domain": 7},
        {"id": "no URL"},
    ):
        refused(first, **options)


def test_nothing_is_added_to_what_was_signed_before() -> None:
    urn = uuid.uuid4().urn
    first = issue(CREDENTIAL | {"id": urn}, credentialStatus=[])
    second = issue(first)
    assert "credentialStatus" not in second
    assert verify(second)[0] == 200
    refused(first, credentialStatus=STATUS)


def test_pointers_of_selective_disclosure() -> None:
    issued = issue(CREDENTIAL, "ecdsa-sd-2023", mandatoryPointers=["/credentialSubject/name"])
    assert issued["proof"]["proofValue"].startswith("u")
    refused(CREDENTIAL, "ecdsa-sd-2023", mandatoryPointers=["/credentialSubject/nothing"])
    refused(CREDENTIAL, "ecdsa-sd-2023", mandatoryPointers="/issuer")


def test_a_status_that_can_be_changed(authority: Authority) -> None:
    urn = uuid.uuid4().urn
    issued = issue(CREDENTIAL | {"id": urn})
    [entry] = issued["credentialStatus"]
    assert (entry["type"], entry["statusPurpose"]) == ("BitstringStatusListEntry", "revocation")
    assert verify(issued, checks=["proof", "credentialStatus"])[0] == 200
    set_status(find_credential(urn), "revoked", reason="lost", actor="test", now=NOW)
    assert verify(issued, checks=["proof"])[0] == 200
    status, answer = verify(issued, checks=["proof", "credentialStatus"])
    assert (status, answer["verified"]) == (400, False)


def test_the_list_is_signed_by_whoever_signed_the_credential(authority: Authority) -> None:
    for issuer in (authority.did, None):
        named = {"issuer": issuer} if issuer else {}
        issued = issue(CREDENTIAL | named, credentialStatus=STATUS | {"statusPurpose": "suspension"})
        [entry] = issued["credentialStatus"]
        path = entry["statusListCredential"].removeprefix("http://localhost:8000")
        listed = json.loads(Client().get(path).content)
        assert (listed["issuer"], listed["id"]) == (issued["issuer"], entry["statusListCredential"])
        assert verify(issued, checks=["credentialStatus"])[0] == 200
    for path in ("P-521/status/suspension-1", "P-256/status/token-1", "P-256/status/suspension-2"):
        assert Client().get(f"/vc-api/issuers/farmer-registry/{path}").status_code == 404


def test_for_whom_no_status_is_kept() -> None:
    for credential in (
        CREDENTIAL,
        CREDENTIAL | {"id": "https://example.org/credentials/1"},
        CREDENTIAL | {"id": uuid.uuid4().urn.upper()},
    ):
        assert "credentialStatus" not in issue(credential)
    assert "credentialStatus" not in issue(CREDENTIAL | {"id": uuid.uuid4().urn}, credentialStatus=[])
    assert not IssuedCredential.objects.exists()


def test_status_that_cannot_be_kept() -> None:
    urn = uuid.uuid4().urn
    issue(CREDENTIAL | {"id": urn})
    assert refused(CREDENTIAL | {"id": urn}) == "PROOF_GENERATION_ERROR"
    refused(CREDENTIAL | {"id": "https://example.org/1"}, credentialStatus=STATUS)
    for asked in ("revocation", {"type": "Other"}, STATUS | {"statusPurpose": "message"}, [STATUS, STATUS]):
        refused(CREDENTIAL, credentialStatus=asked)
    old = CREDENTIAL | {"@context": [CREDENTIALS_V1], "issuanceDate": "2020-03-16T22:37:26Z"}
    refused(old, credentialStatus=STATUS)
    assert IssuedCredential.objects.count() == 1
