"""Token request and response (OpenID4VCI 1.0 §6): for codes of both kinds, and for refresh tokens."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from common.encoding import strict_json
from common.errors import SelloError
from common.oid4vci.errors import InvalidMessageError, TokenError, UnsupportedGrantTypeError
from common.oid4vci.json_members import Members
from common.oid4vci.offer import AUTHORIZATION_CODE, PRE_AUTHORIZED

REFRESH_TOKEN: Final = "refresh_token"  # noqa: S105 - a grant type, no secret
GRANT_TYPES: Final = (PRE_AUTHORIZED, AUTHORIZATION_CODE, REFRESH_TOKEN)
TOKEN_TYPES: Final = {"bearer": "Bearer", "dpop": "DPoP"}
DETAIL_TYPE: Final = "openid_credential"
MAX_TX_CODE: Final = 128


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """A pre-authorized code, with what the person typed; `configuration_ids` from authorization_details."""

    pre_authorized_code: str = field(repr=False)
    tx_code: str | None = field(default=None, repr=False)
    configuration_ids: tuple[str, ...] = ()
    client_id: str | None = None


@dataclass(frozen=True, slots=True)
class CodeRequest:
    """An authorization code (RFC 6749 §4.1.3) with its PKCE verifier (RFC 7636 §4.5)."""

    code: str = field(repr=False)
    code_verifier: str = field(repr=False)
    redirect_uri: str
    client_id: str | None = None
    configuration_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RefreshRequest:
    """A refresh token (RFC 6749 §6)."""

    refresh_token: str = field(repr=False)
    client_id: str | None = None


AnyTokenRequest = TokenRequest | CodeRequest | RefreshRequest


@dataclass(frozen=True, slots=True)
class TokenResponse:
    """An access token; `credential_identifiers` by configuration where the server named them.

    A `token_type` of DPoP means that the token is worth nothing without the key that asked for it.
    """

    access_token: str = field(repr=False)
    token_type: str = "Bearer"  # noqa: S105 - a name, no secret
    expires_in: int | None = None
    credential_identifiers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    refresh_token: str | None = field(default=None, repr=False)


def create_token_request(request: AnyTokenRequest) -> dict[str, str]:
    """The form fields of a token request (§6.1)."""
    if isinstance(request, RefreshRequest):
        fields = {"grant_type": REFRESH_TOKEN, "refresh_token": request.refresh_token}
    elif isinstance(request, CodeRequest):
        fields = {
            "grant_type": AUTHORIZATION_CODE,
            "code": request.code,
            "code_verifier": request.code_verifier,
            "redirect_uri": request.redirect_uri,
        }
    else:
        fields = {"grant_type": PRE_AUTHORIZED, "pre-authorized_code": request.pre_authorized_code}
        if request.tx_code is not None:
            fields["tx_code"] = request.tx_code
    if request.client_id is not None:
        fields["client_id"] = request.client_id
    if not isinstance(request, RefreshRequest) and request.configuration_ids:
        fields["authorization_details"] = create_details(request.configuration_ids)
    return fields


def parse_token_request(fields: Mapping[str, list[str]]) -> AnyTokenRequest:
    """Read form fields, each with all its values: a field that stands twice is an error (RFC 6749 §3.2)."""
    values = single_values(fields)
    grant_type = _required(values, "grant_type")
    client_id, details = values.get("client_id"), values.get("authorization_details")
    configuration_ids = parse_details(details) if details is not None else ()
    if grant_type == REFRESH_TOKEN:
        return RefreshRequest(_required(values, "refresh_token"), client_id)
    if grant_type == AUTHORIZATION_CODE:
        return CodeRequest(
            code=_required(values, "code"),
            code_verifier=_required(values, "code_verifier"),
            redirect_uri=_required(values, "redirect_uri"),
            client_id=client_id,
            configuration_ids=configuration_ids,
        )
    if grant_type != PRE_AUTHORIZED:
        raise UnsupportedGrantTypeError(f"This server takes {', '.join(GRANT_TYPES)}.")
    tx_code = values.get("tx_code")
    if tx_code is not None and len(tx_code) > MAX_TX_CODE:
        raise TokenError("tx_code is too long.")
    return TokenRequest(_required(values, "pre-authorized_code"), tx_code, configuration_ids, client_id)


def create_token_response(response: TokenResponse) -> dict[str, Any]:
    """The token response (§6.2); it must leave with `Cache-Control: no-store`."""
    result: dict[str, Any] = {"access_token": response.access_token, "token_type": response.token_type}
    if response.expires_in is not None:
        result["expires_in"] = response.expires_in
    if response.refresh_token is not None:
        result["refresh_token"] = response.refresh_token
    if response.credential_identifiers:
        result["authorization_details"] = [
            {
                "type": DETAIL_TYPE,
                "credential_configuration_id": name,
                "credential_identifiers": list(identifiers),
            }
            for name, identifiers in response.credential_identifiers.items()
        ]
    return result


def parse_token_response(source: Mapping[str, Any]) -> TokenResponse:
    """Read a token response; a token type that the wallet cannot use is an error."""
    members = Members(source, InvalidMessageError)
    token_type = members.text("token_type")
    if token_type.lower() not in TOKEN_TYPES:
        raise InvalidMessageError("The issuer gave a token of an unknown type.", detail=token_type[:40])
    identifiers = {
        detail.text("credential_configuration_id"): detail.texts("credential_identifiers")
        for detail in members.objects("authorization_details")
        if detail.source.get("type") == DETAIL_TYPE
        and detail.source.get("credential_configuration_id")
        and detail.source.get("credential_identifiers")  # drafts before 1.0 had details without
    }
    seconds = members.seconds("expires_in")
    return TokenResponse(
        access_token=members.text("access_token"),
        token_type=TOKEN_TYPES[token_type.lower()],
        expires_in=None if seconds is None else int(seconds),
        credential_identifiers=identifiers,
        refresh_token=members.optional_text("refresh_token"),
    )


def single_values(fields: Mapping[str, list[str]]) -> dict[str, str]:
    """The fields of a form that have a value; one that stands twice is an error (RFC 6749 §3.1, §3.2)."""
    if any(len(entries) != 1 for entries in fields.values()):
        raise TokenError("A field stands more than once.")
    return {name: value[0] for name, value in fields.items() if value[0]}


def create_details(configuration_ids: tuple[str, ...]) -> str:
    """`authorization_details` (§5.1.1, RFC 9396 §2) that ask for these configurations."""
    return json.dumps(
        [{"type": DETAIL_TYPE, "credential_configuration_id": name} for name in configuration_ids]
    )


def parse_details(text: str) -> tuple[str, ...]:
    """The configurations of `authorization_details` (§5.1.1, RFC 9396 §2)."""
    try:
        value = strict_json.loads(text)
    except SelloError as error:
        raise TokenError(
            "authorization_details is not JSON.", code="invalid_authorization_details"
        ) from error
    details = Members({"details": value}, TokenError).objects("details")
    if not details or any(detail.source.get("type") != DETAIL_TYPE for detail in details):
        raise TokenError(
            f"authorization_details must be of type {DETAIL_TYPE}.", code="invalid_authorization_details"
        )
    return tuple(dict.fromkeys(detail.text("credential_configuration_id") for detail in details))


def _required(values: Mapping[str, str], name: str) -> str:
    if name not in values:
        raise TokenError(f"{name} is missing.")
    return values[name]
