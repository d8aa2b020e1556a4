"""Token request and response of the pre-authorized code flow (OpenID4VCI 1.0 §6)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from common.encoding import strict_json
from common.errors import SelloError
from common.oid4vci.errors import MessageInvalid, TokenError, UnsupportedGrantType
from common.oid4vci.members import Members
from common.oid4vci.offer import PRE_AUTHORIZED

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
class TokenResponse:
    """An access token; `credential_identifiers` by configuration where the server named them."""

    access_token: str = field(repr=False)
    token_type: str = "Bearer"  # noqa: S105 - a name, no secret
    expires_in: int | None = None
    credential_identifiers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def create_token_request(request: TokenRequest) -> dict[str, str]:
    """The form fields of a token request (§6.1)."""
    fields = {"grant_type": PRE_AUTHORIZED, "pre-authorized_code": request.pre_authorized_code}
    if request.tx_code is not None:
        fields["tx_code"] = request.tx_code
    if request.client_id is not None:
        fields["client_id"] = request.client_id
    if request.configuration_ids:
        details = [
            {"type": DETAIL_TYPE, "credential_configuration_id": name} for name in request.configuration_ids
        ]
        fields["authorization_details"] = json.dumps(details)
    return fields


def parse_token_request(fields: Mapping[str, list[str]]) -> TokenRequest:
    """Read form fields, each with all its values: a field that stands twice is an error (RFC 6749 §3.2)."""
    if any(len(entries) != 1 for entries in fields.values()):
        raise TokenError("A field stands more than once.")
    values = {name: value[0] for name, value in fields.items() if value[0]}
    grant_type = values.get("grant_type")
    if grant_type is None:
        raise TokenError("grant_type is missing.")
    if grant_type != PRE_AUTHORIZED:
        raise UnsupportedGrantType("This server gives tokens for pre-authorized codes only.")
    code, tx_code = values.get("pre-authorized_code"), values.get("tx_code")
    if code is None:
        raise TokenError("pre-authorized_code is missing.")
    if tx_code is not None and len(tx_code) > MAX_TX_CODE:
        raise TokenError("tx_code is too long.")
    details = values.get("authorization_details")
    return TokenRequest(
        pre_authorized_code=code,
        tx_code=tx_code,
        configuration_ids=_parse_details(details) if details is not None else (),
        client_id=values.get("client_id"),
    )


def create_token_response(response: TokenResponse) -> dict[str, Any]:
    """The token response (§6.2); it must leave with `Cache-Control: no-store`."""
    result: dict[str, Any] = {"access_token": response.access_token, "token_type": response.token_type}
    if response.expires_in is not None:
        result["expires_in"] = response.expires_in
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
    members = Members(source, MessageInvalid)
    token_type = members.text("token_type")
    if token_type.lower() != "bearer":
        raise MessageInvalid("The issuer gave a token of an unknown type.", detail=token_type[:40])
    identifiers = {
        detail.text("credential_configuration_id"): detail.texts("credential_identifiers")
        for detail in members.objects("authorization_details")
        if detail.source.get("type") == DETAIL_TYPE
    }
    return TokenResponse(
        access_token=members.text("access_token"),
        expires_in=members.integer("expires_in", minimum=0),
        credential_identifiers=identifiers,
    )


def _parse_details(text: str) -> tuple[str, ...]:
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
