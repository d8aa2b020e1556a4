"""Fetching what a notice says is ready: an offer made at the moment when the person wants it."""

import json
from datetime import datetime

from common.notices.inbox import find_offered
from issuer.issuance.offers import CreatedOffer, OfferGoneError, offer_credential
from issuer.models import Authority, Configuration
from issuer.notifications.notify import ReadyOffer
from issuer.notifications.recipients import sender_of


def offer_of_notice(token: str, id: str, *, authority: Authority, now: datetime) -> CreatedOffer:
    """The offer for whoever holds a key that was told; whether the record supports it is looked at now.

    A key was told because its credential is of that person's record, or of whom a rule names.
    """
    url = f"{authority.identifier}/notices/{id}/offer"
    said = find_offered(token, id, audience=url, sender=sender_of(authority), now=now)
    ready = ReadyOffer(*json.loads(said))
    configuration = Configuration.objects.filter(pk=ready.configuration).first()
    if configuration is None:
        raise OfferGoneError("This document is not issued any more.")
    return offer_credential(configuration, ready.record_key, now=now)
