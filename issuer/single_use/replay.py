"""Secrets as they are stored, and values that may be used once."""

import hashlib
import hmac
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from issuer.models import SpentValue

PURGED_AT_ONCE = 200


def secret_digest(secret: str) -> str:
    """SHA-256 of a secret that is long and random: a code, a token, the reference of an offer."""
    return hashlib.sha256(secret.encode()).hexdigest()


def keyed_secret(purpose: str, value: str) -> bytes:
    """HMAC-SHA-256 by a key derived from `SECRET_KEY`, for what could be guessed from a plain digest."""
    key = hashlib.sha256(f"sello {purpose} ".encode() + settings.SECRET_KEY.encode()).digest()
    return hmac.digest(key, value.encode(), "sha256")


def use_once(scope: str, value: str, *, until: datetime) -> bool:
    """Whether this is the first use of `value`; exactly one of any number of callers is told so."""
    try:
        with transaction.atomic():
            SpentValue.objects.create(scope=scope, digest=secret_digest(value), expires_at=until)
    except IntegrityError:
        return False
    return True


def purge_used(*, now: datetime) -> None:
    """Forget values that have expired; what another process is deleting already is left to it."""
    expired = SpentValue.objects.filter(expires_at__lt=now)
    if not expired.exists():
        return
    with transaction.atomic():
        keys = list(expired.select_for_update(skip_locked=True).values_list("pk", flat=True)[:PURGED_AT_ONCE])
        SpentValue.objects.filter(pk__in=keys).delete()
