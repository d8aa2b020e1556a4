"""A provider's staff: each has the rights of their own services, and whatever the operator gives beside."""

from collections.abc import Sequence

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Permission, User
from django.db import transaction
from django.db.models import QuerySet

from common.site import accounts
from verifier.errors import NotHereError
from verifier.models import Programme, Service
from verifier.payments.gateways import GATEWAYS

TRUSTS = ("add_trustedissuer", "delete_trustedissuer")


@transaction.atomic
def create_staff(
    username: str,
    services: Sequence[Service],
    *,
    trust: bool = False,
    password: str | None = None,
    renew: bool = False,
) -> dict[str, str]:
    """Staff of `services`, beside those they have: `{username}`, and `password` if it was drawn.

    With `trust` they also keep the list of trusted issuers, which holds for every service of this verifier.
    """
    person, drawn = accounts.create_account(username, password=password, renew=renew)
    for service in services:
        service.staff.add(person)
    if trust:
        person.user_permissions.add(
            *Permission.objects.filter(content_type__app_label="verifier", codename__in=TRUSTS)
        )
    return accounts.account_summary(username, drawn)


def services_of(user: AbstractBaseUser | AnonymousUser, *, permission: str = "") -> QuerySet[Service]:
    """The services that this person works for; all, for whom the operator gave `permission` for all."""
    if not isinstance(user, User):
        return Service.objects.none()
    if _has_all(user, permission):
        return Service.objects.all()
    return Service.objects.filter(staff=user)


def programmes_of(user: AbstractBaseUser | AnonymousUser, *, permission: str = "") -> QuerySet[Programme]:
    """The programmes by which this person's services pay; all, for whom the operator gave `permission`."""
    if isinstance(user, User) and _has_all(user, permission):
        return Programme.objects.all()
    paid = [service.parameters.get("payment", {}).get("programme") for service in services_of(user)]
    return Programme.objects.filter(slug__in=[slug for slug in paid if slug])


def programme_of_staff(user: AbstractBaseUser | AnonymousUser, slug: str, *, permission: str) -> Programme:
    """One of them, with its gateway; raises `NotHereError` for any other."""
    found = programmes_of(user, permission=permission).select_related("gateway").filter(slug=slug).first()
    if found is None:
        raise NotHereError("This programme is none of yours.")
    return found


def cash_vouchers(programmes: QuerySet[Programme]) -> bool:
    """Whether any of these programmes hands its money to people who come for it."""
    kinds = [name for name, kind in GATEWAYS.items() if kind.needs_person]
    return programmes.filter(gateway__kind__in=kinds).exists()


def _has_all(user: User, permission: str) -> bool:
    return user.is_superuser or bool(permission and user.has_perm(permission))
