"""SPDCI 1.0.0 over HTTP: one registry's endpoints, those that answer at once and those that answer later.

401, 403, 404 and the like are `HttpErrorResponse`. Else what is refused at once is `HttpErrorResponse` and
a signed header with `rjct`, with status 400; what is refused later is an acknowledgement `ERR`, with 200.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.parsers import FormParser
from rest_framework.request import Request
from rest_framework.response import Response

from common.adapters import exchange, exchange_tokens, rate_limit
from common.adapters.exchange import Received
from common.adapters.partners import Partner
from common.errors import SelloError
from common.exchange.acknowledgement import NACK, create_ack, create_http_error, create_refusal
from common.exchange.errors import ExchangeError
from common.exchange.header import REJECTED, SUCCEEDED, Header
from issuer.api.base import NO_STORE, ProtocolView, form_fields, utc_now
from issuer.services.registries import find_registry
from issuer.services.spdci import asking, documents, handling
from issuer.services.spdci.desks import NAMESPACE, Desk, desk, party_of, speaking

Now = Callable[..., dict[str, Any]]
Later = Callable[..., str]
# By address: the action of the request, that of the answer, and what is done.
AT_ONCE: Final[Mapping[str, tuple[str, str, Now]]] = {
    "sync/search": ("search", "on-search", handling.search_now),
    "sync/txn/status": ("txn-status", "txn-on-status", handling.status_now),
    "sync/disabled": ("search", "on-search", partial(handling.question_now, name="disabled")),
    "sync/enrolled": ("search", "on-search", partial(handling.question_now, name="enrolled")),
    "sync/get-disability-details": (
        "search", "on-search", partial(handling.details_now, name="details"),
    ),
    "sync/get-disability-support": (
        "search", "on-search", partial(handling.details_now, name="support"),
    ),
    "sync/enrollment/updates": ("notify", "on-notify", handling.updates_now),
}  # fmt: skip
LATER: Final[Mapping[str, tuple[str, Later]]] = {
    "search": ("search", handling.search_later),
    "subscribe": ("subscribe", handling.subscribe),
    "unsubscribe": ("unsubscribe", handling.unsubscribe),
    "txn/status": ("txn-status", handling.status_later),
}
# What registries elsewhere tell us, where a registry of ours stands for one of theirs.
TOLD: Final[Mapping[str, tuple[str, Callable[..., None]]]] = {
    "on-subscribe": ("on-subscribe", asking.subscribed),
    "on-unsubscribe": ("on-unsubscribe", asking.unsubscribed),
    "notify": ("notify", asking.notified),
}


class SpdciView(ProtocolView):
    """An endpoint whose errors are those of the texts; `endpoint` is its address below `/registry/`."""

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
        return exchange_tokens.bearer(request.headers.get("Authorization", ""), now=utc_now())


class AtOnce(SpdciView):
    """`/spdci/{registry}/registry/sync/…`."""

    @extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, registry: str) -> Response:
        action, answer_action, process = AT_ONCE[self.endpoint]
        found, partner, now = desk(registry), self.partner(request), utc_now()

        def work(received: Received) -> dict[str, Any]:
            message = process(found, received, now=now)
            count = received.header.total_count
            header = Header(
                exchange.new_message_id(),
                answer_action,
                status=SUCCEEDED,
                total_count=count,
                completed_count=count,
            )
            return exchange.reply(partner, NAMESPACE, header, message, party=found.party, now=now)

        try:
            body = exchange.handle(
                NAMESPACE, request.data, work, action=action, receiver_id=found.party.sender_id, now=now,
                bearer=partner,
            )  # fmt: skip
        except ExchangeError as error:
            if error.status != 400:
                raise
            return Response(_rejected(found, partner, answer_action, error), status=400, headers=NO_STORE)
        return Response(body, headers=NO_STORE)


class Afterwards(SpdciView):
    """`/spdci/{registry}/registry/…`: acknowledged now, answered at the partner's callback."""

    @extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, registry: str) -> Response:
        action, process = LATER[self.endpoint]
        found, partner, now = desk(registry), self.partner(request), utc_now()
        try:
            correlation_id = exchange.handle(
                NAMESPACE, request.data, lambda received: process(found, received, now=now), action=action,
                receiver_id=found.party.sender_id, now=now, bearer=partner,
            )  # fmt: skip
        except ExchangeError as error:
            if error.status not in (400, 404):
                raise
            refusal = create_refusal(error, correlation_id=exchange.new_message_id(), now=now)
            return Response(refusal, headers=NO_STORE)
        return Response(create_ack(correlation_id=correlation_id, now=now), headers=NO_STORE)


class Told(SpdciView):
    """`/spdci/{registry}/registry/on-subscribe`, `notify`, …: what a registry elsewhere tells ours."""

    @extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, registry: str) -> Response:
        action, process = TOLD[self.endpoint]
        try:
            found = find_registry(registry)
        except SelloError as error:
            raise ExchangeError("No registry listens here.", code="err.request.not_found") from error
        partner, now = self.partner(request), utc_now()
        try:
            exchange.handle(
                NAMESPACE, request.data, lambda received: process(found, received, now=now), action=action,
                receiver_id=party_of(found).sender_id, now=now, bearer=partner,
            )  # fmt: skip
        except ExchangeError as error:
            if error.status not in (400, 404):
                raise
            refusal = create_refusal(error, correlation_id=exchange.new_message_id(), now=now)
            return Response(refusal, headers=NO_STORE)
        ack = create_ack(correlation_id=exchange.new_message_id(), now=now, status=NACK)
        return Response(ack, headers=NO_STORE)


class ClientToken(SpdciView):
    """`/spdci/{registry}/oauth2/client/token` (RFC 6749 §4.4)."""

    parser_classes = [FormParser]

    @extend_schema(request={FormParser.media_type: OpenApiTypes.OBJECT}, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, registry: str) -> Response:
        rate_limit.check(request._request, "token")
        speaking(registry)
        fields = form_fields(request)
        if fields.get("grant_type") != ["client_credentials"]:
            raise ExchangeError("grant_type is client_credentials.")
        names = [fields.get(name, []) for name in ("client_id", "client_secret")]
        if any(len(values) != 1 for values in names):
            raise ExchangeError("client_id and client_secret stand once each.")
        [[client_id], [secret]] = names
        if "\0" in client_id:
            raise ExchangeError("This client is not known here.", code="err.request.unauthorized")
        return Response(exchange_tokens.grant(client_id, secret, now=utc_now()), headers=NO_STORE)


class Keys(SpdciView):
    """`/spdci/{registry}/.well-known/jwks.json`."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, registry: str) -> Response:
        return Response(
            documents.keys(party_of(speaking(registry))), headers={"Cache-Control": "max-age=300"}
        )


class Locations(SpdciView):
    """`/spdci/{registry}/.well-known/locations.json`."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, registry: str) -> Response:
        return Response(documents.locations(desk(registry), now=utc_now()))


def _rejected(found: Desk, partner: Partner, action: str, error: ExchangeError) -> dict[str, Any]:
    header = Header(
        exchange.new_message_id(), action, status=REJECTED, status_reason_code=error.reason,
        status_reason_message=error.public[:999], completed_count=0,
    )  # fmt: skip
    signed = exchange.reply(partner, NAMESPACE, header, None, party=found.party, now=utc_now())
    return {**create_http_error(error), **signed}


def _as_exchange_error(error: Exception) -> ExchangeError | None:
    if isinstance(error, ExchangeError):
        return error
    if isinstance(error, rate_limit.TooManyRequests):
        return ExchangeError(error.public, code="err.request.too_many_requests")
    if isinstance(error, SelloError) and error.status < 500:
        return ExchangeError(error.public, detail=error.detail)
    if isinstance(error, Http404):
        return ExchangeError("There is nothing here.", code="err.request.not_found")
    if isinstance(error, exceptions.APIException) and error.status_code < 500:
        return ExchangeError(str(error.detail))
    if isinstance(error, SelloError):
        return ExchangeError(error.public, code="err.service.unavailable", detail=error.detail)
    return None
