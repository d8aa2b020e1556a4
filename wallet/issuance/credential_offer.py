"""An offer as it waits for the person's answer, or for the office's."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

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
from common.oid4vci.offer import CredentialOffer, create_credential_offer, parse_credential_offer
from wallet.attestation.instance import Instance, dump_instance, load_instance
from wallet.issuer_client.access_tokens import (
    AccessToken,
    TokenKey,
    dump_key,
    dump_token,
    load_key,
    load_token,
)
from wallet.issuer_client.requests import name_of

KIND: Final = "offer"


@dataclass(frozen=True, slots=True)
class Errand:
    """What the wallet keeps while the person signs in at the office: how it knows them when they are back."""

    state: str = field(repr=False)
    verifier: str = field(repr=False)
    key: TokenKey | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer as it waits for its answer."""

    offer: CredentialOffer
    issuer: IssuerMetadata  # with the configurations that were offered and can be kept, only
    server: AuthorizationServerMetadata
    attempts: int = 0
    token: AccessToken | None = None
    errand: Errand | None = None
    instance: Instance | None = None  # this wallet as the server knows it

    @property
    def issuer_name(self) -> str:
        """What the issuer calls itself; else its address."""
        return name_of(self.issuer.display) or self.offer.credential_issuer

    @property
    def groups(self) -> dict[str, tuple[ConfigurationMetadata, ...]]:
        """What is offered, as cards by title: formats of one credential are one card."""
        found: dict[str, tuple[ConfigurationMetadata, ...]] = {}
        for configuration in self.issuer.configurations.values():
            title = name_of(configuration.display) or configuration.id.split(".")[0]
            found[title] = (*found.get(title, ()), configuration)
        return found


def digest(offer: CredentialOffer) -> str:
    """By what an offer is known again once it was taken."""
    text = f"{offer.credential_issuer}\0{offer.pre_authorized_code or offer.issuer_state}"
    return hashlib.sha256(text.encode()).hexdigest()


def dump_offer(offer: Offer) -> dict[str, Any]:
    """An offer as it lies sealed in a row."""
    errand = offer.errand
    return {
        "kind": KIND,
        "offer": create_credential_offer(offer.offer),
        "issuer": create_issuer_metadata(offer.issuer),
        "server": create_server_metadata(offer.server),
        "attempts": offer.attempts,
        "token": dump_token(offer.token),
        "errand": errand and [errand.state, errand.verifier, dump_key(errand.key)],
        "instance": dump_instance(offer.instance),
    }


def load_offer(value: Mapping[str, Any]) -> Offer:
    """The offer that was sealed."""
    offer, errand = parse_credential_offer(value["offer"]), value["errand"]
    return Offer(
        offer=offer,
        issuer=parse_issuer_metadata(value["issuer"], issuer=offer.credential_issuer),
        server=parse_server_metadata(value["server"], issuer=value["server"]["issuer"]),
        attempts=value["attempts"],
        token=load_token(value["token"]) if value["token"] else None,
        errand=Errand(errand[0], errand[1], load_key(errand[2])) if errand else None,
        instance=load_instance(value.get("instance")),  # absent from what was sealed before there were any
    )
