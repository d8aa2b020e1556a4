"""`/services/payments/log`: what a holder's key may know of payments."""

from typing import Final

from django.conf import settings
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.adapters.api.openapi.operation import described
from common.adapters.api.rest import authorization
from common.adapters.limits import rate_limit
from common.payments.log import create_payment_log
from common.registries.record_access.grant import InvalidAccessTokenError
from verifier.api.schemas import holders as schema
from verifier.payments.reports.payment_log import payments_of

LOG: Final = "/services/payments/log"


@described(get=schema.PAYMENT_LOG)
class PaymentLog(APIView):
    """What became of the payments that a key signed; `Authorization: Bearer`, signed with that key."""

    def get(self, request: Request) -> Response:
        """Newest first: reference, amount, currency, programme, state, dates; never where the money went."""
        rate_limit.check_rate(request, "verify")
        scheme, token = authorization(request)
        if scheme != "bearer" or not token:
            raise InvalidAccessTokenError("A request signed by the holder's key is needed.")
        found = payments_of(token, audience=f"{settings.BASE_URL}{LOG}", now=timezone.now())
        return Response(create_payment_log(found), headers={"Cache-Control": "no-store"})
