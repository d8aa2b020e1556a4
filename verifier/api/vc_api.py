"""`/vc-api/credentials/verify` and `/vc-api/presentations/verify` (W3C VC-API, verifying).

Proofs by the issuer's own key, and the data model, are checked, not whether anybody trusts that issuer: for
that, services ask over OpenID4VP. `options.checks` may ask for `credentialStatus` besides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from common.adapters.api.openapi.operation import described
from common.adapters.api.vc_api import VcApiView, body_of, is_open, proof_sources
from common.adapters.documents.sources import check_credential_status
from common.adapters.limits import rate_limit
from common.errors import MalformedInputError
from common.formats.w3c import status_entries
from common.vcdm import validation
from common.vcdm.credential import StatusReference
from common.vcdm.problems import problem
from common.verification.proofs import Checked, check_credential, check_presentation
from common.verification.run import CredentialStatusError
from verifier.api.schemas import vc_api as schema


@dataclass(frozen=True, slots=True)
class StatusHolder:
    """As much of a credential as its status is asked of."""

    issuer: str
    status: Sequence[StatusReference]
    certificates: tuple[bytes, ...] = ()


class VerifyView(VcApiView):
    """200 `{"verified": true}`, or 400 with what is wrong."""

    extra = {"verified": False}

    def body(self, request: Request) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """The request's body and options, once it is seen that there are not too many requests."""
        if not is_open(request):
            rate_limit.check_rate(request._request, "verify")
        return body_of(request)


@described(post=schema.VERIFY_CREDENTIAL)
class VerifyCredential(VerifyView):
    """A credential with its proofs, or in its envelope."""

    def post(self, request: Request) -> Response:
        """`{verifiableCredential, options}`."""
        body, options = self.body(request)
        now = timezone.now()
        checked = check_credential(
            body.get("verifiableCredential"), world=proof_sources(trial=is_open(request)), now=now
        )
        if "credentialStatus" in _texts(options, "checks"):
            credential = checked.document
            listed = StatusHolder(validation.issuer_id(credential), status_entries.parse(credential))
            outcome = check_credential_status(listed, now=now)
            if outcome.status != "valid":
                raise CredentialStatusError(outcome)
        return _verified(checked)


@described(post=schema.VERIFY_PRESENTATION)
class VerifyPresentation(VerifyView):
    """A presentation with its proofs, or in its envelope, and every credential in it."""

    def post(self, request: Request) -> Response:
        """`{verifiablePresentation, options: {domain, challenge}}`."""
        body, options = self.body(request)
        checked = check_presentation(
            body.get("verifiablePresentation"),
            domain=_text(options, "domain"),
            challenge=_text(options, "challenge"),
            world=proof_sources(trial=is_open(request)),
            now=timezone.now(),
        )
        return _verified(checked)


def _verified(checked: Checked) -> Response:
    """What holds, with its warnings (VC Data Model 2.0 §7.1; the VC-API has them among `problemDetails`)."""
    warnings = [problem(warning, status=200) for warning in checked.warnings]
    return Response({"verified": True, "problemDetails": warnings, "warnings": warnings})


def _text(options: Mapping[str, Any], name: str) -> str | None:
    value = options.get(name)
    if value is not None and not isinstance(value, str):
        raise MalformedInputError(f"The option {name} is a text.", code="PARSING_ERROR")
    return value


def _texts(options: Mapping[str, Any], name: str) -> list[str]:
    value = [] if options.get(name) is None else options[name]
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise MalformedInputError(f"The option {name} is a list of texts.", code="PARSING_ERROR")
    return value
