"""Cards that an office has still to agree to (OpenID4VCI 1.0 §9): kept sealed, asked for again in time.

The wallet asks whenever the person looks at their cards and the office's interval is over; it does not ask
behind their back. Tokens that ran out are renewed where the office gave the means to do so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from common.encoding import base64url
from common.errors import SelloError
from common.keys import PrivateKey
from common.oid4vci.credential import CredentialResponse, DeferredResponse
from common.oid4vci.errors import IssuerResponseError
from common.oid4vci.token import RefreshRequest
from wallet.account.vault import Vault
from wallet.credentials import cards, stored_credentials
from wallet.credentials.stored_credentials import HeldCard
from wallet.issuance import credential_request, received_credentials
from wallet.issuance.credential_offer import PendingOffer, dump_offer, load_offer
from wallet.issuance.credential_request import CredentialAnswer
from wallet.issuance.received_credentials import ReceivedCredentialError
from wallet.issuer_client import credential_endpoint, token_endpoint
from wallet.models import Waiting

LONGEST: Final = timedelta(days=60)
FINAL: Final = ("credential_request_denied", "invalid_transaction_id", "invalid_token", "invalid_grant")


@dataclass(frozen=True, slots=True)
class DeferredCard:
    """What a person sees of it; `refused` means that nothing will come any more."""

    id: UUID
    title: str
    issuer_name: str
    since: datetime
    refused: bool


def keep_deferred(
    vault: Vault, offer: PendingOffer, answers: Sequence[CredentialAnswer], *, now: datetime
) -> None:
    """Keep what was asked for until the office has looked."""
    row = Waiting()
    vault.seal(row, _dump(offer, answers, since=now, ask_after=_ask_after(answers, now)))
    row.save()


def poll_deferred(vault: Vault, *, now: datetime) -> tuple[tuple[HeldCard, ...], tuple[DeferredCard, ...]]:
    """The cards that came in this moment, and those that are still waited for."""
    arrived: list[HeldCard] = []
    still: list[DeferredCard] = []
    for row in Waiting.objects.filter(account=vault.account):
        value = vault.open(row)
        if not value["refused"] and datetime.fromisoformat(value["ask_after"]) <= now:
            new = _ask_again(vault, row, value, now=now)
            if new:
                arrived.extend(new)
                continue
            value = vault.open(row)
        still.append(_shown(row, value))
    return tuple(arrived), tuple(still)


def forget_deferred(vault: Vault, id: UUID) -> None:
    """Wait no longer."""
    Waiting.objects.filter(account=vault.account, id=id).delete()


def _ask_again(
    vault: Vault, row: Waiting, value: Mapping[str, Any], *, now: datetime
) -> tuple[HeldCard, ...]:
    offer, answers = _load(value)
    since = datetime.fromisoformat(value["since"])
    refused = now - since > LONGEST
    new: tuple[HeldCard, ...] = ()
    try:
        offer = _with_token(offer, now)
        answers = tuple(_again(offer, answer, now) for answer in answers)
        if not credential_request.is_deferred(answers):
            new = received_credentials.cards_from(offer, answers, now=now)
    except ReceivedCredentialError:
        refused = True
    except IssuerResponseError as error:
        refused = refused or error.code in FINAL
    except SelloError:
        pass  # an office that is silent for a while is asked again later
    if new:
        with transaction.atomic():
            for card in new:
                stored_credentials.store_card(vault, card)
            row.delete()
        for card in new:
            cards.notify_issuers(card, "credential_accepted", now=now)
        return new
    ask_after = _ask_after(answers, now)
    vault.seal(row, _dump(offer, answers, since=since, ask_after=ask_after, refused=refused))
    row.save()
    return ()


def _with_token(offer: PendingOffer, now: datetime) -> PendingOffer:
    """The offer with a token that is good now."""
    token = offer.token
    if token is None or token.expires_at > now or token.refresh_token is None:
        return offer
    request = RefreshRequest(token.refresh_token)
    fresh = token_endpoint.request_token(
        offer.server, request, key=token.key, instance=offer.instance, now=now
    )
    return replace(offer, token=replace(fresh, refresh_token=fresh.refresh_token or token.refresh_token))


def _again(offer: PendingOffer, answer: CredentialAnswer, now: datetime) -> CredentialAnswer:
    if not isinstance(answer.response, DeferredResponse) or offer.token is None:
        return answer
    transaction_id = answer.response.transaction_id
    response = credential_endpoint.request_deferred_credential(
        offer.issuer, transaction_id, access_token=offer.token, now=now
    )
    return replace(answer, response=response)


def _ask_after(answers: Sequence[CredentialAnswer], now: datetime) -> datetime:
    intervals = [each.response.interval for each in answers if isinstance(each.response, DeferredResponse)]
    return now + min(timedelta(seconds=max(intervals, default=60)), timedelta(days=1))


def _shown(row: Waiting, value: Mapping[str, Any]) -> DeferredCard:
    offer, _ = _load(value)
    return DeferredCard(
        id=row.id,
        title=", ".join(offer.groups),
        issuer_name=offer.issuer_name,
        since=datetime.fromisoformat(value["since"]),
        refused=value["refused"],
    )


def _dump(
    offer: PendingOffer,
    answers: Sequence[CredentialAnswer],
    *,
    since: datetime,
    ask_after: datetime,
    refused: bool = False,
) -> dict[str, Any]:
    return {
        "offer": dump_offer(offer),
        "answers": [_dump_answer(answer) for answer in answers],
        "since": since.isoformat(),
        "ask_after": ask_after.isoformat(),
        "refused": refused,
    }


def _dump_answer(answer: CredentialAnswer) -> dict[str, Any]:
    response = answer.response
    come = (
        {"transaction_id": response.transaction_id, "interval": response.interval}
        if isinstance(response, DeferredResponse)
        else {"credentials": list(response.credentials), "notification_id": response.notification_id}
    )
    key = {"curve": answer.key.curve, "secret": base64url.encode(answer.key.secret)}
    return {"configuration_id": answer.configuration_id, "key": key, **come}


def _load(value: Mapping[str, Any]) -> tuple[PendingOffer, tuple[CredentialAnswer, ...]]:
    return load_offer(value["offer"]), tuple(_load_answer(entry) for entry in value["answers"])


def _load_answer(entry: Mapping[str, Any]) -> CredentialAnswer:
    key = PrivateKey(entry["key"]["curve"], base64url.decode(entry["key"]["secret"]))
    if "transaction_id" in entry:
        put_off = DeferredResponse(entry["transaction_id"], entry["interval"])
        return CredentialAnswer(entry["configuration_id"], put_off, key)
    come = CredentialResponse(tuple(entry["credentials"]), entry["notification_id"])
    return CredentialAnswer(entry["configuration_id"], come, key)
