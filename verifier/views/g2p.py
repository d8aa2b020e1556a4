"""G2P Connect 1.0.0 over HTTP: what answers at once, what is answered later, and what we are told.

As at the registries (SPDCI): 401, 403, 404 and the like are `HttpErrorResponse`; a request refused at once
is answered by a signed header with `rjct` and status 400, one refused later by an acknowledgement `ERR`.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

from django.http import Http404, HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.parsers import FormParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.adapters import exchange, exchange_tokens, rate_limit
from common.adapters.exchange import Received
from common.adapters.partners import Partner
from common.adapters.published import published
from common.errors import SelloError
from common.exchange.acknowledgement import NACK, create_ack, create_http_error, create_refusal
from common.exchange.errors import ExchangeError
from common.exchange.header import REJECTED, SUCCEEDED, Header
from common.payments.g2p import actions
from common.payments.g2p.actions import NAMESPACE, Endpoint
from verifier.services import organisation
from verifier.services.g2p import confirmations, disbursing, mapping_requests
from verifier.services.g2p.owing import owe

NO_STORE = {"Cache-Control": "no-store"}
Process = Callable[[Received, str, datetime], Mapping[str, Any]]  # what was asked, correlation_id, now


def _disburse(received: Received, correlation_id: str, now: datetime) -> Mapping[str, Any]:
    return disbursing.take_in(received, correlation_id=correlation_id, now=now)


def _map(received: Received, correlation_id: str, now: datetime, *, verb: str) -> Mapping[str, Any]:
    return mapping_requests.take_in(received, verb, correlation_id=correlation_id, now=now)


def _search(received: Received, correlation_id: str, now: datetime) -> Mapping[str, Any]:
    return disbursing.search(received, now=now)


def _payment_status(received: Received, correlation_id: str, now: datetime) -> Mapping[str, Any]:
    return disbursing.transaction_status(received, now=now)


def _mapping_status(received: Received, correlation_id: str, now: datetime) -> Mapping[str, Any]:
    return mapping_requests.transaction_status(received, now=now)


_AT_ONCE: Final[tuple[tuple[Endpoint, Process], ...]] = (
    (actions.SYNC_DISBURSE, _disburse),
    (actions.SYNC_SEARCH, _search),
    (actions.SYNC_DISBURSE_STATUS, _payment_status),
    (actions.SYNC_MAPPER_STATUS, _mapping_status),
    *((endpoint, partial(_map, verb=verb)) for verb, endpoint in actions.SYNC_MAPPER.items()),
)
_LATER: Final[tuple[tuple[Endpoint, Process], ...]] = (
    (actions.DISBURSE, _disburse),
    (actions.SEARCH, _search),
    (actions.DISBURSE_STATUS, _payment_status),
    (actions.MAPPER_STATUS, _mapping_status),
    *((endpoint, partial(_map, verb=verb)) for verb, endpoint in actions.MAPPER.items()),
)
AT_ONCE: Final = {endpoint.path: (endpoint, process) for endpoint, process in _AT_ONCE}
LATER: Final = {endpoint.path: (endpoint, process) for endpoint, process in _LATER}
TOLD: Final[Mapping[str, tuple[Endpoint, Callable[[Received], None]]]] = {  # by gateways that pay for us
    actions.DISBURSE.callback: (actions.DISBURSE, confirmations.on_disburse),
    actions.DISBURSE_STATUS.callback: (actions.DISBURSE_STATUS, confirmations.on_status),
}


class G2PView(APIView):
    """An endpoint whose errors are those of the texts; `endpoint` is its path below `/g2p/`."""

    endpoint = ""

    def handle_exception(self, exc: Exception) -> Response:
        """`HttpErrorResponse`; what nobody foresaw goes its way."""
        error = _as_exchange_error(exc)
        if error is None:
            return super().handle_exception(exc)
        return Response(create_http_error(error), status=error.status, headers=NO_STORE)

    def partner(self, request: Request) -> Partner:
        """Whose access token came along."""
        rate_limit.check(request._request, "credential")
        return exchange_tokens.bearer(request.headers.get("Authorization", ""), now=timezone.now())


class AtOnce(G2PView):
    """`/g2p/disburse/sync/…`, `/g2p/mapper/sync/…`."""

    @extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        endpoint, process = AT_ONCE[self.endpoint]
        partner, now = self.partner(request), timezone.now()

        def work(received: Received) -> dict[str, Any]:
            message = process(received, exchange.new_message_id(), now)
            count = received.header.total_count
            header = Header(
                exchange.new_message_id(),
                endpoint.answer,
                status=SUCCEEDED,
                total_count=count,
                completed_count=count,
            )
            return _signed(partner, header, message, now=now)

        try:
            body = _take(request, partner, endpoint.requests, work, now=now)
        except ExchangeError as error:
            if error.status != 400:
                raise
            header = Header(
                exchange.new_message_id(), endpoint.answer, status=REJECTED, completed_count=0,
                status_reason_code=error.reason, status_reason_message=error.public[:999],
            )  # fmt: skip
            refusal = _signed(partner, header, None, now=now)
            return Response({**create_http_error(error), **refusal}, status=400, headers=NO_STORE)
        return Response(body, headers=NO_STORE)


class Afterwards(G2PView):
    """`/g2p/disburse`, `/g2p/mapper/…`: acknowledged now, answered at the partner's callback."""

    @extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        endpoint, process = LATER[self.endpoint]
        partner, now = self.partner(request), timezone.now()
        correlation_id = exchange.new_message_id()

        def work(received: Received) -> None:
            message = process(received, correlation_id, now)
            # An answer about payments is written when they have ended.
            known = None if endpoint is actions.DISBURSE else message
            owe(received, endpoint, known, correlation_id=correlation_id, now=now)

        try:
            _take(request, partner, endpoint.requests, work, now=now)
        except ExchangeError as error:
            return _refused(error, now=now)
        return Response(create_ack(correlation_id=correlation_id, now=now), headers=NO_STORE)


class Told(G2PView):
    """`/g2p/on-disburse`, `/g2p/disburse/txn/on-status`: what a gateway says of payments of ours."""

    @extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        endpoint, process = TOLD[self.endpoint]
        partner, now = self.partner(request), timezone.now()
        try:
            _take(request, partner, endpoint.answers, process, now=now)
        except ExchangeError as error:
            return _refused(error, now=now)
        ack = create_ack(correlation_id=exchange.new_message_id(), now=now, status=NACK)
        return Response(ack, headers=NO_STORE)


class ClientToken(G2PView):
    """`/g2p/oauth2/client/token` (RFC 6749 §4.4)."""

    parser_classes = [FormParser]

    @extend_schema(request={FormParser.media_type: OpenApiTypes.OBJECT}, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        rate_limit.check(request._request, "token")
        data: Any = request.data
        fields = {name: data.getlist(name) for name in data}
        if fields.get("grant_type") != ["client_credentials"]:
            raise ExchangeError("grant_type is client_credentials.")
        names = [fields.get(name, []) for name in ("client_id", "client_secret")]
        if any(len(values) != 1 for values in names):
            raise ExchangeError("client_id and client_secret stand once each.")
        [[client_id], [secret]] = names
        if "\0" in client_id:
            raise ExchangeError("This client is not known here.", code="err.request.unauthorized")
        return Response(exchange_tokens.grant(client_id, secret, now=timezone.now()), headers=NO_STORE)


@published
@require_safe
def keys(request: HttpRequest) -> JsonResponse:
    """The key under which this house speaks to organisations that pay."""
    return JsonResponse(organisation.key_set(), headers={"Cache-Control": "public, max-age=300"})


def _take(
    request: Request,
    partner: Partner,
    called: tuple[str, ...],
    work: Callable[[Received], Any],
    *,
    now: datetime,
) -> Any:
    """Receive a message of the token's partner and do what it asks, both or neither."""
    return exchange.handle(
        NAMESPACE,
        request.data,
        work,
        action=called,
        receiver_id=organisation.sender_id(),
        now=now,
        bearer=partner,
    )


def _signed(
    partner: Partner, header: Header, message: Mapping[str, Any] | None, *, now: datetime
) -> dict[str, Any]:
    return exchange.reply(partner, NAMESPACE, header, message, party=organisation.party(), now=now)


def _refused(error: ExchangeError, *, now: datetime) -> Response:
    if error.status not in (400, 404):
        raise error
    refusal = create_refusal(error, correlation_id=exchange.new_message_id(), now=now)
    return Response(refusal, headers=NO_STORE)


def _as_exchange_error(error: Exception) -> ExchangeError | None:
    if isinstance(error, ExchangeError):
        return error
    if isinstance(error, rate_limit.TooManyRequests):
        return ExchangeError(error.public, code="err.request.too_many_requests")
    if isinstance(error, Http404):
        return ExchangeError("There is nothing here.", code="err.request.not_found")
    if isinstance(error, SelloError):
        code = "err.request.bad" if error.status < 500 else "err.service.unavailable"
        return ExchangeError(error.public, code=code, detail=error.detail)
    if isinstance(error, exceptions.APIException) and error.status_code < 500:
        return ExchangeError(str(error.detail))
    return None
