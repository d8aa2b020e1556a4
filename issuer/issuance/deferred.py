"""Answers that are put off until an officer has looked (OpenID4VCI 1.0 §9).

Where a type needs approval, the first request of a session waits; the officer's word then holds for the whole
session, in every format and when it is refreshed. A credential says what the record says when it is handed
out, not when it was asked for.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from common.errors import SelloError
from common.formats.base import Holder
from common.keys import jwk
from common.oid4vci.credential import CredentialResponse, DeferredResponse
from common.oid4vci.errors import InvalidTransactionIdError, RequestDeniedError
from issuer.issuance.delivery import MAX_DELIVERIES, content_now, deliver_credentials
from issuer.models import Authority, Deferral, Registry, Session
from issuer.notifications.notify import tell_ready
from issuer.oauth.dpop import PresentedToken, session_of
from issuer.single_use import replay
from issuer.single_use.sessions import sessions_of

INTERVAL: Final = 10  # seconds that a wallet should wait before it asks again


class AlreadyDecidedError(SelloError):
    """A request about which somebody has decided."""

    code = "invalid_request"
    status = 409


def must_wait(session: Session) -> bool:
    """Whether an officer has to look at this session first; one who said no has said so for all of it."""
    if not session.configuration.needs_approval:
        return False
    states = set(session.deferrals.values_list("state", flat=True))
    if Deferral.State.REFUSED in states:
        raise RequestDeniedError("The office has decided not to issue this.")
    return not states & {Deferral.State.APPROVED, Deferral.State.DONE}


def defer_request(
    authority: Authority, session: Session, format_: str, holders: Sequence[Holder], *, now: datetime
) -> DeferredResponse:
    """Keep a request, whose proofs were verified, until an officer decides."""
    sessions_of(authority).get(pk=session.pk)  # the lock under which requests are counted
    if session.deferrals.filter(format=format_).count() >= MAX_DELIVERIES:
        raise RequestDeniedError("This credential was asked for too often.")
    transaction_id = secrets.token_urlsafe(32)
    Deferral.objects.create(
        session=session,
        transaction_digest=replay.secret_digest(transaction_id),
        format=format_,
        holders=[{"jwk": jwk.encode(holder.key), "did": holder.did} for holder in holders],
        created_at=now,
    )
    return DeferredResponse(transaction_id, INTERVAL)


def fetch_deferred(
    authority: Authority, token: PresentedToken, transaction_id: str, *, now: datetime
) -> CredentialResponse | DeferredResponse:
    """The credentials of a request that was put off, once; or the word to wait on (§9.2)."""
    session = session_of(authority, sessions_of(authority, lock=False), token, now=now)
    with transaction.atomic():
        found = (
            session.deferrals.select_for_update()
            .filter(transaction_digest=replay.secret_digest(transaction_id))
            .exclude(state=Deferral.State.DONE)
            .first()
        )
        if found is None:
            raise InvalidTransactionIdError("This transaction was not opened with this token, or has ended.")
        if found.state == Deferral.State.REFUSED:
            raise RequestDeniedError("The office has decided not to issue this.")
        if found.state == Deferral.State.WAITING:
            return DeferredResponse(transaction_id, INTERVAL)
        content = content_now(session, now=now)
        found.state = Deferral.State.DONE
        found.save(update_fields=["state"])
    holders = [Holder(jwk.decode(entry["jwk"]), entry["did"]) for entry in found.holders]
    return deliver_credentials(authority, session, found.format, holders, content=content, now=now)


def waiting_sessions(registries: QuerySet[Registry]) -> QuerySet[Session]:
    """The sessions of these registries that wait for an officer, those that waited longest first."""
    return (
        Session.objects.filter(
            configuration__registry__in=registries, deferrals__state=Deferral.State.WAITING, ended_at=None
        )
        .select_related("configuration__registry", "authorization")
        .distinct()
        .order_by("created_at")
    )


def waiting_session(registries: QuerySet[Registry], id: UUID) -> Session | None:
    """One of `waiting_sessions`; None where it is none of them."""
    return waiting_sessions(registries).filter(pk=id).first()


def waiting_formats(session: Session) -> list[str]:
    """The formats in which a session's credential was asked for."""
    return sorted(set(session.deferrals.values_list("format", flat=True)))


def find_waiting_session(session: str) -> Session:
    """The session of that identifier, if something in it waits."""
    found = waiting_sessions(Registry.objects.all())
    try:
        return found.get(pk=session)
    except (Session.DoesNotExist, ValidationError) as error:
        raise AlreadyDecidedError("Nothing waits under this identifier.") from error


@transaction.atomic
def decide_waiting(session: Session, *, approve: bool, reason: str, actor: str, now: datetime) -> None:
    """An officer's word about all that waits in a session; said once, and the person hears of a yes."""
    changed = session.deferrals.filter(state=Deferral.State.WAITING).update(
        state=Deferral.State.APPROVED if approve else Deferral.State.REFUSED,
        reason=reason,
        decided_by=actor,
        decided_at=now,
    )
    if not changed:
        raise AlreadyDecidedError("Somebody else has decided about this in the meantime.")
    if approve:
        tell_ready(session, now=now)
