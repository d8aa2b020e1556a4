"""Authorization requests (OpenID4VP §5): one definition for who makes them and for who reads them."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, cast
from urllib.parse import parse_qsl, urlencode, urlsplit

from common.encoding import strict_json
from common.errors import MalformedInputError
from common.keys import Signer, certificate, jws
from common.oid4vp.client_id import ORIGIN, ClientId, parse_client_id
from common.oid4vp.client_metadata import ClientMetadata, parse_client_metadata
from common.oid4vp.dcql import DcqlQuery, parse_query
from common.oid4vp.errors import InvalidRequestError, InvalidRequestUriMethodError
from common.oid4vp.transaction_data import TransactionData, parse_transaction_data

REQUEST_TYPE: Final = "oauth-authz-req+jwt"
AUDIENCE: Final = "https://self-issued.me/v2"  # static discovery (§5.8)
SCHEME: Final = "openid4vp://"
PURPOSE: Final = "urn:sello:purpose:1"  # our verifier_info format (§5.1): {"name": …, "purpose": …}
MAX_LENGTH: Final = 100_000
ResponseMode = Literal["direct_post", "direct_post.jwt", "dc_api", "dc_api.jwt"]
RESPONSE_MODES: Final[tuple[ResponseMode, ...]] = ("direct_post", "direct_post.jwt")
API_MODES: Final[tuple[ResponseMode, ...]] = ("dc_api", "dc_api.jwt")  # Digital Credentials API, Appendix A
RequestUriMethod = Literal["get", "post"]
_SAFE = re.compile(r"[A-Za-z0-9._~-]{1,512}\Z")
_CONNECT_SCOPES: Final = frozenset({"openid", "profile", "email", "address", "phone", "offline_access"})
_OBJECTS: Final = ("dcql_query", "client_metadata", "transaction_data", "verifier_info")


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A request's parameters, their shapes checked; who it comes from is another question.

    `client_id` is the audience of the answer: over the Digital Credentials API the page's origin (A.4), and
    then there is neither `response_uri` nor `state`.
    `name` and `purpose` are what the verifier says of itself, for the person to read.
    """

    client_id: ClientId
    response_uri: str
    response_mode: ResponseMode
    nonce: str
    state: str
    query: DcqlQuery
    metadata: ClientMetadata
    transaction_data: tuple[TransactionData, ...] = ()
    name: str = ""
    purpose: str = ""
    wallet_nonce: str | None = None
    issued_at: datetime | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RequestReference:
    """What a link or a QR code carries: a reference to a request object, the object, or plain parameters.

    `origin` is that of the page which asked over the Digital Credentials API, by the platform; else empty.
    """

    client_id: ClientId
    request_uri: str = ""
    method: RequestUriMethod = "get"
    request_object: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    origin: str = ""


def create_request_parameters(
    *,
    client_id: ClientId,
    response_uri: str,
    response_mode: ResponseMode,
    nonce: str,
    state: str,
    query: DcqlQuery,
    client_metadata: Mapping[str, Any],
    transaction_data: Sequence[str] = (),
    name: str = "",
    purpose: str = "",
) -> dict[str, Any]:
    """The parameters of a request, ready to be signed or to travel by value."""
    parameters: dict[str, Any] = {
        "client_id": str(client_id),
        "response_type": "vp_token",
        "response_mode": response_mode,
        "response_uri": response_uri,
        "nonce": nonce,
        "state": state,
        "dcql_query": query.source,
        "client_metadata": client_metadata,
    }
    if transaction_data:
        parameters["transaction_data"] = list(transaction_data)
    if purpose:
        parameters["verifier_info"] = [{"format": PURPOSE, "data": {"name": name, "purpose": purpose}}]
    return parameters


def create_request_object(
    parameters: Mapping[str, Any],
    *,
    signer: Signer,
    now: datetime,
    expires: datetime,
    x5c: Sequence[bytes] = (),
    wallet_nonce: str | None = None,
) -> str:
    """The signed request object (RFC 9101): its key named by `x5c` (DER, leaf first), else by `kid`."""
    if not parse_client_id(parameters.get("client_id")).signed:
        raise InvalidRequestError("A request under the prefix redirect_uri cannot be signed.")
    header: dict[str, Any] = {"typ": REQUEST_TYPE}
    if x5c:
        header["x5c"] = certificate.x5c(x5c)
    else:
        header["kid"] = signer.key_id
    times = {"iat": int(now.timestamp()), "exp": int(expires.timestamp())}
    nonce = {} if wallet_nonce is None else {"wallet_nonce": wallet_nonce}
    return jws.sign(header, {**parameters, **times, **nonce, "aud": AUDIENCE}, signer=signer)


def create_link(
    client_id: ClientId, *, request_uri: str, method: RequestUriMethod = "get", scheme: str = SCHEME
) -> str:
    """The `openid4vp://` link that leads to a request object by reference (§5.7)."""
    parameters = {"client_id": str(client_id), "request_uri": request_uri}
    if method == "post":
        parameters["request_uri_method"] = method
    return f"{scheme}?{urlencode(parameters)}"


def create_link_by_value(parameters: Mapping[str, Any], *, scheme: str = SCHEME) -> str:
    """The link that carries an unsigned request's own parameters, objects as JSON (§5.1, §5.9.3)."""
    if parse_client_id(parameters.get("client_id")).signed:
        raise InvalidRequestError("Only a request under the prefix redirect_uri travels unsigned.")
    texts = {
        name: value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
        for name, value in parameters.items()
    }
    return f"{scheme}?{urlencode(texts)}"


def parse_authorization_request(source: str | Mapping[str, str]) -> RequestReference:
    """Read a link (any scheme), a query string, or the parameters themselves (§5.4)."""
    pairs = _pairs(source) if isinstance(source, str) else list(source.items())
    values = dict(pairs)
    if len(values) != len(pairs):
        raise InvalidRequestError("A parameter of this request stands twice.")
    client_id = parse_client_id(values.get("client_id"))
    method = values.get("request_uri_method", "get")
    if method not in ("get", "post"):
        raise InvalidRequestUriMethodError("request_uri_method is get or post.")
    if "request_uri" in values and "request" in values:
        raise InvalidRequestError("A request object comes by value or by reference, not both.")
    if "request_uri" in values:
        return RequestReference(
            client_id, request_uri=values["request_uri"], method=cast(RequestUriMethod, method)
        )
    if "request_uri_method" in values:
        raise InvalidRequestError("request_uri_method needs a request_uri.")
    if "request" in values:
        return RequestReference(client_id, request_object=values["request"])
    return RequestReference(client_id, parameters={name: _value(name, text) for name, text in pairs})


def parse_request_parameters(source: Mapping[str, Any], *, origin: str = "") -> AuthorizationRequest:
    """Check the shape of a request's parameters (§5.1, §5.2); unknown ones are ignored.

    Those that a page of `origin` handed to the Digital Credentials API have rules of their own (A.2).
    """
    source = {name: value for name, value in source.items() if value is not None}
    client_id = ClientId(ORIGIN, origin) if origin else parse_client_id(source.get("client_id"))
    modes = API_MODES if origin else RESPONSE_MODES
    if source.get("response_type") != "vp_token":
        raise InvalidRequestError(
            "Only the response type vp_token is known here.", code="unsupported_response_type"
        )
    mode = source.get("response_mode")
    if mode not in modes:
        raise InvalidRequestError(f"The response mode is {' or '.join(modes)}.")
    if "redirect_uri" in source:
        raise InvalidRequestError("A request that is answered by direct_post has no redirect_uri.")
    if "dcql_query" not in source or not _asks_for_no_credential(source.get("scope", "")):
        raise InvalidRequestError("A request holds a dcql_query, and no scope instead of it.")
    response_uri = "" if origin else _response_uri(source, client_id)
    query = parse_query(source["dcql_query"])
    transaction_data: tuple[TransactionData, ...] = ()
    if "transaction_data" in source:
        transaction_data = parse_transaction_data(source["transaction_data"], query=query)
    state = "" if origin else source.get("state", "")
    if (
        state == ""
        and not origin
        and not all(each.require_cryptographic_holder_binding for each in query.credentials)
    ):
        raise InvalidRequestError("A request without holder binding needs a state.")
    wallet_nonce = source.get("wallet_nonce")
    metadata = parse_client_metadata(source.get("client_metadata"), encrypted=mode.endswith(".jwt"))
    name, purpose = _introduction(source.get("verifier_info"))
    return AuthorizationRequest(
        client_id=client_id,
        response_uri=response_uri,
        response_mode=cast(ResponseMode, mode),
        nonce=_safe(source.get("nonce"), "nonce"),
        state=_safe(state, "state") if state != "" else "",
        query=query,
        metadata=metadata,
        transaction_data=transaction_data,
        name=name or metadata.client_name,
        purpose=purpose,
        wallet_nonce=wallet_nonce if isinstance(wallet_nonce, str) else None,
    )


def _asks_for_no_credential(scope: object) -> bool:
    """Whether a scope has but the values of OpenID Connect (Core §5.4), which some verifiers send along."""
    return isinstance(scope, str) and set(scope.split()) <= _CONNECT_SCOPES


def _response_uri(source: Mapping[str, Any], client_id: ClientId) -> str:
    default = client_id.identifier if client_id.prefix == "redirect_uri" else None
    response_uri = source.get("response_uri", default)
    if not isinstance(response_uri, str) or urlsplit(response_uri).scheme not in ("https", "http"):
        raise InvalidRequestError("A request says by response_uri where the answer goes.")
    return response_uri


def _introduction(verifier_info: Any) -> tuple[str, str]:
    """Name and purpose from our own `verifier_info` entry; entries of other formats are ignored (§5.11)."""
    for entry in verifier_info if isinstance(verifier_info, list) else []:
        data = entry.get("data") if isinstance(entry, Mapping) and entry.get("format") == PURPOSE else None
        if isinstance(data, Mapping):
            name, purpose = data.get("name"), data.get("purpose")
            return (name if isinstance(name, str) else ""), (purpose if isinstance(purpose, str) else "")
    return "", ""


def _pairs(text: str) -> list[tuple[str, str]]:
    if len(text) > MAX_LENGTH:
        raise InvalidRequestError("This request is too long.")
    query = text.split("?", 1)[1] if "?" in text else text
    try:
        return parse_qsl(query.split("#")[0], keep_blank_values=True, strict_parsing=True, max_num_fields=50)
    except ValueError as error:
        raise InvalidRequestError("This is not a request to present credentials.") from error


def _value(name: str, text: str) -> Any:
    if name not in _OBJECTS:
        return text
    try:
        return strict_json.loads(text, max_bytes=MAX_LENGTH)
    except MalformedInputError as error:
        raise InvalidRequestError(f"{name} is not JSON.") from error


def _safe(value: Any, name: str) -> str:
    if not isinstance(value, str) or not _SAFE.match(value):
        raise InvalidRequestError(f"A {name} consists of URL-safe characters.")
    return value
