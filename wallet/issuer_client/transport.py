"""Requests to an issuer's or its authorization server's endpoints, whatever they answer."""

from collections.abc import Mapping
from typing import Any

from common.adapters.network import http
from common.did import Fetched
from common.encoding import strict_json
from common.errors import FetchError, SelloError
from common.oid4vci.errors import parse_error


class IssuerUnreachableError(SelloError):
    """The issuer does not answer."""

    code = "server_error"
    status = 502

    def __init__(self, error: SelloError) -> None:
        super().__init__(
            "The office that offers this cannot be reached at the moment. Try again in a few minutes.",
            detail=f"{error.public} {error.detail}",
        )


def send_request(
    method: str, url: str, *, headers: Mapping[str, str], body: bytes | None = None
) -> http.HttpReply:
    """One request, whatever the answer's status.

    Raises `IssuerUnreachableError` where there is no answer.
    """
    try:
        return http.request(method, url, headers=headers, body=body)
    except FetchError as error:
        raise IssuerUnreachableError(error) from error


def fetch_document(url: str, *, accept: str) -> Fetched:
    """A document at a well-known place, of the media type that was asked for or of another.

    Raises `IssuerUnreachableError`.
    """
    try:
        return http.fetch(url, accept=accept)
    except FetchError as error:
        raise IssuerUnreachableError(error) from error


def read_answer(reply: http.HttpReply) -> dict[str, Any]:
    """The JSON object of a success.

    Raises `IssuerResponseError` with the code of a refusal, `IssuerUnreachableError` for a failed server.
    """
    if reply.status >= 500:
        raise IssuerUnreachableError(FetchError("The issuer failed.", detail=str(reply.status)))
    body = strict_json.loads_object(reply.body, max_bytes=http.MAX_BYTES)
    if reply.status not in (200, 201, 202):
        raise parse_error(body, status=reply.status)
    return body
