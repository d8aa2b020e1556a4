"""An offer as it waits for the person's answer, or for the office's."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from common.encoding import strict_json
from common.errors import FetchError, SelloError
from common.oid4vci.authorization_server import (
    AuthorizationServerMetadata,
    create_server_metadata,
    parse_server_metadata,
)
from common.oid4vci.metadata import (
    ConfigurationMetadata,
    IssuerMetadata,
    create_issuer_metadata,
    parse_issuer_metadata,
)
from common.oid4vci.offer import (
    CredentialOffer,
    OfferReference,
    create_credential_offer,
    parse_credential_offer,
    parse_offer_uri,
)
from wallet.attestation.instance import WalletInstance, dump_instance, load_instance
from wallet.issuer_client.access_tokens import (
    DpopKey,
    GrantedToken,
    dump_dpop_key,
    dump_token,
    load_dpop_key,
    load_token,
)
from wallet.issuer_client.issuer_metadata import display_name
from wallet.issuer_client.transport import IssuerUnreachableError, send_request

KIND: Final = "offer"


@dataclass(frozen=True, slots=True)
class AuthorizationState:
    """What the wallet keeps while the person signs in at the office: how it knows them when they are back."""

    state: str = field(repr=False)
    verifier: str = field(repr=False)
    key: DpopKey | None = None


@dataclass(frozen=True, slots=True)
class PendingOffer:
    """An offer as it waits for its answer."""

    offer: CredentialOffer
    issuer: IssuerMetadata  # with the configurations that were offered and can be kept, only
    server: AuthorizationServerMetadata
    attempts: int = 0
    token: GrantedToken | None = None
    errand: AuthorizationState | None = None
    instance: WalletInstance | None = None  # this wallet as the server knows it

    @property
    def issuer_name(self) -> str:
        """What the issuer calls itself; else its address."""
        return display_name(self.issuer.display) or self.offer.credential_issuer

    @property
    def groups(self) -> dict[str, tuple[ConfigurationMetadata, ...]]:
        """What is offered, as cards by title: formats of one credential are one card."""
        found: dict[str, tuple[ConfigurationMetadata, ...]] = {}
        for configuration in self.issuer.configurations.values():
            title = display_name(configuration.display) or configuration.id.split(".")[0]
            found[title] = (*found.get(title, ()), configuration)
        return found


def offer_digest(offer: CredentialOffer) -> str:
    """By what an offer is known again once it was taken."""
    text = f"{offer.credential_issuer}\0{offer.pre_authorized_code or offer.issuer_state}"
    return hashlib.sha256(text.encode()).hexdigest()


def dump_offer(offer: PendingOffer) -> dict[str, Any]:
    """An offer as it lies sealed in a row."""
    errand = offer.errand
    return {
        "kind": KIND,
        "offer": create_credential_offer(offer.offer),
        "issuer": create_issuer_metadata(offer.issuer),
        "server": create_server_metadata(offer.server),
        "attempts": offer.attempts,
        "token": dump_token(offer.token),
        "errand": errand and [errand.state, errand.verifier, dump_dpop_key(errand.key)],
        "instance": dump_instance(offer.instance),
    }


def load_offer(value: Mapping[str, Any]) -> PendingOffer:
    """The offer that was sealed."""
    offer, errand = parse_credential_offer(value["offer"]), value["errand"]
    return PendingOffer(
        offer=offer,
        issuer=parse_issuer_metadata(value["issuer"], issuer=offer.credential_issuer),
        server=parse_server_metadata(value["server"], issuer=value["server"]["issuer"]),
        attempts=value["attempts"],
        token=load_token(value["token"]) if value["token"] else None,
        errand=AuthorizationState(errand[0], errand[1], load_dpop_key(errand[2])) if errand else None,
        instance=load_instance(value.get("instance")),  # absent from what was sealed before there were any
    )


class OfferExpiredError(SelloError):
    """The offer has expired or was used."""

    code = "invalid_grant"
    status = 410

    def __init__(self, detail: str = "") -> None:
        super().__init__(
            "This offer has run out or was already used. Ask the office for a new one.", detail=detail
        )


def fetch_offer(text: str) -> CredentialOffer:
    """The offer in a link or QR text, fetched where it came by reference."""
    found = parse_offer_uri(text)
    if isinstance(found, CredentialOffer):
        return found
    return _fetch_offer(found)


def _fetch_offer(reference: OfferReference) -> CredentialOffer:
    reply = send_request("GET", reference.url, headers={"Accept": "application/json"})
    if reply.status in (404, 410):
        raise OfferExpiredError(f"offer answered {reply.status}")
    if reply.status != 200:
        raise IssuerUnreachableError(FetchError("The offer could not be read.", detail=str(reply.status)))
    return parse_credential_offer(strict_json.loads_object(reply.body))
