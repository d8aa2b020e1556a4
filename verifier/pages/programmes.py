"""Payments: what a holder's key may know, and the programmes for the agency's staff."""

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.adapters.api.rest import authorization
from common.adapters.limits import rate_limit
from common.payments.log import create_payment_log
from common.registries.record_access.grant import InvalidAccessTokenError
from verifier.models import Service
from verifier.pages import desk
from verifier.payments.reports import overview
from verifier.payments.reports.payment_log import payments_of
from verifier.services.staff import programmes_of

LOG = "/services/payments/log"


class PaymentLog(APIView):
    """What became of the payments that a key signed; `Authorization: Bearer`, signed with that key."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Newest first: reference, amount, currency, programme, state, dates; never where the money went."""
        rate_limit.check_rate(request, "verify")
        scheme, token = authorization(request)
        if scheme != "bearer" or not token:
            raise InvalidAccessTokenError("A request signed by the holder's key is needed.")
        found = payments_of(token, audience=f"{settings.BASE_URL}{LOG}", now=timezone.now())
        return Response(create_payment_log(found), headers={"Cache-Control": "no-store"})


@desk.staff_of(desk.PROGRAMMES)
@require_safe
def programme_list(request: HttpRequest, services: QuerySet[Service]) -> HttpResponse:
    """Each of their programmes, its budget and what is left, and whether the books balance."""
    return render(
        request,
        "services/programmes.html",
        overview.programmes_overview(programmes_of(request.user, permission=desk.PROGRAMMES)),
    )


@desk.staff_of(desk.PROGRAMMES)
@require_safe
def programme_page(request: HttpRequest, services: QuerySet[Service], slug: str) -> HttpResponse:
    """One programme: its rules in words, its money, its payments by state."""
    found = get_object_or_404(
        programmes_of(request.user, permission=desk.PROGRAMMES).select_related("gateway"), slug=slug
    )
    context = overview.programme_overview(
        found, state=request.GET.get("state", ""), page=request.GET.get("page", "1")
    )
    return render(request, "services/programme.html", context)
