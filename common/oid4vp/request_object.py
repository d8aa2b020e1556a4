"""Who a request comes from (OpenID4VP §5.9, §5.10): the wallet's side.

1 read the link · 2 fetch the request object · 3 the same client in link and object · 4 the client's key by
its prefix, and its signature · 5 `wallet_nonce`, audience, time · 6 where the answer may go.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from cryptography.x509 import Certificate

from common.did import Resolve, key_url
from common.encoding import numeric_date
from common.errors import FetchError, InvalidSignatureError, MalformedInputError, SelloError
from common.keys import PublicKey, certificate, jws
from common.keys.public_key import JOSE_ALGORITHMS
from common.oid4vp import x509
from common.oid4vp.client_id import PREFIXES, ClientId
from common.oid4vp.errors import InvalidRequestError
from common.oid4vp.request import (
    AUDIENCE,
    MAX_LENGTH,
    REQUEST_TYPE,
    AuthorizationRequest,
    RequestReference,
    parse_request_parameters,
)
from common.oid4vp.transport import Send
from common.oid4vp.vp_formats import VP_FORMATS
from common.trust import certificates
from common.trust.purposes import REQUEST

SKEW: Final = timedelta(minutes=2)
WALLET_METADATA: Final = {
    "vp_formats_supported": VP_FORMATS,
    "client_id_prefixes_supported": list(PREFIXES),
    "request_object_signing_alg_values_supported": JOSE_ALGORITHMS,
}


@dataclass(frozen=True, slots=True)
class Trust:
    """What a wallet knows of verifiers: how to resolve DIDs, and which certificate authorities it trusts."""

    resolve: Resolve
    anchors: Sequence[bytes] = ()


@dataclass(frozen=True, slots=True)
class VerifiedRequest:
    """A request whose sender is who its client identifier says. Only `verify_request` builds it.

    `identity` is what was proven, for the person to read: a host name, a DID, a certificate's hash; for the
    prefix `redirect_uri` nothing was, but where the answer goes.
    """

    request: AuthorizationRequest
    identity: str
    authenticated: bool

    @property
    def client_id(self) -> str:
        """The full client identifier: the audience of every presentation (§14.8)."""
        return str(self.request.client_id)


def fetch_request_object(
    reference: RequestReference, *, send: Send, wallet_nonce: str | None = None
) -> RequestReference:
    """The reference with its request object in hand; by POST with `wallet_nonce` where it asks so (§5.10)."""
    if not reference.request_uri:
        return reference
    accept = {"Accept": f"application/{REQUEST_TYPE}"}
    if reference.method == "post":
        form = {"wallet_metadata": json.dumps(WALLET_METADATA, separators=(",", ":"))}
        if wallet_nonce is not None:
            form["wallet_nonce"] = wallet_nonce
        accept["Content-Type"] = "application/x-www-form-urlencoded"
        reply = send("POST", reference.request_uri, headers=accept, body=urlencode(form).encode("ascii"))
    else:
        reply = send("GET", reference.request_uri, headers=accept)
    if reply.status != 200:
        raise FetchError("The service did not hand out its request.", detail=f"status {reply.status}")
    try:
        text = reply.body.decode("ascii").strip()
    except UnicodeDecodeError as error:
        raise InvalidRequestError("The request is not a signed request object.") from error
    return replace(reference, request_object=text)


def verify_request(
    reference: RequestReference, *, trust: Trust, now: datetime, wallet_nonce: str | None = None
) -> VerifiedRequest:
    """The request behind a fetched reference, once its sender is seen to be its client identifier's.

    `wallet_nonce` is the one that was sent, where the reference asked for POST.
    """
    if reference.request_object:
        return _verify_signed(reference, trust=trust, now=now, wallet_nonce=wallet_nonce)
    if reference.origin:
        request = parse_request_parameters(reference.parameters, origin=reference.origin)
        return VerifiedRequest(request, identity=reference.origin, authenticated=False)
    if reference.client_id.signed or not reference.parameters:
        raise InvalidRequestError("This verifier's requests must be signed.")
    request = parse_request_parameters(reference.parameters)
    if request.response_uri != reference.client_id.identifier:
        raise InvalidRequestError("The answer would go elsewhere than the client identifier says.")
    return VerifiedRequest(
        request, identity=urlsplit(request.response_uri).hostname or "", authenticated=False
    )


def _verify_signed(
    reference: RequestReference, *, trust: Trust, now: datetime, wallet_nonce: str | None
) -> VerifiedRequest:
    if not reference.client_id.signed:
        raise InvalidRequestError("A request under the prefix redirect_uri cannot be signed.")
    token = jws.parse(reference.request_object, max_length=MAX_LENGTH)
    claims = token.claims()
    if claims.get("client_id") != str(reference.client_id):
        raise InvalidRequestError("The request object is another client's.")
    client = _CLIENTS[reference.client_id.prefix](reference.client_id, token.header, trust, now)
    try:
        jws.verify(token, key=client.key, typ=REQUEST_TYPE)
    except InvalidSignatureError as error:
        raise InvalidRequestError("The signature of this request does not match.") from error
    if not _is_for_wallets(claims.get("aud")):
        raise InvalidRequestError("This request is meant for another wallet.")
    if reference.method == "post" and wallet_nonce is not None and claims.get("wallet_nonce") != wallet_nonce:
        raise InvalidRequestError("This request was not made for this moment.")
    issued, expires = _check_times(claims, now=now)
    request = parse_request_parameters(claims, origin=reference.origin)
    request = replace(request, issued_at=issued, expires_at=expires)
    if reference.origin and not _expects(claims, reference.origin):
        raise InvalidRequestError("This request was made for another page.")
    if not reference.origin and client.host and urlsplit(request.response_uri).hostname != client.host:
        raise InvalidRequestError("The answer would go to another host than the certificate names.")
    return VerifiedRequest(request, identity=client.identity, authenticated=True)


def _check_times(claims: Mapping[str, Any], *, now: datetime) -> tuple[datetime | None, datetime | None]:
    """`iat` and `exp` of a request object that is good at this moment (RFC 7519 §4.1.4 to §4.1.6)."""
    issued, begins, expires = (_time(claims, name) for name in ("iat", "nbf", "exp"))
    if any(moment is not None and moment > now + SKEW for moment in (issued, begins)):
        raise InvalidRequestError("This request is of a later time; start again at the service.")
    if expires is not None and expires <= now - SKEW:
        raise InvalidRequestError("This request has run out; start again at the service.")
    return issued, expires


def _is_for_wallets(audience: object) -> bool:
    """Whether any wallet is among those to whom a request object goes (§5.8; RFC 7519 §4.1.3)."""
    return audience in (None, AUDIENCE) or (isinstance(audience, list) and AUDIENCE in audience)


def _expects(claims: Mapping[str, Any], origin: str) -> bool:
    """Whether the page is one of those that the verifier names, letter for letter (A.2)."""
    expected = claims.get("expected_origins")
    return isinstance(expected, list) and origin in expected


@dataclass(frozen=True, slots=True)
class _Client:
    """A client's key, what it proves, and the one host the answer may go to (empty: any)."""

    key: PublicKey
    identity: str
    host: str = ""


def _by_did(client_id: ClientId, header: Mapping[str, Any], trust: Trust, now: datetime) -> _Client:
    """`decentralized_identifier`: `kid` names a verification method of the client's own DID (§5.9.3)."""
    did, kid = client_id.identifier, header.get("kid")
    kid = key_url(kid) if isinstance(kid, str) else kid
    if not isinstance(kid, str) or kid.split("#")[0] not in (did, "") or "#" not in kid:
        raise InvalidRequestError("The key of this request is not its sender's own.")
    try:
        method = trust.resolve(did).method(kid if kid.startswith(did) else did + kid).require_current(now)
    except FetchError:
        raise
    except SelloError as error:
        raise InvalidRequestError("The key of this request is not found with its sender.") from error
    if method.controller != did:
        raise InvalidRequestError("The key of this request has another controller.")
    return _Client(method.public_key, identity=did)


def _by_host(client_id: ClientId, header: Mapping[str, Any], trust: Trust, now: datetime) -> _Client:
    """`x509_san_dns`: the leaf's dNSName is the client, and the answer goes to that host (§5.9.3)."""
    leaf, _ = _leaf(header, trust, now)
    host = client_id.identifier.lower()
    if host not in certificates.dns_names(leaf):
        raise InvalidRequestError("The certificate of this request names another host.")
    return _Client(_certified_key(leaf), identity=host, host=host)


def _by_certificate(client_id: ClientId, header: Mapping[str, Any], trust: Trust, now: datetime) -> _Client:
    """`x509_hash`: the client is the hash of the leaf (§5.9.3)."""
    leaf, der = _leaf(header, trust, now)
    if x509.certificate_hash(der) != client_id.identifier:
        raise InvalidRequestError("The certificate of this request is another.")
    names = sorted(certificates.dns_names(leaf))
    return _Client(_certified_key(leaf), identity=names[0] if names else client_id.identifier)


_CLIENTS: Final[dict[str, Callable[[ClientId, Mapping[str, Any], Trust, datetime], _Client]]] = {
    "decentralized_identifier": _by_did,
    "x509_san_dns": _by_host,
    "x509_hash": _by_certificate,
}


def _certified_key(leaf: Certificate) -> PublicKey:
    try:
        return certificate.public_key(leaf)
    except SelloError as error:
        raise InvalidRequestError(error.public) from error


def _leaf(header: Mapping[str, Any], trust: Trust, now: datetime) -> tuple[Certificate, bytes]:
    """The leaf of the request's chain, also as it came, once the chain leads to somebody trusted."""
    if not trust.anchors:
        raise InvalidRequestError("No certificate authority for verifiers is trusted here.")
    try:
        chain = certificates.read_x5c(header.get("x5c"))
        anchors = [certificate.load(der) for der in trust.anchors]
        return certificates.verify_chain(chain, anchors=anchors, purpose=REQUEST, now=now), chain[0]
    except SelloError as error:
        raise InvalidRequestError(
            "The certificate of this request leads to no authority that is trusted here.", detail=error.public
        ) from error


def _time(claims: Mapping[str, Any], name: str) -> datetime | None:
    try:
        return numeric_date.read_datetime(claims, name)
    except MalformedInputError as error:
        raise InvalidRequestError(f"{name} is a number of seconds.") from error
