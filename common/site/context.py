"""What every template knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """The parties that this process plays, and its public origin."""
    return {"roles": settings.ROLES, "base_url": settings.BASE_URL}
