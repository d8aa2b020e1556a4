"""Registry officers: each sees the registries of their own authorities, a superuser all of them."""

import secrets

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import transaction
from django.db.models import QuerySet

from issuer.models import Authority, Registry


@transaction.atomic
def create_officer(username: str, *, password: str | None = None) -> dict[str, str]:
    """An officer who sees all registries: `{username}`, and `password` only where it was just drawn.

    An account that exists keeps its password unless another is given. Nothing of it reaches a log.
    """
    users = get_user_model()
    officer, created = users.objects.get_or_create(
        username=username, defaults={"is_staff": True, "is_superuser": True}
    )
    if not created and password is None:
        return {"username": username}
    drawn = password or secrets.token_urlsafe(12)
    officer.set_password(drawn)
    officer.save()
    return {"username": username} if password else {"username": username, "password": drawn}


def registries_of(user: AbstractBaseUser | AnonymousUser) -> QuerySet[Registry]:
    """The registries that this person may see."""
    rows = Registry.objects.select_related("authority")
    if getattr(user, "is_superuser", False):
        return rows
    return (
        rows.filter(authority__in=Authority.objects.filter(officers__pk=user.pk)) if user.pk else rows.none()
    )
