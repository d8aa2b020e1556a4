"""Whose key signed: from a JOSE header to a key that is the issuer's own (SD-JWT VC §2.5).

The Swiss e-ID once took the key from `kid` and the trust from `iss` and never compared the two. Here the
issuer comes first, and a header can only choose among keys that this issuer publishes.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from common.did import Fetch, Resolve, VerificationMethod
from common.encoding import strict_json
from common.errors import InvalidKeyError, MalformedInputError, SelloError
from common.keys import certificate, jwk
from common.keys.public_key import CURVES, algorithm_named
from common.trust import certificates
from common.trust.certificates import LOOPBACK
from common.trust.trust_list import UntrustedIssuerError

PURPOSE: Final = "assertionMethod"


class NotTheIssuersKeyError(UntrustedIssuerError):
    """A header that leads to a key of somebody else, or to none."""

    code = "invalid_credential"
    status = 400


def issuer_key(
    issuer: str,
    header: Mapping[str, Any],
    *,
    resolve: Resolve,
    fetch: Fetch,
    anchors: Sequence[x509.Certificate],
    now: datetime,
) -> VerificationMethod:
    """The key that `issuer` publishes and `header` chooses: by DID, by certificate, or by its metadata.

    A chain in `x5c` counts where it claims to lead to one of the `anchors`, and then it must. Any other says
    nothing of its own, but that its key is the very one which the issuer publishes (RFC 7515 §4.1.6).
    An empty `issuer` is the one that the certificate names; it is the found key's controller.
    """
    chain = certificates.read_x5c(header["x5c"]) if "x5c" in header else ()
    if issuer.startswith("did:"):
        return _alike(_from_did(issuer, header, resolve=resolve), chain).require_current(now)
    if issuer and not issuer.startswith(("https://", *LOOPBACK)):
        raise NotTheIssuersKeyError("An issuer is named by a DID or an https URL.")
    if chain and (not issuer or certificates.claims_anchor(chain, anchors=anchors)):
        return _from_chain(issuer, chain, anchors=anchors, now=now)
    if not issuer:
        raise NotTheIssuersKeyError("This credential names no issuer.")
    return _alike(_from_metadata(issuer, header, fetch=fetch), chain)


def metadata_url(issuer: str) -> str:
    """Where an issuer's JWT VC Issuer Metadata lie, by path insertion (SD-JWT VC §4)."""
    parts = urlsplit(issuer)
    if not parts.netloc or parts.query or parts.fragment:
        raise NotTheIssuersKeyError("An issuer's https URL has neither query nor fragment.")
    return f"{parts.scheme}://{parts.netloc}/.well-known/jwt-vc-issuer{parts.path.rstrip('/')}"


def _from_chain(
    issuer: str, chain: Sequence[bytes], *, anchors: Sequence[x509.Certificate], now: datetime
) -> VerificationMethod:
    issuer, path = certificates.issuer_of(chain, issuer=issuer, anchors=anchors, now=now)
    vouching = tuple(one.public_bytes(Encoding.DER) for one in path)
    key = certificate.public_key(path[0])
    return VerificationMethod(f"{issuer}#x5c", issuer, key, frozenset({PURPOSE}), certificates=vouching)


def _alike(method: VerificationMethod, chain: Sequence[bytes]) -> VerificationMethod:
    """The key that was found otherwise, unless a chain beside it begins with another."""
    if chain and certificate.public_key(certificate.load(chain[0])) != method.public_key:
        raise NotTheIssuersKeyError("The certificate in the header is for another key than the issuer's.")
    return method


def _from_did(issuer: str, header: Mapping[str, Any], *, resolve: Resolve) -> VerificationMethod:
    kid = header.get("kid")
    document = resolve(issuer)
    if kid is not None and kid != issuer:  # the DID alone names no key, but whose it is
        if not isinstance(kid, str) or "#" not in kid or kid.partition("#")[0] not in ("", issuer):
            raise NotTheIssuersKeyError("The key named in the header is not the issuer's.")
        method = document.method(kid if not kid.startswith("#") else issuer + kid).require(PURPOSE)
    else:
        method = _only(
            [
                method
                for method in document.methods.values()
                if PURPOSE in method.purposes and _fits(method.public_key.curve, header)
            ]
        )
    if method.controller != issuer:
        raise NotTheIssuersKeyError("The key named in the header is not the issuer's.")
    return method


def _from_metadata(issuer: str, header: Mapping[str, Any], *, fetch: Fetch) -> VerificationMethod:
    """SD-JWT VC §4.2 and §4.3: metadata of this very issuer, with keys inside or at `jwks_uri`."""
    metadata = strict_json.without_nulls(strict_json.loads_object(fetch(metadata_url(issuer)).body))
    if metadata.get("issuer") != issuer:
        raise NotTheIssuersKeyError("These issuer metadata are another's.")
    if ("jwks" in metadata) == ("jwks_uri" in metadata):
        raise MalformedInputError("Issuer metadata hold jwks or jwks_uri, and not both.")
    key_set = metadata.get("jwks")
    if key_set is None:
        if not isinstance(metadata["jwks_uri"], str) or not metadata["jwks_uri"].startswith("https://"):
            raise MalformedInputError("jwks_uri is an https URL.")
        key_set = strict_json.loads_object(fetch(metadata["jwks_uri"]).body)
    kid = header.get("kid")
    entries = key_set.get("keys") if isinstance(key_set, Mapping) else None
    if not isinstance(entries, list):
        raise MalformedInputError("A JWK Set holds a list of keys.")
    return _only(
        [
            method
            for entry in entries
            if isinstance(entry, Mapping)
            and (kid is None or entry.get("kid") == kid)
            and (method := _method(issuer, entry)) is not None
            and _fits(method.public_key.curve, header)
        ]
    )


def _method(issuer: str, entry: Mapping[str, Any]) -> VerificationMethod | None:
    """A JWK of the set as a key, None where it is of a kind or for a use that is not ours."""
    if entry.get("use", "sig") != "sig":
        return None
    try:
        key = jwk.decode(entry)
    except SelloError:
        return None
    kid = entry.get("kid")
    name = kid if isinstance(kid, str) else jwk.thumbprint(key)
    return VerificationMethod(f"{issuer}#{name}", issuer, key, frozenset({PURPOSE}))


def _fits(curve: str, header: Mapping[str, Any]) -> bool:
    return CURVES[curve].algorithm == algorithm_named(header.get("alg"))


def _only(methods: Sequence[VerificationMethod]) -> VerificationMethod:
    if len(methods) != 1:
        raise InvalidKeyError(
            "The issuer publishes no key that fits this header."
            if not methods
            else "The issuer publishes several keys that fit this header, and none is named."
        )
    return methods[0]
