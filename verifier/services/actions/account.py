"""Account: an account is opened on verified facts, and the person gets it in writing."""

import secrets
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction

from common.keys import jws
from common.parameters import Parameter, text
from common.site import time_zone
from verifier.identity.service_identity import service_signer
from verifier.models import OpenedAccount, PresentationSession, Service
from verifier.sealing import pseudonym
from verifier.services.actions.base import Unlocked, UnlockedDocument, VerifiedAnswer

RECEIPT_TYPE = "receipt+jwt"
PARAMETERS: Final = {"per": Parameter(text, required=True)}  # the claim that tells people apart


def unlock(presentation: VerifiedAnswer, *, session: PresentationSession, now: datetime) -> Unlocked:
    """Open an account for the person behind the presentation; a second visit finds the first account.

    The receipt is a JWT under the provider's key, verifiable through the DID in its `kid`.
    """
    service, shown = session.service, presentation.one()
    per = service.parameters["per"]
    person = pseudonym("account", service.slug, shown.authority, shown.text(per))
    account, opened = _account(service, person, now=now)
    receipt = jws.sign(
        {"typ": RECEIPT_TYPE, "kid": service.key_id},
        {
            "iss": service.did,
            "iat": int(now.timestamp()),
            "account": account.number,
            "opened_at": account.opened_at.date().isoformat(),
            "provider": service.provider,
            "identified_by": shown.authority,
            **_confirmation(shown.holder),
        },
        signer=service_signer(service),
    )
    names = [str(value) for name in ("given_name", "family_name") if (value := shown.claim(name))]
    return Unlocked(
        title="Your account is open" if opened else "You have an account already",
        text="Keep the receipt: it is signed by the provider and proves what was opened.",
        rows=(
            ("Account number", account.number),
            ("In the name of", " ".join(names)),
            ("Opened on", time_zone.local_day(account.opened_at)),
        ),
        document=UnlockedDocument(f"receipt-{account.number}.jwt", "application/jwt", receipt),
        outcome={"unlocked": "service", "reference": account.number, "opened": opened},
    )


def _account(service: Service, person: str, *, now: datetime) -> tuple[OpenedAccount, bool]:
    existing = OpenedAccount.objects.filter(service=service, person=person).first()
    if existing is not None:
        return existing, False
    number = f"{secrets.randbelow(10**12):012d}"
    try:
        with transaction.atomic():
            return OpenedAccount.objects.create(
                service=service, number=number, person=person, opened_at=now
            ), True
    except IntegrityError:  # another visit of the same person, in this very moment
        return OpenedAccount.objects.get(service=service, person=person), False


def _confirmation(holder: str) -> dict[str, Any]:
    """Whose receipt it is (RFC 7800 §3): a DID's, a key's by its thumbprint, or nobody's."""
    if not holder:
        return {}
    return {"cnf": {"kid": holder} if holder.startswith("did:") else {"jkt": holder}}
