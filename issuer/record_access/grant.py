"""Letting an organisation read agreed attributes of one person's record: private or public, by one door.

A request is granted when, in this order: 1 its client signed it for us and holds the key that the token will
be bound to · 2 nothing in it was used before · 3 an agreement names the client and its purpose, and its basis
is the ground of the request: a private provider reads with the person's consent, a public body by its law ·
4 the ground holds (`_presented`, `_consented`) and points to exactly one record · 5 no more is
asked for than it allows. Whatever is refused from step 2 on is logged as well.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from common.adapters.documents.sources import sources
from common.errors import SelloError
from common.keys.dpop import DpopProof, InvalidDpopProofError, verify_dpop_proof
from common.keys.holder_jwt import MAX_AGE
from common.registries.record_access.grant import (
    AccessGrant,
    AccessRefusedError,
    AccessRequest,
    Evidence,
    InvalidAccessTokenError,
    InvalidAssertionError,
    RecordedConsent,
    Subject,
    verify_access_request,
)
from common.registries.record_access.record import SignedRecord, create_record
from common.vcdm import times
from issuer.authorities.identity import authority_signer
from issuer.models import AccessToken, Authority, Basis, Consent, DataAgreement
from issuer.record_access import consents
from issuer.record_access.attributes import attribute_values, narrow_attributes
from issuer.record_access.evidence import VerifiedEvidence, match_record, require_agreed, verify_evidence
from issuer.record_access.log import RecordAccess, log_read, log_refusal
from issuer.registries.connectors import open_registry
from issuer.single_use import replay

TOKEN_LIFETIME: Final = consents.ONE_READING
REMEMBERED: Final = timedelta(minutes=15)  # longer than anything that is remembered could still be used


@dataclass(slots=True)
class _Attempt:
    """What is known of a request so far, for the log, should it be refused."""

    authority: Authority
    request_id: str
    client_id: str
    purpose: str
    attributes: tuple[str, ...]
    agreement: DataAgreement | None = None
    record_key: str = ""
    consent: Consent | None = None
    thumbprint: str = ""

    def access(self) -> RecordAccess:
        """What the log says of it."""
        agreement = self.agreement
        return RecordAccess(
            request_id=self.request_id,
            client_id=self.client_id,
            purpose=self.purpose,
            attributes=self.attributes,
            client_name=agreement.client_name if agreement else "",
            basis=agreement.basis if agreement else Basis.CONSENT,
            legal_basis=agreement.legal_basis if agreement else "",
            record_key=self.record_key,
            consent=self.consent,
            holder_thumbprint=self.thumbprint,
        )

    def refused(self, error: SelloError, *, now: datetime) -> None:
        """Log that it was refused."""
        registry = self.agreement.registry if self.agreement else None
        log_refusal(self.authority, self.access(), error.code, registry=registry, now=now)


def grant_access(authority: Authority, assertion: str, dpop_proof: str, *, now: datetime) -> AccessGrant:
    """A token for one record, bound to the client's key (RFC 7523 §2.1, RFC 9449 §5)."""
    request = verify_access_request(  # 1
        assertion, audience=authority.identifier, sources=sources(), now=now
    )
    proof = verify_dpop_proof(
        dpop_proof,
        method="POST",
        url=f"{authority.identifier}/access/token",
        access_token=None,
        bound_to=None,
        check_nonce=None,
        now=now,
    )
    if proof.thumbprint != request.thumbprint:
        raise InvalidDpopProofError("The DPoP proof is by another key than the request names.")
    attempt = _Attempt(authority, request.jti, request.client_id, request.purpose, request.attributes)
    try:
        return _grant(attempt, request, proof, now=now)
    except SelloError as error:
        attempt.refused(error, now=now)
        raise


def read_record(authority: Authority, access_token: str, dpop_proof: str, *, now: datetime) -> str:
    """The attributes of a token's grant, signed for its client; the reading is logged in the same breath."""
    token = (
        AccessToken.objects.select_related("agreement__registry", "agreement__authority", "consent")
        .filter(
            agreement__authority=authority,
            agreement__active=True,
            token_digest=replay.secret_digest(access_token),
            expires_at__gt=now,
        )
        .first()
    )
    if token is None:
        raise InvalidAccessTokenError("This access token is wrong or expired.")
    try:
        proof = verify_dpop_proof(
            dpop_proof,
            method="GET",
            url=f"{authority.identifier}/access/record",
            access_token=access_token,
            bound_to=token.key_thumbprint,
            check_nonce=None,
            now=now,
        )
        require_first_use(f"dpop {proof.thumbprint}", proof.jti, InvalidDpopProofError, now=now)
    except InvalidDpopProofError as error:
        raise InvalidAccessTokenError(error.public, code=error.code) from error
    try:
        return _read(token, now=now)
    except SelloError as error:
        _attempt(token).refused(error, now=now)
        raise


def require_first_use(scope: str, value: str, error: type[SelloError], *, now: datetime) -> None:
    """Use a value once; whoever comes with it again gets `error`."""
    # A scope is short enough for its column whatever a client calls itself.
    if not replay.use_once(replay.secret_digest(scope), value, until=now + REMEMBERED + MAX_AGE):
        raise error("This request was made before.")


def _grant(attempt: _Attempt, request: AccessRequest, proof: DpopProof, *, now: datetime) -> AccessGrant:
    require_first_use(f"dpop {proof.thumbprint}", proof.jti, InvalidDpopProofError, now=now)  # 2
    require_first_use(f"access {request.client_id}", request.jti, InvalidAssertionError, now=now)
    replay.purge_used(now=now)
    agreement = (
        DataAgreement.objects.select_related("authority", "registry")
        .filter(  # 3
            authority=attempt.authority, client_id=request.client_id, purpose=request.purpose, active=True
        )
        .first()
    )
    if agreement is None:
        raise AccessRefusedError("Nothing was agreed with this organisation for this purpose.")
    attempt.agreement = agreement
    if (agreement.basis == Basis.LAW) != isinstance(request.ground, Subject):
        raise AccessRefusedError("The agreement has another basis: consent, or a law.")
    shown, allowed = None, agreement.attributes
    if isinstance(request.ground, Evidence):  # 4
        shown = _presented(attempt, agreement, request.ground, now=now)
        allowed = consents.allowed_attributes(agreement, shown, now=now)
    elif isinstance(request.ground, RecordedConsent):
        allowed = _consented(attempt, agreement, request.ground, now=now)
    else:
        attempt.record_key = match_record(agreement, request.ground.value)
    attributes = narrow_attributes(request.attributes, allowed)  # 5
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        if shown is not None:
            attempt.consent = consents.record_consent(
                agreement, request, shown, allowed=attributes, record_key=attempt.record_key, now=now
            )
        AccessToken.objects.create(
            agreement=agreement,
            token_digest=replay.secret_digest(token),
            key_thumbprint=proof.thumbprint,
            record_key=attempt.record_key,
            holder_thumbprint=attempt.thumbprint,
            consent=attempt.consent,
            attributes=attributes,
            request_id=request.jti,
            expires_at=now + TOKEN_LIFETIME,
        )
    return _granted(token, attributes, attempt.consent)


def _presented(
    attempt: _Attempt, agreement: DataAgreement, evidence: Evidence, *, now: datetime
) -> VerifiedEvidence:
    """Ground: the person has just shown a document to this client."""
    shown = verify_evidence(evidence, attempt.client_id, now=now)
    attempt.thumbprint = shown.thumbprint
    require_first_use(f"evidence {attempt.client_id}", evidence.nonce, InvalidAssertionError, now=now)
    require_agreed(agreement, shown.credential, now=now)
    attempt.record_key = match_record(agreement, shown.credential.claims.get(agreement.evidence_claim))
    return shown


def _consented(
    attempt: _Attempt, agreement: DataAgreement, given: RecordedConsent, *, now: datetime
) -> list[str]:
    """Ground: the person signed terms to this client some time ago, and they still stand."""
    consent = attempt.consent = consents.find_consent(agreement, given.id)
    attempt.record_key, attempt.thumbprint = consent.record_key, consent.holder_thumbprint
    consents.require_valid_consent(consent, now=now)
    return [name for name in consent.attributes if name in agreement.attributes]


def _granted(token: str, attributes: list[str], consent: Consent | None) -> AccessGrant:
    lasting = consent is not None and consent.how == Consent.How.SIGNED
    return AccessGrant(
        token,
        int(TOKEN_LIFETIME.total_seconds()),
        tuple(attributes),
        consent_id=str(consent.id) if consent else "",
        consent_until=times.write(consent.expires_at) if consent and lasting else "",
    )


def _read(token: AccessToken, *, now: datetime) -> str:
    agreement = token.agreement
    narrow_attributes(token.attributes, agreement.attributes)  # which may have been agreed anew since
    # Fetched before the row is held: a registry elsewhere may be slow, and a withdrawal does not wait for it.
    record = open_registry(agreement.registry).fetch(token.record_key)
    with transaction.atomic():
        if token.consent_id is not None:
            consents.lock_consent(token.consent_id, now=now)
        log_read(agreement.registry, _attempt(token).access(), record=record, now=now)
    return create_record(
        SignedRecord(attribute_values(agreement, token.attributes, record.data), str(token.consent_id or "")),
        authority=agreement.authority.identifier,
        client_id=agreement.client_id,
        request_id=token.request_id,
        signer=authority_signer(agreement.authority, "P-256"),
        now=now,
    )


def _attempt(token: AccessToken) -> _Attempt:
    """What a token knows of the request that it was given for."""
    agreement = token.agreement
    return _Attempt(
        authority=agreement.authority,
        request_id=token.request_id,
        client_id=agreement.client_id,
        purpose=agreement.purpose,
        attributes=tuple(token.attributes),
        agreement=agreement,
        record_key=token.record_key,
        consent=token.consent,
        thumbprint=token.holder_thumbprint,
    )
