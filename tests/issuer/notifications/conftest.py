"""The farmer registry with contacts, and a credential of one of its records."""

from datetime import datetime

import pytest

from common.keys import PrivateKey
from issuer.models import (
    IssuedCredential,
    Record,
    Registry,
)
from tests.issuer.notifications.notices_fixture import SENSITIVE, issued
from tests.issuer.protocol import make_farmers


@pytest.fixture
def registry() -> Registry:
    found = make_farmers().registry
    found.columns = [{"name": name, "label": name, "type": "string"} for name in SENSITIVE]
    found.save()
    Record.objects.filter(registry=found, key="F-0001").update(data=SENSITIVE)
    return found


@pytest.fixture
def credential(registry: Registry, ana: PrivateKey, now: datetime) -> IssuedCredential:
    return issued(registry, ana, now)
