"""What issuer and verifier share of the VC-API: who may ask, what a check may find, how errors are told.

With VC_API_OPEN, on a loopback address, conformance suites may ask without a token or limit, and documents
may use the suites' example context, contexts of their own and floats (docs/conformance.md).
"""

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from django.conf import settings
from django.http import Http404
from django.utils.crypto import constant_time_compare
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.adapters.documents.sources import sources
from common.adapters.error_log import log_error
from common.adapters.limits import rate_limit
from common.adapters.network.http import fetch
from common.errors import MalformedInputError, SelloError
from common.rdf.contexts import CONFORMANCE, CREDENTIALS_V2, Contexts
from common.rdf.expansion import OpenContexts
from common.vcdm.base_context import DRAFT, RECOMMENDATION
from common.vcdm.problems import problem
from common.vcdm.related_resources import Known
from common.verification.proofs import ProofSources

log = logging.getLogger("sello.api")

PROBLEM_JSON: Final = "application/problem+json"
LOOPBACK: Final = ("127.0.0.1", "::1")


class OperatorRequiredError(SelloError):
    """Somebody who does not bear the operator's token."""

    code = "unauthorized"
    status = 401
    headers = {"WWW-Authenticate": "Bearer"}


def is_open(request: Request) -> bool:
    """Whether this is a conformance run: the switch is on, and the caller sits on this very machine."""
    return bool(settings.VC_API_OPEN) and rate_limit.client_address(request._request) in LOOPBACK


def require_operator(request: Request) -> None:
    """Raise unless the caller bears VC_API_TOKEN; where none is set, nobody does."""
    given = request.headers.get("Authorization", "")
    token = settings.VC_API_TOKEN
    if not is_open(request) and not (token and constant_time_compare(given, f"Bearer {token}")):
        raise OperatorRequiredError("Issuing through the VC-API needs the operator's token.")


def proof_sources(*, trial: bool) -> ProofSources:
    """What the checks of a request find outside its document; more of it in a conformance run."""
    digests = RECOMMENDATION.digests | (DRAFT.digests if trial else frozenset())
    return ProofSources(
        sources=sources(),
        contexts_of=lambda speakers: _contexts(speakers, trial=trial),
        fetch=fetch,
        known={CREDENTIALS_V2: Known(digests)},
        trial=trial,
    )


def body_of(request: Request) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The JSON body of a request and the `options` in it."""
    body = request.data
    options = body.get("options") if isinstance(body, Mapping) else None
    if not isinstance(body, Mapping) or not isinstance(options or {}, Mapping):
        raise MalformedInputError(
            "A JSON object was expected, with options that are one.", code="PARSING_ERROR"
        )
    return body, options or {}


class VcApiView(APIView):
    """An endpoint of the VC-API: whatever goes wrong is told as problem details (RFC 9457)."""

    extra: Mapping[str, Any] = {}  # what an endpoint adds to each of its problems

    def handle_exception(self, exc: Exception) -> Response:
        """A `SelloError` is 400 unless it says another status of the caller's."""
        headers = {"Cache-Control": "no-store", **getattr(exc, "headers", {})}
        if isinstance(exc, SelloError):
            log_error(log, exc)
            error, status = exc, exc.status if exc.status in (401, 429, 503) else 400
        elif isinstance(exc, Http404):
            error, status = SelloError("There is nothing at this address."), 404
        elif isinstance(exc, exceptions.APIException):
            error, status = SelloError(str(exc.detail)), exc.status_code
        else:
            raise exc
        found = problem(error, status=status)
        body = {**found, **self.extra, "problemDetails": [found]}
        return Response(body, status=status, headers=headers, content_type=PROBLEM_JSON)


def _contexts(speakers: Sequence[str], *, trial: bool) -> Contexts:
    """The contexts in which those speakers may speak together."""

    def known(url: str) -> Mapping[str, Any]:
        if trial and url in CONFORMANCE:
            return CONFORMANCE[url]
        *others, last = speakers or [""]
        for speaker in others:
            with suppress(SelloError):
                return sources().context(url, issuer=speaker)
        return sources().context(url, issuer=last)

    return OpenContexts(known) if trial else known
