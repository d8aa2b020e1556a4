"""Accepting an offer: ask the person, prove a new key, receive, verify what arrived, and only then keep it.

1 read the offer and the issuer's metadata · 2 the person agrees, with the code where one is asked for ·
3 token · 4 a new key and its proof for each credential · 5 verify each: format and signature, issuer, type,
holder, status · 6 keep all of it, or nothing · 7 tell the issuer what became of it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import transaction

from common.adapters.sources import check_status, sources
from common.did import did_key, did_web
from common.errors import SelloError
from common.formats import FORMATS
from common.formats.base import Expired, Secured, VerifiedCredential
from common.keys import PrivateKey
from common.keys.private_key import generate
from common.oid4vci.credential import CredentialRequest
from common.oid4vci.errors import IssuerRefused
from common.oid4vci.key_proof import BindingMethod, create_key_proof
from common.oid4vci.metadata import (
    ConfigurationMetadata,
    Display,
    IssuerMetadata,
    create_issuer_metadata,
    parse_issuer_metadata,
)
from common.oid4vci.offer import CredentialOffer, create_offer, parse_offer
from common.oid4vci.token import TokenRequest
from wallet.services import cards, held, issuers, pending, types
from wallet.services.held import Copy, HeldCard, Label, Receipt
from wallet.services.issuers import AccessToken, OfferGone
from wallet.services.vault import Vault

KIND: Final = "offer"
TOKEN_LIFETIME: Final = timedelta(minutes=5)  # where the issuer does not say


class NotForThisWallet(SelloError):
    """An offer that this wallet cannot follow."""

    code = "invalid_request"


class AlreadyAccepted(SelloError):
    """An offer that this person took before."""

    code = "invalid_grant"
    status = 409


class WrongCode(SelloError):
    """A one-time code that the issuer did not take."""

    code = "invalid_grant"


class DoesNotVerify(SelloError):
    """What arrived is not what it should be; it was not kept."""

    code = "invalid_credential"
    status = 422

    def __init__(self, reason: str, *, detail: str = "") -> None:
        super().__init__(
            f"What arrived was not kept, because it could not be trusted. {reason}", detail=detail
        )


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer as it waits for its answer."""

    offer: CredentialOffer
    issuer: IssuerMetadata  # with the configurations that were offered and can be kept, only
    token_endpoint: str
    attempts: int = 0
    token: AccessToken | None = None

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


def receive(vault: Vault, text: str, *, now: datetime) -> UUID:
    """Read an offer from a link or QR text and keep it as a question to the person."""
    offer = issuers.find_offer(text)
    if offer.pre_authorized_code is None:
        raise NotForThisWallet(
            "This offer asks you to sign in at the office first, which is not possible here."
        )
    if any(card.offer == _digest(offer) for card in cards.held_cards(vault)):
        raise AlreadyAccepted("You have already taken this offer; the card is in your wallet.")
    issuer = issuers.find_issuer(offer.credential_issuer)
    wanted = {
        name: issuer.configurations[name]
        for name in offer.configuration_ids
        if name in issuer.configurations and _binding(issuer.configurations[name]) is not None
    }
    if not wanted:
        raise NotForThisWallet("What is offered has a form that this wallet cannot keep.")
    server = issuers.find_server(issuer, offer.authorization_server)
    question = Offer(offer, replace(issuer, configurations=wanted), server.token_endpoint)
    return pending.ask(vault, _dump(question), now=now)


def read(vault: Vault, id: UUID, *, now: datetime) -> Offer:
    """The offer as the person was asked about it."""
    return _load(pending.read(vault, id, kind=KIND, now=now))


def decline(vault: Vault, id: UUID, *, now: datetime) -> None:
    """Forget an offer; the issuer is not told, since nothing was taken."""
    pending.take(vault, id, kind=KIND, now=now)
    pending.settle(vault, id)


def accept(vault: Vault, id: UUID, *, tx_code: str | None, now: datetime) -> tuple[HeldCard, ...]:
    """Take what was offered; returns the new cards. On an error that may pass, the offer waits on."""
    offer = _load(pending.take(vault, id, kind=KIND, now=now))
    try:
        if offer.token is None or offer.token.expires_at <= now:
            offer = _authorize(offer, tx_code, now)
        new = _fetch_cards(offer, now)
    except WrongCode:
        pending.put_back(vault, id, _dump(replace(offer, attempts=offer.attempts + 1)))
        raise
    except (OfferGone, DoesNotVerify):
        pending.settle(vault, id)
        raise
    except SelloError:
        pending.put_back(vault, id, _dump(offer))
        raise
    with transaction.atomic():
        for card in new:
            held.keep(vault, card)
        pending.settle(vault, id)
    for card in new:
        cards.tell(card, "credential_accepted")
    return new


def _authorize(offer: Offer, tx_code: str | None, now: datetime) -> Offer:
    code = offer.offer.pre_authorized_code or ""
    if offer.offer.tx_code is not None and not tx_code:
        raise WrongCode("Enter the code that the office gave you.")
    try:
        response = issuers.ask_token(
            offer.token_endpoint, TokenRequest(code, tx_code if offer.offer.tx_code else None)
        )
    except IssuerRefused as error:
        if error.code == "slow_down":
            raise issuers.Unreachable(error) from error
        if offer.offer.tx_code is None:
            raise OfferGone(f"{error.code} {error.detail}") from error
        raise WrongCode(
            "This code was not accepted. Type it exactly as the office gave it to you. If it is right, the "
            "offer has run out or was used up by wrong codes: ask for a new one.",
            detail=f"{error.code} attempt {offer.attempts + 1}",
        ) from error
    lifetime = timedelta(seconds=response.expires_in) if response.expires_in is not None else TOKEN_LIFETIME
    token = AccessToken(response.access_token, now + lifetime, response.credential_identifiers)
    return replace(offer, token=token)


def _fetch_cards(offer: Offer, now: datetime) -> tuple[HeldCard, ...]:
    """Every card of the offer, each copy verified; whatever fails, the issuer hears of it."""
    receipts: list[Receipt] = []
    new = []
    try:
        for title, configurations in offer.groups.items():
            first = len(receipts)
            copies = tuple(
                copy
                for configuration in configurations
                for copy in _fetch_copies(offer, configuration, receipts, now)
            )
            named = any(name_of(configuration.display) for configuration in configurations)
            new.append(
                HeldCard(
                    id=uuid4(),
                    title=title if named else types.title(copies) or title,
                    issuer=offer.offer.credential_issuer,
                    issuer_name=offer.issuer_name,
                    offer=_digest(offer.offer),
                    accepted_at=now,
                    copies=copies,
                    receipts=tuple(receipts[first:]),
                )
            )
    except SelloError:
        for receipt in receipts:
            issuers.tell(
                receipt.endpoint,
                receipt.notification_id,
                "credential_failure",
                access_token=receipt.access_token,
            )
        raise
    return tuple(new)


def _fetch_copies(
    offer: Offer, configuration: ConfigurationMetadata, receipts: list[Receipt], now: datetime
) -> tuple[Copy, ...]:
    """One credential request: a key of its own, its proof, the answer, and the check of what it brought."""
    assert offer.token is not None
    curve, binding = _required_binding(configuration)
    key = generate(curve)
    identifiers = offer.token.identifiers.get(configuration.id, ())
    nonce = issuers.ask_nonce(offer.issuer.nonce_endpoint)
    proof = create_key_proof(
        audience=offer.offer.credential_issuer, nonce=nonce, signer=key, now=now, binding=binding
    )
    request = CredentialRequest(
        (proof,),
        configuration_id=None if identifiers else configuration.id,
        credential_identifier=identifiers[0] if identifiers else None,
    )
    try:
        response = issuers.ask_credential(
            offer.issuer.credential_endpoint, request, access_token=offer.token.value
        )
    except IssuerRefused as error:
        raise NotForThisWallet(
            "The office did not hand out what it had offered. Ask there what is missing.",
            detail=f"{error.code} {error.detail}",
        ) from error
    if response.notification_id is not None and offer.issuer.notification_endpoint is not None:
        receipts.append(
            Receipt(offer.issuer.notification_endpoint, response.notification_id, offer.token.value)
        )
    return tuple(
        _copy(
            secured,
            verify(secured, configuration, issuer=offer.offer.credential_issuer, key=key, now=now),
            configuration,
            key,
        )
        for secured in response.credentials
    )


def _copy(
    secured: Secured, verified: VerifiedCredential, configuration: ConfigurationMetadata, key: PrivateKey
) -> Copy:
    """What arrived, as it is kept: with the issuer's words for its claims, where it has none, the type's."""
    try:
        described = types.described(secured, verified)
    except SelloError as error:
        raise DoesNotVerify("It is not as its type says.", detail=f"{error.public} {error.detail}") from error
    labels = _labels(configuration)
    known = {label.path for label in labels}
    return held.copy_of(
        verified,
        id=str(uuid4()),
        secured=secured,
        labels=(*labels, *(label for label in types.labels(described) if label.path not in known)),
        key=key,
        ancestors=described.ancestors if described else (),
    )


def verify(
    secured: Secured, configuration: ConfigurationMetadata, *, issuer: str, key: PrivateKey, now: datetime
) -> VerifiedCredential:
    """What arrived, once it is what was offered, by whom it was offered, for this key, and in force."""
    try:
        verified = FORMATS[configuration.format].verify_credential(secured, sources=sources(), now=now)
    except Expired as error:
        raise DoesNotVerify("It has already run out.") from error
    except SelloError as error:
        raise DoesNotVerify("Its seal does not hold.", detail=f"{error.public} {error.detail}") from error
    # An mdoc's issuer without an address is the subject of a root that this wallet was given by hand.
    by_hand = verified.format == "mso_mdoc" and "://" not in verified.issuer
    if verified.issuer not in (issuer, did_web.encode(issuer)) and not by_hand:
        raise DoesNotVerify("It was sealed by somebody other than the office that offered it.")
    one_name = configuration.vct or configuration.doctype
    wanted = {one_name} if one_name else set(configuration.types)
    named = verified.document.get("type", ())
    if not wanted <= {*verified.types, *([named] if isinstance(named, str) else named)}:
        raise DoesNotVerify("It is of another kind than what was offered.")
    did = did_key.encode(key.public_key)
    if verified.holder_key != key.public_key and (verified.holder_key or verified.subject != did):
        raise DoesNotVerify("It was made out to another holder.")
    if check_status(verified, now=now).status in ("revoked", "suspended"):
        raise DoesNotVerify("It is already withdrawn.")
    return verified


def name_of(displays: Sequence[Display]) -> str:
    """The English name among displays, else the first; one line, of a length that fits a page."""
    english = [each for each in displays if (each.locale or "").lower().split("-")[0] == "en"]
    for display in (*english, *displays):
        return " ".join(display.name.split())[:100]
    return ""


def _binding(configuration: ConfigurationMetadata) -> tuple[str, BindingMethod] | None:
    """The curve and the way of naming a key that suit a configuration, or None where nothing does."""
    algorithms = configuration.proof_types.get("jwt", ())
    methods = configuration.binding_methods
    if configuration.format == "mso_mdoc" and "cose_key" in methods:
        methods = ("jwk",)  # a proof of the type jwt says by jwk which key an mdoc is to bind (F.1)
    if configuration.format not in FORMATS:
        return None
    choices: tuple[tuple[str, str, BindingMethod], ...] = (
        ("EdDSA", "Ed25519", "did:key"),
        ("ES256", "P-256", "did:key"),
        ("EdDSA", "Ed25519", "jwk"),
        ("ES256", "P-256", "jwk"),
    )
    if configuration.format == "dc+sd-jwt":
        choices = (("ES256", "P-256", "jwk"), ("ES256", "P-256", "did:key"), *choices)
    for algorithm, curve, method in choices:
        if algorithm in algorithms and method in methods:
            return curve, method
    return None


def _required_binding(configuration: ConfigurationMetadata) -> tuple[str, BindingMethod]:
    found = _binding(configuration)
    if found is None:
        raise NotForThisWallet("What is offered has a form that this wallet cannot keep.")
    return found


def _labels(configuration: ConfigurationMetadata) -> tuple[Label, ...]:
    return tuple(
        Label(claim.path, name) for claim in configuration.claims if (name := name_of(claim.display))
    )


def _digest(offer: CredentialOffer) -> str:
    text = f"{offer.credential_issuer}\0{offer.pre_authorized_code}"
    return hashlib.sha256(text.encode()).hexdigest()


def _dump(offer: Offer) -> dict[str, Any]:
    token = offer.token
    return {
        "kind": KIND,
        "offer": create_offer(offer.offer),
        "issuer": create_issuer_metadata(offer.issuer),
        "token_endpoint": offer.token_endpoint,
        "attempts": offer.attempts,
        "token": token and [token.value, token.expires_at.isoformat(), token.identifiers],
    }


def _load(value: Mapping[str, Any]) -> Offer:
    offer = parse_offer(value["offer"])
    token = value["token"]
    return Offer(
        offer=offer,
        issuer=parse_issuer_metadata(value["issuer"], issuer=offer.credential_issuer),
        token_endpoint=value["token_endpoint"],
        attempts=value["attempts"],
        token=token
        and AccessToken(
            token[0],
            datetime.fromisoformat(token[1]),
            {name: tuple(values) for name, values in token[2].items()},
        ),
    )
