"""Key proofs: a vector of the specification, every binding method, and each check by itself."""

from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import pytest

from common.did import did_jwk, did_key
from common.encoding import base64url, jcs
from common.keys import PrivateKey, jwk, jws
from common.oid4vci.errors import InvalidNonceError, InvalidProofError
from common.oid4vci.key_proof import TYPE, KeyProof, create_key_proof, verify_key_proofs
from tests.conftest import NOW

ISSUER = "https://credential-issuer.example.com"
EDWARDS = PrivateKey("Ed25519", bytes(31) + b"\x01")
EDWARDS2 = PrivateKey("Ed25519", bytes(31) + b"\x02")
# OpenID4VCI 1.0 Appendix F.1
PUBLISHED = (
    "eyJ0eXAiOiJvcGVuaWQ0dmNpLXByb29mK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwiY3J2IjoiUC0yNTYiLCJ4Ijoi"
    "blVXQW9BdjNYWml0aDhFN2kxOU9kYXhPTFlGT3dNLVoyRXVNMDJUaXJUNCIsInkiOiJIc2tIVThCalVpMVU5WHFpN1N3bWo4Z3dBS18weGtj"
    "RGpFV183MVNvc0VZIn19.eyJhdWQiOiJodHRwczovL2NyZWRlbnRpYWwtaXNzdWVyLmV4YW1wbGUuY29tIiwiaWF0IjoxNzAxOTYwNDQ0LCJu"
    "b25jZSI6IkxhclJHU2JtVVBZdFJZTzZCUTR5bjgifQ.-a3EDsxClUB4O3LeDD5DVGEnNMT01FCQW4P6-2-BNBqc_Zxf0Qw4CWayLEpqkAomlk"
    "Lb9zioZoipdP-jvh1WlA"
)


def verify(*proofs: str, nonces: list[str] | None = None, now: datetime = NOW) -> tuple[KeyProof, ...]:
    return verify_key_proofs(
        proofs, audience=ISSUER, check_nonce=(nonces if nonces is not None else []).append, now=now
    )


def proof(signer: PrivateKey, **overrides: str) -> str:
    arguments: dict[str, Any] = {"audience": ISSUER, "nonce": "n", "signer": signer, "now": NOW}
    return create_key_proof(**{**arguments, **overrides})


def signed(signer: PrivateKey, *, header: dict[str, Any] | None = None, **claims: Any) -> str:
    standard = {"typ": TYPE, "jwk": jwk.encode(signer.public_key)}
    body = {"aud": ISSUER, "iat": int(NOW.timestamp()), "nonce": "n", **claims}
    body = {name: value for name, value in body.items() if value is not None}
    merged = {name: value for name, value in {**standard, **(header or {})}.items() if value is not None}
    return jws.sign(merged, body, signer=signer)


@pytest.mark.parametrize(
    "claims",
    [
        {"iat": NOW.timestamp() + 0.25},
        {"iat": NOW.timestamp() - 0.123456},
        {"exp": NOW.timestamp() + 30.5, "nbf": NOW.timestamp() - 0.5, "x_score": 1e300},
    ],
)
def test_times_have_fractions(claims: dict[str, Any]) -> None:
    assert verify(signed(EDWARDS, **claims))


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"nbf": NOW.timestamp() + 7200}, "not valid yet"),
        ({"exp": NOW.timestamp() - 0.5}, "expired"),
        ({"iat": "now"}, "none"),
        ({"iat": True}, "none"),
        ({"exp": 1e300}, "none"),
    ],
)
def test_times_that_are_not_now(claims: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidProofError, match=said):
        verify(signed(EDWARDS, **claims))


@pytest.mark.parametrize("module", [did_key, did_jwk])
def test_a_did_alone_names_its_one_key(module: ModuleType) -> None:
    did = module.encode(EDWARDS.public_key)
    [found] = verify(signed(EDWARDS, header={"jwk": None, "kid": did}))
    assert (found.key, found.did) == (EDWARDS.public_key, did)


def test_the_algorithm_by_the_name_of_its_curve() -> None:
    assert verify(signed(EDWARDS, header={"alg": "Ed25519"}), proof(EDWARDS2, algorithm="Ed25519"))
    for signer in (EDWARDS, PrivateKey("P-256", bytes(31) + b"\x0a")):
        with pytest.raises(InvalidProofError):
            verify(signed(signer, header={"alg": "Ed448" if signer is EDWARDS else "Ed25519"}))


def test_published_example() -> None:
    nonces: list[str] = []
    [found] = verify(PUBLISHED, nonces=nonces, now=datetime.fromtimestamp(1701960444, UTC))
    assert nonces == ["LarRGSbmUPYtRYO6BQ4yn8"]
    assert jwk.encode(found.key)["x"] == "nUWAoAv3XZith8E7i19OdaxOLYFOwM-Z2EuM02TirT4"
    with pytest.raises(InvalidProofError, match="too old"):
        verify(PUBLISHED)


@pytest.mark.parametrize(
    "signer", [EDWARDS, PrivateKey("P-256", bytes(31) + b"\x0a")], ids=["EdDSA", "ES256"]
)
@pytest.mark.parametrize("binding", ["jwk", "did:key", "did:jwk"])
def test_each_way_to_name_a_key(signer: PrivateKey, binding: str) -> None:
    [found] = verify(proof(signer, binding=binding))
    assert found.key == signer.public_key
    assert found.did == (did_jwk if binding == "did:jwk" else did_key).encode(signer.public_key)


def test_batch_sees_each_nonce_once(ana: PrivateKey, bruno: PrivateKey) -> None:
    nonces: list[str] = []
    found = verify(proof(ana), proof(bruno), proof(EDWARDS, nonce="m"), nonces=nonces)
    assert [entry.key for entry in found] == [ana.public_key, bruno.public_key, EDWARDS.public_key]
    assert nonces == ["n", "m"]


def test_one_key_twice_is_one_credential_too_many(ana: PrivateKey) -> None:
    with pytest.raises(InvalidProofError, match="same key"):
        verify(proof(ana), proof(ana, binding="did:key"))


def test_no_nonce_is_spent_when_one_proof_fails(ana: PrivateKey, bruno: PrivateKey) -> None:
    nonces: list[str] = []
    with pytest.raises(InvalidProofError):
        verify(proof(ana), proof(bruno, audience="https://other.example"), nonces=nonces)
    assert nonces == []


def test_the_nonce_is_always_asked_about(ana: PrivateKey) -> None:
    def refuse(nonce: str) -> None:
        raise InvalidNonceError("no")

    with pytest.raises(InvalidNonceError):
        verify_key_proofs([proof(ana)], audience=ISSUER, check_nonce=refuse, now=NOW)


@pytest.mark.parametrize(
    ("header", "claims"),
    [
        ({}, {"aud": "https://other.example"}),
        ({}, {"aud": [ISSUER]}),
        ({}, {"aud": None}),
        ({}, {"nonce": None}),
        ({}, {"iat": None}),
        ({}, {"iat": True}),
        ({}, {"iat": int((NOW - timedelta(minutes=6)).timestamp())}),
        ({}, {"iat": int((NOW + timedelta(minutes=2)).timestamp())}),
        ({}, {"exp": int(NOW.timestamp())}),
        ({"typ": "JWT"}, {}),
        ({"typ": None}, {}),
        ({"jwk": None}, {}),
        ({"kid": "did:key:z6Mk#z6Mk"}, {}),
        ({"x5c": ["MII"]}, {}),
        ({"jwk": None, "kid": "0"}, {}),
        ({"jwk": None, "kid": "did:web:issuer.example#key"}, {}),
        ({"crit": ["b64"]}, {}),
        ({"alg": "Ed25519"}, {}),
    ],
)
def test_each_check(ana: PrivateKey, header: dict[str, Any], claims: dict[str, Any]) -> None:
    with pytest.raises(InvalidProofError):
        verify(signed(ana, header=header, **claims))


def test_a_nonce_that_is_no_text(ana: PrivateKey) -> None:
    with pytest.raises(InvalidNonceError):
        verify(signed(ana, nonce=7))


def test_a_private_key_in_the_header(ana: PrivateKey) -> None:
    exposed = {**jwk.encode(ana.public_key), "d": base64url.encode(ana.secret)}
    with pytest.raises(InvalidProofError, match="does not hold"):
        verify(signed(ana, header={"jwk": exposed}))


def test_a_key_that_did_not_sign(ana: PrivateKey, mallory: PrivateKey) -> None:
    with pytest.raises(InvalidProofError):
        verify(signed(mallory, header={"jwk": jwk.encode(ana.public_key)}))
    kid = did_key.key_method(ana.public_key)
    with pytest.raises(InvalidProofError):
        verify(signed(mallory, header={"jwk": None, "kid": kid}))


def test_a_curve_that_is_not_offered() -> None:
    with pytest.raises(InvalidProofError, match="ES256"):
        verify(proof(PrivateKey("P-384", bytes(47) + b"\x01")))


@pytest.mark.parametrize("algorithm", ["none", "HS256", "EdDSA"])
def test_algorithms_that_are_not_the_keys(ana: PrivateKey, algorithm: str) -> None:
    _, payload, signature = proof(ana).split(".")
    changed = base64url.encode(
        jcs.canonicalize({"alg": algorithm, "typ": TYPE, "jwk": jwk.encode(ana.public_key)})
    )
    with pytest.raises(InvalidProofError):
        verify(f"{changed}.{payload}.{'' if algorithm == 'none' else signature}")


@pytest.mark.parametrize("change", ["cut", "swollen", "empty", "text"])
def test_what_is_no_proof(ana: PrivateKey, change: str) -> None:
    text = proof(ana)
    broken = {"cut": text[:-3], "swollen": text + "A" * 9_000, "empty": "", "text": "proof"}[change]
    with pytest.raises(InvalidProofError):
        verify(broken)
