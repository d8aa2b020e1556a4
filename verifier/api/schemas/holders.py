"""What a holder's key may ask the verifier's services: notices, and what became of payments."""

from typing import Final

from common.adapters.api.openapi.json_schema import Component, array_of, component_of, object_of
from common.adapters.api.openapi.operation import JSON, Operation, ResponseObject
from common.adapters.api.openapi.refusals import TOO_MANY, ErrorCode, oauth_refusals
from common.adapters.api.openapi.security import HOLDER_REQUEST
from common.notices.schema import inbox_operation
from common.payments.log import PaymentEntry
from common.registries.record_access.grant import InvalidAccessTokenError

INBOX: Final = inbox_operation(
    "read_service_notices", "See what the services have to tell the holder of a key"
)
PAYMENTS: Final = Component("PaymentLog", object_of({"payments": array_of(component_of(PaymentEntry))}))
PAYMENT_LOG: Final = Operation(
    id="read_payment_log",
    summary="See what became of the payments that one's key signed",
    clause="docs/payments.md",
    tag="payments",
    security=((HOLDER_REQUEST,),),
    responses=(
        ResponseObject(
            200,
            "The payments, newest first; never where the money went.",
            {JSON: PAYMENTS},
            {
                "one": {
                    "payments": [
                        {
                            "reference": "WID-2026-aB3",
                            "amount": "120.00",
                            "currency": "USD",
                            "programme": "Widows' pension",
                            "state": "settled",
                            "at": "2026-11-28T09:00:00Z",
                            "changed_at": "2026-11-28T10:00:00Z",
                            "payer": "Pension agency",
                        }
                    ]
                }
            },
        ),
        *oauth_refusals(
            InvalidAccessTokenError,
            ErrorCode("invalid_request", 401, "The request was made before."),
            ErrorCode(
                "invalid_grant",
                401,
                "The request is not signed for this address, too old, or was made before.",
            ),
            TOO_MANY,
        ),
    ),
)
