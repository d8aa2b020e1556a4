"""Digests of related resources and schemas: what the product's verification makes of them."""

import base64
import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone

from common.adapters.documents import references
from common.adapters.documents.references import check_credential_references
from common.adapters.limits import cache_backends
from common.adapters.network import http
from common.did import did_key
from common.errors import FetchError
from common.formats import FORMATS
from common.formats.base import Holder
from common.formats.data_integrity import pipeline
from common.formats.data_integrity.ldp_vc import LdpVc
from common.keys import PrivateKey
from common.rdf.contexts import CREDENTIALS_V2
from common.trust import TrustList
from common.verification import Verification
from tests.common.formats.sd_jwt.salts import salts
from tests.common.verification.farmers_fixture import (
    ED25519,
    FARMER,
    P256,
    REGISTRY,
    SOURCES,
    issue,
    never_asked,
    one,
)
from tests.conftest import NOW

SCHEMA_URL, LEAFLET = "https://registry.example/schema", "https://registry.example/leaflet"
BODY = b"what a farmer may do"
DIGEST = "sha256-" + base64.b64encode(hashlib.sha256(BODY).digest()).decode()
SUBJECT = {"type": "object", "properties": {"district": {"const": "Pisac"}}, "required": ["district"]}
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": SCHEMA_URL,
    "type": "object",
    "properties": {"credentialSubject": SUBJECT},
}
OTHER = {**SCHEMA, "required": ["what is not there"]}


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What lies where, and what was asked for, in whose order."""
    pages: dict[str, Any] = {LEAFLET: BODY, SCHEMA_URL: json.dumps(SCHEMA).encode(), "asked": []}

    def carry(method: str, url: str, headers: Any, body: bytes | None) -> http.HttpReply:
        pages["asked"].append((url, headers["Accept"]))
        if url not in pages:
            raise FetchError("This host does not answer.")
        return http.HttpReply(200, pages[url], {"content-type": "application/json"})

    monkeypatch.setattr(http, "transport", carry)
    return pages


def signed(ana: PrivateKey, **more: Any) -> dict[str, Any]:
    secured = issue("ldp_vc", ana)
    assert isinstance(secured, dict)
    document = {name: part for name, part in secured.items() if name != "proof"} | more
    options = pipeline.proof_options(signer=ED25519, purpose="assertionMethod", created=NOW)
    return pipeline.add_proof(
        document, options, signer=ED25519, contexts=lambda url: SOURCES.context(url, issuer=REGISTRY)
    )


def schema(url: str = SCHEMA_URL) -> dict[str, Any]:
    return {"credentialSchema": {"id": url, "type": "JsonSchema"}}


def related(digest: str = DIGEST, url: str = LEAFLET) -> dict[str, Any]:
    return {"relatedResource": {"id": url, "digestSRI": digest}}


def verified(secured: Any, **changes: Any) -> Verification:
    return one(secured, references=check_credential_references, **changes)


def result(verification: Verification) -> str:
    [check] = [check for check in verification.checks if check.check == "references"]
    return check.result


def test_as_its_issuer_said(web: dict[str, Any], ana: PrivateKey) -> None:
    secured = signed(ana, **schema(), **related())
    for _ in range(2):
        found = verified(secured)
        assert (result(found), found.exit_code) == ("passed", 0)
    assert sorted(web["asked"]) == [  # and not a second time
        (LEAFLET, "application/json"),
        (SCHEMA_URL, "application/schema+json, application/vc;q=0.8, application/json;q=0.5"),
    ]


def test_nothing_is_asked_for_nothing(web: dict[str, Any], ana: PrivateKey) -> None:
    found = verified(signed(ana))
    assert found.verified
    assert "references" not in {check.check for check in found.checks}
    base_context = related("sha256-WZVc7WaX1h4D8rJVb+vlMIqxaEKEb1tYbX8fet7JJzQ=", CREDENTIALS_V2)
    assert result(verified(signed(ana, **base_context))) == "passed"
    assert web["asked"] == []


@pytest.mark.parametrize("more", [schema(), related()])
def test_what_cannot_be_had_is_undetermined(web: dict[str, Any], ana: PrivateKey, more: Any) -> None:
    del web[SCHEMA_URL], web[LEAFLET]
    found = verified(signed(ana, **more), status=never_asked)
    assert (result(found), found.status, found.exit_code) == ("undetermined", "undetermined", 3)
    assert not found.verified


@pytest.mark.parametrize(
    ("more", "page"),
    [
        (schema(), {SCHEMA_URL: json.dumps(OTHER).encode()}),
        (schema(), {SCHEMA_URL: json.dumps({**SCHEMA, "type": 7}).encode()}),
        (schema(), {SCHEMA_URL: b'{"type": "object"}'}),
        (schema(), {SCHEMA_URL: b"not JSON"}),
        (related(), {LEAFLET: BODY + b"!"}),
        (related(DIGEST[:-4] + "AAA="), {}),
        (related("md5-AAAA"), {}),
    ],
)
def test_what_is_otherwise_fails(web: dict[str, Any], ana: PrivateKey, more: Any, page: Any) -> None:
    web.update(page)
    found = verified(signed(ana, **more), status=never_asked)
    assert (result(found), found.exit_code) == ("failed", 1)


def test_a_schema_of_an_unknown_version_is_undetermined(web: dict[str, Any], ana: PrivateKey) -> None:
    web[SCHEMA_URL] = json.dumps({**SCHEMA, "$schema": "https://json-schema.org/draft/3000/schema"}).encode()
    found = verified(signed(ana, **schema()), status=never_asked)
    assert (result(found), found.exit_code) == ("undetermined", 3)


HELD = "https://example.com/schemas/held.json"  # in RDF a credential and its subject are two


def holding(**more: Any) -> dict[str, Any]:
    """A credential with a schema in it, signed by a registry."""
    document = {
        "@context": [CREDENTIALS_V2],
        "id": SCHEMA_URL,
        "type": ["VerifiableCredential", "JsonSchemaCredential"],
        "issuer": REGISTRY,
        "credentialSchema": {
            "id": "https://www.w3.org/ns/credentials/json-schema/v2.json", "type": "JsonSchema",
        },
        "credentialSubject": {"id": HELD, "type": "JsonSchema", "jsonSchema": {**SCHEMA, "$id": HELD}},
        **more,
    }  # fmt: skip
    options = pipeline.proof_options(signer=ED25519, purpose="assertionMethod", created=NOW)
    return pipeline.add_proof(
        document, options, signer=ED25519, contexts=lambda url: SOURCES.context(url, issuer=REGISTRY)
    )


def test_a_schema_in_a_signed_credential(
    web: dict[str, Any], ana: PrivateKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(references, "sources", lambda: SOURCES)
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    secured = signed(ana, credentialSchema={"id": SCHEMA_URL, "type": "JsonSchemaCredential"})
    web[SCHEMA_URL] = json.dumps(holding()).encode()
    assert result(verified(secured)) == "passed"
    for wrong in (
        holding() | {"validUntil": "2099-01-01T00:00:00Z"},  # its proof does not cover that
        holding(validUntil="2001-01-01T00:00:00Z"),
        SCHEMA,
    ):
        web[SCHEMA_URL] = json.dumps(wrong).encode()
        cache_backends.forget_cached()
        assert result(verified(secured)) == "failed", wrong


def test_what_is_newer_than_what_was_kept(web: dict[str, Any], ana: PrivateKey) -> None:
    web[SCHEMA_URL] = json.dumps(OTHER).encode()
    secured = signed(ana, **schema())
    assert result(verified(secured)) == "failed"
    web[SCHEMA_URL] = json.dumps(SCHEMA).encode()
    assert result(verified(secured)) == "passed"


def test_a_schema_knows_no_parts(web: dict[str, Any], ana: PrivateKey) -> None:
    """Of a credential that its holder shows in part, what is missing is nobody's fault."""
    suite = LdpVc("ecdsa-sd-2023")
    bound = Holder(ana.public_key, did_key.encode(ana.public_key))
    described = replace(FARMER, schema=schema()["credentialSchema"])
    base = suite.issue(described, signer=P256, holder=bound, sources=SOURCES, now=NOW, salt=salts())
    shown = FORMATS["ldp_vc"].show_without_binding(
        base, disclose=[("credentialSubject", "given_name")], sources=SOURCES
    )
    found = verified(shown)
    assert (result(found), found.verified) == ("passed", True)
    assert "district" not in found.claims
    assert web["asked"] == []


def test_nobodys_server_is_asked_for_a_stranger(web: dict[str, Any], ana: PrivateKey) -> None:
    found = verified(signed(ana, **schema(), **related()), trust=TrustList())
    assert found.exit_code == 1
    assert web["asked"] == []
