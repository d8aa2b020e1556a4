"""Endpoints of SPDCI and G2P Connect: their errors, their tokens, and how they answer a message.

401, 403, 404 and the like are `HttpErrorResponse`. Else what is refused at once is `HttpErrorResponse` and
a signed header with `rjct`, with status 400; what is refused later is an acknowledgement `ERR`, with 200.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.http import Http404
from django.utils import timezone
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.adapters.api.rest import authorization
from common.adapters.error_log import log_error
from common.adapters.exchange import messages, tokens
from common.adapters.exchange.messages import Party, ReceivedMessage
from common.adapters.exchange.partners import Partner
from common.adapters.limits import rate_limit
from common.errors import MalformedInputError, SelloError
from common.exchange.acknowledgement import ACK, create_ack, create_http_error, create_refusal
from common.exchange.errors import MAX_SENTENCE, ExchangeError
from common.exchange.header import REJECTED, SUCCEEDED, Header

NO_STORE = {"Cache-Control": "no-store"}
log = logging.getLogger("sello.exchange")


class ExchangeView(APIView):
    """An endpoint whose errors are those of the texts; `endpoint` is its address, below its party's."""

    namespace: ClassVar[str]
    endpoint = ""
    challenge: ClassVar[str] = "Bearer"

    def handle_exception(self, exc: Exception) -> Response:
        """`HttpErrorResponse`; what nobody foresaw goes its way."""
        error = _as_exchange_error(exc)
        if error is None:
            return super().handle_exception(exc)
        log_error(log, error)
        status, headers = error.status, dict(NO_STORE)
        if isinstance(exc, exceptions.APIException) and exc.status_code < 500:
            status = exc.status_code  # 405, 406, 415: what HTTP itself says
        if isinstance(exc, exceptions.MethodNotAllowed):
            headers["Allow"] = ", ".join(self.allowed_methods)
        if status == 401:
            headers["WWW-Authenticate"] = self.challenge
        return Response(create_http_error(error), status=status, headers=headers)

    def partner(self, request: Request) -> Partner:
        """Whose access token came along."""
        rate_limit.check_rate(request._request, "credential")
        return tokens.bearer(*authorization(request), now=timezone.now())

    def answer(
        self,
        request: Request,
        work: Callable[[ReceivedMessage, datetime], Mapping[str, Any]],
        *,
        action: str | tuple[str, ...],
        answer: str,
        party: Party,
    ) -> Response:
        """Answer a message at once: `work` makes what an `answer` action says."""
        partner, now = self.partner(request), timezone.now()

        def written(header: Header, message: Mapping[str, Any] | None) -> dict[str, Any]:
            return messages.reply_to_message(partner, self.namespace, header, message, party=party, now=now)

        def done(received: ReceivedMessage) -> dict[str, Any]:
            message, count = work(received, now), received.header.total_count
            header = Header(
                messages.new_message_id(), answer, status=SUCCEEDED, total_count=count, completed_count=count
            )
            return written(header, message)

        try:
            body = messages.handle_message(
                self.namespace, _body(request), done, action=action, receiver_id=party.sender_id, now=now,
                bearer=partner,
            )  # fmt: skip
        except ExchangeError as error:
            if error.status != 400:
                raise
            log_error(log, error)
            header = Header(
                messages.new_message_id(), answer, status=REJECTED, completed_count=0,
                status_reason_code=error.reason, status_reason_message=error.public[:MAX_SENTENCE],
            )  # fmt: skip
            refusal = {**create_http_error(error), **written(header, None)}
            return Response(refusal, status=400, headers=NO_STORE)
        return Response(body, headers=NO_STORE)

    def acknowledge(
        self,
        request: Request,
        work: Callable[[ReceivedMessage, datetime], str | None],
        *,
        action: str | tuple[str, ...],
        party: Party,
        status: str = ACK,
    ) -> Response:
        """Take a message in; `work` gives the correlation_id of the answer, where one will follow."""
        partner, now = self.partner(request), timezone.now()
        try:
            found = messages.handle_message(
                self.namespace, _body(request), lambda received: work(received, now), action=action,
                receiver_id=party.sender_id, now=now, bearer=partner,
            )  # fmt: skip
        except ExchangeError as error:
            if error.status not in (400, 404):
                raise
            log_error(log, error)
            body = create_refusal(error, correlation_id=messages.new_message_id(), now=now)
        else:
            body = create_ack(correlation_id=found or messages.new_message_id(), now=now, status=status)
        return Response(body, headers=NO_STORE)

    def grant_token(self, request: Request) -> Response:
        """An access token for a partner's secret (RFC 6749 §4.4), by HTTP Basic or in the form."""
        data: Any = request.data
        fields = {name: data.getlist(name) for name in data}
        if fields.get("grant_type") != ["client_credentials"]:
            raise ExchangeError("grant_type is client_credentials.")
        names = [fields.get(name, []) for name in ("client_id", "client_secret")]
        scheme, token = authorization(request)
        if scheme == "basic":
            client_id, secret = tokens.basic_credentials(token)
            if names[0] not in ([], [client_id]) or names[1] not in ([], [secret]):
                raise ExchangeError("The form names another client than the Authorization header.")
        elif any(len(values) != 1 for values in names):
            raise ExchangeError("client_id and client_secret stand once each, or as HTTP Basic.")
        else:
            [[client_id], [secret]] = names
        if "\0" in client_id:
            raise ExchangeError("This client is not known here.", code="err.request.unauthorized")
        return Response(tokens.grant(client_id, secret, now=timezone.now()), headers=NO_STORE)


class NotHere(ExchangeView):
    """Every other address below a party's: nothing, said as these texts say it."""

    namespace = ""
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Before it matters by which method it was asked."""
        raise ExchangeError("There is nothing at this address.", code="err.request.not_found")


def _body(request: Request) -> Any:
    """What came; bytes that are no message are refused as a message is that says the wrong things."""
    try:
        return request.data
    except MalformedInputError as error:
        raise ExchangeError(error.public, detail=error.detail) from error


def _as_exchange_error(error: Exception) -> ExchangeError | None:
    if isinstance(error, ExchangeError):
        return error
    if isinstance(error, rate_limit.TooManyRequestsError):
        return ExchangeError(error.public, code="err.request.too_many_requests", detail=error.detail)
    if isinstance(error, SelloError):
        code = "err.request.bad" if error.status < 500 else "err.service.unavailable"
        return ExchangeError(error.public, code=code, detail=error.detail)
    if isinstance(error, Http404):
        return ExchangeError("There is nothing here.", code="err.request.not_found")
    if isinstance(error, exceptions.APIException) and error.status_code < 500:
        return ExchangeError(str(error.detail))
    return None
