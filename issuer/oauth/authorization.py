"""The authorization endpoint: a wallet asks, a person signs in and agrees, the wallet gets a code.

1 the wallet pushes its request (RFC 9126), with its secret's challenge and maybe its key · 2 the person's
browser brings the reference · 3 the person signs in with an access code of the office (access_codes.py) ·
4 the person sees what will be issued, and to which wallet, and says yes or no · 5 a yes spends the access
code and makes an authorization code for that wallet; the browser carries the answer back.

`issuer_state`, from an offer, narrows 3 to the record that was offered, and skips nothing: whoever injects
somebody else's still needs the access code (OpenID4VCI 1.0 §5.1.3).
"""

import secrets
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from common.errors import SelloError
from common.oid4vci.authorization import (
    REQUEST_URI_PREFIX,
    IssuanceAuthorizationRequest,
    PushedResponse,
    create_authorization_response,
)
from common.oid4vci.errors import AuthorizationError, InvalidClientError, TokenError
from issuer.models import AccessCode, Authority, Authorization, Configuration, Session
from issuer.oauth.access_codes import find_access_code, spend_access_code
from issuer.oauth.clients import Client
from issuer.oauth.dpop import presented_key
from issuer.single_use import replay
from issuer.single_use.sessions import sessions_of
from issuer.status.cards import lock_open_cards, require_untouched

ENDPOINT: Final = "par"
REQUEST_LIFETIME: Final = timedelta(minutes=10)
CODE_LIFETIME: Final = timedelta(minutes=1)
KEPT: Final = timedelta(days=1)  # an answered request, in case its code comes a second time
MAX_TRIES: Final = 5


class AuthorizationRequestGoneError(SelloError):
    """A reference that was answered, has expired, or was never given."""

    code = "invalid_request_uri"
    status = 404

    def __init__(self) -> None:
        super().__init__(
            "This request was answered already, or has waited too long. Start again in your wallet."
        )


class WrongAccessCodeError(SelloError):
    """An access code that does not open this."""

    code = "access_denied"


def push_authorization(
    authority: Authority,
    request: IssuanceAuthorizationRequest,
    *,
    client: Client,
    proof: str | None,
    now: datetime,
) -> PushedResponse:
    """Keep a wallet's request and give a reference to it."""
    if client.id != request.client_id:
        raise InvalidClientError("client_id is not the one for which a provider vouches.")
    thumbprint = presented_key(authority, proof, endpoint=ENDPOINT, now=now) if proof is not None else ""
    if thumbprint and request.dpop_thumbprint not in (None, thumbprint):
        raise AuthorizationError("dpop_jkt names another key than the DPoP proof (RFC 9449 §10.1).")
    configuration, formats = _asked(authority, request)
    reference = secrets.token_urlsafe(32)
    Authorization.objects.filter(expires_at__lte=now - KEPT, session=None).delete()
    Authorization.objects.create(
        authority=authority,
        request_digest=replay.secret_digest(reference),
        configuration=configuration,
        formats=formats,
        identified=list(request.configuration_ids),
        client_id=client.id,
        client_name=client.name,
        client_thumbprint=client.thumbprint,
        redirect_uri=request.redirect_uri,
        client_state=request.state,
        code_challenge=request.code_challenge,
        dpop_thumbprint=thumbprint or request.dpop_thumbprint or "",
        offer=_offered(authority, request.issuer_state, configuration, now=now),
        created_at=now,
        expires_at=now + REQUEST_LIFETIME,
    )
    return PushedResponse(f"{REQUEST_URI_PREFIX}{reference}", int(REQUEST_LIFETIME.total_seconds()))


def find_request(authority: Authority, *, client_id: str, request_uri: str, now: datetime) -> Authorization:
    """The request behind a reference, while it waits for an answer; for the client that pushed it alone."""
    found = (
        Authorization.objects.select_related("configuration__registry__authority", "offer")
        .filter(
            authority=authority,
            client_id=client_id,
            request_digest=replay.secret_digest(request_uri.removeprefix(REQUEST_URI_PREFIX)),
            state=Authorization.State.WAITING,
            expires_at__gt=now,
        )
        .first()
    )
    if found is None or not request_uri.startswith(REQUEST_URI_PREFIX):
        raise AuthorizationRequestGoneError
    return found


def sign_in_by_code(asked: Authorization, typed: str, *, now: datetime) -> AccessCode:
    """The access code that was typed, if it opens what is asked for; the fifth wrong one ends it."""
    code = find_access_code(asked.configuration.registry, typed, now=now)
    if code is not None and (asked.offer is None or asked.offer.record_key == code.record_key):
        return code
    with transaction.atomic():
        locked = _lock(asked)
        locked.failed_tries += 1
        if locked.failed_tries >= MAX_TRIES:
            locked.state = Authorization.State.FAILED
        locked.save(update_fields=["failed_tries", "state"])
    raise WrongAccessCodeError(
        "This code does not open anything here. Type it as it stands on the office's letter."
    )


def approve_request(asked: Authorization, access_code: int, *, now: datetime) -> str:
    """The person said yes: where the browser goes now, with a code for the wallet."""
    code = secrets.token_urlsafe(32)
    with transaction.atomic():
        locked = _lock(asked)
        opened = spend_access_code(access_code, now=now)
        if opened is None or opened.registry != asked.configuration.registry:
            raise WrongAccessCodeError("Your access code was used in the meantime.")
        lock_open_cards(
            asked.configuration, [opened.record_key]
        )  # whoever withdraws it waits, and ends this too
        require_untouched(asked.configuration, opened.record_key, since=opened.created_at)
        locked.state = Authorization.State.GIVEN
        locked.save(update_fields=["state"])
        session = _session(locked, opened.record_key, now=now)
        session.authorization, session.code_digest = locked, replay.secret_digest(code)
        session.formats, session.expires_at = locked.formats, now + CODE_LIFETIME
        session.save()
    return _answer(locked, code=code)


def deny_request(asked: Authorization) -> str:
    """The person said no: where the browser goes now. The access code stays good."""
    with transaction.atomic():
        locked = _lock(asked)
        locked.state = Authorization.State.DENIED
        locked.save(update_fields=["state"])
    return _answer(locked, error="access_denied")


def _asked(authority: Authority, request: IssuanceAuthorizationRequest) -> tuple[Configuration, list[str]]:
    """The one credential that is asked for, and its formats; scopes are the configurations' own names."""
    known = {
        name: (configuration, format_)
        for configuration in Configuration.objects.select_related("registry__authority").filter(
            registry__authority=authority
        )
        for name, format_ in configuration.format_ids().items()
    }
    if set(request.configuration_ids) - set(known):
        raise TokenError(
            "authorization_details names what this office does not issue.",
            code="invalid_authorization_details",
        )
    wanted = [known[name] for name in (*request.scopes, *request.configuration_ids) if name in known]
    if not wanted:
        raise AuthorizationError("Nothing is asked for that this office issues.", code="invalid_scope")
    if len({configuration.pk for configuration, _ in wanted}) > 1:
        raise AuthorizationError("One kind of credential is asked for at a time.", code="invalid_scope")
    return wanted[0][0], list(dict.fromkeys(format_ for _, format_ in wanted))


def _offered(
    authority: Authority, issuer_state: str | None, configuration: Configuration, *, now: datetime
) -> Session | None:
    if issuer_state is None:
        return None
    session = (
        _open_offers(authority, now=now).filter(reference_digest=replay.secret_digest(issuer_state)).first()
    )
    if session is None or session.configuration != configuration:
        raise AuthorizationError(
            "The offer behind issuer_state has expired, was taken, or is for something else."
        )
    return session


def _open_offers(authority: Authority, *, now: datetime) -> QuerySet[Session]:
    return sessions_of(authority, lock=False).filter(
        grant=Session.Grant.AUTHORIZATION_CODE,
        state=Session.State.OFFERED,
        authorization=None,
        expires_at__gt=now,
    )


def _session(asked: Authorization, record_key: str, *, now: datetime) -> Session:
    """The session that the code opens: the offer's own, or a new one where the wallet came by itself."""
    if asked.offer is None:
        return Session(
            configuration=asked.configuration,
            record_key=record_key,
            grant=Session.Grant.AUTHORIZATION_CODE,
            reference_digest=replay.secret_digest(secrets.token_urlsafe(32)),
            created_at=now,
        )
    offer = sessions_of(asked.authority).filter(pk=asked.offer.pk, state=Session.State.OFFERED).first()
    if offer is None or offer.authorization_id is not None or offer.record_key != record_key:
        raise AuthorizationRequestGoneError
    return offer


def _lock(asked: Authorization) -> Authorization:
    """The request's row, locked, as long as nobody has answered."""
    locked = Authorization.objects.select_for_update(of=("self",)).select_related(
        "authority", "configuration__registry__authority", "offer"
    )
    found = locked.filter(pk=asked.pk, state=Authorization.State.WAITING).first()
    if found is None:
        raise AuthorizationRequestGoneError
    return found


def _answer(asked: Authorization, *, code: str | None = None, error: str | None = None) -> str:
    return create_authorization_response(
        asked.redirect_uri,
        issuer=asked.authority.identifier,
        state=asked.client_state,
        code=code,
        error=error,
    )
