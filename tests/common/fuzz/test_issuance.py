"""What wallets, their providers and offices send one another on the way to a credential, bent at will."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography import x509
from hypothesis import strategies as st

from common.did import DIDDocument, Fetched, resolve
from common.encoding import cbor
from common.errors import FetchError
from common.keys import certificate, cose, jwe, jws
from common.oid4vci import attestation, authorization, encryption
from common.oid4vci.authorization import IssuanceAuthorizationRequest
from common.oid4vci.authorization_server import parse_server_metadata
from common.oid4vci.errors import InvalidMessageError, InvalidProofError
from common.oid4vci.json_members import Members
from common.oid4vci.key_attestation import Resistance, create_key_attestation, verify_key_attestation
from common.oid4vci.presentation_proof import verify_presentation_proofs
from common.oid4vci.signed_metadata import sign_metadata, verify_metadata
from common.oid4vci.wallet_attestation import (
    create_attestation_pop,
    create_wallet_attestation,
    parse_challenge_response,
    verify_wallet_attestation,
)
from common.status import token_cwt
from common.status.bits import pack
from common.trust import certificates, issuer_keys, revocations
from tests.common.formats.fakes import StaticSources, method
from tests.common.formats.mdoc import mdoc_fixture as mdoc
from tests.common.fuzz.strategies import (
    JSON,
    TEXTS,
    anything_or_error,
    bent,
    bent_bytes,
    bent_text,
    bent_tokens,
    fuzz,
)
from tests.common.fuzz.test_messages import ENCRYPTION_KEY, ISSUER, METADATA, SERVER
from tests.common.oid4vp.oid4vp_fixture import CA, CLINIC, EPHEMERAL, LEAF
from tests.common.trust.test_revocations import ROOT_DER, made
from tests.conftest import NOW

LATER = NOW + timedelta(hours=1)
# The clinic's certificate stands for a provider's here: what counts is that a trusted root vouches for it.
ANCHORS = (certificate.load(CA),)
FOUND = method(f"{ISSUER}#1", CLINIC.public_key)
ASKED = IssuanceAuthorizationRequest(
    client_id="wallet", redirect_uri="https://wallet.example/back", code_challenge="a" * 43,
    scopes=("farmer",), configuration_ids=("farmer.ldp_vc",), state="s", issuer_state="i",
    dpop_thumbprint="b" * 43,
)  # fmt: skip


def test_pushed_requests() -> None:
    honest = {
        name: [value] for name, value in authorization.create_issuance_authorization_request(ASKED).items()
    }
    authorization.parse_issuance_authorization_request(honest)
    names = st.sampled_from([*honest, "request", "request_uri", "response_mode", "x"])
    fields = st.dictionaries(names, st.lists(TEXTS, max_size=3), max_size=4)
    fuzz(
        fields.map(lambda changed: {**honest, **changed}),
        authorization.parse_issuance_authorization_request,
        examples=300,
    )
    bends = st.sampled_from(sorted(honest)).flatmap(
        lambda name: bent_text(honest[name][0]).map(lambda text: {**honest, name: [text]})
    )
    fuzz(bends, authorization.parse_issuance_authorization_request, examples=300)
    fuzz(st.one_of(TEXTS, bent_text(ASKED.redirect_uri)), authorization.is_redirect_uri, examples=200)


def test_answers_to_pushed_requests() -> None:
    honest = {"request_uri": "urn:ietf:params:oauth:request_uri:x", "expires_in": 60}
    fuzz(bent(honest).filter(lambda it: isinstance(it, dict)), authorization.parse_pushed_response)


def test_answers_that_a_browser_brings() -> None:
    honest = urlencode({"code": "c", "state": "s", "iss": ISSUER})

    def read(query: str) -> None:
        authorization.parse_authorization_response(query, issuer=ISSUER, state="s", iss_expected=True)

    read(honest)
    fuzz(st.one_of(TEXTS, bent_text(honest), bent_text("error=access_denied&state=s")), read, examples=200)
    fuzz(TEXTS, lambda text: authorization.verify_code(text, challenge="a" * 43))


def test_server_metadata_with_everything() -> None:
    honest = {
        **SERVER,
        "pushed_authorization_request_endpoint": f"{ISSUER}/par",
        "challenge_endpoint": f"{ISSUER}/challenge",
        "require_pushed_authorization_requests": True,
        "authorization_response_iss_parameter_supported": True,
        "dpop_signing_alg_values_supported": ["ES256"],
        "token_endpoint_auth_methods_supported": ["none", "attest_jwt_client_auth"],
        "client_attestation_signing_alg_values_supported": ["ES256"],
        "pre-authorized_grant_anonymous_access_supported": True,
        "scopes_supported": ["farmer"],
    }
    fuzz(
        bent(honest).filter(lambda it: isinstance(it, dict)),
        lambda it: parse_server_metadata(it, issuer=ISSUER),
        examples=300,
    )


@pytest.mark.parametrize(
    ("specimen", "parse"),
    [
        ({"jwk": ENCRYPTION_KEY, "enc": "A256GCM"}, encryption.parse_target),
        (
            {"jwks": {"keys": [ENCRYPTION_KEY]}, "enc_values_supported": ["A256GCM"]},
            lambda members: encryption.choose_request_target(encryption.parse_request_encryption(members)),
        ),
        (
            {"alg_values_supported": ["ECDH-ES"], "enc_values_supported": ["A128GCM"]},
            lambda members: encryption.choose_encryption(
                encryption.parse_response_encryption(members).encryptions
            ),
        ),
    ],
    ids=["target", "requests", "responses"],
)  # fmt: skip
def test_encryption(specimen: Any, parse: Any) -> None:
    parse(Members(specimen, InvalidMessageError))
    values = bent(specimen).filter(lambda value: isinstance(value, dict))
    fuzz(values, lambda value: parse(Members(value, InvalidMessageError)), examples=200)


def test_encrypted_messages() -> None:
    def read(text: str) -> None:
        encryption.decrypt_message(text, key=EPHEMERAL, error=InvalidMessageError)

    honest = jwe.encrypt(b'{"a":1}', recipient=ENCRYPTION_KEY)
    read(honest)
    fuzz(st.one_of(TEXTS, bent_text(honest)), read)
    fuzz(st.binary().map(lambda data: jwe.encrypt(data, recipient=ENCRYPTION_KEY)), read)


def test_signed_metadata() -> None:
    def verify(text: str) -> None:
        verify_metadata(text, issuer=ISSUER, issuer_key=lambda *_: FOUND, now=NOW)

    made = sign_metadata(METADATA, signer=CLINIC, now=NOW)
    parsed = jws.parse(made)
    verify(made)
    fuzz(bent_tokens(parsed.header, parsed.claims(), CLINIC), verify, examples=200)
    fuzz(bent_text(made), verify)


def test_wallet_attestations() -> None:
    instance = EPHEMERAL
    word = create_wallet_attestation(
        provider="https://provider.example", client_id="wallet", name="Wallet", key=instance.public_key,
        signer=CLINIC, x5c=(LEAF,), now=NOW, expires=LATER, link="https://wallet.example",
    )  # fmt: skip
    proof = create_attestation_pop(
        client_id="wallet", audience=ISSUER, jti="j", challenge="c", signer=instance, now=NOW
    )

    def verify(pair: tuple[str, str]) -> None:
        verify_wallet_attestation(
            *pair, audience=ISSUER, anchors=ANCHORS, check_challenge=lambda challenge: None, now=NOW
        )

    verify((word, proof))
    told, shown = jws.parse(word), jws.parse(proof)
    claims = {**told.claims(), "nbf": 1, "status": {"status_list": {"idx": 1, "uri": "https://a.example"}}}
    fuzz(bent_tokens(told.header, claims, CLINIC).map(lambda text: (text, proof)), verify, examples=300)
    proofs = bent_tokens(shown.header, {**shown.claims(), "exp": 2e9, "nbf": 1}, instance)
    fuzz(proofs.map(lambda text: (word, text)), verify, examples=300)
    fuzz(bent_text(word).map(lambda text: (text, proof)), verify)
    bodies = bent({"attestation_challenge": "c"}).map(lambda value: json.dumps(value).encode())
    fuzz(st.one_of(st.binary(), bodies), parse_challenge_response)


def test_key_attestations() -> None:
    word = create_key_attestation(
        keys=[EPHEMERAL.public_key, CLINIC.public_key], nonce="n", signer=CLINIC, x5c=(LEAF,), now=NOW,
        expires=LATER, resistance=Resistance(("iso_18045_high",), ("iso_18045_basic",)),
    )  # fmt: skip

    def verify(text: str) -> None:
        verify_key_attestation(text, anchors=ANCHORS, with_proof=True, max_keys=3, now=NOW)

    verify(word)
    parsed = jws.parse(word)
    claims = {**parsed.claims(), "nbf": 1, "status": {"status_list": {"idx": 1, "uri": "https://a.example"}}}
    fuzz(bent_tokens(parsed.header, claims, CLINIC), verify, examples=300)
    fuzz(bent_text(word), verify)
    statuses = bent({"iss": "a", "status": {"status_list": {"idx": 1, "uri": "https://a.example"}}})
    fuzz(
        statuses.filter(lambda value: isinstance(value, dict)),
        lambda value: attestation.attestation_status(value, error=InvalidProofError),
    )


def test_presentations_as_key_proofs() -> None:
    honest = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": "did:key:z6Mk",
        "proof": {
            "type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022", "proofPurpose": "authentication",
            "verificationMethod": "did:key:z6Mk#z6Mk", "created": "2026-11-21T12:00:00Z",
            "domain": ISSUER, "challenge": "n", "proofValue": "z3x",
        },
    }  # fmt: skip

    def verify(value: Any) -> None:
        if isinstance(value, dict):
            verify_presentation_proofs(
                [value], audience=ISSUER, check_nonce=lambda nonce: None, sources=StaticSources(), now=NOW
            )

    fuzz(bent(honest), verify, examples=200)


# --- certificates, and what is kept of them -------------------------------------------------------------
CHAIN = certificate.x5c((LEAF,))


def resolve_key(did: str) -> DIDDocument:
    return resolve(did, fetch=silent)


def silent(url: str, *, accept: str = "") -> Fetched:
    raise FetchError("Nobody lives there.")


@pytest.mark.parametrize("anchors", [(), ANCHORS], ids=["none", "one"])
def test_chains_in_headers(anchors: tuple[x509.Certificate, ...]) -> None:
    def find_key(issuer: str, header: Any) -> None:
        issuer_keys.issuer_key(issuer, header, resolve=resolve_key, fetch=silent, anchors=anchors, now=NOW)

    def find(header: Any) -> None:
        if isinstance(header, dict):
            for issuer in ("", "https://clinic.example"):
                anything_or_error(lambda issuer=issuer: find_key(issuer, header))  # type: ignore[misc]

    fuzz(bent({"alg": "ES256", "x5c": CHAIN, "kid": "a"}), find, examples=200)
    leaves = bent_bytes(LEAF).map(lambda der: {"alg": "ES256", "x5c": certificate.x5c((der,))})
    fuzz(leaves, find, examples=300)
    fuzz(JSON, certificates.read_x5c)


def test_lists_of_certificates_taken_back() -> None:
    honest = made({7: NOW, 2: NOW})

    def read(der: bytes) -> None:
        path = (mdoc.LEAF, ROOT_DER)
        revocations.path_standing(path, fetch=lambda url, accept="": Fetched(der), now=NOW)

    fuzz(st.one_of(st.binary(), bent_bytes(honest)), read, examples=300)

    def read_path(der: bytes) -> None:
        revocations.path_standing((der, ROOT_DER), fetch=lambda url, accept="": Fetched(honest), now=NOW)

    fuzz(bent_bytes(mdoc.LEAF), read_path, examples=300)


def test_status_lists_as_cwt() -> None:
    data = token_cwt.create(
        uri=ISSUER, statuses=pack({7: 1}, length=131_072, bits=2, order="least"), signer=CLINIC, now=NOW,
        expires=LATER, ttl=60, chain=(LEAF,),
    )  # fmt: skip

    def verify(data: bytes) -> None:
        token_cwt.verify(data, uri=ISSUER, issuer=ISSUER, issuer_key=lambda *_: FOUND, now=NOW)

    verify(data)
    fuzz(st.one_of(st.binary(), bent_bytes(data)), verify, examples=200)
    message = cose.parse(cbor.decode(data, tags=frozenset({18})))
    claims = cbor.decode(message.payload or b"")

    def signed(value: Any) -> bytes:
        """An honest signature over bent claims: any issuer may be the attacker."""
        try:
            payload, head = cbor.encode(value[0]), value[1]
            whole = cose.sign1(payload, signer=CLINIC, protected={16: token_cwt.MEDIA_TYPE}, unprotected=head)
            return cbor.encode(cbor.Tag(18, whole))
        except (ValueError, TypeError, OverflowError, UnicodeError, AttributeError):
            return b""

    values = st.tuples(
        bent(claims), st.one_of(st.just(dict(message.unprotected)), bent(dict(message.unprotected)))
    )
    fuzz(values.map(signed), verify, examples=300)
