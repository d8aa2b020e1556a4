"""Offers: made for one record, handed over once by a link or a QR code."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings

from common.encoding import base64url
from common.errors import SelloError
from common.oid4vci.offer import CredentialOffer, OfferReference, TxCode, create_offer_uri
from common.oid4vci.offer import create_credential_offer as offer_document
from common.registries.connector import RegistryError
from issuer.configurations.eligibility import eligible_claims, require_eligible
from issuer.configurations.formats import format_identifier, format_profile
from issuer.configurations.types import HasData
from issuer.models import Authority, Configuration, Session
from issuer.registries.connectors import open_registry
from issuer.single_use import replay
from issuer.single_use.sessions import tx_code_digest
from issuer.status.cards import require_not_suspended

LIFETIME: Final = timedelta(hours=1)
TX_CODE_LENGTH: Final = 6


class OfferGoneError(SelloError):
    """An offer that never was, has expired, or was taken."""

    code = "invalid_grant"
    status = 404


@dataclass(frozen=True, slots=True)
class CreatedOffer:
    """An offer as it leaves: the transaction code is told here once and travels by another way.

    `link` opens in a browser, with the web wallet that this installation knows; empty where it knows none.
    """

    session: Session
    uri: str = field(repr=False)
    link: str = field(repr=False)
    document: dict[str, Any] = field(repr=False)
    tx_code: str | None = field(repr=False)


def offer_credential(
    configuration: Configuration,
    record_key: str,
    *,
    formats: Sequence[str] = (),
    tx_code: bool = False,
    sign_in: bool = False,
    by_value: bool = False,
    elsewhere: bool = False,
    record: HasData | None = None,
    now: datetime,
) -> CreatedOffer:
    """Offer one record's credential in all its formats, or in `formats`.

    The record must exist and support it, unless it is `elsewhere`: with a system that says it in the request.
    `record` spares fetching one that was just read, and is held to all that the credential must say.
    Nothing is offered of a card that is suspended.

    Only digests are stored: the code follows from the offer's random reference under `SECRET_KEY`, so
    that an offer by reference can be served to whoever knows the reference, and by nobody who reads tables.
    With `sign_in` there is no code: the person proves at the office's sign-in page to be meant.
    """
    require_not_suspended(configuration, record_key)
    if record is not None:
        eligible_claims(configuration, record, now=now)
    elif not elsewhere:
        require_eligible(configuration, open_registry(configuration.registry).fetch(record_key), now=now)
    chosen = chosen_formats(configuration, formats)
    reference = secrets.token_urlsafe(32)
    typed = (
        "".join(secrets.choice("0123456789") for _ in range(TX_CODE_LENGTH))
        if tx_code and not sign_in
        else None
    )
    session = Session(
        configuration=configuration,
        record_key=record_key,
        formats=chosen,
        grant=Session.Grant.AUTHORIZATION_CODE if sign_in else Session.Grant.PRE_AUTHORIZED,
        reference_digest=replay.secret_digest(reference),
        code_digest=replay.secret_digest(_code(reference)),
        created_at=now,
        expires_at=now + LIFETIME,
    )
    session.tx_code_digest = tx_code_digest(session, typed) if typed else ""
    session.save()
    offer = _offer(session, reference)
    authority = configuration.authority
    carried = offer if by_value else OfferReference(f"{authority.identifier}/offers/{reference}")
    wallet = settings.WALLET_URL
    link = create_offer_uri(carried, endpoint=f"{wallet}accept") if wallet else ""
    return CreatedOffer(session, create_offer_uri(carried), link, offer_document(offer), typed)


def offered_document(authority: Authority, reference: str, *, now: datetime) -> dict[str, Any]:
    """The offer behind a reference, as long as nobody has taken it."""
    session = (
        Session.objects.select_related("configuration__registry__authority")
        .filter(
            configuration__registry__authority=authority,
            reference_digest=replay.secret_digest(reference),
            state=Session.State.OFFERED,
            expires_at__gt=now,
            ended_at=None,
        )
        .first()
    )
    if session is None:
        raise OfferGoneError("This offer has expired or was already used.")
    return offer_document(_offer(session, reference))


def chosen_formats(configuration: Configuration, formats: Sequence[str]) -> list[str]:
    """Those of the configuration's formats that were asked for; all of them when none was.

    A suite may stand after a colon (`ldp_vc:eddsa-rdfc-2022`) although it goes without saying.
    """
    wanted = [_same(configuration, asked) for asked in formats]
    return [format_ for format_ in configuration.formats if not wanted or format_ in wanted]


def _same(configuration: Configuration, asked: str) -> str:
    """The configuration's word for a format; without a suite, that with its usual suite comes first."""
    described = format_profile(asked)
    alike = [name for name in configuration.formats if format_identifier(name) == format_identifier(asked)]
    same = [name for name in alike if format_profile(name) == described]
    found = same or ([] if ":" in asked else alike)
    if not found:
        raise RegistryError(
            f"{configuration.name} is not issued as {asked}, but as {', '.join(configuration.formats)}."
        )
    return str(found[0])


def _offer(session: Session, reference: str) -> CredentialOffer:
    asked = TxCode("numeric", TX_CODE_LENGTH, "The code that the office gave you separately")
    issuer, names = session.configuration.authority.identifier, tuple(session.configuration_ids)
    if session.grant == Session.Grant.AUTHORIZATION_CODE:
        return CredentialOffer(issuer, names, sign_in=True, issuer_state=reference)
    return CredentialOffer(
        credential_issuer=issuer,
        configuration_ids=names,
        pre_authorized_code=_code(reference),
        tx_code=asked if session.tx_code_digest else None,
    )


def _code(reference: str) -> str:
    """The pre-authorized code of an offer; 256 bits that only this installation can derive."""
    return base64url.encode(replay.keyed_secret("code", reference))
