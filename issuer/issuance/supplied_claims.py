"""Contents that came with the request for an offer: sealed until the credential was fetched, then forgotten.

A wallet that comes back to renew is sent to whoever asked for the offer: only they know what holds now.
"""

import json
from datetime import datetime, timedelta
from typing import Final

from common.adapters.storage import sealing
from common.encoding import jcs
from issuer.issuance.credential import CredentialContent
from issuer.models import Session, Supplied

KEPT: Final = timedelta(days=1)  # after an offer has expired: a wallet may still be at it


def keep_supplied(session: Session, content: CredentialContent, *, now: datetime) -> None:
    """Seal what this session's credential shall say, and forget what nobody can fetch any more."""
    Supplied.objects.filter(session__expires_at__lt=now - KEPT).delete()
    lifetime = None if content.lifetime is None else int(content.lifetime.total_seconds())
    said = {
        "claims": content.claims,
        "disclosable": None if content.disclosable is None else [list(path) for path in content.disclosable],
        "lifetime": lifetime,
        "numbered": content.numbered,
    }
    sealed = sealing.seal(jcs.canonicalize(said), name=_name(session))
    Supplied.objects.create(session=session, sealed=sealed)


def find_supplied(session: Session) -> CredentialContent | None:
    """The content of this session; None where its registry has the word."""
    row = Supplied.objects.filter(session=session).first()
    if row is None:
        return None
    said = json.loads(sealing.unseal(row.sealed, name=_name(session)))
    disclosable, lifetime = said["disclosable"], said["lifetime"]
    return CredentialContent(
        claims=said["claims"],
        disclosable=None if disclosable is None else tuple(map(tuple, disclosable)),
        lifetime=None if lifetime is None else timedelta(seconds=lifetime),
        numbered=said["numbered"],
    )


def forget_supplied(session: Session) -> None:
    """The wallet has what was said."""
    Supplied.objects.filter(session=session).delete()


def _name(session: Session) -> str:
    return f"issuer supplied {session.pk}"
