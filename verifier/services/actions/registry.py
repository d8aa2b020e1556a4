"""Registry: agreed attributes of the person's record in another authority's registry, read over HTTP.

The authority sees the presentation itself, made for this service and no other, before it hands out a token;
the token is bound to the service's key (DPoP), and each reading is logged at both ends. Where the person
signed terms as well, the authority keeps their consent, and the service may read again while it stands.
"""

from datetime import datetime
from typing import Any, Final

from common.encoding import display
from common.parameters import Parameter, days, group, list_of_texts, text, texts_by_name
from common.registries.record_access.grant import Evidence
from common.site import time_zone
from verifier.errors import UnlockRefusedError
from verifier.models import PresentationSession, ReadingConsent
from verifier.record_access import client, consents
from verifier.services.actions.base import Unlocked, VerifiedAnswer

PARAMETERS: Final = {
    "authority": Parameter(text, required=True),
    "authority_name": Parameter(text, required=True),
    "purpose": Parameter(text, required=True),
    "labels": Parameter(texts_by_name),
    "consent": Parameter(  # what may be read again, and for how long
        group({"attributes": Parameter(list_of_texts, required=True), "days": Parameter(days, required=True)})
    ),
}


def unlock(presentation: VerifiedAnswer, *, session: PresentationSession, now: datetime) -> Unlocked:
    """Ask the authority for a token on the strength of the presentation, and read the record with it once.

    Tried again after the authority had already kept the consent, it reads on that: evidence is good once.
    """
    service, authority = session.service, session.service.parameters["authority"]
    consent = ReadingConsent.objects.filter(service=service, session=session.poll_id).first()
    if consent is not None:
        record = client.read_on_consent(consent, actor="", now=now)
    else:
        granted = client.request_access(
            service,
            _evidence(presentation, session),
            client.WantedRecord(
                authority,
                service.parameters["purpose"],
                tuple(service.parameters.get("consent", {}).get("attributes", ())),
            ),
            now=now,
        )
        if granted.grant.consent_until:
            consent = consents.keep_consent(session, granted, now=now)
        record = client.read_granted_record(granted, now=now)
    facts = attribute_rows(record, labels=service.parameters.get("labels", {}))
    outcome = {"unlocked": "registry", "authority": authority, "attributes": sorted(record)}
    if consent is None:
        text = f"Read once from {service.parameters['authority_name']}, and kept only on this page."
        return Unlocked(title="Record opened", text=text, rows=facts, outcome=outcome)
    return Unlocked(
        title="Record opened",
        text=f"Read from {service.parameters['authority_name']}. {service.provider} may read the same "
        f"again until {time_zone.local_day(consent.valid_until)}, unless you withdraw your consent in your "
        "wallet before.",
        rows=(*facts, ("Reference of your consent", consent.reference)),
        outcome={**outcome, "consent": consent.reference},
    )


def _evidence(presentation: VerifiedAnswer, session: PresentationSession) -> Evidence:
    """What was shown, as the authority has to see it."""
    if session.client_id != f"decentralized_identifier:{session.service.did}":
        raise UnlockRefusedError("The registry opens only what was shown to this service under its DID.")
    shown = presentation.one()
    return Evidence(
        format=shown.format,
        presentation=shown.evidence,
        nonce=session.nonce,
        audience=session.client_id,
        transaction_data=presentation.transaction_data.get(shown.query_id, ()),
    )


def attribute_rows(record: dict[str, Any], *, labels: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """The attributes as facts, in the order of the service's labels."""
    ordered = sorted(
        record, key=lambda name: (name not in labels, list(labels).index(name) if name in labels else 0)
    )
    return tuple((labels.get(name) or display.humane(name), display.value(record[name])) for name in ordered)
