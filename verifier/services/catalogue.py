"""The services of this installation: all of them, or the one of a name."""

from django.db.models import QuerySet

from verifier.errors import NotHereError
from verifier.models import Service


def all_services() -> QuerySet[Service]:
    """Every service."""
    return Service.objects.all()


def find_service(slug: str) -> Service:
    """The service of that name; raises `NotHereError`, which names those there are."""
    found = Service.objects.filter(slug=slug).first()
    if found is None:
        known = ", ".join(Service.objects.values_list("slug", flat=True)) or "none; run load_services"
        raise NotHereError(f"No service is called {slug!r}; there are: {known}.")
    return found
