"""Signing in at the office, and whose desk it is: what belongs to another authority is not there."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404

from common.site import accounts
from issuer.authorities.officers import registries_of
from issuer.models import IssuedCredential, Record, Registry

P = ParamSpec("P")
RegistryView = Callable[Concatenate[HttpRequest, Registry, P], HttpResponseBase]


class OfficeSignIn(accounts.AccountSignIn):
    """`/office/sign-in`."""

    template_name = "office/sign_in.html"


class OfficeSignOut(accounts.AccountSignOut):
    """`/office/sign-out`."""

    next_page = "/office/sign-in"


def officer(request: HttpRequest) -> User:
    """Whoever is signed in; pages behind `login_required` alone ask for it."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def of_registry(view: RegistryView[P]) -> Callable[..., HttpResponseBase]:
    """Hand a view the registry of that slug, if it is one of the officer's own."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, slug: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        registry = get_object_or_404(registries_of(officer(request)), slug=slug)
        return view(request, registry, *args, **kwargs)

    return guarded


def record_of(registry: Registry, number: int) -> Record:
    """The record that goes by that number here."""
    return get_object_or_404(registry.records, pk=number)


def credential_of(request: HttpRequest, id: UUID) -> IssuedCredential:
    """A credential that was issued from one of the officer's own registries."""
    rows = IssuedCredential.objects.select_related(
        "configuration__registry__authority", "status_list__authority"
    )
    return get_object_or_404(rows, pk=id, configuration__registry__in=registries_of(officer(request)))
