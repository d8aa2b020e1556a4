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
from wallet.issuance import credential_request
from wallet.issuance.credential_offer import Offer, dump_offer, load_offer
from wallet.issuance.credential_request import Answer, DoesNotVerify
from wallet.issuer_client import requests
from wallet.models import Waiting

LONGEST: Final = timedelta(days=60)
FINAL: Final = ("credential_request_denied", "invalid_transaction_id", "invalid_token", "invalid_grant")


@dataclass(frozen=True, slots=True)
class WaitingCard:
    """What a person sees of it; `refused` means that nothing will come any more."""

    id: UUID
    title: str
    issuer_name: str
    since: datetime
    refused: bool


def keep(vault: Vault, offer: Offer, answers: Sequence[Answer], *, now: datetime) -> None:
    """Keep what was asked for until the office has looked."""
    row = Waiting()
    vault.seal(row, _dump(offer, answers, since=now, ask_after=_ask_after(answers, now)))
    row.save()


def look(vault: Vault, *, now: datetime) -> tuple[tuple[HeldCard, ...], tuple[WaitingCard, ...]]:
    """The cards that came in this moment, and those that are still waited for."""
    arrived: list[HeldCard] = []
    still: list[WaitingCard] = []
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


def forget(vault: Vault, id: UUID) -> None:
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
        if not credential_request.put_off(answers):
            new = credential_request.check(offer, answers, now=now)
    except DoesNotVerify:
        refused = True
    except IssuerResponseError as error:
        refused = refused or error.code in FINAL
    except SelloError:
        pass  # an office that is silent for a while is asked again later
    if new:
        with transaction.atomic():
            for card in new:
                stored_credentials.keep(vault, card)
            row.delete()
        for card in new:
            cards.tell(card, "credential_accepted", now=now)
        return new
    ask_after = _ask_after(answers, now)
    vault.seal(row, _dump(offer, answers, since=since, ask_after=ask_after, refused=refused))
    row.save()
    return ()


def _with_token(offer: Offer, now: datetime) -> Offer:
    """The offer with a token that is good now."""
    token = offer.token
    if token is None or token.expires_at > now or token.refresh_token is None:
        return offer
    request = RefreshRequest(token.refresh_token)
    fresh = requests.ask_token(offer.server, request, key=token.key, instance=offer.instance, now=now)
    return replace(offer, token=replace(fresh, refresh_token=fresh.refresh_token or token.refresh_token))


def _again(offer: Offer, answer: Answer, now: datetime) -> Answer:
    if not isinstance(answer.response, DeferredResponse) or offer.token is None:
        return answer
    transaction_id = answer.response.transaction_id
    response = requests.ask_deferred(offer.issuer, transaction_id, access_token=offer.token, now=now)
    return replace(answer, response=response)


def _ask_after(answers: Sequence[Answer], now: datetime) -> datetime:
    intervals = [each.response.interval for each in answers if isinstance(each.response, DeferredResponse)]
    return now + min(timedelta(seconds=max(intervals, default=60)), timedelta(days=1))


def _shown(row: Waiting, value: Mapping[str, Any]) -> WaitingCard:
    offer, _ = _load(value)
    return WaitingCard(
        id=row.id,
        title=", ".join(offer.groups),
        issuer_name=offer.issuer_name,
        since=datetime.fromisoformat(value["since"]),
        refused=value["refused"],
    )


def _dump(
    offer: Offer, answers: Sequence[Answer], *, since: datetime, ask_after: datetime, refused: bool = False
) -> dict[str, Any]:
    return {
        "offer": dump_offer(offer),
        "answers": [_dump_answer(answer) for answer in answers],
        "since": since.isoformat(),
        "ask_after": ask_after.isoformat(),
        "refused": refused,
    }


def _dump_answer(answer: Answer) -> dict[str, Any]:
    response = answer.response
    come = (
        {"transaction_id": response.transaction_id, "interval": response.interval}
        if isinstance(response, DeferredResponse)
        else {"credentials": list(response.credentials), "notification_id": response.notification_id}
    )
    key = {"curve": answer.key.curve, "secret": base64url.encode(answer.key.secret)}
    return {"configuration_id": answer.configuration_id, "key": key, **come}


def _load(value: Mapping[str, Any]) -> tuple[Offer, tuple[Answer, ...]]:
    return load_offer(value["offer"]), tuple(_load_answer(entry) for entry in value["answers"])


def _load_answer(entry: Mapping[str, Any]) -> Answer:
    key = PrivateKey(entry["key"]["curve"], base64url.decode(entry["key"]["secret"]))
    if "transaction_id" in entry:
        put_off = DeferredResponse(entry["transaction_id"], entry["interval"])
        return Answer(entry["configuration_id"], put_off, key)
    come = CredentialResponse(tuple(entry["credentials"]), entry["notification_id"])
    return Answer(entry["configuration_id"], come, key)
