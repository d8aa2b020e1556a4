"""The way in for a provider's staff: what belongs to a service of others is not there."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from common.site import accounts
from verifier.models import Service
from verifier.record_access.consents import reads_records
from verifier.services.staff import cash_vouchers, programmes_of, services_of

P = ParamSpec("P")
StaffView = Callable[Concatenate[HttpRequest, QuerySet[Service], P], HttpResponse]
PROGRAMMES, READINGS, VOUCHERS, TRUST = (
    "verifier.view_programme",
    "verifier.view_readingconsent",
    "verifier.change_voucher",
    "verifier.add_trustedissuer",
)


class ServicesSignIn(accounts.AccountSignIn):
    """`/services/staff/sign-in`."""

    template_name = "services/sign_in.html"
    next_page = "/services/staff/"


class ServicesSignOut(accounts.AccountSignOut):
    """`/services/staff/sign-out`."""

    next_page = "/services/staff/sign-in"


def staff_of(permission: str) -> Callable[[StaffView[P]], Callable[..., HttpResponse]]:
    """Hand a view the services of whoever is signed in; all, for whom the operator gave `permission`."""

    def decorate(view: StaffView[P]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not request.user.is_authenticated:
                return to_sign_in(request)
            services = services_of(request.user, permission=permission)
            if not (services.exists() or request.user.has_perm(permission)):
                raise PermissionDenied
            return view(request, services, *args, **kwargs)

        return guarded

    return decorate


def permitted(permission: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """For what no single service has: the operator gives `permission` by name."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if not request.user.is_authenticated:
                return to_sign_in(request)
            if not request.user.has_perm(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the page where staff sign in, and back afterwards."""
    after = request.get_full_path() if request.method == "GET" else reverse("staff")
    return HttpResponseRedirect(f"{reverse('staff-sign-in')}?{urlencode({'next': after})}")


@require_safe
def staff_overview(request: HttpRequest) -> HttpResponse:
    """Whom the person works for, and what they may do there."""
    if not request.user.is_authenticated:
        return to_sign_in(request)
    mine = services_of(request.user)
    paying = programmes_of(request.user, permission=PROGRAMMES)
    cashing = programmes_of(request.user, permission=VOUCHERS)
    reading = services_of(request.user, permission=READINGS)
    page = {
        "services": mine,
        "programmes": paying.exists(),
        "vouchers": cash_vouchers(cashing),
        "readings": reads_records(reading),
        "trust": request.user.has_perm(TRUST),
    }
    return render(request, "services/staff.html", page)
