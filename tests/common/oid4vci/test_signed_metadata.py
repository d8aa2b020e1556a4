"""Metadata that their issuer signed: whose they are, and until when they are good."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from common.did import VerificationMethod
from common.keys import PrivateKey, certificate, jws
from common.oid4vci.errors import InvalidMessageError
from common.oid4vci.signed_metadata import LIFETIME, TYPE, sign_metadata, verify_metadata
from common.trust import UntrustedIssuerError
from tests.common.formats.fakes import method
from tests.common.oid4vci.test_wallet_attestation import CERTIFICATE
from tests.conftest import NOW
from tests.tampering import flip

ISSUER = "https://office.example"
KEY = PrivateKey("P-256", bytes(31) + b"\x01", f"{ISSUER}#1")
DOCUMENT = {"credential_issuer": ISSUER, "credential_endpoint": f"{ISSUER}/credential"}
BEGINS = int(NOW.timestamp())


def issuer_key(issuer: str, header: Mapping[str, Any]) -> VerificationMethod:
    if (issuer, header["kid"]) != (ISSUER, KEY.key_id):
        raise UntrustedIssuerError("Another's key.")
    return method(KEY.key_id, KEY.public_key)


def signed(signer: PrivateKey = KEY, header: dict[str, Any] | None = None, **claims: Any) -> str:
    parsed = jws.parse(sign_metadata(DOCUMENT, signer=KEY, now=NOW))
    body = {name: value for name, value in {**parsed.claims(), **claims}.items() if value is not None}
    return jws.sign({**parsed.header, **(header or {})}, body, signer=signer)


def verify(compact: str, **changes: Any) -> dict[str, Any]:
    return verify_metadata(compact, **{"issuer": ISSUER, "issuer_key": issuer_key, "now": NOW, **changes})


def test_what_an_issuer_signs() -> None:
    """OpenID4VCI 1.0 §12.2.3."""
    parsed = jws.parse(sign_metadata(DOCUMENT, signer=KEY, now=NOW))
    assert parsed.header == {"alg": "ES256", "typ": TYPE, "kid": KEY.key_id}
    ends = int((NOW + LIFETIME).timestamp())
    assert parsed.claims() == {**DOCUMENT, "sub": ISSUER, "iat": BEGINS, "exp": ends}
    chained = jws.parse(sign_metadata(DOCUMENT, signer=KEY, now=NOW, chain=[CERTIFICATE]))
    assert chained.header["x5c"] == certificate.x5c([CERTIFICATE])


def test_the_document_behind_it() -> None:
    found = verify(signed())
    assert {name: found[name] for name in DOCUMENT} == DOCUMENT
    assert verify(signed(exp=None))
    assert verify(signed(iat=BEGINS + 60, exp=BEGINS + 1))
    assert verify(signed(), now=NOW + LIFETIME - timedelta(seconds=1))


@pytest.mark.parametrize(
    "compact",
    [
        "", "x", flip(signed()), signed(PrivateKey("P-256", bytes(31) + b"\x66")),
        signed(header={"typ": "JWT"}),
        signed(header={"kid": "another"}), signed(sub=None), signed(sub=f"{ISSUER}x"), signed(iat=None),
        signed(iat="now"), signed(iat=BEGINS + 61), signed(exp=BEGINS), signed(exp="x"),
    ],
)  # fmt: skip
def test_what_does_not_hold(compact: str) -> None:
    with pytest.raises(InvalidMessageError):
        verify(compact)


def test_of_another_or_too_old() -> None:
    for changes in ({"issuer": f"{ISSUER}x"}, {"now": NOW + LIFETIME}, {"now": NOW - timedelta(minutes=2)}):
        with pytest.raises(InvalidMessageError):
            verify(signed(), **changes)
