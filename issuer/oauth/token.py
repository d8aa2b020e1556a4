"""The token endpoint: a code or a refresh token becomes an access token (OpenID4VCI 1.0 §6).

Exactly once, by an update under the row's lock. Whoever shows a key while asking gets tokens that are worth
nothing without it, and a refresh token beside, with which the wallet renews its credentials in silence;
whoever shows none gets a bearer's token, and no refresh token (RFC 9700 §2.2.2).
"""

import hmac
import secrets
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from common.oid4vci.authorization import verify_code
from common.oid4vci.errors import InvalidGrantError, TokenError
from common.oid4vci.token import AnyTokenRequest, CodeRequest, RefreshRequest, TokenRequest, TokenResponse
from issuer.models import Authority, Session
from issuer.oauth.clients import Client
from issuer.oauth.dpop import presented_key
from issuer.single_use import replay
from issuer.single_use.sessions import move_session, sessions_of, tx_code_digest
from issuer.status import cards

TOKEN_LIFETIME: Final = timedelta(minutes=10)
WAITING_LIFETIME: Final = timedelta(days=14)  # where an officer has to look first
REFRESH_LIFETIME: Final = timedelta(days=365)  # HAIP 1.0 §4.3 advises against more
MAX_TRIES: Final = 5
ENDPOINT: Final = "token"


def give_token(
    authority: Authority, request: AnyTokenRequest, *, client: Client, proof: str | None, now: datetime
) -> TokenResponse:
    """An access token for a code or a refresh token; `proof` is the DPoP proof of the request, if any."""
    if isinstance(request, CodeRequest):
        return _exchange_code(authority, request, client, proof, now=now)
    if isinstance(request, RefreshRequest):
        return _refresh(authority, request, client, proof, now=now)
    return _exchange_pre_authorized(authority, request, client, proof, now=now)


def _exchange_pre_authorized(
    authority: Authority, request: TokenRequest, client: Client, proof: str | None, *, now: datetime
) -> TokenResponse:
    """Wrong transaction codes are counted under the row's lock; the fifth kills the offer."""
    thumbprint = presented_key(authority, proof, endpoint=ENDPOINT, now=now)
    with transaction.atomic():
        session = _by_code(
            authority, request.pre_authorized_code, Session.Grant.PRE_AUTHORIZED, now=now
        ).first()
        if session is None:
            raise InvalidGrantError("This code is wrong, used or expired.")
        if bool(session.tx_code_digest) != (request.tx_code is not None):
            raise TokenError(
                "This offer needs its tx_code." if session.tx_code_digest else "No tx_code is expected."
            )
        _require_offered(session, request.configuration_ids)
        right = request.tx_code is None or hmac.compare_digest(
            tx_code_digest(session, request.tx_code), session.tx_code_digest
        )
        if right:
            session.identified = list(request.configuration_ids)
            return _open(session, client, thumbprint, now=now)
        session.failed_tries += 1
        if session.failed_tries >= MAX_TRIES:
            move_session(session, Session.State.FAILED)
        session.save()
    raise InvalidGrantError("The transaction code is wrong.")  # after the count was committed


def _exchange_code(
    authority: Authority, request: CodeRequest, client: Client, proof: str | None, *, now: datetime
) -> TokenResponse:
    """The code is taken from the wallet that asked for it alone: same client, same address, same secret.

    A code that comes a second time ends what it brought the first time (RFC 6749 §4.1.2), if whoever brings
    it knows the verifier; else a thief of codes could do so.
    """
    with transaction.atomic():
        session = (
            sessions_of(authority)
            .select_related("authorization")
            .filter(code_digest=replay.secret_digest(request.code), grant=Session.Grant.AUTHORIZATION_CODE)
            .first()
        )
        asked = session.authorization if session is not None else None
        if session is None or asked is None:
            raise InvalidGrantError("This code is wrong, used or expired.")
        if request.redirect_uri != asked.redirect_uri or client.id != asked.client_id:
            raise InvalidGrantError("This code was given to another wallet, or for another address.")
        if client.thumbprint != asked.client_thumbprint:
            raise InvalidGrantError("This code was given to another wallet.")
        verify_code(request.code_verifier, challenge=asked.code_challenge)
        replayed = session.state != Session.State.OFFERED
        if replayed:
            session.token_expires_at = session.refresh_expires_at = now
            session.save(update_fields=["token_expires_at", "refresh_expires_at"])
        elif session.expires_at > now:
            thumbprint = presented_key(
                authority, proof, endpoint=ENDPOINT, bound_to=asked.dpop_thumbprint, now=now
            )
            names = request.configuration_ids or tuple(asked.identified)
            _require_offered(session, names)
            session.identified = list(names)
            return _open(session, client, thumbprint, now=now)
    raise InvalidGrantError("This code is wrong, used or expired.")  # after the tokens were ended


def _refresh(
    authority: Authority, request: RefreshRequest, client: Client, proof: str | None, *, now: datetime
) -> TokenResponse:
    """Another round for what the person once agreed to (§13.5), as long as nothing of it was withdrawn.

    The refresh token stays the same: it is bound to a key, and nobody else can use it (FAPI 2.0 §5.3.2.1).
    """
    with transaction.atomic():
        session = (
            sessions_of(authority)
            .filter(refresh_digest=replay.secret_digest(request.refresh_token), refresh_expires_at__gt=now)
            .first()
        )
        if session is None or (client.id or session.client_id) != session.client_id:
            raise InvalidGrantError("This refresh token is wrong or expired.")
        if client.thumbprint != session.client_thumbprint:
            raise InvalidGrantError("This refresh token was given to another wallet.")
        presented_key(authority, proof, endpoint=ENDPOINT, bound_to=session.key_thumbprint, now=now)
        try:
            cards.require_open(session)
        except cards.CardWithdrawnError as error:
            raise InvalidGrantError(error.public) from error
        return _renew(session, refresh_token=request.refresh_token, now=now)


def _by_code(authority: Authority, code: str, grant: Session.Grant, *, now: datetime) -> QuerySet[Session]:
    return sessions_of(authority).filter(
        code_digest=replay.secret_digest(code), grant=grant, state=Session.State.OFFERED, expires_at__gt=now
    )


def _require_offered(session: Session, configuration_ids: tuple[str, ...]) -> None:
    if set(configuration_ids) - set(session.configuration_ids):
        raise TokenError(
            "authorization_details names what was not offered.", code="invalid_authorization_details"
        )


def _open(session: Session, client: Client, thumbprint: str, *, now: datetime) -> TokenResponse:
    """The first token of a session, and the refresh token where a key was shown."""
    move_session(session, Session.State.TOKEN_ISSUED)
    session.client_id, session.client_thumbprint = client.id, client.thumbprint
    session.key_thumbprint = thumbprint
    refresh_token = secrets.token_urlsafe(32) if thumbprint else None
    if refresh_token is not None:
        session.refresh_digest = replay.secret_digest(refresh_token)
        session.refresh_expires_at = now + REFRESH_LIFETIME
    return _renew(session, refresh_token=refresh_token, now=now)


def _renew(session: Session, *, refresh_token: str | None, now: datetime) -> TokenResponse:
    token = secrets.token_urlsafe(32)
    lifetime = WAITING_LIFETIME if session.configuration.needs_approval else TOKEN_LIFETIME
    session.token_digest = replay.secret_digest(token)
    session.token_issued_at, session.token_expires_at = now, now + lifetime
    session.save()
    return TokenResponse(
        access_token=token,
        token_type="DPoP" if session.key_thumbprint else "Bearer",
        expires_in=int(lifetime.total_seconds()),
        credential_identifiers={name: (name,) for name in session.identified},
        refresh_token=refresh_token,
    )
