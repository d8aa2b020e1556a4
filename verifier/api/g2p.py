"""G2P Connect 1.0.0 over HTTP: what answers at once, what is answered later, and what we are told."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe
from rest_framework.parsers import FormParser
from rest_framework.request import Request
from rest_framework.response import Response

from common.adapters.api.openapi.operation import described
from common.adapters.exchange import messages
from common.adapters.exchange.endpoints import ExchangeView
from common.adapters.exchange.messages import ReceivedMessage
from common.adapters.limits import rate_limit
from common.adapters.network.published import published
from common.exchange.acknowledgement import NACK
from common.payments.g2p import actions
from common.payments.g2p.actions import NAMESPACE, Endpoint
from verifier.api.schemas import g2p_connect as schema
from verifier.identity import organisation
from verifier.payments.g2p import disbursements, mapper_requests
from verifier.payments.g2p.callbacks import schedule_callback
from verifier.payments.gateways.g2p_connect import confirmations

Process = Callable[[ReceivedMessage, str, datetime], Mapping[str, Any]]  # what was asked, correlation_id, now


def _disburse(received: ReceivedMessage, correlation_id: str, now: datetime) -> Mapping[str, Any]:
    return disbursements.receive_disbursements(received, correlation_id=correlation_id, now=now)


def _map(received: ReceivedMessage, correlation_id: str, now: datetime, *, verb: str) -> Mapping[str, Any]:
    return mapper_requests.receive_mapper_request(received, verb, correlation_id=correlation_id, now=now)


def _search(received: ReceivedMessage, correlation_id: str, now: datetime) -> Mapping[str, Any]:
    return disbursements.search_disbursements(received, now=now)


def _payment_status(received: ReceivedMessage, correlation_id: str, now: datetime) -> Mapping[str, Any]:
    return disbursements.disbursement_status(received, now=now)


def _mapping_status(received: ReceivedMessage, correlation_id: str, now: datetime) -> Mapping[str, Any]:
    return mapper_requests.mapping_status(received, now=now)


_SYNC: Final[tuple[tuple[Endpoint, Process], ...]] = (
    (actions.SYNC_DISBURSE, _disburse),
    (actions.SYNC_SEARCH, _search),
    (actions.SYNC_DISBURSE_STATUS, _payment_status),
    (actions.SYNC_MAPPER_STATUS, _mapping_status),
    *((endpoint, partial(_map, verb=verb)) for verb, endpoint in actions.SYNC_MAPPER.items()),
)
_ASYNC: Final[tuple[tuple[Endpoint, Process], ...]] = (
    (actions.DISBURSE, _disburse),
    (actions.SEARCH, _search),
    (actions.DISBURSE_STATUS, _payment_status),
    (actions.MAPPER_STATUS, _mapping_status),
    *((endpoint, partial(_map, verb=verb)) for verb, endpoint in actions.MAPPER.items()),
)
SYNC: Final = {endpoint.path: (endpoint, process) for endpoint, process in _SYNC}
ASYNC: Final = {endpoint.path: (endpoint, process) for endpoint, process in _ASYNC}
CALLBACKS: Final[
    Mapping[str, tuple[Endpoint, Callable[[ReceivedMessage], None]]]
] = {  # by gateways that pay for us
    actions.DISBURSE.callback: (actions.DISBURSE, confirmations.on_disburse),
    actions.DISBURSE_STATUS.callback: (actions.DISBURSE_STATUS, confirmations.on_status),
}


class G2PView(ExchangeView):
    """An endpoint of G2P Connect; `endpoint` is its path below `/g2p/`."""

    namespace = NAMESPACE


@described(post=schema.AT_ONCE)
class G2PSyncEndpoint(G2PView):
    """`/g2p/disburse/sync/…`, `/g2p/mapper/sync/…`."""

    def post(self, request: Request) -> Response:
        endpoint, process = SYNC[self.endpoint]
        return self.answer(
            request,
            lambda received, now: process(received, messages.new_message_id(), now),
            action=endpoint.requests,
            answer=endpoint.answer,
            party=organisation.party(),
        )


@described(post=schema.LATER)
class G2PAsyncEndpoint(G2PView):
    """`/g2p/disburse`, `/g2p/mapper/…`: acknowledged now, answered at the partner's callback."""

    def post(self, request: Request) -> Response:
        endpoint, process = ASYNC[self.endpoint]

        def work(received: ReceivedMessage, now: datetime) -> str:
            correlation_id = messages.new_message_id()
            message = process(received, correlation_id, now)
            payments = endpoint is actions.DISBURSE
            schedule_callback(
                received, endpoint, message, correlation_id=correlation_id, now=now, payments=payments
            )
            return correlation_id

        return self.acknowledge(request, work, action=endpoint.requests, party=organisation.party())


@described(post=schema.TOLD)
class G2PCallbackEndpoint(G2PView):
    """`/g2p/on-disburse`, `/g2p/disburse/txn/on-status`: what a gateway says of its payments."""

    def post(self, request: Request) -> Response:
        endpoint, process = CALLBACKS[self.endpoint]
        return self.acknowledge(
            request,
            lambda received, now: process(received),
            action=endpoint.answers,
            party=organisation.party(),
            status=NACK,
        )


@described(post=schema.TOKEN)
class G2PClientToken(G2PView):
    """`/g2p/oauth2/client/token` (RFC 6749 §4.4)."""

    parser_classes = [FormParser]
    challenge = 'Basic realm="client"'

    def post(self, request: Request) -> Response:
        rate_limit.check_rate(request._request, "token")
        return self.grant_token(request)


@published
@require_safe
def g2p_keys(request: HttpRequest) -> JsonResponse:
    """The key under which this verifier speaks to organisations that pay."""
    return JsonResponse(organisation.key_set(), headers={"Cache-Control": "public, max-age=300"})
