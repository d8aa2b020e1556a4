"""A provider's word for a wallet, and the wallet's proof: what holds, and what does not."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509

from common.errors import SelloError
from common.keys import PrivateKey, certificate, dpop, jwk, jws
from common.oid4vci.attestation import StatusEndpoint
from common.oid4vci.errors import (
    InvalidClientAttestationError,
    InvalidMessageError,
    UseAttestationChallengeError,
    UseFreshAttestationError,
)
from common.oid4vci.wallet_attestation import (
    POP_TYPE,
    TYPE,
    WalletAttestation,
    create_attestation_pop,
    create_challenge_response,
    create_wallet_attestation,
    parse_challenge_response,
    verify_wallet_attestation,
    verify_with_dpop,
)
from common.oid4vp.x509 import create_certificate_authority, create_leaf_certificate
from common.vcdm.credential import StatusReference
from tests.conftest import NOW
from tests.tampering import flip

ROOT, LEAF, INSTANCE, OTHER = (PrivateKey("P-256", bytes(31) + bytes([n])) for n in (0x51, 0x52, 0x53, 0x66))
SPAN: dict[str, Any] = {"not_before": NOW - timedelta(days=1), "not_after": NOW + timedelta(days=9)}
AUTHORITY = create_certificate_authority(signer=ROOT, name="Provider", serial=1, **SPAN)
CERTIFICATE = create_leaf_certificate(
    key=LEAF.public_key, host="provider.example", issuer=ROOT, authority=AUTHORITY, serial=2, **SPAN
)
ANCHORS = (certificate.load(AUTHORITY),)
CLIENT, SERVER, PROVIDER = "https://wallet.example", "https://office.example", "https://provider.example"
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def word(signer: PrivateKey = LEAF, header: dict[str, Any] | None = None, **claims: Any) -> str:
    """An attestation with claims of its own; None leaves one out."""
    made = create_wallet_attestation(
        provider=PROVIDER, client_id=CLIENT, name="Wallet  of the\nSouth", link="https://wallet.example/about",
        key=INSTANCE.public_key, signer=LEAF, x5c=[CERTIFICATE], now=NOW, expires=NOW + HOUR,
    )  # fmt: skip
    parsed = jws.parse(made)
    body = {name: value for name, value in {**parsed.claims(), **claims}.items() if value is not None}
    return jws.sign({**parsed.header, **(header or {})}, body, signer=signer)


def proof(signer: PrivateKey = INSTANCE, header: dict[str, Any] | None = None, **claims: Any) -> str:
    made = create_attestation_pop(
        client_id=CLIENT, audience=SERVER, jti="j-1", challenge="c-1", signer=INSTANCE, now=NOW
    )
    parsed = jws.parse(made)
    body = {name: value for name, value in {**parsed.claims(), **claims}.items() if value is not None}
    return jws.sign({**parsed.header, **(header or {})}, body, signer=signer)


def listed(index: Any, *, uri: Any = "https://provider.example/status") -> dict[str, Any]:
    return {"status_list": {"idx": index, "uri": uri}}


def challenged(challenge: str) -> None:
    if challenge != "c-1":
        raise UseAttestationChallengeError("Another challenge.")


def verify(attestation: str | None = None, pop: str | None = None, **changes: Any) -> WalletAttestation:
    told = {"audience": SERVER, "anchors": ANCHORS, "check_challenge": challenged, "now": NOW, **changes}
    return verify_wallet_attestation(
        word() if attestation is None else attestation, proof() if pop is None else pop, **told
    )


def test_what_a_provider_says_and_what_a_wallet_signs() -> None:
    """§4 and §5.1."""
    parsed = jws.parse(word())
    assert parsed.header == {"alg": "ES256", "typ": TYPE, "x5c": certificate.x5c([CERTIFICATE])}
    begins = int(NOW.timestamp())
    assert parsed.claims() == {
        "iss": PROVIDER, "sub": CLIENT, "wallet_name": "Wallet  of the\nSouth", "iat": begins,
        "wallet_link": "https://wallet.example/about",
        "exp": begins + 3600, "cnf": {"jwk": jwk.encode(INSTANCE.public_key)},
    }  # fmt: skip
    shown = jws.parse(proof())
    assert shown.header == {"alg": "ES256", "typ": POP_TYPE}
    assert shown.claims() == {
        "iss": CLIENT, "aud": SERVER, "jti": "j-1", "iat": begins, "exp": begins + 300, "challenge": "c-1",
    }  # fmt: skip
    bare = create_attestation_pop(
        client_id=CLIENT, audience=SERVER, jti="j", challenge=None, signer=INSTANCE, now=NOW
    )
    assert "challenge" not in jws.parse(bare).claims()


def test_the_wallet_behind_it() -> None:
    expected = WalletAttestation(
        client_id=CLIENT, name="Wallet of the South", thumbprint=jwk.thumbprint(INSTANCE.public_key),
        jti="j-1", standing=StatusEndpoint(PROVIDER),
    )  # fmt: skip
    assert verify() == expected
    assert verify(pop=proof(aud=[SERVER])) == expected
    assert verify(pop=proof(iss=None)) == expected
    assert verify(pop=proof(challenge=None)) == expected
    assert verify(word(wallet_name=None)) == replace(expected, name="")
    assert verify(word(wallet_name=7)) == replace(expected, name="")
    assert verify(word(wallet_name="n" * 300)) == replace(expected, name="n" * 200)
    assert verify(word(iss=None)) == replace(expected, standing=StatusEndpoint(""))
    kept = StatusReference(kind="TokenStatusList", uri=f"{PROVIDER}/status", index=7)
    assert verify(word(status=listed(7))) == replace(expected, standing=StatusEndpoint(PROVIDER, (kept,)))


@pytest.mark.parametrize(
    "attestation",
    [
        "", "x", flip(word()), word(OTHER), word(header={"typ": "JWT"}), word(header={"x5c": []}),
        word(header={"x5c": certificate.x5c([CERTIFICATE, AUTHORITY])}), word(header={"alg": "none"}),
        word(sub=None), word(sub=""), word(sub="s" * 501), word(sub="a\0b"), word(sub=7),
        word(exp=None), word(exp="soon"), word(exp=True), word(cnf=None), word(cnf="x"), word(cnf={}),
        word(cnf={"jwk": jwk.encode(OTHER.public_key)}), word(cnf={"jwk": 7}),
        word(iat=int((NOW + 2 * MINUTE).timestamp())), word(nbf=int((NOW + 2 * MINUTE).timestamp())),
        word(nbf="now"),
        word(status={}), word(status="x"), word(status={"status_list": {}}),
        word(status=listed(-1)), word(status=listed(True)), word(status=listed(1, uri=7)),
        word(status=listed(1), iss=7),
    ],
)  # fmt: skip
def test_words_that_do_not_hold(attestation: str) -> None:
    with pytest.raises(InvalidClientAttestationError):
        verify(attestation)


@pytest.mark.parametrize(
    "pop",
    [
        "", "x", flip(proof()), proof(OTHER), proof(header={"typ": "JWT"}), proof(header={"alg": "none"}),
        word(), proof(aud=None), proof(aud=CLIENT), proof(aud=[SERVER, CLIENT]), proof(aud=[]),
        proof(iss="https://another.example"), proof(jti=None), proof(jti=""), proof(jti=7),
        proof(jti="j" * 501), proof(jti="\0"), proof(iat=None), proof(iat="now"), proof(iat=True),
        proof(exp="x"), proof(exp=True),
        proof(exp=int(NOW.timestamp())), proof(nbf=int((NOW + 2 * MINUTE).timestamp())), proof(iat=0),
    ],
)  # fmt: skip
def test_proofs_that_do_not_hold(pop: str) -> None:
    with pytest.raises(InvalidClientAttestationError):
        verify(pop=pop)


@pytest.mark.parametrize("challenge", ["c-2", "", 7, ["c-1"]])
def test_another_challenge(challenge: Any) -> None:
    with pytest.raises(UseAttestationChallengeError):
        verify(pop=proof(challenge=challenge))


def test_times_to_the_second() -> None:
    """A proof is good for five minutes, a minute ahead of our clock; the attestation until it ends."""
    begins = int(NOW.timestamp())
    for made in (begins - 300, begins, begins + 60):
        assert verify(pop=proof(iat=made, exp=None))
    for made in (begins - 301, begins + 61):
        with pytest.raises(InvalidClientAttestationError, match="too old"):
            verify(pop=proof(iat=made, exp=None))
    assert verify(pop=proof(exp=begins + 1))
    assert verify(word(exp=begins + 1))
    for ended in (begins, begins - 1):
        with pytest.raises(UseFreshAttestationError):
            verify(word(exp=ended))
    for begun in (word(iat=begins + 60), word(nbf=begins + 60), word(iat=None)):
        assert verify(begun)
    for ahead in (word(iat=begins + 61), word(nbf=begins + 61)):
        with pytest.raises(InvalidClientAttestationError, match="future"):
            verify(ahead)


def test_another_server_and_other_anchors() -> None:
    other = x509.load_der_x509_certificate(
        create_certificate_authority(signer=OTHER, name="Provider", serial=1, **SPAN)
    )
    for changes in (
        {"audience": CLIENT},
        {"anchors": ()},
        {"anchors": (other,)},
        {"now": NOW + timedelta(days=10)},
    ):
        with pytest.raises(SelloError):
            verify(**changes)
    assert verify(anchors=(other, *ANCHORS))


def test_the_dpop_proof_may_be_that_proof() -> None:
    """§5.2: by the attested key, and then no identifier of its own is asked."""

    def made(key: PrivateKey) -> str:
        url = f"{SERVER}/par"
        return dpop.create_dpop_proof(method="POST", url=url, access_token=None, jti="d", signer=key, now=NOW)

    found = verify_with_dpop(word(), made(INSTANCE), anchors=ANCHORS, now=NOW)
    assert found == replace(verify(), jti=None)
    for attestation, shown in (
        (word(), made(OTHER)), (word(), "x"), (word(), proof()), (word(OTHER), made(INSTANCE)),
        (word(exp=int(NOW.timestamp())), made(INSTANCE)), (word(sub=None), made(INSTANCE)),
    ):  # fmt: skip
        with pytest.raises(SelloError):
            verify_with_dpop(attestation, shown, anchors=ANCHORS, now=NOW)
    with pytest.raises(InvalidClientAttestationError, match="another key"):
        verify_with_dpop(word(), made(OTHER), anchors=ANCHORS, now=NOW)


def test_the_challenge_endpoint() -> None:
    assert create_challenge_response("c-1") == {"attestation_challenge": "c-1"}
    assert parse_challenge_response(b'{"attestation_challenge": "c-1", "more": 1}') == "c-1"
    for body in (b"", b"[]", b"{}", b'{"attestation_challenge": 7}'):
        with pytest.raises((InvalidMessageError, SelloError)):
            parse_challenge_response(body)
