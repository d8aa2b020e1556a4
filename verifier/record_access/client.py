"""Reading a record elsewhere, on one of three grounds, with a log to lay beside that of the authority.

1 write down that we ask · 2 a token, on the strength of the ground · 3 the record, once, with that token ·
4 verify the authority's signature over the answer to this very request · 5 write down what came of it.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from common.adapters.documents.sources import sources
from common.adapters.network import http
from common.encoding import strict_json
from common.errors import FetchError, MalformedInputError, SelloError
from common.keys import Signer
from common.keys.dpop import create_dpop_proof
from common.registries.record_access.grant import (
    GRANT_TYPE,
    AccessGrant,
    Ground,
    RecordedConsent,
    Subject,
    create_access_request,
    parse_grant,
)
from common.registries.record_access.record import MEDIA_TYPE, InvalidRecordError, verify_record
from verifier.errors import UnlockRefusedError
from verifier.identity.service_identity import service_signer
from verifier.models import ReadingConsent, ReadLog, Service

FORM: Final = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
Outcome = ReadLog.Outcome


@dataclass(frozen=True, slots=True)
class GrantedAccess:
    """A token that was given for a request, and the request's line in the log."""

    grant: AccessGrant
    log: ReadLog
    signer: Signer = field(repr=False)


@dataclass(frozen=True, slots=True)
class WantedRecord:
    """What is asked of which authority, and what for; no `attributes` ask for all that was agreed."""

    authority: str
    purpose: str
    attributes: tuple[str, ...] = ()


def read_on_consent(
    consent: ReadingConsent, *, actor: str, now: datetime, attributes: Sequence[str] = ()
) -> dict[str, Any]:
    """What the authority says now of the person who consented, without the person being there.

    `actor` is who asks, for the log. Raises like `request_access`.
    """
    granted = request_access(
        consent.service,
        RecordedConsent(consent.consent_id),
        WantedRecord(consent.authority, consent.purpose, tuple(attributes or consent.attributes)),
        consent=consent,
        actor=actor,
        now=now,
    )
    return read_granted_record(granted, now=now)


def read_by_mandate(service: Service, identifier: str, *, actor: str, now: datetime) -> dict[str, Any]:
    """What a law lets this service ask about a person whom it names itself.

    `parameters["mandate"]` says which authority, for what purpose, which attributes. Not to be called within
    a transaction: what was asked stays in the log whatever follows. Raises `UnlockRefusedError` where there
    is no such law, and else like `request_access`.
    """
    mandate = service.parameters.get("mandate")
    if mandate is None:
        raise UnlockRefusedError(f"No law lets the service {service.slug!r} read on its own word.")
    granted = request_access(
        service,
        Subject(identifier),
        WantedRecord(mandate["authority"], mandate["purpose"], tuple(mandate["attributes"])),
        actor=actor,
        now=now,
    )
    return read_granted_record(granted, now=now)


def request_access(
    service: Service,
    ground: Ground,
    wanted: WantedRecord,
    *,
    now: datetime,
    consent: ReadingConsent | None = None,
    actor: str = "",
) -> GrantedAccess:
    """Steps 1 and 2.

    Raises `UnlockRefusedError` where the authority refuses, `FetchError` where it does not answer, and
    `InvalidRecordError` where it grants something else than was asked for.
    """
    signer, url = service_signer(service), f"{wanted.authority}/access/token"
    log = ReadLog.objects.create(  # 1
        request_id=secrets.token_urlsafe(16),
        service=service,
        consent=consent,
        authority=wanted.authority,
        purpose=wanted.purpose,
        basis="law" if isinstance(ground, Subject) else "consent",
        attributes=list(wanted.attributes),
        actor=actor,
        at=now,
    )
    assertion = create_access_request(
        client_id=service.did,
        audience=wanted.authority,
        purpose=wanted.purpose,
        attributes=wanted.attributes,
        ground=ground,
        token_key=signer.public_key,
        jti=log.request_id,
        signer=signer,
        now=now,
    )
    form = urlencode({"grant_type": GRANT_TYPE, "assertion": assertion}).encode("ascii")
    headers = {**FORM, "DPoP": _proof("POST", url, None, signer, now)}
    with _noting(log):
        grant = parse_grant(_json(_answer(log, "POST", url, headers=headers, body=form, now=now)))  # 2
        if wanted.attributes and set(grant.attributes) != set(wanted.attributes):
            raise InvalidRecordError("The authority granted something else than was asked for.")
    log.attributes = list(grant.attributes)
    return GrantedAccess(grant, log, signer)


def read_granted_record(granted: GrantedAccess, *, now: datetime) -> dict[str, Any]:
    """Steps 3 to 5: the attributes that were granted, verified as the authority's word on this request.

    Raises like `request_access`, and `SelloError` for an answer that the authority did not sign so.
    """
    log, grant = granted.log, granted.grant
    url = f"{log.authority}/access/record"
    headers = {
        "Authorization": f"DPoP {grant.access_token}",
        "DPoP": _proof("GET", url, grant.access_token, granted.signer, now),
        "Accept": f"{MEDIA_TYPE}, application/json",
    }
    with _noting(log):
        reply = _answer(log, "GET", url, headers=headers, now=now)  # 3
        record = verify_record(  # 4
            reply.body.decode("ascii", "replace"),
            authority=log.authority,
            client_id=log.service.did,
            request_id=log.request_id,
            attributes=grant.attributes,
            consent_id=grant.consent_id,
            sources=sources(),
            now=now,
        )
    log.outcome, log.problem = Outcome.READ, ""  # 5
    log.save(update_fields=["outcome", "problem", "attributes"])
    return dict(record.attributes)


@contextmanager
def _noting(log: ReadLog) -> Iterator[None]:
    """Whatever goes wrong within is written into the log's line, by its code, before it goes on."""
    try:
        yield
    except SelloError as error:
        if log.outcome == Outcome.ASKED:
            log.problem = error.code[:60]
            log.save(update_fields=["problem"])
        raise


def _answer(
    log: ReadLog,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    now: datetime,
    body: bytes | None = None,
) -> http.HttpReply:
    """The authority's answer; its refusal is an outcome of its own."""
    reply = http.request(method, url, headers=headers, body=body)
    if reply.status >= 500:
        raise FetchError("The registry does not answer.", detail=f"{reply.status}")
    if reply.status != 200:
        code = str(_json(reply).get("error"))[:60]
        log.outcome, log.problem = Outcome.REFUSED, code
        log.save(update_fields=["outcome", "problem"])
        if log.consent is not None and log.consent.refused_at is None and code == "access_denied":
            log.consent.refused_at = now
            log.consent.save(update_fields=["refused_at"])
        raise UnlockRefusedError("The registry does not open this record.", detail=code)
    return reply


def _json(reply: http.HttpReply) -> dict[str, Any]:
    try:
        return strict_json.loads_object(reply.body)
    except MalformedInputError as error:
        raise FetchError("The registry's answer could not be read.", detail=f"{reply.status}") from error


def _proof(method: str, url: str, access_token: str | None, signer: Signer, now: datetime) -> str:
    return create_dpop_proof(
        method=method,
        url=url,
        access_token=access_token,
        jti=secrets.token_urlsafe(16),
        signer=signer,
        now=now,
    )
