"""DPoP proofs: the published one, and each check of RFC 9449 §4.3 by itself."""

from datetime import timedelta
from typing import Any

import pytest

from common.encoding import base64url
from common.keys import PrivateKey, jwk, jws
from common.keys.dpop import (
    DpopProof,
    InvalidDpopProofError,
    UseDpopNonceError,
    create_dpop_proof,
    token_hash,
    verify_dpop_proof,
)
from tests.conftest import NOW

URL = "https://ministry.example/issuers/social-registry/access/record"
CLINIC = PrivateKey("P-256", bytes(31) + b"\x0c")


def resigned(
    token: str, signer: PrivateKey = CLINIC, header: dict[str, Any] | None = None, **claims: Any
) -> str:
    """The same token with other claims (None: without), signed again."""
    parsed = jws.parse(token)
    body = {name: value for name, value in {**parsed.claims(), **claims}.items() if value is not None}
    kept = {name: value for name, value in parsed.header.items() if name != "alg"}
    changed = {name: value for name, value in {**kept, **(header or {})}.items() if value is not None}
    return jws.sign(changed, body, signer=signer)


def proof(**overrides: Any) -> str:
    arguments = {
        "method": "GET",
        "url": URL,
        "access_token": "token",
        "jti": "1",
        "signer": CLINIC,
        "now": NOW,
    }
    return create_dpop_proof(**{**arguments, **overrides})


def check(token: str, **overrides: Any) -> DpopProof:
    expected = {
        "method": "GET", "url": URL, "access_token": "token", "now": NOW,
        "bound_to": jwk.thumbprint(CLINIC.public_key), "check_nonce": None,
    }  # fmt: skip
    return verify_dpop_proof(token, **{**expected, **overrides})


def test_a_dpop_proof() -> None:
    found = check(proof(url=URL + "?page=1#top"))
    assert (found.jti, found.thumbprint) == ("1", jwk.thumbprint(CLINIC.public_key))
    assert check(proof(access_token=None), access_token=None, bound_to=None).jti == "1"


def test_the_token_hash_of_rfc_9449() -> None:
    # RFC 9449 §7.1, figure 12
    token = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"
    assert token_hash(token) == "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"


def test_the_dpop_proof_of_rfc_9449() -> None:
    # RFC 9449 §7.1, figure 12
    published = (
        "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpD"
        "a0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6"
        "IlAtMjU2In19.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxl"
        "Lm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1"
        "OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA"
    )
    issued = NOW.fromtimestamp(1562262618, NOW.tzinfo)
    found = verify_dpop_proof(
        published,
        method="GET",
        url="https://resource.example.org/protectedresource",
        access_token="Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU",
        bound_to="0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I",
        check_nonce=None,
        now=issued,
    )
    assert found.jti == "e1j3V_bKic8-LAEB"


@pytest.mark.parametrize(
    "overrides",
    [
        {"method": "POST"},
        {"url": URL + "/more"},
        {"url": URL.replace("https", "http")},
        {"access_token": "another"},
        {"access_token": None},
        {"now": NOW - timedelta(minutes=3)},
        {"now": NOW + timedelta(minutes=3)},
        {"signer": PrivateKey("P-256", bytes(31) + b"\x66")},
        {"signer": PrivateKey("P-384", bytes(47) + b"\x66")},
    ],
)
def test_dpop_proofs_for_something_else(overrides: Any) -> None:
    with pytest.raises(InvalidDpopProofError):
        check(proof(**overrides))


def test_an_access_token_needs_its_key_and_its_hash() -> None:
    with pytest.raises(InvalidDpopProofError):
        check(proof(), bound_to=None)
    with pytest.raises(InvalidDpopProofError):
        check(proof(access_token=None))


def test_a_refresh_token_is_bound_without_a_hash(mallory: PrivateKey) -> None:
    check(proof(access_token=None), access_token=None)
    with pytest.raises(InvalidDpopProofError):
        check(proof(access_token=None, signer=mallory), access_token=None)


def test_the_servers_nonce() -> None:
    def ours(nonce: object) -> None:
        if nonce != "of the server":
            raise UseDpopNonceError("Use this one.")

    assert check(proof(nonce="of the server"), check_nonce=ours).jti == "1"
    for wrong in (None, "", "of another"):
        with pytest.raises(UseDpopNonceError):
            check(proof(nonce=wrong), check_nonce=ours)


@pytest.mark.parametrize("change", [{"typ": "JWT"}, {"jwk": None}, {"kid": "x"}])
def test_headers_of_dpop_proofs(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidDpopProofError):
        check(resigned(proof(), header=change))


def test_claims_of_dpop_proofs(mallory: PrivateKey) -> None:
    for name in ("jti", "htu", "htm", "iat", "ath"):
        without: dict[str, Any] = {name: None}
        with pytest.raises(InvalidDpopProofError):
            check(resigned(proof(), **without))
    with pytest.raises(InvalidDpopProofError):
        check(resigned(proof(), mallory))
    private = {**jwk.encode(CLINIC.public_key), "d": base64url.encode(CLINIC.secret)}
    with pytest.raises(InvalidDpopProofError):
        check(resigned(proof(), header={"jwk": private}))
