"""Credential offers (OpenID4VCI 1.0 §4.1): by value, by reference, and the URI that a QR code carries."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal
from urllib.parse import parse_qs, quote, urlsplit

from common.encoding import strict_json
from common.errors import SelloError
from common.oid4vci.errors import InvalidMessageError
from common.oid4vci.json_members import Members, is_identifier, is_web_url

AUTHORIZATION_CODE: Final = "authorization_code"
PRE_AUTHORIZED: Final = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
SCHEME: Final = "openid-credential-offer"
MAX_LENGTH: Final = 20_000


@dataclass(frozen=True, slots=True)
class TxCode:
    """What a transaction code looks like, never the code itself."""

    input_mode: Literal["numeric", "text"] = "numeric"
    length: int | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class CredentialOffer:
    """What an issuer offers: for a pre-authorized code, for the person's sign-in at the office, or both.

    `sign_in` means that the authorization code grant is named, or none at all; `issuer_state` goes with it.
    """

    credential_issuer: str
    configuration_ids: tuple[str, ...]
    pre_authorized_code: str | None = None
    tx_code: TxCode | None = None
    authorization_server: str | None = None
    sign_in: bool = False
    issuer_state: str | None = None


@dataclass(frozen=True, slots=True)
class OfferReference:
    """An offer that lies behind a URL."""

    url: str


def create_credential_offer(offer: CredentialOffer) -> dict[str, Any]:
    """The credential offer object (§4.1.1)."""
    result: dict[str, Any] = {
        "credential_issuer": offer.credential_issuer,
        "credential_configuration_ids": list(offer.configuration_ids),
    }
    grants: dict[str, dict[str, Any]] = {}
    if offer.sign_in:
        state = {"issuer_state": offer.issuer_state, "authorization_server": offer.authorization_server}
        grants[AUTHORIZATION_CODE] = {name: value for name, value in state.items() if value is not None}
    if offer.pre_authorized_code is not None:
        grant: dict[str, Any] = {"pre-authorized_code": offer.pre_authorized_code}
        if offer.tx_code is not None:
            code = offer.tx_code
            grant["tx_code"] = {"input_mode": code.input_mode}
            if code.length is not None:
                grant["tx_code"]["length"] = code.length
            if code.description is not None:
                grant["tx_code"]["description"] = code.description[:300]
        if offer.authorization_server is not None:
            grant["authorization_server"] = offer.authorization_server
        grants[PRE_AUTHORIZED] = grant
    return {**result, "grants": grants} if grants else result


def parse_credential_offer(source: Mapping[str, Any]) -> CredentialOffer:
    """Read a credential offer object; unknown members and grants are ignored as §4.1.1 asks."""
    members = Members(source, InvalidMessageError)
    issuer = members.text("credential_issuer")
    if not is_identifier(issuer):
        raise InvalidMessageError("The offer names no issuer that can be asked.")
    names = members.texts("credential_configuration_ids")
    if len(names) != len(source["credential_configuration_ids"]):
        raise InvalidMessageError("The offer names something twice.")
    grants = members.object("grants")
    sign_in = grants.object(AUTHORIZATION_CODE)
    offer = CredentialOffer(
        credential_issuer=issuer,
        configuration_ids=names,
        sign_in=AUTHORIZATION_CODE in grants.source or not grants.source,
        issuer_state=sign_in.optional_text("issuer_state"),
        authorization_server=sign_in.optional_text("authorization_server"),
    )
    if PRE_AUTHORIZED not in grants.source:
        return offer
    grant = grants.object(PRE_AUTHORIZED)
    return replace(
        offer,
        pre_authorized_code=grant.text("pre-authorized_code"),
        tx_code=_parse_tx_code(grant.object("tx_code")) if "tx_code" in grant.source else None,
        authorization_server=grant.optional_text("authorization_server") or offer.authorization_server,
    )


def create_offer_uri(offer: CredentialOffer | OfferReference, *, endpoint: str = f"{SCHEME}://") -> str:
    """The link by value or by reference (§4.1.2, §4.1.3), for any wallet or for the one at `endpoint`."""
    if isinstance(offer, OfferReference):
        return f"{endpoint}?credential_offer_uri={quote(offer.url, safe='')}"
    value = json.dumps(create_credential_offer(offer), ensure_ascii=False, separators=(",", ":"))
    return f"{endpoint}?credential_offer={quote(value, safe='')}"


def parse_offer_uri(text: str) -> CredentialOffer | OfferReference:
    """What a scanned, clicked or pasted offer says; any scheme, since wallets have their own links.

    A bare URL without offer parameters is not an offer. Exactly one of the two parameters may stand, once.
    """
    text = text.strip()
    if len(text) > MAX_LENGTH:
        raise InvalidMessageError("This is too long for a credential offer.")
    try:
        parameters = parse_qs(urlsplit(text).query, keep_blank_values=True, max_num_fields=20)
    except ValueError as error:
        raise InvalidMessageError("This is not a credential offer.") from error
    values, urls = parameters.get("credential_offer", []), parameters.get("credential_offer_uri", [])
    if len(values) + len(urls) != 1:
        raise InvalidMessageError("This is not a credential offer.")
    if urls:
        if not is_web_url(urls[0]):
            raise InvalidMessageError("The offer lies at an address that is not https.")
        return OfferReference(urls[0])
    try:
        source = strict_json.loads_object(values[0])
    except SelloError as error:
        raise InvalidMessageError("The offer is not well formed.", detail=error.public) from error
    return parse_credential_offer(source)


def _parse_tx_code(members: Members) -> TxCode:
    mode = members.source.get("input_mode", "numeric")
    if mode not in ("numeric", "text"):
        raise InvalidMessageError("input_mode must be numeric or text.")
    description = members.optional_text("description") if members.source.get("description") else None
    if description is not None and len(description) > 300:
        raise InvalidMessageError("The description of the transaction code is too long.")
    return TxCode(input_mode=mode, length=members.integer("length", minimum=1), description=description)
