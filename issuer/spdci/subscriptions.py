"""Partners' wishes to be told of changes: taken within what was agreed, ended when they say so."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from common.adapters.exchange.partners import Partner
from common.registries.spdci.members import SpdciItemError
from common.registries.spdci.subscription import (
    ALREADY,
    ALREADY_GONE,
    CODE,
    DETAILS,
    TYPES,
    SubscribeItem,
    SubscriptionRequest,
    SubscriptionResult,
)
from issuer.models import Registry, Subscription
from issuer.registries.connectors import open_registry
from issuer.spdci import search
from issuer.spdci.served_registry import PartnerAgreement, ServedRegistry, agreement_with

MAX_SUBSCRIPTIONS: Final = 10_000  # of one partner at one registry


def accept_subscriptions(
    served: ServedRegistry, partner: Partner, items: Sequence[SubscribeItem], *, now: datetime
) -> list[SubscriptionResult]:
    """A code for each wish that is taken; changes count from now on."""
    agreed = agreement_with(partner, served.registry)
    Registry.objects.select_for_update().get(pk=served.registry.pk)  # two at once count each other
    head, answers = open_registry(served.registry).head(), []
    for item in items:
        try:
            if item.wish is None:
                raise item.refusal or SpdciItemError("This wish cannot be read.", reason=DETAILS)
            code = _take(served, partner, agreed, item.wish, head, now=now)
            answers.append(SubscriptionResult(item.reference_id, code, item.wish))
        except SpdciItemError as refusal:
            answers.append(SubscriptionResult(item.reference_id, refusal=refusal))
    return answers


def end_subscriptions(
    served: ServedRegistry, partner: Partner, codes: Sequence[str]
) -> SpdciItemError | None:
    """End subscriptions, all of them or, with a reason, none."""
    own = Subscription.objects.filter(registry=served.registry, partner=partner, code__in=codes)
    found = dict(own.values_list("code", "active"))
    if set(codes) - set(found):
        return SpdciItemError("One of these subscriptions is not known.", reason=CODE)
    if not all(found.values()):
        return SpdciItemError("One of these subscriptions has ended before.", reason=ALREADY_GONE)
    own.update(active=False)
    return None


def _take(
    served: ServedRegistry,
    partner: Partner,
    agreed: PartnerAgreement,
    wish: SubscriptionRequest,
    head: str,
    *,
    now: datetime,
) -> str:
    search.require_agreed_purpose(agreed, wish.purpose, reason=DETAILS)
    search.agreed_query(served, agreed, wish.query, reason=DETAILS)
    if not served.mapping.event_of(wish.event_type):
        raise SpdciItemError("This registry knows no such event.", reason=TYPES)
    if wish.end is not None and wish.end <= now:
        raise SpdciItemError("The end of this subscription is past.", reason=DETAILS)
    own = Subscription.objects.filter(registry=served.registry, partner=partner, active=True)
    if any(row.filter == wish.filter for row in own.filter(event_type=wish.event_type)):
        raise SpdciItemError("The same is subscribed already.", reason=ALREADY)
    if own.count() >= MAX_SUBSCRIPTIONS:
        raise SpdciItemError("There are too many subscriptions.", reason=DETAILS)
    row = Subscription.objects.create(
        code=str(uuid.uuid4()),
        registry=served.registry,
        partner=partner,
        event_type=wish.event_type,
        record_type=wish.record_type,
        filter_type=wish.filter_type,
        filter=wish.filter,
        purpose=wish.purpose,
        starts_at=wish.start,
        ends_at=wish.end,
        cursor=head,
        created_at=now,
    )
    return row.code
