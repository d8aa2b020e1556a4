"""Messages of the protocols, whatever somebody sends."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography import x509
from hypothesis import strategies as st

from common.adapters.documents.sources import sources
from common.encoding import base64url
from common.keys import jwe, jwk, jws
from common.oid4vci import credential, metadata, notification, offer, token
from common.oid4vci.authorization_server import parse_server_metadata
from common.oid4vci.errors import parse_error
from common.oid4vci.key_attestation import Resistance, create_key_attestation, verify_key_attestation
from common.oid4vci.key_proof import create_key_proof, verify_key_proofs
from common.oid4vci.presentation_proof import create_presentation_proof, verify_presentation_proofs
from common.oid4vci.wallet_attestation import (
    create_attestation_pop,
    create_wallet_attestation,
    verify_wallet_attestation,
)
from common.oid4vp import dc_api
from common.oid4vp.claims_path import parse_path, select_claims
from common.oid4vp.client_id import parse_client_id
from common.oid4vp.client_metadata import parse_client_metadata
from common.oid4vp.dcql import parse_query
from common.oid4vp.matching import candidates
from common.oid4vp.request import (
    RequestReference,
    create_link,
    create_link_by_value,
    create_request_object,
    parse_authorization_request,
    parse_request_parameters,
)
from common.oid4vp.request_object import verify_request
from common.oid4vp.response import create_response, open_response, parse_response_form, send_response
from common.oid4vp.transaction_data import (
    DataAccess,
    Payment,
    create_transaction_data,
    parse_transaction_data,
)
from common.registries.claims import mapping
from common.registries.record_access import grant as access
from common.registries.record_access import holder
from tests.common.fuzz.strategies import JSON, TEXTS, bent, bent_bytes, bent_text, bent_tokens, fuzz
from tests.common.oid4vp.oid4vp_fixture import (
    CLINIC,
    DID,
    EPHEMERAL,
    HASH,
    LEAF,
    REDIRECT,
    TRUST,
    Server,
    parameters,
)
from tests.common.oid4vp.test_matching import ANA
from tests.common.oid4vp.test_transaction_data import AGREE, PAY
from tests.conftest import NOW

ISSUER = "https://issuer.example/issuers/a"
PRE_AUTHORIZED = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
OFFER = {
    "credential_issuer": ISSUER,
    "credential_configuration_ids": ["farmer"],
    "grants": {
        PRE_AUTHORIZED: {
            "pre-authorized_code": "x",
            "tx_code": {"length": 4, "input_mode": "numeric", "description": "y"},
            "authorization_server": ISSUER,
        },
        "authorization_code": {"issuer_state": "s"},
    },
}
DISPLAY = [{"name": "Farmer", "locale": "en", "logo": {"uri": "https://a.example/l", "alt_text": "x"}}]
METADATA = {
    "credential_issuer": ISSUER,
    "authorization_servers": [ISSUER],
    "credential_endpoint": f"{ISSUER}/credential",
    "nonce_endpoint": f"{ISSUER}/nonce",
    "notification_endpoint": f"{ISSUER}/notification",
    "batch_credential_issuance": {"batch_size": 5},
    "display": DISPLAY,
    "credential_response_encryption": {
        "alg_values_supported": ["ECDH-ES"], "enc_values_supported": ["A256GCM"], "encryption_required": False
    },
    "credential_configurations_supported": {
        "farmer": {
            "format": "dc+sd-jwt",
            "vct": f"{ISSUER}/types/farmer",
            "scope": "farmer",
            "credential_signing_alg_values_supported": ["ES256"],
            "cryptographic_binding_methods_supported": ["jwk"],
            "proof_types_supported": {
                "jwt": {
                    "proof_signing_alg_values_supported": ["ES256"],
                    "key_attestations_required": {"key_storage": ["iso_18045_high"]},
                }
            },
            "credential_metadata": {
                "display": DISPLAY,
                "claims": [{"path": ["a", None, 0], "mandatory": True, "display": [{"name": "A"}]}],
            },
        },
        "linked": {
            "format": "ldp_vc",
            "credential_definition": {"@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["A"]},
        },
    },
}  # fmt: skip
SERVER = {
    "issuer": ISSUER,
    "token_endpoint": f"{ISSUER}/token",
    "authorization_endpoint": f"{ISSUER}/authorize",
    "grant_types_supported": [PRE_AUTHORIZED],
    "response_types_supported": ["code"],
    "code_challenge_methods_supported": ["S256"],
}
TOKEN = {
    "access_token": "x", "token_type": "Bearer", "expires_in": 300, "refresh_token": "y", "scope": "farmer",
    "authorization_details": [
        {"type": "openid_credential", "credential_configuration_id": "a", "credential_identifiers": ["b"]}
    ],
}  # fmt: skip
ENCRYPTION_KEY = {**jwk.encode(EPHEMERAL.public_key), "alg": "ECDH-ES", "use": "enc", "kid": "1"}
REQUEST = {
    "credential_configuration_id": "farmer",
    "proofs": {"jwt": ["a.b.c"]},
    "credential_response_encryption": {"jwk": ENCRYPTION_KEY, "enc": "A256GCM"},
}
RESPONSE = {"credentials": [{"credential": "a.b.c~"}, {"credential": {"proof": {}}}], "notification_id": "n"}
CLAIMS = [{"name": "given_name", "column": "name", "label": "Name", "mandatory": True}]
GRANT = {"access_token": "x", "token_type": "DPoP", "expires_in": 60, "attributes": ["a"]}
ERROR = {"error": "invalid_proof", "error_description": "x"}
LOG = holder.create_log(
    [holder.LogEntry("2026-01-01T00:00:00Z", "c", "Clinic", "care", "r", ("a",), "i", "law", "read")]
)
CONSENTS = holder.create_consents(
    [holder.ConsentEntry("i", "c", "Clinic", "care", "r", ("a",), "signed", "active", "t", "t", "t")]
)
QUERY: dict[str, Any] = {
    "credentials": [
        {
            "id": "c",
            "format": "dc+sd-jwt",
            "meta": {"vct_values": ["https://credentials.example.com/identity_credential"]},
            "claims": [
                {"id": "a", "path": ["given_name"], "values": ["Ana", 1, True]},
                {"id": "b", "path": ["address", None, 0]},
            ],
            "claim_sets": [["a"], ["a", "b"]],
            "trusted_authorities": [{"type": "aki", "values": ["s9tI"]}],
            "multiple": True,
        },
        {"id": "l", "format": "ldp_vc", "meta": {"type_values": [["a", "b"]]}},
        {"id": "m", "format": "mso_mdoc", "meta": {"doctype_value": "org.iso.18013.5.1.mDL"},
         "claims": [{"path": ["org.iso.18013.5.1", "portrait"], "intent_to_retain": False}]},
    ],
    "credential_sets": [{"options": [["c"], ["l", "m"]], "required": False}],
}  # fmt: skip


def on_objects(parse: Callable[[Any], object]) -> Callable[[Any], object]:
    """For parsers whose callers hand them JSON objects alone."""
    return lambda value: parse(value) if isinstance(value, dict) else None


PARSERS: dict[str, tuple[Any, Callable[[Any], object]]] = {
    "offer": (OFFER, on_objects(offer.parse_credential_offer)),
    "issuer metadata": (METADATA, on_objects(lambda it: metadata.parse_issuer_metadata(it, issuer=ISSUER))),
    "server metadata": (SERVER, on_objects(lambda it: parse_server_metadata(it, issuer=ISSUER))),
    "token response": (TOKEN, on_objects(token.parse_token_response)),
    "credential request": (REQUEST, lambda it: credential.parse_credential_request(it, batch_size=3)),
    "credential response": (
        RESPONSE,
        on_objects(lambda it: credential.parse_credential_response(it, expected=2)),
    ),
    "deferred response": (
        {"transaction_id": "t", "interval": 5},
        on_objects(lambda it: credential.parse_credential_response(it, expected=2)),
    ),
    "deferred request": ({"transaction_id": "t"}, credential.parse_deferred_request),
    "nonce response": ({"c_nonce": "n"}, on_objects(credential.parse_nonce_response)),
    "notification": (
        {"notification_id": "n", "event": "credential_accepted"},
        notification.parse_notification,
    ),
    "error": (ERROR, on_objects(lambda it: parse_error(it, status=400))),
    "claims of a type": (CLAIMS, mapping.parse_claim_mapping),
    "access grant": (GRANT, on_objects(access.parse_grant)),
    "access log": (LOG, on_objects(holder.parse_log)),
    "consents": (CONSENTS, on_objects(holder.parse_consents)),
    "client metadata": (
        parameters(DID, encrypted=True)["client_metadata"],
        lambda it: parse_client_metadata(it, encrypted=True),
    ),
    "query": (QUERY, lambda it: candidates(parse_query(it), [ANA]).default()),
    "request": (parameters(DID, encrypted=True), on_objects(parse_request_parameters)),
    "mdoc request": (parameters(REDIRECT, dcql_query=QUERY), on_objects(parse_request_parameters)),
}  # fmt: skip


@pytest.mark.parametrize("name", PARSERS)
def test_objects(name: str) -> None:
    specimen, parse = PARSERS[name]
    parse(specimen)
    fuzz(bent(specimen), parse, examples=200)
    fuzz(JSON, parse)


def test_links() -> None:
    links = [
        create_link(DID, request_uri="https://clinic.example/request/1", method="post"),
        create_link_by_value(parameters(REDIRECT)),
        f"openid-credential-offer://?{urlencode({'credential_offer': json.dumps(OFFER)})}",
    ]
    for link in links:
        for parse in (parse_authorization_request, offer.parse_offer_uri):
            fuzz(st.one_of(TEXTS, bent_text(link)), parse)
    fuzz(TEXTS, parse_client_id)


def test_token_requests() -> None:
    honest = {"grant_type": [PRE_AUTHORIZED], "pre-authorized_code": ["x"], "tx_code": ["1234"]}
    texts = st.lists(TEXTS, max_size=3)
    for grant in (PRE_AUTHORIZED, "authorization_code", "refresh_token"):
        fuzz(
            st.dictionaries(st.sampled_from([*honest, "authorization_details", "code", "x"]), texts).map(
                lambda fields, grant=grant: {**honest, "grant_type": [grant], **fields}  # type: ignore[misc]
            ),
            token.parse_token_request,
        )
    fuzz(st.one_of(TEXTS, JSON.map(json.dumps)), token.parse_details)


def test_presentations_as_key_proofs() -> None:
    def verify(presentation: Any) -> None:
        if isinstance(presentation, Mapping):
            verify_presentation_proofs(
                [presentation], audience=ISSUER, check_nonce=lambda nonce: None, sources=sources(), now=NOW
            )

    for suite in ("ecdsa-jcs-2019", "ecdsa-rdfc-2019"):
        made = create_presentation_proof(audience=ISSUER, nonce="n", key=CLINIC, suite=suite, now=NOW)
        fuzz(st.one_of(JSON, bent(made)), verify)


def test_attestations() -> None:
    anchors = [x509.load_der_x509_certificate(der) for der in TRUST.anchors]

    def verify_wallet(token: str) -> None:
        verify_wallet_attestation(
            token, made, audience=ISSUER, anchors=anchors, check_challenge=lambda challenge: None, now=NOW
        )

    def verify_pop(token: str) -> None:
        verify_wallet_attestation(
            wallet, token, audience=ISSUER, anchors=anchors, check_challenge=lambda challenge: None, now=NOW
        )

    def verify_keys(token: str) -> None:
        verify_key_attestation(token, anchors=anchors, with_proof=False, max_keys=2, now=NOW)

    until = NOW + timedelta(hours=1)
    made = create_attestation_pop(
        client_id="w", audience=ISSUER, jti="1", challenge="c", signer=CLINIC, now=NOW
    )
    wallet = create_wallet_attestation(
        provider="p", client_id="w", name="W", key=CLINIC.public_key, signer=CLINIC, x5c=[LEAF], now=NOW,
        expires=until,
    )  # fmt: skip
    keys = create_key_attestation(
        keys=[CLINIC.public_key], nonce="n", signer=CLINIC, x5c=[LEAF], now=NOW, expires=until,
        resistance=Resistance(("iso_18045_basic",)),
    )  # fmt: skip
    for honest, verify in ((wallet, verify_wallet), (made, verify_pop), (keys, verify_keys)):
        verify(honest)
        parsed = jws.parse(honest)
        fuzz(st.one_of(TEXTS, bent_text(honest)), verify)
        fuzz(bent_tokens(parsed.header, parsed.claims(), CLINIC), verify)


def test_key_proofs() -> None:
    def verify(proof: str) -> None:
        verify_key_proofs([proof], audience=ISSUER, check_nonce=lambda nonce: None, now=NOW)

    made = create_key_proof(audience=ISSUER, nonce="n", signer=CLINIC, now=NOW, binding="jwk")
    parsed = jws.parse(made)
    verify(made)
    fuzz(bent_tokens(parsed.header, parsed.claims(), CLINIC), verify, examples=200)
    fuzz(bent_text(made), verify)
    by_did = {"typ": "openid4vci-proof+jwt", "alg": "ES256", "kid": "did:key:z6Mk#z6Mk"}
    fuzz(bent_tokens(by_did, parsed.claims(), CLINIC), verify)


@pytest.mark.parametrize(("client_id", "chain"), [(DID, ()), (HASH, (LEAF,))], ids=["did", "x509"])
def test_request_objects(client_id: Any, chain: Any) -> None:
    made = create_request_object(parameters(client_id), signer=CLINIC, now=NOW, expires=NOW, x5c=chain)
    parsed = jws.parse(made)

    def verify(text: str) -> None:
        verify_request(RequestReference(client_id, request_object=text), trust=TRUST, now=NOW)

    fuzz(bent_tokens(parsed.header, parsed.claims(), CLINIC), verify, examples=200)
    fuzz(bent_text(made), verify)


@pytest.mark.parametrize("content", [PAY, AGREE])
def test_transaction_data(content: Payment | DataAccess) -> None:
    query = parse_query({"credentials": [{**QUERY["credentials"][0], "id": "farmer"}]})
    honest = json.loads(base64url.decode(create_transaction_data(content)))
    parse_transaction_data([create_transaction_data(content)], query=query)
    entries = bent(honest).map(lambda value: [base64url.encode(json.dumps(value).encode())])
    fuzz(st.one_of(JSON, entries), lambda value: parse_transaction_data(value, query=query), examples=200)


@pytest.mark.parametrize("encrypted", [False, True])
def test_answers(encrypted: bool) -> None:
    request = parse_request_parameters(parameters(DID, encrypted=encrypted))
    body = create_response(request, {"identity": ["a~b"]}).body

    def receive(data: bytes) -> None:
        open_response(
            parse_response_form(data), state=request.state, response_mode=request.response_mode,
            key=EPHEMERAL if encrypted else None,
        )  # fmt: skip

    receive(body)
    fuzz(st.one_of(st.binary(), bent_bytes(body)), receive, examples=150)


def test_answers_in_their_envelope() -> None:
    request = parse_request_parameters(parameters(DID, encrypted=True))
    recipient: Mapping[str, Any] = request.metadata.encryption_key or {}
    honest = {"vp_token": {"identity": ["a~b", {"proof": {}}]}, "state": request.state}

    def receive(value: Any) -> None:
        sealed = jwe.encrypt(json.dumps(value).encode(), recipient=recipient)
        form = parse_response_form(urlencode({"response": sealed}).encode())
        open_response(form, state=request.state, response_mode="direct_post.jwt", key=EPHEMERAL)

    fuzz(st.one_of(JSON, bent(honest)), receive)


def test_replies_to_answers() -> None:
    request = parse_request_parameters(parameters(DID))
    outgoing = create_response(request, {"identity": ["a~b"]})
    replies = st.one_of(
        st.binary(), bent({"redirect_uri": "https://a.example"}).map(lambda it: json.dumps(it).encode())
    )
    fuzz(replies, lambda body: send_response(outgoing, send=Server(body)))


def test_claims_paths() -> None:
    fuzz(st.tuples(JSON, JSON), lambda pair: select_claims({"a": pair[0]}, parse_path(pair[1])))
    fuzz(
        st.tuples(JSON, bent(["a", None, 0, "b"])),
        lambda pair: select_claims({"a": pair[0]}, parse_path(pair[1])),
    )


def test_digital_credentials() -> None:
    entry = dc_api.create_signed_request(
        parameters(DID), client_id=DID, origins=["https://a.example"], signer=CLINIC, now=NOW, expires=NOW
    )

    def read(value: Any) -> None:
        if isinstance(value, dict):
            reference = dc_api.parse_api_request(
                value.get("protocol"), value.get("data"), origin="https://a.example"
            )
            verify_request(reference, trust=TRUST, now=NOW)

    read(entry)
    fuzz(bent(entry), read)
    fuzz(bent(dc_api.create_unsigned_request(parameters(DID, encrypted=True))), read, examples=100)
    answers = st.one_of(JSON, bent({"vp_token": {"a": ["b", {}]}, "response": "x", "error": "y"}))
    for mode in ("dc_api", "dc_api.jwt"):
        fuzz(answers, lambda data, mode=mode: dc_api.open_answer(data, response_mode=mode, key=EPHEMERAL))  # type: ignore[misc]
