"""The inbox of a holder's key at an authority, and offers of what a notice says is ready."""

from typing import Final

from common.adapters.api.openapi.json_schema import URL, Component, object_of
from common.adapters.api.openapi.operation import JSON, Operation, OperationParameter, ResponseObject
from common.adapters.api.openapi.refusals import (
    NO_SUCH_ADDRESS,
    TOO_MANY,
    ErrorCode,
    oauth_refusals,
    refusals_at,
)
from common.adapters.api.openapi.security import HOLDER_REQUEST
from common.notices.messages import NoticeRefusedError
from common.notices.schema import NOTICES, inbox_operation
from issuer.api.schemas.addresses import AUTHORITY, ISSUER

OFFER_LINK: Final = Component("NoticeOffer", object_of({"credential_offer_uri": URL}))

INBOX: Final = inbox_operation(
    "read_authority_notices", "See what an authority has to tell the holder of a key", parameters=(AUTHORITY,)
)
OFFER: Final = Operation(
    id="request_notice_offer",
    summary="Get an offer of what a notice says is ready",
    clause="docs/notices.md, OpenID4VCI 1.0 §4.1",
    tag=NOTICES,
    parameters=(AUTHORITY, OperationParameter("id", "The notice's id.", "path")),
    security=((HOLDER_REQUEST,),),
    responses=(
        ResponseObject(
            200,
            "The link of the offer.",
            {JSON: OFFER_LINK},
            {"offer": {"credential_offer_uri": f"openid-credential-offer://?credential_offer_uri={ISSUER}"}},
        ),
        *refusals_at(
            404,
            oauth_refusals(
                NoticeRefusedError,
                ErrorCode("invalid_request", 404, "There is nothing to fetch here."),
                ErrorCode("invalid_grant", 404, "This document is not issued any more."),
                ErrorCode("record_not_found", 404, "The record is gone."),
                ErrorCode("record_withdrawn", 409, "The record does not support this document any more."),
                ErrorCode("card_withdrawn", 409, "This document is suspended."),
                ErrorCode("record_incomplete", 409, "The record lacks what this document says always."),
                TOO_MANY,
            ),
            NO_SUCH_ADDRESS,
        ),
    ),
)
