"""Signing in at the office, and whose desk it is: what belongs to another authority is not there."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from common.site import accounts
from issuer.authorities.officers import credential_for, registry_for
from issuer.models import IssuedCredential, Record, Registry
from issuer.registries.search import record_numbered

P = ParamSpec("P")
T = TypeVar("T")
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
        registry = found_or_404(registry_for(officer(request), slug))
        return view(request, registry, *args, **kwargs)

    return guarded


def record_of(registry: Registry, number: int) -> Record:
    """The record that goes by that number here."""
    return found_or_404(record_numbered(registry, number))


def credential_of(request: HttpRequest, id: UUID) -> IssuedCredential:
    """A credential that was issued from one of the officer's own registries."""
    return found_or_404(credential_for(officer(request), id))


def found_or_404(found: T | None) -> T:
    """What a service found; `Http404` where it found nothing."""
    if found is None:
        raise Http404
    return found
