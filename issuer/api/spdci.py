"""SPDCI 1.0.0 over HTTP: one registry's endpoints, those that answer at once and those that answer later."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from rest_framework.parsers import FormParser
from rest_framework.request import Request
from rest_framework.response import Response

from common.adapters.api.openapi.operation import described
from common.adapters.exchange.endpoints import ExchangeView
from common.adapters.limits import rate_limit
from common.errors import SelloError
from common.exchange.acknowledgement import NACK
from common.exchange.errors import ExchangeError
from issuer.api.base import ProtocolView, utc_now
from issuer.api.schemas import spdci as schema
from issuer.registries.connectors.spdci.mapping import NAMESPACE, registry_party
from issuer.registries.store import find_registry
from issuer.spdci import published_documents, remote_subscriptions, request_handlers
from issuer.spdci.served_registry import served_registry, spdci_registry

Now = Callable[..., dict[str, Any]]
Later = Callable[..., str]
Telling = Callable[..., None]
# By address: the action of the request, that of the answer, and what is done.
SYNC: Final[Mapping[str, tuple[str, str, Now]]] = {
    "sync/search": ("search", "on-search", request_handlers.search_now),
    "sync/txn/status": ("txn-status", "txn-on-status", request_handlers.status_now),
    "sync/disabled": ("search", "on-search", partial(request_handlers.question_now, name="disabled")),
    "sync/enrolled": ("search", "on-search", partial(request_handlers.question_now, name="enrolled")),
    "sync/get-disability-details": (
        "search", "on-search", partial(request_handlers.details_now, name="details"),
    ),
    "sync/get-disability-support": (
        "search", "on-search", partial(request_handlers.details_now, name="support"),
    ),
    "sync/enrollment/updates": ("notify", "on-notify", request_handlers.updates_now),
}  # fmt: skip
ASYNC: Final[Mapping[str, tuple[str, Later]]] = {
    "search": ("search", request_handlers.search_later),
    "subscribe": ("subscribe", request_handlers.subscribe_later),
    "unsubscribe": ("unsubscribe", request_handlers.unsubscribe_later),
    "txn/status": ("txn-status", request_handlers.status_later),
}
# What remote registries send, where a registry here stands for one of theirs.
CALLBACKS: Final[Mapping[str, tuple[str, Telling]]] = {
    "on-subscribe": ("on-subscribe", remote_subscriptions.on_subscribe),
    "on-unsubscribe": ("on-unsubscribe", remote_subscriptions.on_unsubscribe),
    "notify": ("notify", remote_subscriptions.on_notify),
}


class SpdciView(ExchangeView, ProtocolView):
    """An endpoint of one registry; `endpoint` is its address below `/registry/`."""

    namespace = NAMESPACE


@described(post=schema.AT_ONCE)
class SpdciSyncEndpoint(SpdciView):
    """`/spdci/{registry}/registry/sync/…`."""

    def post(self, request: Request, registry: str) -> Response:
        action, answer, process = SYNC[self.endpoint]
        found = served_registry(registry)
        return self.answer(
            request, lambda received, now: process(found, received, now=now), action=action, answer=answer,
            party=found.party,
        )  # fmt: skip


@described(post=schema.LATER)
class SpdciAsyncEndpoint(SpdciView):
    """`/spdci/{registry}/registry/…`: acknowledged now, answered at the partner's callback."""

    def post(self, request: Request, registry: str) -> Response:
        action, process = ASYNC[self.endpoint]
        found = served_registry(registry)
        return self.acknowledge(
            request, lambda received, now: process(found, received, now=now), action=action, party=found.party
        )


@described(post=schema.TOLD)
class SpdciCallbackEndpoint(SpdciView):
    """`/spdci/{registry}/registry/on-subscribe`, `notify`, …: what a registry elsewhere tells ours."""

    def post(self, request: Request, registry: str) -> Response:
        action, process = CALLBACKS[self.endpoint]
        try:
            found = find_registry(registry)
        except SelloError as error:
            raise ExchangeError("No registry listens here.", code="err.request.not_found") from error
        return self.acknowledge(
            request, lambda received, now: process(found, received, now=now), action=action,
            party=registry_party(found), status=NACK,
        )  # fmt: skip


@described(post=schema.TOKEN)
class SpdciTokenEndpoint(SpdciView):
    """`/spdci/{registry}/oauth2/client/token` (RFC 6749 §4.4)."""

    parser_classes = [FormParser]
    challenge = 'Basic realm="client"'

    def post(self, request: Request, registry: str) -> Response:
        rate_limit.check_rate(request._request, "token")
        spdci_registry(registry)
        return self.grant_token(request)


@described(get=schema.GET_KEYS)
class SpdciKeysEndpoint(SpdciView):
    """`/spdci/{registry}/.well-known/jwks.json`."""

    def get(self, request: Request, registry: str) -> Response:
        return Response(
            published_documents.partner_key_set(registry_party(spdci_registry(registry))),
            headers={"Cache-Control": "max-age=300"},
        )


@described(get=schema.GET_LOCATIONS)
class SpdciLocationsEndpoint(SpdciView):
    """`/spdci/{registry}/.well-known/locations.json`."""

    def get(self, request: Request, registry: str) -> Response:
        return Response(published_documents.place_locations(served_registry(registry), now=utc_now()))
