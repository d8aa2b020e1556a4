"""The programmes of an agency, for its staff: budgets, rules in words, payments by state."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from verifier.models import Service
from verifier.pages import desk
from verifier.payments.reports import overview
from verifier.services.staff import programme_of_staff, programmes_of


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
    found = programme_of_staff(request.user, slug, permission=desk.PROGRAMMES)
    context = overview.programme_overview(
        found, state=request.GET.get("state", ""), page=request.GET.get("page", "1")
    )
    return render(request, "services/programme.html", context)
