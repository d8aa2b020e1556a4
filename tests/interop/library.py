"""A library that issues cards without a site: its keys, its type and what its sources know, all offline."""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from common.did import DIDDocument, Fetched, VerificationMethod, did_key, resolve
from common.encoding import base64url, multibase
from common.errors import FetchError
from common.formats import FORMATS
from common.formats.base import Holder
from common.formats.w3c import jose
from common.keys import PrivateKey, jwk, multikey
from common.rdf.contexts import CREDENTIALS_V2, type_context
from common.trust.issuer_keys import issuer_key
from common.vcdm import times
from common.vcdm.credential import Credential
from tests.common.formats.fakes import StaticSources
from tests.tampering import flip

TYPE: Final = "https://library.example/types/card"
ISSUER: Final = "https://library.example/issuers/cusco"
CLAIMS: Final[Mapping[str, Any]] = {
    "given_name": "Ana Lucía", "family_name": "Quispe Ñahui", "card_number": "L-2041", "books": 3
}  # fmt: skip
CONTEXT: Final = type_context(type_url=TYPE, type_name="LibraryCard", terms=dict.fromkeys(CLAIMS))
CONTEXTS: Final[Mapping[str, Mapping[str, Any]]] = {TYPE: CONTEXT}
ANA: Final = PrivateKey("P-256", bytes(31) + b"\x0a")
SEEDS: Final = {"Ed25519": 32, "P-256": 32, "P-384": 48}
# The multicodecs of private keys, with which @digitalbazaar writes them.
SECRETS: Final = {"Ed25519": b"\x80\x26", "P-256": b"\x86\x26", "P-384": b"\x87\x26"}


class OfflineSources(StaticSources):
    """Static ones, which look for an issuer's key in its DID as the product does."""

    def issuer_key(self, issuer: str, header: Mapping[str, Any]) -> VerificationMethod:
        if not issuer.startswith("did:"):
            return super().issuer_key(issuer, header)
        return issuer_key(issuer, header, resolve=_offline, fetch=refuse, anchors=(), now=today())


def _offline(did: str) -> DIDDocument:
    return resolve(did, fetch=refuse)


def refuse(url: str, *, accept: str = "application/json") -> Fetched:
    raise FetchError("Here is no network.")


SOURCES: Final = OfflineSources(contexts=CONTEXTS)


def signer(curve: str) -> PrivateKey:
    """The library's key on a curve, named by its did:key."""
    key = PrivateKey(curve, bytes(SEEDS[curve] - 1) + b"\x2a")
    did = did_key.encode(key.public_key)
    return key.named(f"{did}#{did.removeprefix('did:key:')}")


def did_of(key: PrivateKey) -> str:
    return key.key_id.partition("#")[0]


def multikeys(key: PrivateKey) -> dict[str, str]:
    """The key as others hold it: private, as Multikeys."""
    return {
        "id": key.key_id,
        "controller": did_of(key),
        "publicKeyMultibase": multikey.encode(key.public_key),
        "secretKeyMultibase": multibase.encode(SECRETS[key.curve] + key.secret),
    }


def private_jwk(key: PrivateKey) -> dict[str, str]:
    """The key as others hold it: private, as a JWK."""
    return {**jwk.encode(key.public_key), "d": base64url.encode(key.secret)}


def today() -> datetime:
    """This hour of the peers, who ask their own clock."""
    return datetime.now(UTC).replace(microsecond=0)


def card(issuer: str) -> Credential:
    """Ana's card, before a format gives it a shape."""
    return Credential(
        id="urn:uuid:7f6f4c6e-5f0b-4a55-8d55-2c9c2f2a1d10",
        issuer=issuer,
        type="LibraryCard",
        vct=TYPE,
        claims=CLAIMS,
        valid_from=today() - timedelta(days=1),
        valid_until=today() + timedelta(days=365),
        context=(TYPE,),
        disclosable=tuple((name,) for name in CLAIMS),
    )


def document(issuer: str) -> dict[str, Any]:
    """Ana's card as somebody else would write it."""
    return {
        "@context": [CREDENTIALS_V2, TYPE],
        "id": "urn:uuid:0a4f6a1c-8f42-4c0e-9a55-bf1f5d3e0c11",
        "type": ["VerifiableCredential", "LibraryCard"],
        "issuer": issuer,
        "validFrom": times.write(today() - timedelta(days=1)),
        "credentialSubject": {"id": holder().did, **CLAIMS},
    }


def holder() -> Holder:
    return Holder(ANA.public_key, did_key.encode(ANA.public_key))


def salt() -> str:
    return base64url.encode(secrets.token_bytes(16))


def token(credential_format: str) -> str:
    """Ana's card as a token of ours, under the library's P-256 key."""
    key = signer("P-256")
    if credential_format == "vc+jwt":
        return jose.sign(document(did_of(key)), kind="vc", signer=key)
    secured = FORMATS[credential_format].issue(
        card(did_of(key)), signer=key, holder=holder(), sources=SOURCES, now=today(), salt=salt
    )
    assert isinstance(secured, str)
    return secured


def read(token: str, credential_format: str) -> dict[str, Any]:
    """The claims about the subject of a token, once it holds."""
    if credential_format == "vc+jwt":
        verified = jose.verify(token, kind="vc", sources=SOURCES, now=today())
        return dict(verified.document["credentialSubject"])
    format_ = FORMATS[credential_format]
    return dict(format_.verify_credential(token, sources=SOURCES, now=today()).claims)


def bent(token: str) -> str:
    """A token with another letter in the middle of the issuer's signature."""
    jwt, mark, rest = token.partition("~")
    return flip(jwt, -40) + mark + rest


def with_another_name(secured: Mapping[str, Any]) -> dict[str, Any]:
    """The card of somebody else, under the same proof."""
    subject = {**secured["credentialSubject"], "given_name": "Mallory"}
    return {**secured, "credentialSubject": subject}
