"""SPDCI 1.0.0: one registry's endpoints, by address."""

from collections.abc import Mapping
from typing import Any, Final

from common.adapters.api.openapi.exchange import (
    ACKNOWLEDGED,
    LATER_REFUSALS,
    MOMENT,
    NOW_REFUSALS,
    PARTNER,
    example_envelope,
    refused_at_once,
    token_operation,
)
from common.adapters.api.openapi.json_schema import Component
from common.adapters.api.openapi.operation import JSON, Body, Operation, ResponseObject
from common.adapters.api.openapi.refusals import exchange_refusals
from common.exchange.header import SUCCEEDED
from issuer.api.schemas import spdci_messages as m
from issuer.api.schemas.addresses import REGISTRY

SPDCI: Final = "spdci"
PATH: Final = "/spdci/{registry}/registry/"


def _spdci(
    address: str,
    summary: str,
    request: Component,
    said: Mapping[str, Any],
    responses: tuple[ResponseObject, ...],
) -> Operation:
    return Operation(
        id=f"spdci_{address.replace('/', '_').replace('-', '_')}",
        summary=summary,
        clause=f"SPDCI 1.0.0, registry/{address}",
        tag=SPDCI,
        path=f"{PATH}{address}",
        parameters=(REGISTRY,),
        security=PARTNER,
        body=Body({JSON: request}, {"request": said}),
        responses=responses,
    )


def _at_once(
    address: str,
    summary: str,
    messages: tuple[Component, Component],
    examples: tuple[Mapping[str, Any], Mapping[str, Any]],
    *,
    action: str = "search",
) -> Operation:
    """An address that answers with a message; `messages` and `examples` are of request and answer."""
    (request, answer), (asked, said) = messages, examples
    answered = {"answer": example_envelope(f"on-{action}", said, status=SUCCEEDED)}
    responses = (
        ResponseObject(200, "The signed answer.", {JSON: answer}, answered),
        refused_at_once(answer),
        *NOW_REFUSALS,
    )
    return _spdci(address, summary, request, example_envelope(action, asked), responses)


def _later(
    address: str, summary: str, request: Component, action: str, example: Mapping[str, Any]
) -> Operation:
    """An address that acknowledges; the answer follows at the partner's."""
    callback = "txn/on-status" if action == "txn-status" else f"on-{action}"
    told = f"{summary}, answered at registry/{callback}"
    return _spdci(address, told, request, example_envelope(action, example), (ACKNOWLEDGED, *LATER_REFUSALS))


def _told(
    address: str, summary: str, message: Component, example: Mapping[str, Any], *, status: str = ""
) -> Operation:
    """An address at which a registry elsewhere answers, or tells."""
    envelope = example_envelope(address, example, status=status)
    return _spdci(address, summary, message, envelope, (ACKNOWLEDGED, *LATER_REFUSALS))


A_DISABILITY: Final = {"transaction_id": "t-1", "disabled_criteria": m.A_QUESTION}
AT_ONCE: Final = (
    _at_once("sync/search", "Search records", (m.SEARCH, m.FOUND), (m.A_SEARCH, m.A_FIND)),
    _at_once(
        "sync/txn/status", "Ask what became of a request", (m.STATUS, m.STATUS_FOUND),
        (m.A_STATUS, m.A_STATE),
        action="txn-status",
    ),
    _at_once(
        "sync/disabled", "Ask whether a person is registered as disabled", (m.DISABLED, m.IS_DISABLED),
        (A_DISABILITY, m.DISABLED_YES),
    ),
    _at_once(
        "sync/enrolled", "Ask whether a person is enrolled", (m.ENROLLED, m.IS_ENROLLED),
        ({"transaction_id": "t-1", "enrolled_criteria": m.A_QUESTION}, m.A_YES),
    ),
    _at_once(
        "sync/get-disability-details", "Read details of a disability", (m.DISABLED, m.FOUND),
        (A_DISABILITY, m.A_FIND),
    ),
    _at_once(
        "sync/get-disability-support", "Read support for a disability", (m.DISABLED, m.FOUND),
        (A_DISABILITY, m.A_FIND),
    ),
    _at_once(
        "sync/enrollment/updates", "Change enrolments, which is refused", (m.UPDATES, m.IS_ENROLLED),
        ({"transaction_id": "t-1"}, m.A_REFUSED_UPDATE), action="notify",
    ),
)  # fmt: skip
LATER: Final = (
    _later("search", "Search records", m.SEARCH, "search", m.A_SEARCH),
    _later("subscribe", "Subscribe to changes", m.SUBSCRIBE, "subscribe", m.A_SUBSCRIPTION),
    _later("unsubscribe", "End subscriptions", m.UNSUBSCRIBE, "unsubscribe", m.AN_END),
    _later("txn/status", "Ask what became of a request", m.STATUS, "txn-status", m.A_STATUS),
)
TOLD: Final = (
    _told(
        "on-subscribe",
        "Say under which codes a subscription stands",
        m.SUBSCRIBED,
        {
            "transaction_id": "t-3",
            "subscribe_response": [{**m.AN_ANSWER, "subscriptions": [{"code": "s-1"}]}],
        },
        status=SUCCEEDED,
    ),
    _told(
        "on-unsubscribe",
        "Say that subscriptions have ended",
        m.UNSUBSCRIBED,
        {"transaction_id": "t-4", "status": SUCCEEDED},
        status=SUCCEEDED,
    ),
    _told("notify", "Tell that records changed", m.NOTIFY, m.AN_EVENT),
)
TOKEN: Final = token_operation("spdci_client_token", tag=SPDCI, path_parameters=(REGISTRY,))
GET_KEYS: Final = Operation(
    id="spdci_jwks",
    summary="Read the key with which the registry signs",
    clause="SPDCI 1.0.0, .well-known/jwks.json; RFC 7517 §5",
    tag=SPDCI,
    parameters=(REGISTRY,),
    responses=(
        ResponseObject(
            200,
            "The keys.",
            {JSON: m.KEYS},
            {"one": {"keys": [{"kty": "EC", "crv": "P-256", "kid": "6B…"}]}},
        ),
        *exchange_refusals(404),
    ),
)
GET_LOCATIONS: Final = Operation(
    id="spdci_locations",
    summary="Read the places that the registry knows",
    clause="SPDCI 1.0.0, .well-known/locations.json",
    tag=SPDCI,
    parameters=(REGISTRY,),
    responses=(
        ResponseObject(
            200,
            "The places.",
            {JSON: m.LOCATIONS},
            {
                "one": {
                    "@context": {"@context": "http://spdci.org/"},
                    "@type": "LocationHierarchy",
                    "last_updated": MOMENT,
                    "locations": [{"id": "births:Wayra", "name": "Wayra"}],
                }
            },
        ),
        *exchange_refusals(404),
    ),
)
