"""Authorities: their names, their keys, their DID documents."""

import pytest
from django.core.exceptions import ObjectDoesNotExist
from pytest_django import DjangoAssertNumQueries, Settings

from common.did import parse_document
from common.errors import InvalidSignatureError, UnknownPartError
from issuer.authorities.identity import (
    authority_did_document,
    authority_signer,
    create_authority,
    key_id,
)
from issuer.models import Authority

pytestmark = pytest.mark.django_db


@pytest.fixture
def authority(settings: Settings) -> Authority:
    settings.BASE_URL = "http://localhost:8000"
    return create_authority("farmer-registry", "Farmer Registry")


def test_names(authority: Authority) -> None:
    assert authority.identifier == "http://localhost:8000/issuers/farmer-registry"
    assert authority.did == "did:web:localhost%3A8000:issuers:farmer-registry"
    assert key_id(authority, "Ed25519") == authority.did + "#ed25519-1"
    assert key_id(authority, "P-256") == authority.did + "#p256-1"


def test_is_made_once(authority: Authority) -> None:
    assert create_authority("farmer-registry", "Another name") == authority
    assert Authority.objects.get().name == "Farmer Registry"


def test_document_lists_all_keys_for_signing(authority: Authority) -> None:
    document = parse_document(authority_did_document(authority), did=authority.did)
    for curve in ("Ed25519", "P-256", "P-384"):
        method = (
            document.method(key_id(authority, curve)).require("assertionMethod").require("authentication")
        )
        own = authority_signer(authority, curve)
        assert (method.public_key, method.controller) == (own.public_key, authority.did)
        assert own.key_id == key_id(authority, curve)
        method.public_key.verify(own.sign(b"words"), b"words")
        with pytest.raises(InvalidSignatureError):
            method.public_key.verify(own.sign(b"words"), b"other words")


def test_document_holds_no_private_member(authority: Authority) -> None:
    assert "'d'" not in str(authority_did_document(authority))


def test_authorities_have_keys_of_their_own(authority: Authority) -> None:
    other = create_authority("civil-registry", "Civil Registry")
    assert authority_signer(authority, "P-256").public_key != authority_signer(other, "P-256").public_key


def test_a_sealed_key_is_opened_once(
    authority: Authority, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    authority_signer(authority, "Ed25519")
    with django_assert_num_queries(0):
        authority_signer(authority, "Ed25519")


def test_unknown_curve_and_missing_key_are_errors(authority: Authority) -> None:
    with pytest.raises(UnknownPartError):
        authority_signer(authority, "P-521")
    with pytest.raises(ObjectDoesNotExist):
        authority_signer(Authority(slug="nobody", name="Nobody", p256_key="absent"), "P-256")
