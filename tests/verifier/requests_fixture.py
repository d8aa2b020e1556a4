"""Requests of the sample services, and how far each of them has come."""

from datetime import datetime
from typing import Any

from verifier.presentation.requests import CreatedRequest, create_request
from verifier.services.catalogue import find_service


def ask(slug: str, now: datetime, **options: Any) -> CreatedRequest:
    return create_request(find_service(slug), **{"same_device": False, "now": now, **options})


def state_of(created: CreatedRequest) -> Any:
    created.session.refresh_from_db()
    return created.session.status
