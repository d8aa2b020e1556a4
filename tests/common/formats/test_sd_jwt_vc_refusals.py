"""SD-JWT VCs that are refused though their issuer signed them, or because it did not."""

import hashlib
import hmac
from collections.abc import Callable
from typing import Any

import pytest

from common.did import did_key
from common.errors import InvalidSignatureError, MalformedInputError, SelloError
from common.formats.base import (
    InvalidCredentialError,
)
from common.formats.sd_jwt import compact
from common.formats.sd_jwt.compact import SDJWT
from common.formats.sd_jwt.disclosure import create, digest
from common.keys import PrivateKey, jws
from tests.common.formats.sd_jwt_vc_fixture import (
    EDDSA,
    FORMAT,
    ISSUER,
    SOURCES,
    issue,
    resigned,
    with_members,
)
from tests.conftest import NOW


@pytest.mark.parametrize("name", ["iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "aka_vcts", "status"])
def test_what_must_be_shown_is_refused_in_a_disclosure(ana: PrivateKey, name: str) -> None:
    hidden = create("https://mallory.example", name=name, salt="salt")
    secured = resigned(
        issue(holder=ana),
        lambda claims: (claims.pop(name, None), claims["_sd"].append(digest(hidden.encoded))),
    )
    with pytest.raises(SelloError):
        FORMAT.verify_credential(secured + hidden.encoded + "~", sources=SOURCES, now=NOW)


def test_part_of_what_must_be_shown_is_refused_in_a_disclosure(ana: PrivateKey) -> None:
    hidden = create("x", name="kid", salt="salt")
    secured = resigned(
        issue(holder=ana), lambda claims: claims["cnf"].update({"_sd": [digest(hidden.encoded)]})
    )
    with pytest.raises(InvalidCredentialError, match="always be shown"):
        FORMAT.verify_credential(secured + hidden.encoded + "~", sources=SOURCES, now=NOW)


@pytest.mark.parametrize(
    "change",
    [
        with_members(iss=None),
        with_members(iss=7),
        with_members(vct=None),
        with_members(vct=""),
        with_members(aka_vcts="x"),
        with_members(aka_vcts=[1]),
        with_members(aka_vcts=[]),
        with_members(aka_vcts=[""]),
        lambda payload: payload.update(aka_vcts=[payload["vct"]]),
        with_members(exp="tomorrow"),
        with_members(nbf=True),
        with_members(exp=10**15),
        with_members(cnf={}),
        with_members(cnf={"kid": "x"}),
        with_members(cnf={"jwk": {"kty": "oct", "k": "AAAA"}}),
        with_members(cnf={"jwk": {"kty": "RSA"}}),
        with_members(status={}),
        with_members(status={"other_list": {}}),
        with_members(status={"status_list": {"idx": -1, "uri": "https://x.example"}}),
        with_members(status={"status_list": {"idx": "1", "uri": "https://x.example"}}),
        with_members(status={"status_list": {"idx": 1}}),
        with_members(_sd_alg="md5"),
    ],
)
def test_payloads_refused_though_their_issuer_signed_them(
    ana: PrivateKey, change: Callable[[dict[str, Any]], None]
) -> None:
    with pytest.raises(SelloError):
        FORMAT.verify_credential(resigned(issue(holder=ana), change), sources=SOURCES, now=NOW)


@pytest.mark.parametrize(
    "header",
    [
        {"typ": "JWT"},
        {"typ": "vc+sd-jwt"},
        {"alg": "none"},
        {"alg": "HS256"},
        {"alg": "EdDSA"},
        {"crit": ["b64"]},
        {"kid": "did:web:mallory.example#p256-1"},
        {"kid": EDDSA.key_id},
    ],
)
def test_headers_refused(ana: PrivateKey, header: dict[str, Any]) -> None:
    secured = resigned(issue(holder=ana), lambda claims: None, header=header)
    with pytest.raises(SelloError):
        FORMAT.verify_credential(secured, sources=SOURCES, now=NOW)


def test_hmac_under_the_public_key(ana: PrivateKey) -> None:
    class Hmac:
        key_id, public_key = ISSUER.key_id, ISSUER.public_key

        def sign(self, data: bytes) -> bytes:
            return hmac.digest(ISSUER.public_key.raw, data, hashlib.sha256)

    token = compact.parse(issue(holder=ana))
    parsed = jws.parse(token.jwt)
    forged = jws.sign({**parsed.header, "alg": "HS256"}, parsed.payload, signer=Hmac())
    with pytest.raises(InvalidSignatureError):
        FORMAT.verify_credential(SDJWT(forged, token.disclosures).serialize(), sources=SOURCES, now=NOW)


def test_mallory_signs_in_the_registrys_name(mallory: PrivateKey) -> None:
    """The key comes from `kid`, the trust from `iss`: they are compared (Swiss e-ID CD-008)."""
    kid = did_key.key_method(mallory.public_key)
    secured = issue(holder=mallory, signer=mallory.named(kid))
    with pytest.raises(SelloError, match="another's"):
        FORMAT.verify_credential(secured, sources=SOURCES, now=NOW)


def test_a_payload_with_a_key_twice() -> None:
    body = b'{"iss":"did:web:registry.example","vct":"a","vct":"b"}'
    jwt = jws.sign({"typ": "dc+sd-jwt", "kid": ISSUER.key_id}, body, signer=ISSUER)
    with pytest.raises(MalformedInputError, match="twice"):
        FORMAT.verify_credential(f"{jwt}~", sources=SOURCES, now=NOW)
