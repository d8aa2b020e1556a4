"""A social registry, its partner, and the partner's door for answers."""

import pytest

from common.adapters.network import http
from issuer.models import Registry
from tests.issuer.spdci.callbacks_fixture import Postbox
from tests.issuer.spdci_partner import Spp, make_registry, make_spp


@pytest.fixture
def postbox(monkeypatch: pytest.MonkeyPatch) -> Postbox:
    found = Postbox()
    monkeypatch.setattr(http, "transport", found.carry)
    return found


@pytest.fixture
def social() -> Registry:
    return make_registry("social")


@pytest.fixture
def spp(social: Registry) -> Spp:
    return make_spp(social)
