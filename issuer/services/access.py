"""Letting a relying organisation read agreed attributes of one person's record, and telling the person.

A request is granted when, in this order: 1 its client signed it for us and holds the key that the token will
be bound to · 2 nothing in it was used before · 3 an agreement names the client and its purpose · 4 the
evidence was made for this client, just now, and holds · 5 its type and issuer are the agreed ones and its
status is valid, not merely unknown · 6 it points to exactly one record.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from common.adapters.sources import check_status, resolve_did, sources
from common.did import did_web
from common.errors import SelloError, UnknownPart
from common.formats import FORMATS
from common.formats.base import Binding, VerifiedCredential
from common.keys import jwk
from common.keys.dpop import InvalidDpopProof, verify_dpop_proof
from common.registries.access import (
    MAX_AGE,
    AccessGrant,
    AccessRefused,
    Evidence,
    InvalidAccessToken,
    InvalidAssertion,
    LogEntry,
    verify_access_request,
    verify_log_request,
)
from common.vcdm import times
from issuer.models import AccessLog, AccessToken, Authority, DataAgreement, IssuedCredential
from issuer.registries import connector
from issuer.services import spent

TOKEN_LIFETIME: Final = timedelta(minutes=5)
EVIDENCE_AGE: Final = timedelta(minutes=5)
REMEMBERED: Final = timedelta(minutes=15)  # longer than anything that is remembered could still be used
CLIENT_PREFIX: Final = "decentralized_identifier:"
LOG_LIMIT: Final = 500


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
        raise InvalidDpopProof("The DPoP proof is by another key than the request names.")
    _spend(f"dpop {proof.thumbprint}", proof.jti, InvalidDpopProof, now=now)  # 2
    _spend(f"access {request.client_id}", request.jti, InvalidAssertion, now=now)
    spent.purge(now=now)
    agreement = DataAgreement.objects.filter(  # 3
        authority=authority, client_id=request.client_id, purpose=request.purpose, active=True
    ).first()
    if agreement is None:
        raise AccessRefused("Nothing was agreed with this organisation for this purpose.")
    credential, thumbprint = _verify_evidence(request.evidence, request.client_id, now=now)  # 4
    _spend(f"evidence {request.client_id}", request.evidence.nonce, InvalidAssertion, now=now)
    _require_agreed(agreement, credential, now=now)  # 5
    token = secrets.token_urlsafe(32)
    AccessToken.objects.create(
        agreement=agreement,
        token_digest=spent.digest(token),
        key_thumbprint=proof.thumbprint,
        record_key=_match(agreement, credential),  # 6
        holder_thumbprint=thumbprint,
        expires_at=now + TOKEN_LIFETIME,
    )
    return AccessGrant(token, int(TOKEN_LIFETIME.total_seconds()), tuple(agreement.attributes))


def read_record(authority: Authority, access_token: str, dpop_proof: str, *, now: datetime) -> dict[str, Any]:
    """The agreed attributes, and no other; the reading is logged in the same breath."""
    token = (
        AccessToken.objects.select_related("agreement__registry__authority")
        .filter(
            agreement__authority=authority,
            agreement__active=True,
            token_digest=spent.digest(access_token),
            expires_at__gt=now,
        )
        .first()
    )
    if token is None:
        raise InvalidAccessToken("This access token is wrong or expired.")
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
        _spend(f"dpop {proof.thumbprint}", proof.jti, InvalidDpopProof, now=now)
    except InvalidDpopProof as error:
        raise InvalidAccessToken(error.public, code=error.code) from error
    agreement = token.agreement
    with transaction.atomic():
        data = connector(agreement.registry).fetch(token.record_key).data
        AccessLog.objects.create(
            registry=agreement.registry,
            record_key=token.record_key,
            client_id=agreement.client_id,
            client_name=agreement.client_name,
            purpose=agreement.purpose,
            attributes=agreement.attributes,
            holder_thumbprint=token.holder_thumbprint,
            at=now,
        )
    return {name: data.get(name) for name in agreement.attributes}


def read_log(authority: Authority, request: str, *, now: datetime) -> list[LogEntry]:
    """Who has read this person's records here; the person is whoever holds the key that asks.

    It opens what was read on the strength of that very key, and every reading of a record of which this
    authority issued a credential to it.
    """
    asked = verify_log_request(request, audience=authority.identifier, now=now)
    _spend(f"log {asked.thumbprint}", asked.jti, InvalidAssertion, now=now)
    records = (
        IssuedCredential.objects.filter(
            holder_thumbprint=asked.thumbprint, configuration__registry__authority=authority
        )
        .values_list("configuration__registry_id", "record_key")
        .distinct()
    )
    own = [Q(registry_id=registry, record_key=key) for registry, key in records]
    found = AccessLog.objects.filter(
        reduce(or_, own, Q(holder_thumbprint=asked.thumbprint)), registry__authority=authority
    ).select_related("registry")
    return [
        LogEntry(
            at=times.write(row.at),
            client_id=row.client_id,
            client_name=row.client_name,
            purpose=row.purpose,
            registry=row.registry.title,
            attributes=tuple(row.attributes),
        )
        for row in found[:LOG_LIMIT]
    ]


def _verify_evidence(evidence: Evidence, client_id: str, *, now: datetime) -> tuple[VerifiedCredential, str]:
    """The one credential of the evidence, and the thumbprint of the key that showed it."""
    if evidence.audience.removeprefix(CLIENT_PREFIX) != client_id:
        raise AccessRefused("The evidence was shown to somebody else.")
    if evidence.format not in FORMATS:
        raise UnknownPart("format", evidence.format, FORMATS)
    binding = Binding(evidence.audience, evidence.nonce, evidence.transaction_data)
    try:
        shown = FORMATS[evidence.format].verify_presentation(
            evidence.presentation, binding=binding, sources=sources(), now=now
        )
        if isinstance(evidence.presentation, Mapping):
            _require_recent(evidence.presentation, now=now)
        thumbprint = _thumbprint(shown.holder)
    except SelloError as error:
        raise AccessRefused("The evidence does not hold.", detail=f"{error.code} {error.public}") from error
    if len(shown.credentials) != 1:
        raise AccessRefused("The evidence must be one credential.")
    return shown.credentials[0], thumbprint


def _require_recent(presentation: Mapping[str, Any], *, now: datetime) -> None:
    """Raise unless each proof of a verified JSON presentation was made just now; tokens say so themselves."""
    proofs = presentation.get("proof")
    for proof in proofs if isinstance(proofs, list) else [proofs]:
        created = proof.get("created") if isinstance(proof, Mapping) else None
        if not isinstance(created, str) or times.parse(created) < now - EVIDENCE_AGE:
            raise AccessRefused("The evidence is too old.")


def _thumbprint(holder: str) -> str:
    """RFC 7638 thumbprint of a holder's key: itself, or of the one key behind its DID."""
    if not holder.startswith("did:"):
        return holder
    [method] = resolve_did(holder).methods.values()
    return jwk.thumbprint(method.public_key)


def _require_agreed(agreement: DataAgreement, credential: VerifiedCredential, *, now: datetime) -> None:
    if not set(agreement.evidence_types) & set(credential.types):
        raise AccessRefused("This kind of evidence was not agreed upon.")
    if _did(credential.issuer) not in {_did(issuer) for issuer in agreement.evidence_issuers}:
        raise AccessRefused("The evidence is by an issuer that was not agreed upon.")
    if check_status(credential, now=now).status != "valid":
        raise AccessRefused("The evidence is revoked, suspended, or nobody can say.")


def _match(agreement: DataAgreement, credential: VerifiedCredential) -> str:
    """The key of the one record that the evidence points to."""
    value = credential.claims.get(agreement.evidence_claim)
    if not isinstance(value, str) or not value:
        raise AccessRefused("The evidence does not show what finds the record.")
    found = list(connector(agreement.registry).find(agreement.matching_column, value))
    if len(found) != 1:
        raise AccessRefused("The evidence does not point to one record.")
    return found[0].key


def _did(issuer: str) -> str:
    """One name for an issuer that is a DID in one format and that DID's web address in another."""
    return did_web.encode(issuer) if "://" in issuer else issuer


def _spend(scope: str, value: str, error: type[SelloError], *, now: datetime) -> None:
    # A scope is short enough for its column whatever a client calls itself.
    if not spent.spend(spent.digest(scope), value, until=now + REMEMBERED + MAX_AGE):
        raise error("This request was made before.")
