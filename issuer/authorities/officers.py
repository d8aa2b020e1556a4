"""Registry officers: each sees the registries of their own authorities, a superuser all of them."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import transaction
from django.db.models import Count, QuerySet

from common.registries.connector import RegistryError
from common.site import accounts
from issuer.models import Authority, IssuedCredential, Registry


def find_authorities(slugs: Iterable[str]) -> list[Authority]:
    """The authorities of these names, or a sentence that names those there are."""
    found = []
    for slug in slugs:
        authority = Authority.objects.filter(slug=slug).first()
        if authority is None:
            known = ", ".join(Authority.objects.values_list("slug", flat=True)) or "none yet"
            raise RegistryError(f"No authority is called {slug!r}; there are: {known}.")
        found.append(authority)
    return found


@transaction.atomic
def create_officer(
    username: str, authorities: Sequence[Authority], *, password: str | None = None, renew: bool = False
) -> dict[str, str]:
    """An officer of `authorities`, beside those they have: `{username}`, and `password` if it was drawn."""
    officer, drawn = accounts.create_account(username, password=password, renew=renew)
    for authority in authorities:
        authority.officers.add(officer)
    return accounts.account_summary(username, drawn)


def registries_of(user: AbstractBaseUser | AnonymousUser) -> QuerySet[Registry]:
    """The registries that this person may see."""
    rows = Registry.objects.select_related("authority")
    if getattr(user, "is_superuser", False):
        return rows
    return (
        rows.filter(authority__in=Authority.objects.filter(officers__pk=user.pk)) if user.pk else rows.none()
    )


def registries_with_sizes(user: AbstractBaseUser | AnonymousUser) -> QuerySet[Registry]:
    """The registries that this person may see, each with the number of its records as `size`."""
    return registries_of(user).annotate(size=Count("records"))


def registry_for(user: AbstractBaseUser | AnonymousUser, slug: str) -> Registry | None:
    """The registry of that slug if this person may see it; None otherwise."""
    return registries_of(user).filter(slug=slug).first()


def credential_for(user: AbstractBaseUser | AnonymousUser, id: UUID) -> IssuedCredential | None:
    """A credential that was issued from a registry which this person may see; None otherwise."""
    rows = IssuedCredential.objects.select_related(
        "configuration__registry__authority", "status_list__authority"
    )
    return rows.filter(pk=id, configuration__registry__in=registries_of(user)).first()
