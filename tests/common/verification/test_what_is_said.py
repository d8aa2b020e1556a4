"""Which check failed and why, which presentation answered, and in which form what is named is looked at."""

import dataclasses
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from common.did import Fetched
from common.errors import SelloError, UndeterminedError
from common.formats.w3c import envelopes, jose
from common.keys import PrivateKey
from common.rdf.contexts import CREDENTIALS_V1, DATA_INTEGRITY_V2
from common.status.bits import pack
from common.status.bitstring import status_list_credential
from common.verification.credential_status import credential_status
from common.verification.procedure import BASE_PROOF, Presentations, Submission
from common.verification.proofs import check_credential
from tests.common.formats.fakes import StaticSources, method
from tests.common.verification.farmers_fixture import (
    BINDING,
    FORMAT_NAMES,
    issue,
    one,
    respond,
    results,
    show,
    tampered,
)
from tests.common.verification.test_credential_status import CREDENTIAL, REGISTRY, URI, NoCache
from tests.common.verification.test_proofs import STRICT, credential, named, secure
from tests.common.verification.test_speakers import PLACE, described, publishing
from tests.conftest import NOW


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_every_presentation_of_a_query_is_kept(name: str, ana: PrivateKey) -> None:
    """OpenID4VP §6.1: a query may be answered by several."""
    seen: list[Presentations] = []
    answers = [Submission("farmer", name, show(name, issue(name, ana), ana), BINDING) for _ in range(2)]
    verification = respond(*answers, satisfied=seen.append)
    assert len(verification.presentations["farmer"]) == len(verification.credentials) == 2
    assert [len(found["farmer"]) for found in seen] == [2]


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_a_signature_that_does_not_hold_is_no_matter_of_the_binding(name: str, ana: PrivateKey) -> None:
    shown = tampered(show(name, issue(name, ana), ana))
    found = one(shown, binding=BINDING)
    assert results(found)["signature"] == "failed"
    assert "binding" not in results(found)
    passed = results(one(show(name, issue(name, ana), ana), binding=BINDING))
    assert list(passed)[:4] == ["format", "signature", "binding", "validity"]


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_only_a_base_proof_is_spoken_of_as_one(name: str, ana: PrivateKey) -> None:
    kept = one(issue(name, ana), as_holder=True)
    assert kept.verified
    assert BASE_PROOF not in {check.detail for check in kept.checks}


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_what_nobody_can_say_is_undetermined_and_why(name: str, ana: PrivateKey) -> None:
    class Silent(StaticSources):
        def issuer_key(self, issuer: str, header: Mapping[str, Any]) -> Any:
            raise UndeterminedError("This issuer's keys cannot be had.")

        def method(self, did_url: str, *, purpose: str) -> Any:
            raise UndeterminedError("This issuer's keys cannot be had.")

    found = one(issue(name, ana), sources=Silent())
    assert (found.status, found.exit_code) == ("undetermined", 3)
    last = found.checks[-1]
    assert (last.check, last.result, last.detail) == (
        "signature", "undetermined", "This issuer's keys cannot be had.",
    )  # fmt: skip


def test_a_credential_of_the_first_version(ana: PrivateKey) -> None:
    older = credential(ana, issuanceDate="2026-11-20T00:00:00Z")
    older["@context"] = [CREDENTIALS_V1, DATA_INTEGRITY_V2]
    del older["credentialSubject"]["name"]
    assert check_credential(secure(older, ana), world=STRICT, now=NOW).document["issuer"] == older["issuer"]


def test_schemas_are_asked_of_what_was_written(ana: PrivateKey) -> None:
    """Of the document without its proof: a schema may say that nothing else stands in it."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://registry.example/held",
        "required": ["credentialSubject"],
        "not": {"required": ["proof"]},
    }
    subject = {"id": schema["$id"], "type": "JsonSchema", "jsonSchema": schema}
    world = publishing(ana, credentialSubject=subject)
    check_credential(secure(described(ana), ana), world=world, now=NOW)
    never = {**subject, "jsonSchema": {**schema, "not": {"required": ["credentialSubject"]}}}
    with pytest.raises(SelloError):
        check_credential(secure(described(ana), ana), world=publishing(ana, credentialSubject=never), now=NOW)


def test_a_schema_in_a_token(ana: PrivateKey) -> None:
    document = credential(
        ana, id=PLACE, type=["VerifiableCredential", "JsonSchemaCredential"],
        credentialSchema={
            "id": "https://www.w3.org/ns/credentials/json-schema/v2.json", "type": "JsonSchema",
        },
        credentialSubject={
            "id": "https://registry.example/held", "type": "JsonSchema",
            "jsonSchema": {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "$id": "https://registry.example/held", "required": ["credentialSubject"],
            },
        },
    )  # fmt: skip
    page = jose.sign(document, kind="vc", signer=named(ana)).encode()

    class Published:
        page = b""

    def fetch(url: str, *, accept: str = "application/json") -> Fetched:
        assert url == PLACE
        return Fetched(Published.page)

    world = dataclasses.replace(STRICT, fetch=fetch)
    for text in (page, b"\n" + page + b"\r\n"):
        Published.page = text
        check_credential(secure(described(ana), ana), world=world, now=NOW)
    for text in (b"no token", b"\xff\xfe", b"{\xff"):  # refused as what they are, and no fault of ours
        Published.page = text
        with pytest.raises(SelloError):
            check_credential(secure(described(ana), ana), world=world, now=NOW)


@pytest.mark.parametrize(("revoked", "status"), [(False, "valid"), (True, "revoked")])
@pytest.mark.parametrize("envelope", [False, True])
def test_a_status_list_in_a_token(revoked: bool, status: str, envelope: bool) -> None:
    """Bitstring Status List §2: a list is secured as any credential is, by whichever format."""
    key = PrivateKey("P-256", bytes(31) + b"\x01", f"{REGISTRY}#p256-1")
    sources = StaticSources({key.key_id: method(key.key_id, key.public_key)})
    statuses = pack({94_567: int(revoked)}, length=131_072, bits=1, order="most")
    document = status_list_credential(
        uri=URI, issuer=REGISTRY, purpose="revocation", statuses=statuses,
        valid_from=NOW, valid_until=NOW + timedelta(hours=1), ttl=60,
    )  # fmt: skip
    text = jose.sign(document, kind="vc", signer=key)
    if envelope:
        text = json.dumps(envelopes.envelop(text, kind=envelopes.CREDENTIAL))

    def fetch(url: str, *, accept: str = "") -> Fetched:
        return Fetched(text.encode(), "application/vc+jwt")

    found = credential_status(
        CREDENTIAL, sources=sources, fetch=fetch, fetch_revocations=fetch, lists=NoCache(), now=NOW
    )
    assert found.status == status
