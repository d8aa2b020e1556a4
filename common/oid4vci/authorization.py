"""Authorization request and response (OpenID4VCI 1.0 §5), pushed (RFC 9126), with PKCE (RFC 7636).

The request travels from wallet to server (`create_`/`parse_authorization_request`), the person's browser
carries a reference to it, and brings the response back (`create_`/`parse_authorization_response`).
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

from common.encoding import base64url
from common.oid4vci.errors import AuthorizationError, InvalidMessageError, TokenError
from common.oid4vci.json_members import Members, is_web_url
from common.oid4vci.token import create_details, parse_details, single_values

REQUEST_URI_PREFIX: Final = "urn:ietf:params:oauth:request_uri:"
CHALLENGE_METHOD: Final = "S256"
MAX_FIELD: Final = 4_000
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}\Z")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}\Z")
_HOST = re.compile(r"[A-Za-z0-9.:\[\]-]+\Z")  # nothing that could mean more in a page's policy
_PRIVATE_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*[.-][a-z0-9+.-]*\Z")


@dataclass(frozen=True, slots=True)
class IssuanceAuthorizationRequest:
    """Which credentials a wallet wants, and where the person's browser shall bring the answer.

    `scopes` and `configuration_ids` (from authorization_details) each ask by themselves (§5.1.2).
    `dpop_thumbprint` is the key to which the code shall be bound (RFC 9449 §10).
    """

    client_id: str
    redirect_uri: str
    code_challenge: str
    scopes: tuple[str, ...] = ()
    configuration_ids: tuple[str, ...] = ()
    state: str | None = None
    issuer_state: str | None = None
    dpop_thumbprint: str | None = None


@dataclass(frozen=True, slots=True)
class PushedResponse:
    """The reference under which a pushed request is known, and for how many seconds."""

    request_uri: str
    expires_in: int


def create_issuance_authorization_request(request: IssuanceAuthorizationRequest) -> dict[str, str]:
    """The form fields that are pushed (RFC 9126 §2.1)."""
    fields = {
        "response_type": "code",
        "client_id": request.client_id,
        "redirect_uri": request.redirect_uri,
        "code_challenge": request.code_challenge,
        "code_challenge_method": CHALLENGE_METHOD,
    }
    optional = {
        "scope": " ".join(request.scopes),
        "authorization_details": (
            create_details(request.configuration_ids) if request.configuration_ids else None
        ),
        "state": request.state,
        "issuer_state": request.issuer_state,
        "dpop_jkt": request.dpop_thumbprint,
    }
    return fields | {name: value for name, value in optional.items() if value}


def parse_issuance_authorization_request(fields: Mapping[str, list[str]]) -> IssuanceAuthorizationRequest:
    """Read a pushed request. PKCE is no choice; plain challenges and nested references are refused."""
    values = single_values(fields)
    if any(len(value) > MAX_FIELD or "\0" in value for value in values.values()):
        raise AuthorizationError("A field is too long.")
    if "request_uri" in values or "request" in values:
        raise AuthorizationError("A pushed request stands for itself.")
    if values.get("response_type") != "code":
        raise AuthorizationError("response_type must be code.", code="unsupported_response_type")
    if values.get("response_mode", "query") != "query":
        raise AuthorizationError("response_mode must be query.")
    for name in ("client_id", "redirect_uri", "code_challenge"):
        if name not in values:
            raise AuthorizationError(f"{name} is missing.")
    challenge = values["code_challenge"]
    if values.get("code_challenge_method") != CHALLENGE_METHOD or not _CHALLENGE.match(challenge):
        raise AuthorizationError(f"A code_challenge of the method {CHALLENGE_METHOD} is needed.")
    if not is_redirect_uri(values["redirect_uri"]):
        raise AuthorizationError("redirect_uri must be https, or a scheme that an app has for its own.")
    thumbprint = values.get("dpop_jkt")
    if thumbprint is not None and not _CHALLENGE.match(thumbprint):
        raise AuthorizationError("dpop_jkt must be a SHA-256 thumbprint.")
    details = values.get("authorization_details")
    return IssuanceAuthorizationRequest(
        client_id=values["client_id"],
        redirect_uri=values["redirect_uri"],
        code_challenge=challenge,
        scopes=tuple(dict.fromkeys(values.get("scope", "").split())),
        configuration_ids=parse_details(details) if details is not None else (),
        state=values.get("state"),
        issuer_state=values.get("issuer_state"),
        dpop_thumbprint=thumbprint,
    )


def create_pushed_response(response: PushedResponse) -> dict[str, Any]:
    """The answer to a pushed request (RFC 9126 §2.2); it leaves with status 201."""
    return {"request_uri": response.request_uri, "expires_in": response.expires_in}


def parse_pushed_response(source: Mapping[str, Any]) -> PushedResponse:
    """Read the answer to a pushed request."""
    members = Members(source, InvalidMessageError)
    expires_in = members.seconds("expires_in")
    if not expires_in:
        raise InvalidMessageError("expires_in is missing, or no time at all.")
    return PushedResponse(members.text("request_uri"), int(expires_in))


def authorization_url(endpoint: str, *, client_id: str, request_uri: str) -> str:
    """Where the wallet sends the person's browser (RFC 9126 §4)."""
    joint = "&" if "?" in endpoint else "?"
    return f"{endpoint}{joint}{urlencode({'client_id': client_id, 'request_uri': request_uri})}"


def create_authorization_response(
    redirect_uri: str, *, issuer: str, state: str | None, code: str | None = None, error: str | None = None
) -> str:
    """Where the person's browser goes in the end: with a code, or with an error (RFC 6749 §4.1.2).

    `issuer` travels as `iss`, so that a wallet does not bring one server's code to another (RFC 9207 §2).
    """
    answer = {"code": code} if code is not None else {"error": error or "server_error"}
    answer["iss"] = issuer
    if state is not None:
        answer["state"] = state
    joint = "&" if "?" in redirect_uri else "?"
    return f"{redirect_uri}{joint}{urlencode(answer)}"


def parse_authorization_response(query: str, *, issuer: str, state: str, iss_expected: bool) -> str:
    """The code that the person's browser brought, if it answers our request and comes from `issuer`.

    `iss_expected` is what the server's metadata promise (RFC 9207 §2.4).
    """
    try:
        values = single_values(parse_qs(query, keep_blank_values=True, max_num_fields=20))
    except (ValueError, TokenError) as error:
        raise InvalidMessageError("The office's answer is not well formed.") from error
    if not hmac.compare_digest(values.get("state", "").encode(), state.encode()):
        raise InvalidMessageError("This is not the answer to what was asked.")
    if (iss_expected or "iss" in values) and values.get("iss") != issuer:
        raise InvalidMessageError("This answer comes from another office.")
    if "error" in values:
        refused = values["error"] == "access_denied"
        raise AuthorizationError(
            "You said no at the office." if refused else "The office did not let you sign in.",
            code="access_denied" if refused else "server_error",
            detail=values["error"][:60],
        )
    if not values.get("code"):
        raise InvalidMessageError("The office's answer brings no code.")
    return values["code"]


def create_code_challenge(verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636 §4.2)."""
    return base64url.encode(hashlib.sha256(verifier.encode("ascii")).digest())


def verify_code(verifier: str, *, challenge: str) -> None:
    """Raise unless `verifier` is the one behind `challenge` (RFC 7636 §4.6)."""
    if not _VERIFIER.match(verifier) or not hmac.compare_digest(create_code_challenge(verifier), challenge):
        raise TokenError("The code_verifier is wrong.", code="invalid_grant")


def is_redirect_uri(value: str) -> bool:
    """Whether an answer may go there: https (http on loopback), or an app's own scheme (RFC 8252 §7.1).

    An app's scheme has a dot or a hyphen in it, so that `javascript:` and `data:` are none.
    """
    if not value.isascii() or not value.isprintable() or set(value) & set("#<>\"'\\ "):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    if parts.scheme in ("http", "https"):
        return is_web_url(value) and _HOST.match(parts.netloc) is not None
    return (
        (parts.netloc == "" or _HOST.match(parts.netloc) is not None)
        and _PRIVATE_SCHEME.match(parts.scheme) is not None
        and value.startswith(f"{parts.scheme}:")
    )
