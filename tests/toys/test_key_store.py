"""The toy key store keeps an authority's keys, and they sign what the authority issues."""

from datetime import datetime
from typing import Any

import pytest

from common.adapters.storage.key_table import StoredKey
from common.formats import FORMATS
from issuer.authorities.identity import authority_signer, create_authority, key_id
from tests.common.formats.data_integrity.conftest import CREDENTIAL, no_salt
from tests.common.formats.fakes import StaticSources, method
from tests.toys.key_store import MemoryKeys


@pytest.fixture(autouse=True)
def _memory(settings: Any) -> None:
    settings.KEY_STORES = {**settings.KEY_STORES, "memory": "tests.toys.key_store.MemoryKeys"}
    settings.KEY_STORE = "memory"


@pytest.mark.django_db
def test_an_authority_signs_with_it(now: datetime) -> None:
    authority = create_authority("toys", "Toys")
    key = authority_signer(authority, "P-256")
    assert authority.p256_key in MemoryKeys.KEYS
    assert not StoredKey.objects.exists()
    secured = FORMATS["vc+jwt"].issue(
        CREDENTIAL, signer=key, holder=None, sources=StaticSources(), now=now, salt=no_salt
    )
    published = method(key_id(authority, "P-256"), key.public_key)
    sources = StaticSources(issuers={CREDENTIAL.issuer: {key.key_id: published}})
    assert FORMATS["vc+jwt"].verify_credential(secured, sources=sources, now=now).key_id == key.key_id
