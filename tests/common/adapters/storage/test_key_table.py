"""Private keys in the database: sealed, each under its own name, opened by KEY_ENCRYPTION_KEY alone."""

from typing import Any

import pytest

from common.adapters.storage.key_table import KeyTable, StoredKey, key_store
from common.encoding import base64url
from common.errors import InvalidKeyError, UnknownPartError

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("curve", ["Ed25519", "P-256", "P-384"])
def test_a_stored_key_signs(curve: str) -> None:
    store = key_store()
    name = store.create(curve)
    signer = store.signer(name, key_id="did:web:example#key")
    assert (signer.key_id, signer.public_key.curve) == ("did:web:example#key", curve)
    signer.public_key.verify(signer.sign(b"hello"), b"hello")
    assert store.signer(name).public_key == signer.public_key


def test_the_row_does_not_show_the_key() -> None:
    store = KeyTable()
    name = store.create("Ed25519")
    row = StoredKey.objects.get(name=name)
    secret = store.signer(name).secret  # type: ignore[attr-defined]
    assert secret not in bytes(row.sealed)
    assert secret.hex() not in repr(store.signer(name))
    assert str(row) == name


def test_the_same_key_sealed_again_looks_different() -> None:
    first, second = KeyTable().create("Ed25519"), KeyTable().create("Ed25519")
    nonces = {bytes(StoredKey.objects.get(name=name).sealed)[:24] for name in (first, second)}
    assert len(nonces) == 2


def test_another_encryption_key_opens_nothing(settings: Any) -> None:
    name = KeyTable().create("Ed25519")
    settings.KEY_ENCRYPTION_KEY = base64url.encode(bytes(32))
    with pytest.raises(InvalidKeyError) as caught:
        KeyTable().signer(name)
    assert caught.value.status == 500


def test_no_row_stands_in_for_another() -> None:
    mine, theirs = KeyTable().create("P-256"), KeyTable().create("P-256")
    other = StoredKey.objects.get(name=theirs)
    StoredKey.objects.filter(name=mine).update(sealed=other.sealed)
    with pytest.raises(InvalidKeyError):
        KeyTable().signer(mine)


@pytest.mark.parametrize("change", [{"curve": "P-384"}, {"sealed": b""}, {"sealed": bytes(72)}])
def test_a_changed_row_does_not_open(change: dict[str, Any]) -> None:
    name = KeyTable().create("P-256")
    StoredKey.objects.filter(name=name).update(**change)
    with pytest.raises(InvalidKeyError):
        KeyTable().signer(name)


def test_an_unknown_curve_names_the_known() -> None:
    with pytest.raises(UnknownPartError, match=r"P-256"):
        KeyTable().create("secp256k1")
    assert not StoredKey.objects.exists()
