"""Registry: agreed attributes of the person's record in another authority's registry, read over HTTP.

The authority sees the presentation itself, made for this service and no other, before it hands out a token;
the token is bound to the service's key (DPoP), and each reading is logged there for the person to see.
"""

import secrets
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from common.adapters import fetch as door
from common.encoding import strict_json
from common.errors import FetchFailed, MalformedInput
from common.keys.dpop import create_dpop_proof
from common.registries.access import (
    GRANT_TYPE,
    Evidence,
    create_access_request,
    parse_grant,
    parse_record,
)
from verifier.actions.base import Presented, Unlocked
from verifier.models import PresentationSession
from verifier.services.errors import UnlockRefused
from verifier.services.identity import service_signer

FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}


def unlock(presentation: Presented, *, session: PresentationSession, now: datetime) -> Unlocked:
    """Ask the authority for a token on the strength of the presentation, and read the record with it once."""
    service, shown = session.service, presentation.one()
    if session.client_id != f"decentralized_identifier:{service.did}":
        raise UnlockRefused("The registry opens only what was shown to this service under its DID.")
    authority, signer = service.parameters["authority"], service_signer(service)
    assertion = create_access_request(
        client_id=service.did,
        audience=authority,
        purpose=service.parameters["purpose"],
        evidence=Evidence(
            format=shown.format,
            presentation=shown.evidence,
            nonce=session.nonce,
            audience=session.client_id,
            transaction_data=presentation.transaction_data.get(shown.query_id, ()),
        ),
        token_key=signer.public_key,
        jti=secrets.token_urlsafe(16),
        signer=signer,
        now=now,
    )
    token_url, record_url = f"{authority}/access/token", f"{authority}/access/record"
    proof = create_dpop_proof(
        method="POST",
        url=token_url,
        access_token=None,
        jti=secrets.token_urlsafe(16),
        signer=signer,
        now=now,
    )
    form = urlencode({"grant_type": GRANT_TYPE, "assertion": assertion}).encode("ascii")
    grant = parse_grant(_ask("POST", token_url, headers={**FORM, "DPoP": proof}, body=form))
    proof = create_dpop_proof(
        method="GET",
        url=record_url,
        access_token=grant.access_token,
        jti=secrets.token_urlsafe(16),
        signer=signer,
        now=now,
    )
    headers = {"Authorization": f"DPoP {grant.access_token}", "DPoP": proof, "Accept": "application/json"}
    record = parse_record(_ask("GET", record_url, headers=headers))
    rows = _rows(record, labels=service.parameters.get("labels", {}))
    return Unlocked(
        title="Record opened",
        text=f"Read once from {service.parameters['authority_name']}, and kept only on this page.",
        rows=rows,
        outcome={"unlocked": "registry", "authority": authority, "attributes": sorted(record)},
    )


def _ask(method: str, url: str, *, headers: dict[str, str], body: bytes | None = None) -> dict[str, Any]:
    """The JSON that the authority answers with, or its refusal."""
    reply = door.request(method, url, headers=headers, body=body)
    try:
        answer = strict_json.loads_object(reply.body, floats=True)
    except MalformedInput as error:
        raise FetchFailed("The registry's answer could not be read.", detail=f"{reply.status}") from error
    if reply.status >= 500:
        raise FetchFailed("The registry does not answer.", detail=f"{reply.status}")
    if reply.status != 200:
        raise UnlockRefused("The registry does not open this record.", detail=str(answer.get("error"))[:60])
    return answer


def _rows(record: dict[str, Any], *, labels: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """The attributes as facts, in the order of the service's labels."""
    ordered = sorted(
        record, key=lambda name: (name not in labels, list(labels).index(name) if name in labels else 0)
    )
    return tuple(
        (labels.get(name, name.replace("_", " ").capitalize()), _text(record[name])) for name in ordered
    )


def _text(value: Any) -> str:
    if value is None or value == "":
        return "not recorded"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
