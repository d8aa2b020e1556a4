"""What an inbox says of itself in OpenAPI; each party mounts it under its own name."""

from typing import Final

from common.adapters.api.openapi.json_schema import Component, array_of, component_of, object_of
from common.adapters.api.openapi.operation import JSON, Operation, OperationParameter, ResponseObject
from common.adapters.api.openapi.refusals import NO_SUCH_ADDRESS, TOO_MANY, oauth_refusals
from common.adapters.api.openapi.security import HOLDER_REQUEST
from common.notices.messages import InboxNotice, NoticeRefusedError

NOTICES: Final = "notices"
INBOX: Final = Component("Inbox", object_of({"notices": array_of(component_of(InboxNotice))}))
A_NOTICE: Final = {
    "id": "9f2c…",
    "kind": "credential_revoked",
    "at": "2026-11-28T09:00:00Z",
    "language": "en",
    "direction": "ltr",
    "title": "A document was withdrawn",
    "text": "Your document is not valid any more.",
    "note": "",
    "read": False,
    "sender": "Civil Registry",
    "offered": False,
}


def inbox_operation(id: str, summary: str, *, parameters: tuple[OperationParameter, ...] = ()) -> Operation:
    """The operation of one party's inbox."""
    return Operation(
        id=id,
        summary=summary,
        clause="docs/notices.md",
        tag=NOTICES,
        parameters=parameters,
        security=((HOLDER_REQUEST,),),
        responses=(
            ResponseObject(
                200, "The notices, newest first.", {JSON: INBOX}, {"one": {"notices": [A_NOTICE]}}
            ),
            *((NO_SUCH_ADDRESS,) if parameters else ()),
            *oauth_refusals(NoticeRefusedError, TOO_MANY),
        ),
    )
