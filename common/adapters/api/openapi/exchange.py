"""What SPDCI and G2P Connect 1.0.0 share: header, signature, message; acknowledgements; tokens."""

from collections.abc import Mapping
from typing import Any, Final

from common.adapters.api.openapi.json_schema import (
    ANY_OBJECT,
    BOOLEAN,
    TEXT,
    WHOLE,
    Component,
    Part,
    array_of,
    enum_of,
    explained,
    object_of,
    one_of,
)
from common.adapters.api.openapi.operation import (
    FORM,
    JSON,
    Body,
    Operation,
    OperationParameter,
    ResponseObject,
)
from common.adapters.api.openapi.refusals import exchange_refusals
from common.adapters.api.openapi.security import PARTNER_SECRET, PARTNER_TOKEN
from common.exchange.acknowledgement import ACK, ERR, NACK
from common.exchange.header import STATUSES

MOMENT: Final = "2026-11-28T09:00:00.000+00:00"
_SHARED: Final[Mapping[str, Part]] = {
    "version": TEXT,
    "receiver_id": TEXT,
    "sender_uri": TEXT,
    "completed_count": WHOLE,
    "status_reason_code": TEXT,
    "status_reason_message": TEXT,
    "is_msg_encrypted": BOOLEAN,
    "meta": ANY_OBJECT,
}
_IDS: Final[Mapping[str, Part]] = {"message_id": TEXT, "message_ts": TEXT, "action": TEXT}
REQUEST_HEADER: Final = Component(
    "MsgHeader", object_of({**_IDS, "sender_id": TEXT, "total_count": WHOLE}, _SHARED)
)
CALLBACK_HEADER: Final = Component(
    "MsgCallbackHeader",
    object_of({**_IDS, "status": enum_of(*STATUSES)}, {**_SHARED, "sender_id": TEXT, "total_count": WHOLE}),
)
ACKNOWLEDGEMENT: Final = Component(
    "Acknowledgement",
    object_of(
        {
            "message": object_of(
                {"ack_status": enum_of(ACK, NACK, ERR), "timestamp": TEXT, "correlation_id": TEXT},
                {"error": object_of({"code": TEXT, "message": TEXT})},
            )
        }
    ),
)
PARTNER_TOKEN_REQUEST: Final = Component(
    "ClientCredentialsRequest",
    object_of({"grant_type": enum_of("client_credentials")}, {"client_id": TEXT, "client_secret": TEXT}),
)
PARTNER_TOKEN_RESPONSE: Final = Component(
    "ClientCredentialsResponse",
    object_of({"access_token": TEXT, "token_type": enum_of("bearer"), "expires_in": WHOLE}),
)
ACKNOWLEDGED: Final = ResponseObject(
    200,
    "`ACK`: taken in, an answer follows at the callback. `NACK`: taken in, none follows. `ERR`: not taken in,"
    " and why.",
    {JSON: ACKNOWLEDGEMENT},
    {
        "taken": {"message": {"ack_status": ACK, "timestamp": MOMENT, "correlation_id": "c-1"}},
        "refused": {
            "message": {
                "ack_status": ERR,
                "timestamp": MOMENT,
                "correlation_id": "c-1",
                "error": {"code": "err.request.bad", "message": "total_count is a whole number."},
            }
        },
    },
)
LATER_REFUSALS: Final = exchange_refusals(400, 401, 403, 404, 415, 429)
NOW_REFUSALS: Final = exchange_refusals(401, 403, 404, 415, 429)


def request_envelope(name: str, message: Part) -> Component:
    """A request's envelope around its message."""
    return Component(
        name,
        object_of({"header": REQUEST_HEADER, "message": message}, {"signature": explained(TEXT, SIGNED)}),
    )


def answer_envelope(name: str, message: Part) -> Component:
    """An answer's envelope; one that only says why there is no message has none."""
    return Component(
        name,
        object_of({"header": CALLBACK_HEADER}, {"signature": explained(TEXT, SIGNED), "message": message}),
    )


SIGNED: Final = "HTTP Signature parameters over the message (docs/exchange.md)."


def example_envelope(action: str, message: Mapping[str, Any], *, status: str = "") -> dict[str, Any]:
    """An example: a message in its envelope."""
    header = {"version": "1.0.0", "message_id": "m-1", "message_ts": MOMENT, "action": action}
    said = {"status": status} if status else {"sender_id": "social-protection.example", "total_count": 1}
    return {
        "signature": 'Signature: namespace="…", kidId="…", signature="…"',
        "header": {**header, **said},
        "message": dict(message),
    }


def refused_at_once(answer: Component) -> ResponseObject:
    """A message that is refused at once: the errors, and a signed header with `rjct`."""
    [refusal] = exchange_refusals(400)
    return ResponseObject(
        400,
        "Refused: `errors`, and where the sender is known a signed header with `rjct`.",
        {JSON: one_of(*refusal.contents.values(), answer)},
        refusal.examples,
    )


def token_operation(
    id: str, *, tag: str, path_parameters: tuple[OperationParameter, ...] = (), known: bool = True
) -> Operation:
    """The token endpoint for partners."""
    return Operation(
        id=id,
        summary="Get an access token for a partner's secret",
        clause="RFC 6749 §4.4",
        tag=tag,
        parameters=path_parameters,
        security=((PARTNER_SECRET,), ()),
        body=Body(
            {FORM: PARTNER_TOKEN_REQUEST},
            {"form": {"grant_type": "client_credentials", "client_id": "partner", "client_secret": "s3cr3t"}},
        ),
        responses=(
            ResponseObject(
                200,
                "The token.",
                {JSON: PARTNER_TOKEN_RESPONSE},
                {"token": {"access_token": "eyJzdWIi…", "token_type": "bearer", "expires_in": 3600}},
            ),
            *exchange_refusals(400, 401, *((404,) if path_parameters else ()), 415, 429),
        ),
    )


PARTNER: Final = ((PARTNER_TOKEN,),)
ITEMS: Final = array_of(ANY_OBJECT, minItems=1)
