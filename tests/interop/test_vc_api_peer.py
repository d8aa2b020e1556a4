"""The other implementation in conformance runs does what its entry of their configuration says."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError

import pytest

from common.errors import SelloError
from common.formats.data_integrity import SUITES
from common.rdf.contexts import CREDENTIALS_V2
from common.verification.proofs import ProofSources, check_credential
from tests.interop import library, peers
from tests.interop.suites import SELECTIVE

pytestmark = pytest.mark.interop
CASES = [(name, curve) for name, suite in SUITES.items() for curve in suite.CURVES]
WORLD = ProofSources(
    sources=library.SOURCES,
    contexts_of=lambda speakers: lambda url: library.SOURCES.context(url, issuer=""),
    fetch=library.refuse,
    known={},
)


@pytest.fixture(scope="module")
def peer() -> Iterator[peers.Service]:
    with peers.serve("vc_api_peer.mjs") as service:
        yield service


def path(peer: peers.Service, endpoint: dict[str, Any]) -> str:
    return str(endpoint["endpoint"]).removeprefix(peer.origin)


@pytest.mark.parametrize(("suite", "curve"), CASES)
def test_it_signs_what_we_and_it_take_and_nobody_takes_changed(
    peer: peers.Service, suite: str, curve: str
) -> None:
    said = peer.told["implementation"]
    (issuer,) = (
        each
        for each in said["issuers"]
        if each["tags"] == [suite] and each["supportedEcdsaKeyTypes"] == [curve]
    )
    (verifier,) = (path(peer, each) for each in said["verifiers"] if suite in each["tags"])
    subject = {"id": library.holder().did, "name": "Ana", "description": "A reader."}
    credential = {
        "@context": [CREDENTIALS_V2], "id": "urn:uuid:0a4f6a1c-8f42-4c0e-9a55-bf1f5d3e0c11",
        "type": ["VerifiableCredential"], "issuer": issuer["id"], "credentialSubject": subject,
    }  # fmt: skip
    options = {"mandatoryPointers": ["/issuer"]} if suite == SELECTIVE else {}
    secured = peer.post(path(peer, issuer), credential=credential, options=options)["verifiableCredential"]
    if suite == SELECTIVE:
        pointers = {"selectivePointers": ["/credentialSubject/id", "/credentialSubject/name"]}
        secured = peer.post("/credentials/derive", verifiableCredential=secured, options=pointers)
        assert "description" not in secured["credentialSubject"]
    changed = {**secured, "credentialSubject": {**secured["credentialSubject"], "name": "Mallory"}}

    assert check_credential(secured, world=WORLD, now=library.today()).warnings == ()
    with pytest.raises(SelloError, match="ignature"):
        check_credential(changed, world=WORLD, now=library.today())

    assert peer.post(verifier, verifiableCredential=secured) == {"verified": True}
    with pytest.raises(HTTPError) as refusal:
        peer.post(verifier, verifiableCredential=changed)
    with refusal.value as answer:
        assert (answer.code, json.load(answer)["verified"]) == (400, False)
